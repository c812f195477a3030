#![no_main]

libfuzzer_sys::fuzz_target!(
    init: std::env::set_var("TRIBUTARY_NATIVE", "1"),
    |bytes: &[u8]| {
        tributary_tests::fuzz::token(bytes);
    }
);
