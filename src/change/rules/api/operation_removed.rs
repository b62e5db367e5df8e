//! An operation is gone.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::Location;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("operation-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "operation is gone",
    since: "0.1.0",
    explain: Explain {
        what: "No document of the new tree has the operation, whatever its parameters are called and in whatever file it was.",
        why: "Callers get 404 or 405.",
        bad: "paths: {/notes: {get: …}}\n→ paths: {}",
        good: "paths: {/notes: {get: {deprecated: true, x-sunset: 2027-06-30}}}",
        fix: "Deprecate it first, with a sunset date, and remove it with a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    let (_, gone, _) = ApiPair::keys(&pair.old.operations, &pair.new.operations);
    for operation in gone.iter().filter_map(|key| pair.old.operations.get(key)) {
        let deprecated = match operation.part.is_true("deprecated") {
            true => "it was deprecated",
            false => "it was not deprecated before",
        };
        let message = format!("operation `{}` is gone; {deprecated}", operation.name);
        let place = &operation.part.place;
        let at = Location::file(&pair.both.old.path(place.0));
        let was = pair.both.was(place.0, &place.1, Part::Key);
        let change = pair.both.change(Impact::Major, CODE, message, at).labelled("missing here");
        found.push(change.was(was).helped("keep it, deprecated, until a major version"));
    }
}
