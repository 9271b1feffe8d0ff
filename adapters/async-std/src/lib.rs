//! SMTP delivery on async-std.
