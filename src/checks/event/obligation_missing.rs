//! Event examples and the obligations of their topics.
use crate::catalog::{Catalog, Expect, ItemId};
use crate::checks::{Check, Run};
use crate::document::Value;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "event lacks an obligation of its topic",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The topic demands an obligation, and the event example does not carry it.",
        why: "Whoever handles the event is not told to fulfil it.",
        bad: fixture!(
            "obligation-missing/fail/basic/contracts/events/examples/note_created.example.json"
        ),
        good: fixture!(
            "obligation-missing/pass/basic/contracts/events/examples/note_created.example.json"
        ),
        fix: "Add the obligation to the event, or drop it from the topic.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("obligation-missing");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let mut findings = Vec::new();
    for event in super::events(catalog, id).into_iter().filter(|e| e.expect == Expect::Valid) {
        let Some(topic) = event.value.str_at("topic").and_then(|name| catalog.topic(name)) else {
            continue;
        };
        let carried = event.value.get("obligations").map(Value::items).unwrap_or_default();
        let lacking =
            topic.obligations.iter().filter(|o| !carried.iter().any(|c| c.as_str() == Some(o)));
        for obligation in lacking {
            let message = format!(
                "event lacks the obligation `{obligation}`, which `{}` demands",
                topic.full_name()
            );
            let location = Location::value(&catalog.path(id), event.at.join("obligations"));
            let demanded = Location::value(&catalog.path(topic.item), topic.at.join("obligations"));
            let finding = Finding::new(CODE, message, location)
                .label(format!("no `{obligation}`"))
                .about(obligation);
            findings.push(
                finding.related(demanded, "demanded here").help(format!("add `{obligation}`")),
            );
        }
    }
    findings
}
