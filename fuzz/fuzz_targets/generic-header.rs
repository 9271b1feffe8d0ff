//! See `conformance::fuzzing::generic_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::generic_header(data) {
        panic!("{violation}");
    }
});
