//! A security scheme is another.

use super::super::{Look, Rule};
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::api::schemes;
use crate::change::{Change, Impact};
use crate::document::{Part, to_json};
use crate::finding::Location;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("security-scheme-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "security scheme was changed",
    since: "0.1.0",
    explain: Explain {
        what: "A declared security scheme is gone, or its type, place, name, URL or scopes are not what they were.",
        why: "Callers present what the scheme says, where it says.",
        bad: "bearer: {type: http, scheme: bearer}\n→ bearer: {type: apiKey, in: header, name: X-Key}",
        good: "bearer: {type: http, scheme: bearer}",
        fix: "Add a new scheme beside the old one.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    let (was, is) = (schemes(&pair.old), schemes(&pair.new));
    let (both, gone, added) = ApiPair::keys(&was, &is);
    for (name, part) in gone.iter().filter_map(|name| Some((name, was.get(name)?))) {
        let message = format!("security scheme `{name}` is gone");
        let at = Location::file(&pair.both.old.path(part.place.0));
        let place = pair.both.was(part.place.0, &part.place.1, Part::Key);
        let change = pair.both.change(Impact::Major, CODE, message, at).labelled("missing here");
        found.push(change.was(place));
    }
    for (name, part) in added.iter().filter_map(|name| Some((name, is.get(name)?))) {
        let message = format!("security scheme `{name}` is new");
        found.push(pair.change((Impact::Minor, CODE), message, &part.place, None));
    }
    for name in &both {
        let (Some(before), Some(after)) = (was.get(name), is.get(name)) else { continue };
        let says = |part: &ApiPart<'_>| {
            let mut json = to_json(part.value);
            plain(&mut json);
            json
        };
        let (a, b) = (says(before), says(after));
        if a != b {
            let (impact, what) = match grows(&a, &b) {
                true => (Impact::Minor, "says more than it did"),
                false => (Impact::Major, "was changed"),
            };
            let message = format!("security scheme `{name}` {what}");
            found.push(pair.change((impact, CODE), message, &after.place, Some(&before.place)));
        }
    }
}

/// Leaves out what nobody acts on: descriptions, those of scopes included; the case of schemes (RFC 9110,
/// section 11.1) and of header names.
fn plain(json: &mut serde_json::Value) {
    let Some(map) = json.as_object_mut() else { return };
    map.shift_remove("description");
    map.shift_remove("bearerFormat");
    let is_header = map.get("in").and_then(|v| v.as_str()) == Some("header");
    for key in ["scheme"].into_iter().chain(is_header.then_some("name")) {
        if let Some(text) = map.get(key).and_then(|v| v.as_str()).map(str::to_ascii_lowercase) {
            map.insert(key.to_owned(), text.into());
        }
    }
    let flows = map.get_mut("flows").and_then(|flows| flows.as_object_mut());
    for flow in flows.into_iter().flat_map(|flows| flows.values_mut()) {
        let scopes = flow.get_mut("scopes").and_then(|scopes| scopes.as_object_mut());
        scopes.into_iter().flat_map(|s| s.values_mut()).for_each(|text| *text = true.into());
    }
}

/// Whether nothing but members was added, at any depth.
fn grows(old: &serde_json::Value, new: &serde_json::Value) -> bool {
    match (old.as_object(), new.as_object()) {
        (Some(a), Some(b)) => a.iter().all(|(k, v)| b.get(k).is_some_and(|w| grows(v, w))),
        _ => old == new,
    }
}
