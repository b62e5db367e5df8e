//! A schema lies elsewhere, under the same `$id`.

use super::super::{Look, Rule};
use crate::catalog::Kind;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-moved");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema lies elsewhere",
    since: "0.1.0",
    explain: Explain {
        what: "A schema has another path, and its `$id` is what it was.",
        why: "Who refers to it by `$id` notices nothing; who refers to it by path has to follow.",
        bad: "storage/note.schema.json\n→ storage/schemas/note.schema.json",
        good: "the same `$id` in both",
        fix: "Nothing: release it as a patch.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for (old, new) in both.common(Kind::is_schema) {
        let (before, after) = (both.old.path(old), both.new.path(new));
        if before != after {
            let message = format!("schema `{before}` lies at `{after}` now, under the same `$id`");
            let at = both.now(new, &Pointer::root(), Part::Value);
            found.push(both.change(Impact::Patch, CODE, message, at).labelled("it is here now"));
        }
    }
}
