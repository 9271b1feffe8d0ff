//! The program behind `cargo conformance`.

fn main() {}
