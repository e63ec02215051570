#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| static_cache_fuzz::attach(data));
