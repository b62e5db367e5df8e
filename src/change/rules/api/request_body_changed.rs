//! A request body comes, goes, or is required.

use super::super::{Look, Rule};
use crate::change::api::{ApiPair, demand};
use crate::change::rules::refused;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("request-body-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "request body was changed",
    since: "0.1.0",
    explain: Explain {
        what: "An operation has a request body that it did not have, has it no longer, or requires it, or not any more.",
        why: "A call without a body is refused, or the body that is sent is ignored.",
        bad: "requestBody: {required: false}\n→ requestBody: {required: true}",
        good: "requestBody: {required: false}",
        fix: "Make the body optional, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let before = old.part.member(pair.both.old, "requestBody");
        let after = new.part.member(pair.both.new, "requestBody");
        let (impact, what) = match (&before, &after) {
            (None, Some(body)) if body.is_true("required") => {
                (demand(new, true), "is new and required")
            }
            (None, Some(_)) => (Impact::Minor, "is new"),
            (Some(_), None) => (Impact::Major, "is gone"),
            (Some(a), Some(b)) => match (a.is_true("required"), b.is_true("required")) {
                (false, true) => (demand(new, true), "is required now"),
                (true, false) => (demand(new, false), "may be left out now"),
                _ => continue,
            },
            (None, None) => continue,
        };
        let message = format!("request body of `{}` {what}", new.name);
        let now = after.as_ref().map_or(&new.part.place, |body| &body.place);
        let mut change =
            pair.change((impact, CODE), message, now, before.as_ref().map(|body| &body.place));
        if impact == Impact::Major && after.is_some() && !new.sends {
            change.finding.witness = Some(refused(&format!("{} without a body", new.name)));
        }
        found.push(change);
    }
}
