//! See `conformance::fuzzing::content`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::content(data) {
        panic!("{violation}");
    }
});
