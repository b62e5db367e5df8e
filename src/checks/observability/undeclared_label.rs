//! Labels of metrics, attributes of spans, fields of log events.
use super::signals::{self, Signal};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "label, attribute or field that is not declared",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A metric uses a label, a span an attribute, or a log event a field that its folder does not declare.",
        why: "Undeclared labels grow without bound, mean different things in different places, and leak personal data.",
        bad: fixture!("undeclared-label/fail/basic/contracts/observability/metrics/runtime.yaml"),
        good: fixture!("undeclared-label/pass/basic/contracts/observability/metrics/runtime.yaml"),
        fix: "Correct the name, or declare it under `labels`, `attributes` or `fields`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("undeclared-label");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for signal in Signal::ALL {
        let known = signals::declared(catalog, signal);
        for entry in signals::entries(catalog, signal) {
            let uses = entry
                .value
                .get(signal.declarations())
                .map(crate::document::Value::items)
                .unwrap_or_default();
            for (i, used) in uses.iter().enumerate() {
                let Some(name) = used.as_str().filter(|name| !known.iter().any(|k| k == name))
                else {
                    continue;
                };
                let at = entry.at.join(signal.declarations()).index(i);
                let message =
                    format!("{} `{name}` of `{}` is not declared", signal.part(), entry.name);
                let finding =
                    Finding::new(CODE, message, Location::value(&catalog.path(entry.item), at))
                        .about(name);
                let help = format!("declare it under `{}`", signal.declarations());
                findings.push(finding.label("not declared").help(help));
            }
        }
    }
    findings
}
