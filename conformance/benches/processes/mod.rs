//! What benchmarks have in common whose senders are processes of their own.

pub(crate) mod elapsed;
pub(crate) mod role;
pub(crate) mod tasks;
