//! A schema goes by another identifier.

use super::super::{Look, Rule};
use crate::catalog::Kind;
use crate::change::pairs::{Both, absolute_id};
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("identifier-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "`$id` of a schema was changed",
    since: "0.3.0",
    explain: Explain {
        what: "The `$id` of a schema is another, or is gone, while its file stayed where it was.",
        why: "Schemas and documents elsewhere refer to it by that identifier, and find nothing.",
        bad: "\"$id\": \"https://example.com/note.schema.json\"\n→ \"$id\": \"https://example.com/v2/note.schema.json\"",
        good: "\"$id\": \"https://example.com/note.schema.json\"",
        fix: "Keep the identifier, or release a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for (old, new) in both.common(Kind::is_schema) {
        let (Some(before), after) = (absolute_id(both.old, old), absolute_id(both.new, new)) else {
            continue;
        };
        let document = both.new.item(new).and_then(|item| item.document.as_ref());
        // A file that cannot be read says nothing of its identifier.
        if Some(before) == after || document.is_none_or(|document| !document.errors.is_empty()) {
            continue;
        }
        let what = after.map_or("is gone".to_owned(), |after| format!("is `{after}` now"));
        let key = both.new.schemas.get(&new).map_or("$id", |schema| schema.id_keyword());
        let at = both.now(new, &Pointer::root().join(key), Part::Key);
        let was = both.was(old, &Pointer::root().join(key), Part::Key);
        let message = format!("identifier `{before}` {what}");
        let change = both.change(Impact::Major, CODE, message, at).labelled("it is").was(was);
        found.push(change.helped("keep the identifier, or release a major version"));
    }
}
