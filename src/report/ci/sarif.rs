//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>). Columns are counted in
//! Unicode code points, as `document::LineIndex` counts them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::super::escape::visible;
use super::{View, lines};
use crate::finding::{Code, Level, Location};
use crate::gate::{self, Item};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The folder that paths count from, as GitHub calls it.
const TOP: &str = "%SRCROOT%";

/// What a path keeps: unreserved characters and slashes (RFC 3986, sections 2.3 and 4.2).
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

pub(super) fn render(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let codes: BTreeMap<&str, Code> =
        view.items.iter().map(|item| (item.finding.code.as_str(), item.finding.code)).collect();
    let index: BTreeMap<&str, usize> = codes.keys().enumerate().map(|(i, c)| (*c, i)).collect();
    let mut run = json!({
        "tool": {"driver": {
            "name": env!("CARGO_PKG_NAME"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": codes.values().map(|code| rule(*code)).collect::<Vec<_>>(),
        }},
        "invocations": [invocation(view)],
        "originalUriBaseIds": {TOP: {"description": {"text": "the top of the repository"}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
    });
    // Without a scan there are no results, not even none: an empty list would close what is open.
    if view.nothing.is_none()
        && let Some(run) = run.as_object_mut()
    {
        let results = view.items.iter().map(|item| result(view, item, &index));
        run.insert("results".to_owned(), results.collect());
    }
    let log = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    serde_json::to_writer_pretty(&mut *out, &log).map_err(io::Error::from)?;
    writeln!(out)
}

fn invocation(view: &View<'_>) -> Value {
    let Some(nothing) = view.nothing else { return json!({"executionSuccessful": true}) };
    let said = [Some(&nothing.message), nothing.help.as_ref()];
    let said: Vec<String> = said.into_iter().flatten().map(|text| visible(text)).collect();
    json!({
        "executionSuccessful": false,
        "exitCode": nothing.exit_code,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": unlinked(&said.join("\n"))}},
        ],
    })
}

fn rule(code: Code) -> Value {
    let Some((summary, explain)) = gate::explained(code) else {
        return json!({"id": code.as_str()});
    };
    let help = format!(
        "Why: {}\nHow to fix: {}\n`contract-guard explain {code}` shows an example.",
        explain.why, explain.fix
    );
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": explain.what},
        "help": {"text": help},
    })
}

fn result(view: &View<'_>, item: &Item, index: &BTreeMap<&str, usize>) -> Value {
    let finding = &item.finding;
    let code = finding.code.as_str();
    let related = finding.related.iter().map(|related| {
        let mut place = location(view, &related.location);
        place.insert("message".into(), json!({"text": unlinked(&visible(&related.label))}));
        place
    });
    // Where one result says whether it is suppressed, all must (section 3.27.23).
    let suppressions = item.waived.iter().map(|waived| {
        let why = format!("{} (until {}, {})", waived.reason, waived.until, waived.owner);
        json!({"kind": "external", "status": "accepted", "justification": visible(&why)})
    });
    json!({
        "ruleId": code,
        "ruleIndex": index.get(code),
        "level": match item.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
            Level::Off => "none",
        },
        "message": {"text": unlinked(&lines(item).join("\n"))},
        "locations": [location(view, &finding.primary)],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": {"contractGuard/v1": item.fingerprint},
        "suppressions": suppressions.collect::<Vec<_>>(),
    })
}

fn location(view: &View<'_>, location: &Location) -> Map<String, Value> {
    let path = view.path(location);
    let uri = utf8_percent_encode(&path, ENCODED).to_string();
    let mut physical = Map::new();
    physical.insert("artifactLocation".into(), json!({"uri": uri, "uriBaseId": TOP}));
    if let Some((start, end)) = view.region(location) {
        let region = json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        });
        physical.insert("region".into(), region);
    }
    let mut place = Map::new();
    place.insert("physicalLocation".into(), physical.into());
    if !location.pointer.is_root() {
        let name = json!([{"fullyQualifiedName": location.pointer.as_str()}]);
        place.insert("logicalLocations".into(), name);
    }
    place
}

/// Text in which nothing is a link to elsewhere (section 3.11.6).
fn unlinked(text: &str) -> String {
    text.replace("](", "\\](")
}
