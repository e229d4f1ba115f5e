//! libFuzzer over every decoder; `TANDEM_FUZZ_TARGET` says which. `scripts/fuzz` builds and runs it; the suite runs the same functions over
//! the kept corpus (`actors/tests/fuzz_corpus.rs`).
#![no_main]

#[allow(dead_code, unused_imports, reason = "targets use a part of it")]
#[path = "../../actors/src/document/mod.rs"]
mod document;
mod measures;
#[allow(dead_code, reason = "targets use a part of it")]
#[path = "../../store/src/bus/redis/payload.rs"]
mod payload;
#[allow(dead_code, unused_imports, reason = "targets use a part of it")]
mod room;
mod targets;

use std::sync::OnceLock;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("TANDEM_FUZZ_TARGET").unwrap_or_default();
        targets::by_name(&name).unwrap_or_else(|| panic!("TANDEM_FUZZ_TARGET must be one of {:?}", targets::names()))
    });
    target(data);
});
