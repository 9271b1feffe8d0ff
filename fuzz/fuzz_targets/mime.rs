//! See `conformance::fuzzing::mime`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::mime(data) {
        panic!("{violation}");
    }
});
