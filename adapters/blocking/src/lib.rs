//! SMTP delivery over blocking sockets.
