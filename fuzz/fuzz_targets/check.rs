//! The whole of `check` on a tree made of the input: parts separated by a NUL become a schema, an
//! example, an envelope, topics, an event, a policy, an API document, a configuration and a freeze.
#![no_main]

use contract_guard::document::Limits;
use contract_guard::report::{self, Closing, Format, Style};
use contract_guard::tree::{Artifact, ArtifactPath, Tree};
use contract_guard::{catalog, checks, gate};
use libfuzzer_sys::fuzz_target;

const PATHS: [&str; 10] = [
    "contracts/storage/schemas/a.schema.json",
    "contracts/storage/examples/a.example.json",
    "contracts/storage/schemas/b.schema.yaml",
    "contracts/events/envelope.schema.json",
    "contracts/events/topics.yaml",
    "contracts/events/examples/e.json",
    "contracts/policy/abac/rules.yaml",
    "contracts/api/openapi/main.yaml",
    "contracts/versions.yaml",
    "contracts/_frozen/freeze-1.0.0.json",
];

fuzz_target!(|bytes: &[u8]| {
    let mut tree = Tree { root: "contracts".to_owned(), ..Tree::default() };
    let mut parts = bytes.split(|b| *b == 0);
    for (path, part) in PATHS.iter().zip(&mut parts) {
        tree.artifacts.insert(ArtifactPath::lossy(path), Artifact::new(part));
    }
    if let Some(part) = parts.next() {
        tree.config = Some((ArtifactPath::lossy("contract-guard.toml"), Artifact::new(part)));
    }
    let limits = Limits { nodes: 10_000, steps: 100_000, ..Limits::default() };
    let config = gate::read_config(&tree, limits);
    let catalog = catalog::build(&tree, &config.layout, &config.limits);
    let mut findings = checks::run(&catalog, |_| true);
    findings.extend(config.findings);
    let outcome = gate::judge(findings, Vec::new(), &catalog, &tree, &config.levels, &Default::default());
    let style = Style { color: true, width: 60, unicode: true, prefix: String::new(), below: String::new(), seconds: None };
    for format in [Format::Human, Format::Short, Format::Json] {
        let mut out = Vec::new();
        report::render(&outcome, &catalog.tree, Closing::Check, format, &style, &mut out).expect("memory is writable");
    }
});
