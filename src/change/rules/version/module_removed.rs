//! A module is gone.

use super::super::{Look, Rule};
use crate::catalog::{Catalog, ItemId};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain};
use std::collections::BTreeMap;

pub(in crate::change) const CODE: Code = Code("module-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "module is gone",
    since: "0.1.0",
    explain: Explain {
        what: "A module of the old tree has no file left in the new one.",
        why: "Whoever depends on the module has nothing to depend on.",
        bad: "modules/notes/\n→ (nothing)",
        good: "modules/notes/",
        fix: "Keep it until a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    let (before, after) = (modules(both.old), modules(both.new));
    for (name, item) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        let message = format!("module `{name}` is gone");
        let was = both.was(*item, &Pointer::root(), Part::Value);
        let at = Location::file(&both.old.path(*item));
        let mut change = both.change(Impact::Major, CODE, message, at).labelled("missing here");
        change.module = None;
        found.push(change.was(was).helped("keep it until a major version"));
    }
}

/// Modules by name, with their first file.
pub(super) fn modules(catalog: &Catalog) -> BTreeMap<String, ItemId> {
    let mut found = BTreeMap::new();
    for (id, item) in catalog.items.iter().enumerate() {
        if let Some(module) = &item.module {
            found.entry(module.clone()).or_insert(id);
        }
    }
    found
}
