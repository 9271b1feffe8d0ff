//! SMTP delivery on smol.
