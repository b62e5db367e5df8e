//! The shape of metric, trace and log files.
use super::signals::{self, Signal};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "observability file lacks its shape",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A file of `observability/` lacks its list, an entry has no name, or a metric has no known type.",
        why: "Dashboards and alerts are made from these entries.",
        bad: fixture!(
            "observability-malformed/fail/basic/contracts/observability/metrics/runtime.yaml"
        ),
        good: fixture!(
            "observability-malformed/pass/basic/contracts/observability/metrics/runtime.yaml"
        ),
        fix: "Give every metric `name` and `type` (counter, gauge, histogram, summary), every span and event a `name`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("observability-malformed");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for signal in Signal::ALL {
        for (_, item) in catalog.of_kind(signal.kind()) {
            let Some(value) = item.value() else { continue };
            let has_any = [signal.entries(), signal.declarations()]
                .iter()
                .any(|key| value.get(key).is_some());
            if !has_any {
                let message = format!("file has no list `{}`", signal.entries());
                let finding =
                    Finding::new(CODE, message, Location::file(&item.path)).label("no list here");
                findings.push(finding.help(format!(
                    "write `{}:` with an entry for every {}",
                    signal.entries(),
                    signal.noun()
                )));
            }
            for key in [signal.entries(), signal.declarations()] {
                let at = Pointer::root().join(key);
                let Some(list) = value.get(key) else { continue };
                if !list.is_array() {
                    let message = format!("`{key}` is of type {}, not a list", list.type_name());
                    findings.push(
                        Finding::new(CODE, message, Location::value(&item.path, &at))
                            .label("no list"),
                    );
                }
                for (i, entry) in
                    list.items().iter().enumerate().filter(|(_, e)| e.str_at("name").is_none())
                {
                    let location = Location::value(&item.path, at.index(i));
                    let finding =
                        Finding::new(CODE, format!("entry of `{key}` has no `name`"), location);
                    findings.push(
                        finding
                            .label(format!("a {} without a name", entry.type_name()))
                            .help("add `name`"),
                    );
                }
            }
        }
    }
    for entry in signals::entries(catalog, Signal::Metrics) {
        if matches!(entry.value.str_at("type"), Some("counter" | "gauge" | "histogram" | "summary"))
        {
            continue;
        }
        let message = match entry.value.str_at("type") {
            Some(other) => format!("metric `{}` has the unknown type `{other}`", entry.name),
            None => format!("metric `{}` has no type", entry.name),
        };
        let location = Location::value(&catalog.path(entry.item), entry.at.join("type"));
        let finding =
            Finding::new(CODE, message, location).label("no known type").about(entry.name);
        findings.push(finding.help("write `counter`, `gauge`, `histogram` or `summary`"));
    }
    findings
}
