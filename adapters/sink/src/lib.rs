//! An SMTP and LMTP receiver to test against: takes mail, keeps it, and fails on request.
