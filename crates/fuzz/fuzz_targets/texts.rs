#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| velure_fuzz::texts(bytes));
