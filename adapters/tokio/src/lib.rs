//! SMTP delivery on tokio.
