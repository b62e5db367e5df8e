//! A schema file is gone.

use super::super::{Look, Rule};
use crate::catalog::{Catalog, ItemId, Kind};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer, to_json};
use crate::finding::Location;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema is gone",
    since: "0.1.0",
    explain: Explain {
        what: "A schema of the old tree has no counterpart in the new one: none at its path, none with its `$id`.",
        why: "Whoever refers to it, or holds documents of it, has nothing to go by.",
        bad: "storage/schemas/note.schema.json\n→ (nothing)",
        good: "storage/schemas/note.schema.json, with \"deprecated\": true",
        fix: "Deprecate it first, and remove it with a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for old in both.removed(Kind::is_schema) {
        let path = both.old.path(old);
        let is_same = |new: &ItemId| json(both.new, *new) == json(both.old, old);
        let twin = both.added(Kind::is_schema).into_iter().find(is_same);
        let message = match twin {
            Some(new) => {
                format!("schema `{path}` is gone; it is probably `{}` now", both.new.path(new))
            }
            None => format!("schema `{path}` is gone"),
        };
        let was = both.was(old, &Pointer::root(), Part::Value);
        let mut change = both.change(Impact::Major, CODE, message, Location::file(&path));
        change.finding =
            change.finding.label("was here").related(was, "it was").about(path.as_str());
        change.finding = change.finding.help("keep it, marked `deprecated`, until a major version");
        found.push(change);
    }
}

fn json(catalog: &Catalog, item: ItemId) -> Option<serde_json::Value> {
    catalog.item(item)?.value().map(to_json)
}
