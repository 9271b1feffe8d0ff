//! See `conformance::fuzzing::route`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::route(data) {
        panic!("{violation}");
    }
});
