//! How a workflow calls the gate: whatever decides whether the call is reached, and with what. Two of these are
//! the same, or the gate may not be called any more.

use serde_json::{Map, Value as Json};

use crate::document::{self, Limits, Syntax, to_json};

/// Keys beside the jobs of systems that list jobs at the top.
const SHARED: [&str; 8] =
    ["before_script", "default", "image", "include", "pool", "stages", "variables", "workflow"];

/// What is around the calls of a workflow; `None` when it is no YAML mapping. Names that only people read, and
/// the versions of actions, do not count: they change without anybody meaning the gate.
pub(super) fn surroundings(text: &str, is_called: &dyn Fn(&str) -> bool) -> Option<Json> {
    let document = document::parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
    let Json::Object(mut top) = to_json(document.value.as_ref()?) else { return None };
    let calls = |value: &Json| called_in(value, is_called);
    match top.get_mut("jobs") {
        Some(Json::Object(jobs)) => jobs.retain(|_, job| calls(job)),
        _ => top.retain(|key, value| SHARED.contains(&key.as_str()) || calls(value)),
    }
    let mut value = Json::Object(top);
    plain(&mut value);
    Some(value)
}

/// The key at the top, or of a job, that differs.
pub(super) fn difference(before: &Json, after: &Json) -> String {
    let differs = |a: &Map<String, Json>, b: &Map<String, Json>| {
        a.keys().chain(b.keys()).find(|key| a.get(*key) != b.get(*key)).cloned()
    };
    let mut way = Vec::new();
    let (mut before, mut after) = (before, after);
    while let (Json::Object(a), Json::Object(b)) = (before, after) {
        let Some(key) = differs(a, b) else { break };
        let next = a.get(&key).zip(b.get(&key));
        way.push(key);
        let Some((a, b)) = next else { break };
        (before, after) = (a, b);
    }
    way.join(".")
}

fn called_in(value: &Json, is_called: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Json::String(text) => text.lines().any(is_called),
        Json::Array(items) => items.iter().any(|item| called_in(item, is_called)),
        Json::Object(members) => members.iter().any(|(key, value)| {
            let text = value.as_str().unwrap_or_default();
            is_called(&format!("{key}: {text}")) || called_in(value, is_called)
        }),
        _ => false,
    }
}

fn plain(value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(plain),
        Json::Object(members) => {
            members.retain(|key, value| {
                !(matches!(key.as_str(), "name" | "run-name") && value.is_string())
            });
            if let Some(Json::String(uses)) = members.get_mut("uses") {
                let end = uses.find('@').unwrap_or(uses.len());
                uses.truncate(end);
            }
            members.values_mut().for_each(plain);
        }
        _ => {}
    }
}
