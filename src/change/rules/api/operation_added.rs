//! An operation is new.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("operation-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "operation is new",
    since: "0.1.0",
    explain: Explain {
        what: "The new tree has an operation that the old one did not have.",
        why: "Callers may use it.",
        bad: "paths: {}",
        good: "paths: {/notes: {get: …}}",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    let (_, _, new) = ApiPair::keys(&pair.old.operations, &pair.new.operations);
    for operation in new.iter().filter_map(|key| pair.new.operations.get(key)) {
        let message = format!("operation `{}` is new", operation.name);
        found.push(pair.change((Impact::Minor, CODE), message, &operation.part.place, None));
    }
}
