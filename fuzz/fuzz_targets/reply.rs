//! See `conformance::fuzzing::reply`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::reply(data) {
        panic!("{violation}");
    }
});
