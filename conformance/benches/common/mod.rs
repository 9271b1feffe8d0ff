//! What all benchmarks have in common.

pub(crate) mod cpu;
pub(crate) mod figures;
pub(crate) mod machine;
