//! The code quality report of GitLab
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::escape::visible;
use super::{View, lines};
use crate::finding::Level;
use crate::gate::Item;

pub(super) fn render(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut entries: Vec<Value> = Vec::new();
    for item in &view.items {
        let times = seen.entry(&item.fingerprint).or_default();
        *times += 1;
        // Two findings about one thing: GitLab drops what has the fingerprint of another.
        let fingerprint = match *times {
            1 => item.fingerprint.clone(),
            n => format!("{}-{n}", item.fingerprint),
        };
        let location = &item.finding.primary;
        let line = view.region(location).map_or(1, |(start, _)| start.line);
        entries.push(entry(
            &lines(item).join("\n"),
            item.finding.code.as_str(),
            &fingerprint,
            severity(item),
            (&view.path(location), line),
        ));
    }
    if let Some(nothing) = view.nothing {
        let message = format!("no verdict: {}", visible(&nothing.message));
        entries.push(entry(&message, "no-verdict", "no-verdict", "blocker", ("contracts", 1)));
    }
    serde_json::to_writer_pretty(&mut *out, &entries).map_err(io::Error::from)?;
    writeln!(out)
}

fn entry(
    description: &str,
    check: &str,
    fingerprint: &str,
    severity: &str,
    (path, line): (&str, usize),
) -> Value {
    json!({
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    })
}

/// GitLab knows no waivers: what is waived is shown at its lowest.
fn severity(item: &Item) -> &'static str {
    match item.level {
        _ if item.waived.is_some() => "info",
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Note | Level::Off => "info",
    }
}
