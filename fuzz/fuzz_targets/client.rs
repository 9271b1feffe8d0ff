//! See `conformance::fuzzing::client`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::client(data) {
        panic!("{violation}");
    }
});
