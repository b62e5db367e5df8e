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
    since: "0.2.0",
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
            json.as_object_mut().map(|map| map.shift_remove("description"));
            json
        };
        let (a, b) = (says(before), says(after));
        if a != b {
            let (impact, what) = match grows(&a, &b) {
                true => (Impact::Minor, "has more scopes"),
                false => (Impact::Major, "was changed"),
            };
            let message = format!("security scheme `{name}` {what}");
            found.push(pair.change((impact, CODE), message, &after.place, Some(&before.place)));
        }
    }
}

/// Whether nothing but members was added, at any depth.
fn grows(old: &serde_json::Value, new: &serde_json::Value) -> bool {
    match (old.as_object(), new.as_object()) {
        (Some(a), Some(b)) => a.iter().all(|(k, v)| b.get(k).is_some_and(|w| grows(v, w))),
        _ => old == new,
    }
}
