//! A module is new.

use super::super::{Look, Rule};
use super::module_removed::modules;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("module-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "module is new",
    since: "0.1.0",
    explain: Explain {
        what: "The new tree has a module that the old one did not have.",
        why: "Others may depend on it.",
        bad: "(nothing)",
        good: "modules/notes/",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    let (before, after) = (modules(both.old), modules(both.new));
    for (name, item) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let message = format!("module `{name}` is new");
        let at = both.now(*item, &Pointer::root(), Part::Value);
        let mut change = both.change(Impact::Minor, CODE, message, at).labelled("new");
        change.module = None;
        found.push(change);
    }
}
