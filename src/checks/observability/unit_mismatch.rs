//! Units of metrics (Prometheus: base units).
use super::signals::{self, Signal};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "unit is unknown or not in the name",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A metric has a unit that is no base unit, or its name does not carry its unit.",
        why: "Whoever reads the number must guess whether it is seconds or milliseconds.",
        bad: fixture!("unit-mismatch/fail/basic/contracts/observability/metrics/runtime.yaml"),
        good: fixture!("unit-mismatch/pass/basic/contracts/observability/metrics/runtime.yaml"),
        fix: "Use base units, and put the unit into the name: `request_duration_seconds`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unit-mismatch");

const UNITS: &[&str] =
    &["1", "seconds", "bytes", "ratio", "celsius", "volts", "amperes", "joules", "grams", "meters"];

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in signals::entries(catalog, Signal::Metrics) {
        let Some(unit) = entry.value.get("unit").map(|v| v.as_str().unwrap_or("1")) else {
            continue;
        };
        let name = entry.name;
        let stem = name.strip_suffix("_total").unwrap_or(name);
        let (at, message, help) = if !UNITS.contains(&unit) {
            (
                "unit",
                format!("unit `{unit}` of `{name}` is no base unit"),
                format!("use one of {}", UNITS.join(", ")),
            )
        } else if unit != "1" && !stem.ends_with(&format!("_{unit}")) {
            (
                "name",
                format!("the name of `{name}` does not carry its unit `{unit}`"),
                format!("rename it to `{stem}_{unit}`"),
            )
        } else {
            continue;
        };
        let location = Location::value(&catalog.path(entry.item), entry.at.join(at));
        findings.push(
            Finding::new(CODE, message, location).label("which unit?").about(name).help(help),
        );
    }
    findings
}
