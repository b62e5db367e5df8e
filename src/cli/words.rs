//! Numbers and lines as users read them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::list::aligned;
use super::{Failure, Refused};
use crate::freeze::{Legacy, Recovered, Refusal};

/// `1 file`, `2 files`
pub(super) fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// `512 B`, `1.9 MB`
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    for unit in ["kB", "MB", "GB"] {
        value /= 1000.0;
        if value < 999.95 {
            return format!("{value:.1} {unit}");
        }
    }
    format!("{:.1} TB", value / 1000.0)
}

/// The time to record: `given`, checked, or now, in whole seconds.
pub(super) fn time(given: Option<&str>) -> Result<String, Failure> {
    let stamp = match given {
        Some(text) => text.parse::<jiff::Timestamp>().map_err(|_| {
            let help = Some("write a time such as 2026-11-20T12:00:00Z".to_owned());
            Failure::Usage(format!("`{text}` is no RFC 3339 time"), help)
        })?,
        None => jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default(),
    };
    let whole = jiff::Timestamp::from_second(stamp.as_second()).unwrap_or(stamp);
    Ok(whole.to_string())
}

/// The day of a time, and today without one (UTC).
pub(super) fn day(given: Option<&str>) -> Result<jiff::civil::Date, Failure> {
    Ok(time(given)?.get(..10).and_then(|day| day.parse().ok()).unwrap_or_default())
}

pub(super) fn refused(refusal: &Refusal) -> Failure {
    let details = match refusal {
        Refusal::Unfreezable(files) => {
            files.iter().map(|(path, reason)| format!("`{path}` {reason}")).collect()
        }
        _ => Vec::new(),
    };
    let (message, help) = (refusal.to_string(), Some(refusal.help()));
    Failure::Refused(Refused { message, details, help, code: 1 })
}

/// How many artifacts came back in which way: `178 as stored, 354 LF to CRLF`.
pub(super) fn legacy_summary(legacy: &Legacy) -> String {
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for artifact in &legacy.artifacts {
        *groups.entry(artifact.how.group()).or_default() += 1;
    }
    let groups: Vec<String> = groups.iter().map(|(group, n)| format!("{n} {group}")).collect();
    groups.join(", ")
}

/// How each artifact came back, a line each.
pub(super) fn legacy_report(legacy: &Legacy) -> String {
    let row = |artifact: &Recovered| {
        vec![String::new(), artifact.how.to_string(), artifact.path.to_string()]
    };
    aligned(&legacy.artifacts.iter().map(row).collect::<Vec<_>>())
}
