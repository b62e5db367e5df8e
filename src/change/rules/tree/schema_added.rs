//! A schema file is new.

use super::super::{Look, Rule};
use crate::catalog::Kind;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema is new",
    since: "0.1.0",
    explain: Explain {
        what: "The new tree has a schema that the old one did not have.",
        why: "Consumers may use it.",
        bad: "(nothing)",
        good: "storage/schemas/note.schema.json",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for new in both.added(Kind::is_schema) {
        let message = format!("schema `{}` is new", both.new.path(new));
        let at = both.now(new, &Pointer::root(), Part::Value);
        found.push(both.change(Impact::Minor, CODE, message, at).labelled("new"));
    }
}
