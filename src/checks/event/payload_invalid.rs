//! Payloads of event examples against the schema that the topic names.
use crate::catalog::{Catalog, Expect, ItemId};
use crate::checks::example;
use crate::checks::judge::{self, Judgement};
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "payload is refused by the schema of its topic",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The `payload` of an event example is not an instance of the schema that its topic names.",
        why: "The envelope says nothing about payloads; only this schema does, and consumers rely on it.",
        bad: fixture!(
            "payload-invalid/fail/basic/contracts/events/examples/note_created.example.json"
        ),
        good: fixture!(
            "payload-invalid/pass/basic/contracts/events/examples/note_created.example.json"
        ),
        fix: "Correct the payload, or the schema.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("payload-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let mut findings = Vec::new();
    for event in super::events(catalog, id).into_iter().filter(|e| e.expect == Expect::Valid) {
        let topic = event.value.str_at("topic").and_then(|name| catalog.topic(name));
        let (Some(schema), Some(payload)) =
            (topic.and_then(|t| t.schema), event.value.get("payload"))
        else {
            continue;
        };
        let at = event.at.join("payload");
        if let Some(Judgement::Refused(violations)) = judge::judge(catalog, schema, payload) {
            let finding = example::refusal(catalog, CODE, "payload", id, &at, &violations);
            let fix = example::repair(catalog, schema, (id, &at), payload, &violations);
            let finding =
                finding.map(|f| f.help("correct the payload, or the schema of the topic"));
            findings.extend(finding.map(|f| match fix {
                Some(fix) => f.fix(fix),
                None => f,
            }));
        }
    }
    findings
}
