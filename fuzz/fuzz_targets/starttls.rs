//! See `conformance::fuzzing::starttls`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::starttls(data) {
        panic!("{violation}");
    }
});
