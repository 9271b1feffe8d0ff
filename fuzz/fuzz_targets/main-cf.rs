//! See `conformance::fuzzing::main_cf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::main_cf(data) {
        panic!("{violation}");
    }
});
