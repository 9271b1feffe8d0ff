//! See `conformance::fuzzing::auth`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::auth(data) {
        panic!("{violation}");
    }
});
