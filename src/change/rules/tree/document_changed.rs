//! Something that no contract hangs on is another.

use super::super::{Look, Rule};
use crate::catalog::{Catalog, ItemId, Kind, WAIVERS};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::to_json;
use crate::finding::Location;
use crate::finding::{Code, Explain};
use crate::tree::ArtifactPath;
use std::collections::BTreeSet;

pub(in crate::change) const CODE: Code = Code("document-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "document was changed",
    since: "0.1.0",
    explain: Explain {
        what: "An example, a guide or another file that is no contract by itself was added, removed or changed; or a policy or another catalog says something else of which no rule knows what it means. For a policy that is unproven.",
        why: "Nobody can break over a guide, but a release should say so. What a policy says somebody acts on.",
        bad: "README.md\n→ README.md, with another text",
        good: "README.md",
        fix: "Nothing.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    let is_text =
        |kind| matches!(kind, Kind::Example | Kind::Migration | Kind::Consumer | Kind::Other);
    let mut push = |path: &ArtifactPath, what: &str| {
        // What is accepted of the contracts is no part of them.
        if both.new.tree.below_root(path) == WAIVERS {
            return;
        }
        let message = format!("`{path}` {what}");
        found.push(both.change(Impact::Patch, CODE, message, Location::file(path)).labelled(what));
    };
    for (old, new) in both.common(is_text) {
        if says(both.old, old) != says(both.new, new) {
            push(&both.new.path(new), "was changed");
        }
    }
    both.added(is_text).into_iter().for_each(|new| push(&both.new.path(new), "is new"));
    both.removed(is_text).into_iter().for_each(|old| push(&both.old.path(old), "is gone"));
}

/// Files of the contracts that say something else, of which no rule has said anything. Whoever reads a policy
/// acts on all of it.
pub(in crate::change) fn untold(both: &Both<'_>, found: &mut Vec<Change>) {
    let is_data = |kind| {
        matches!(kind, Kind::Policy | Kind::Metrics | Kind::Traces | Kind::Logs | Kind::Topics)
    };
    let told: BTreeSet<ArtifactPath> =
        found.iter().map(|change| change.finding.primary.artifact.clone()).collect();
    for (old, new) in both.common(is_data) {
        let path = both.new.path(new);
        if told.contains(&path) || says(both.old, old) == says(both.new, new) {
            continue;
        }
        let is_policy = both.new.item(new).is_some_and(|item| item.kind == Kind::Policy);
        let impact = if is_policy { Impact::Unproven } else { Impact::Patch };
        let message = format!("`{path}` was changed in a way that no rule knows");
        let change = both.change(impact, CODE, message, Location::file(&path));
        found.push(change.labelled("was changed"));
    }
}

/// What a file says: its value, or its text without regard to line endings.
fn says(catalog: &Catalog, item: ItemId) -> (Option<serde_json::Value>, Vec<u8>) {
    if let Some((item, value)) = catalog.item(item).and_then(|i| Some((i, i.value()?))) {
        let mut value = to_json(value);
        // The version of the set, said again: it changes with every release.
        if let (Kind::Topics, Some(members)) = (item.kind, value.as_object_mut()) {
            members.remove("version");
        }
        return (Some(value), Vec::new());
    }
    let bytes = catalog.tree.get(&catalog.path(item)).map(|a| a.bytes.to_vec());
    let mut text: Vec<u8> = bytes.unwrap_or_default().into_iter().filter(|b| *b != b'\r').collect();
    while text.last() == Some(&b'\n') {
        text.pop();
    }
    (None, text)
}
