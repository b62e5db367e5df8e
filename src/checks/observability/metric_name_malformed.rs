//! Names of metrics (Prometheus: metric and label naming).
use super::signals::{self, Signal};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "metric name breaks the convention",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A metric name is not lower snake case, or a counter does not end in `_total`.",
        why: "Queries and dashboards are written by the convention.",
        bad: fixture!(
            "metric-name-malformed/fail/basic/contracts/observability/metrics/runtime.yaml"
        ),
        good: fixture!(
            "metric-name-malformed/pass/basic/contracts/observability/metrics/runtime.yaml"
        ),
        fix: "Rename the metric: `runtime_plugin_calls_total`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("metric-name-malformed");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in signals::entries(catalog, Signal::Metrics) {
        let name = entry.name;
        let is_snake = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let is_other =
            matches!(entry.value.str_at("type"), Some("gauge" | "histogram" | "summary"));
        let is_counter = entry.value.str_at("type") == Some("counter");
        let (message, help) = if !is_snake {
            (
                format!("metric name `{name}` is not lower snake case"),
                "use a to z, 0 to 9 and `_`".to_owned(),
            )
        } else if is_counter && !name.ends_with("_total") {
            (
                format!("counter `{name}` does not end in `_total`"),
                format!("rename it to `{name}_total`"),
            )
        } else if is_other && name.ends_with("_total") {
            (
                format!("`{name}` ends in `_total`, but is no counter"),
                "drop `_total`, or make it a counter".to_owned(),
            )
        } else {
            continue;
        };
        let location = Location::value(&catalog.path(entry.item), entry.at.join("name"));
        findings.push(
            Finding::new(CODE, message, location)
                .label("breaks the convention")
                .about(name)
                .help(help),
        );
    }
    findings
}
