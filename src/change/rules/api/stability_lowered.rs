//! The stability of an operation is another.

use super::super::{Look, Rule};
use crate::catalog::Operation;
use crate::change::api::ApiPair;
use crate::change::words::shown;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("stability-lowered");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "stability was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The `x-stability` (or `x-stability-level`) of an operation is lower than it was: from stable to beta, from beta to alpha, from alpha to draft.",
        why: "Callers who rely on what was promised lose the promise.",
        bad: "x-stability: stable\n→ x-stability: beta",
        good: "x-stability: stable",
        fix: "Only raise the stability.",
    },
    look: Look::Api(look),
};

const LEVELS: [&str; 4] = ["draft", "alpha", "beta", "stable"];

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let (before, after) = (level(old), level(new));
        if before == after {
            continue;
        }
        let rank = |text: &str| LEVELS.iter().position(|level| *level == text);
        let name = &new.name;
        let (impact, message) = match rank(&after) {
            None => {
                (Impact::Major, format!("stability of `{name}` is `{after}`, which is no level"))
            }
            is => {
                let impact = if is < rank(&before) { Impact::Major } else { Impact::Minor };
                (impact, format!("stability of `{name}` was {before} and is {after}"))
            }
        };
        found.push(pair.change((impact, CODE), message, &new.part.place, Some(&old.part.place)));
    }
}

/// What says nothing is stable.
fn level(operation: &Operation<'_>) -> String {
    let value = operation.part.value;
    let level = value.get("x-stability").or_else(|| value.get("x-stability-level"));
    level.map_or_else(|| "stable".to_owned(), |v| shown(v).trim_matches('"').to_owned())
}
