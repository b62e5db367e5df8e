//! An operation or parameter is deprecated, or not any more.

use super::super::{Look, Rule};
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("operation-deprecated");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "deprecation was changed",
    since: "0.1.0",
    explain: Explain {
        what: "`deprecated` of an operation or of a parameter is not what it was.",
        why: "A deprecation tells callers to move away.",
        bad: "get: {}",
        good: "get: {deprecated: true, x-sunset: 2027-06-30}",
        fix: "Nothing: say in the changelog what replaces it.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    let mut say = |what: String, old: &ApiPart<'_>, new: &ApiPart<'_>| {
        let message = match (old.is_true("deprecated"), new.is_true("deprecated")) {
            (false, true) => format!("{what} is deprecated now"),
            (true, false) => format!("{what} is not deprecated any more"),
            _ => return,
        };
        found.push(pair.change((Impact::Minor, CODE), message, &new.place, Some(&old.place)));
    };
    for (old, new) in pair.common() {
        say(format!("operation `{}`", new.name), &old.part, &new.part);
        for (key, before) in &old.parameters {
            if let Some(after) = new.parameters.get(key) {
                say(format!("parameter `{}` of `{}`", key.1, new.name), before, after);
            }
        }
    }
}
