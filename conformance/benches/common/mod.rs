//! What the benchmarks have in common.

pub(crate) mod elapsed;
pub(crate) mod figures;
pub(crate) mod machine;
pub(crate) mod role;
pub(crate) mod tasks;
