//! The one loop that drives an SMTP conversation, and the traits that a runtime implements.
