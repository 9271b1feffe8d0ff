//! SMTP and LMTP seen from the client: one conversation as a pure state machine.
