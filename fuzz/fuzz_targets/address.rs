//! See `conformance::fuzzing::address`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::address(data) {
        panic!("{violation}");
    }
});
