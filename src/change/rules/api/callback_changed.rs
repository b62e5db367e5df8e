//! A callback is gone or new.

use super::super::{Look, Rule};
use crate::catalog::Catalog;
use crate::catalog::Operation;
use crate::change::api::ApiPair;
use crate::change::pairs::Place;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};
use std::collections::BTreeMap;

pub(in crate::change) const CODE: Code = Code("callback-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "callback was changed",
    since: "0.1.0",
    explain: Explain {
        what: "An operation calls back no longer, or to a place that it did not call.",
        why: "Who waits for the call waits in vain; who does not know it is called by surprise.",
        bad: "callbacks: {onNote: …}\n→ (nothing)",
        good: "callbacks: {onNote: …}",
        fix: "Keep it, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let calls = |catalog, operation: &Operation<'_>| names(catalog, operation);
        let (was, is) = (calls(pair.both.old, old), calls(pair.both.new, new));
        let (_, gone, added) = ApiPair::keys(&was, &is);
        for name in &gone {
            let message = format!("callback `{name}` of `{}` is gone", new.name);
            found.push(pair.change((Impact::Major, CODE), message, &new.part.place, was.get(name)));
        }
        for (name, place) in added.iter().filter_map(|name| Some((name, is.get(name)?))) {
            let message = format!("callback `{name}` of `{}` is new", new.name);
            found.push(pair.change((Impact::Minor, CODE), message, place, None));
        }
    }
}

/// Callbacks with expression and method: `onNote {$request.body#/url} POST`.
fn names(catalog: &Catalog, operation: &Operation<'_>) -> BTreeMap<String, Place> {
    let mut found = BTreeMap::new();
    let Some(item) = operation.part.value.get("callbacks") else { return found };
    let (file, at) = (&operation.part.place.0, operation.part.place.1.join("callbacks"));
    for member in item.members() {
        let mut place = (*file, at.join(&member.key));
        if let Some((item, at)) =
            catalog.reference_at(place.0, &place.1).and_then(|r| r.target.place())
        {
            place = (item, at.clone());
        }
        let Some(value) = catalog.value_at(place.0, &place.1) else { continue };
        for path in value.members() {
            for method in path.value.members() {
                let name = format!("{} {} {}", member.key, path.key, method.key.to_uppercase());
                found.insert(name, (place.0, place.1.join(&path.key).join(&method.key)));
            }
        }
    }
    found
}
