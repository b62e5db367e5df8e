//! An `operationId` is another.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("operation-id-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "operationId was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The `operationId` of an operation is not what it was.",
        why: "Generated clients name their functions by it.",
        bad: "operationId: listNotes\n→ operationId: getNotes",
        good: "operationId: listNotes",
        fix: "Keep it, or tell users of generated clients.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let (before, after) =
            (old.part.value.str_at("operationId"), new.part.value.str_at("operationId"));
        if before == after {
            continue;
        }
        let word = |id: Option<&str>| id.map_or("absent".to_owned(), |id| format!("`{id}`"));
        let (was, is) = (word(before), word(after));
        let message = format!("operationId of `{}` was {was} and is {is}", new.name);
        let impact = if before.is_some() { Impact::Minor } else { Impact::Patch };
        found.push(pair.change((impact, CODE), message, &new.part.place, Some(&old.part.place)));
    }
}
