//! See `conformance::fuzzing::dns_message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(violation) = conformance::fuzzing::dns_message(data) {
        panic!("{violation}");
    }
});
