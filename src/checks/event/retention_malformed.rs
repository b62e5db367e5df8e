//! The retention of topics.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "retention is no ISO 8601 duration",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The `retention` of a topic is not an ISO 8601 duration such as `P90D`.",
        why: "Whoever deletes or keeps events reads it by machine.",
        bad: fixture!("retention-malformed/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("retention-malformed/pass/basic/contracts/events/topics.yaml"),
        fix: "Write a duration: `P90D`, `P2Y`, `PT12H`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("retention-malformed");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for topic in &catalog.topics {
        let at = topic.at.join("retention");
        let Some(value) = catalog.value_at(topic.item, &at) else {
            continue;
        };
        if value.as_str().is_some_and(is_duration) {
            continue;
        }
        let shown =
            value.as_str().map_or_else(|| value.type_name().to_owned(), |text| format!("`{text}`"));
        let message =
            format!("retention {shown} of topic `{}` is no ISO 8601 duration", topic.full_name());
        let finding = Finding::new(CODE, message, Location::value(&catalog.path(topic.item), at))
            .about(topic.full_name());
        findings.push(
            finding.label("like `P90D`").help("write a duration such as `P90D`, `P2Y` or `PT12H`"),
        );
    }
    findings
}

/// RFC 3339 appendix A: `P` with years, months, days and a time, or with weeks alone.
fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else {
        return false;
    };
    if let Some(weeks) = rest.strip_suffix('W') {
        return !weeks.is_empty() && weeks.bytes().all(|b| b.is_ascii_digit());
    }
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    let date_ok = has_units(date, "YMD");
    let time_ok = time.is_none_or(|time| !time.is_empty() && has_units(time, "HMS"));
    date_ok && time_ok && !rest.is_empty()
}

fn has_units(text: &str, units: &str) -> bool {
    let mut units = units.chars();
    let mut digits = false;
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits = true;
        } else if digits && units.any(|unit| unit == c) {
            digits = false;
        } else {
            return false;
        }
    }
    !digits
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn durations() {
        for good in ["P90D", "P2Y", "P1Y6M", "PT12H", "P1DT30M", "P4W"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "P", "90D", "P90", "PT", "P1D6M", "P1DT", "PD", "P1W2D", "P-1D"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
