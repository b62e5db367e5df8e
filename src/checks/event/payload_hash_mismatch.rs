//! `hashes.payload_sha256` of event examples.
use crate::catalog::{Catalog, Expect, ItemId};
use crate::checks::{Check, Run};
use crate::document::{Edit, canonical_json};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};
use crate::tree::Digest;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "payload hash is not the hash of the payload",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "`hashes.payload_sha256` is not the SHA-256 of the canonical JSON (RFC 8785) of the payload.",
        why: "A consumer that checks the hash refuses the event; a test made from the example teaches the wrong hash.",
        bad: fixture!(
            "payload-hash-mismatch/fail/basic/contracts/events/examples/note_created.example.json"
        ),
        good: fixture!(
            "payload-hash-mismatch/pass/basic/contracts/events/examples/note_created.example.json"
        ),
        fix: "Write the hash shown, in lower-case hexadecimal.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("payload-hash-mismatch");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let mut findings = Vec::new();
    for event in super::events(catalog, id).into_iter().filter(|e| e.expect == Expect::Valid) {
        let given = event.value.get("hashes").and_then(|h| h.str_at("payload_sha256"));
        let (Some(given), Some(payload)) = (given, event.value.get("payload")) else {
            continue;
        };
        let Some(canonical) = canonical_json(payload) else {
            continue;
        };
        let actual = Digest::of(canonical.as_bytes()).hex();
        if given == actual {
            continue;
        }
        let (path, at) = (catalog.path(id), event.at.path(&["hashes", "payload_sha256"]));
        let fix = Fix::safe(&path, Edit::Set(at.clone(), actual.as_str().into()));
        let location = Location::value(&path, at);
        let message = "`payload_sha256` is not the hash of the payload";
        let finding = Finding::new(CODE, message, location).label("another hash").about(&actual);
        let payload = Location::key(&catalog.path(id), event.at.join("payload"));
        findings.push(
            finding
                .related(payload, "hashed in its RFC 8785 form")
                .help(format!("write `{actual}`"))
                .fix(fix),
        );
    }
    findings
}
