//! Any bytes as a freeze, as a freeze of the legacy tool, as a signature: no panic, no hang.
#![no_main]

use contract_guard::freeze::{
    Effort, Legacy, Record, Signature, decode, defects_of, format_of, verify,
};
use contract_guard::tree::ArtifactPath;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let record = |name: &str| Record { path: ArtifactPath::lossy(name), bytes };
    let _ = format_of(bytes);
    if let Ok(freeze) = decode(bytes) {
        let _ = defects_of(&record("freeze-1.0.0.json"), &freeze);
        let _ = freeze.lines();
    }
    let _ = Legacy::recover(bytes, "contracts", Effort(1 << 16));
    let _ = Signature::parse(bytes);
    let all = ["freeze-1.0.0.json", "sha-index-1.0.0.json", "freeze-latest.json"];
    let _ = verify(&all.map(record), "contracts");
});
