//! Law files and programs on any bytes: the first byte says which. A law is held against a small repository
//! that has the bytes as its files; a program is read in its language, and asked for all that laws ask.
#![no_main]

use std::sync::Arc;

use contract_guard::document::Limits;
use contract_guard::laws::{self, NoHands, PACKS, Selection, World};
use contract_guard::tree::{ArtifactPath, MemoryFiles};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 8] =
    ["server.py", "a.rs", "a.ts", "a.tsx", "a.js", "a.go", "A.java", "a.sh"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let content: Arc<[u8]> = rest.into();
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let files = [name, "config/runtime.json", "data/a.jsonl", "requirements.txt", "package.json"];
    let files = MemoryFiles::new(files.map(|path| (path.to_owned(), Arc::clone(&content))));
    let world = World::new(&files, jiff::Timestamp::UNIX_EPOCH, &NoHands);
    if first % 2 == 0 {
        let path = ArtifactPath::lossy("contracts/laws/law.yaml");
        let (law, findings) = laws::parse(&path, rest, &Limits::default());
        assert!(law.is_some() || !findings.is_empty());
        laws::run(law.as_slice(), &world, &Selection::default());
    } else {
        let pack = &PACKS[usize::from(first / 2) % PACKS.len()];
        let (law, _) = laws::packs::read(pack);
        laws::run(law.as_slice(), &world, &Selection::default());
    }
});
