//! A caller must show something else.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::api::{Requirement, alternatives};
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};
use std::collections::BTreeSet;

pub(in crate::change) const CODE: Code = Code("security-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "security was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The alternatives of schemes and scopes that an operation accepts are not what they were, the global ones included.",
        why: "A caller with what sufficed is refused; or one who was refused is let in.",
        bad: "security: [{bearer: []}]\n→ security: [{bearer: [admin]}]",
        good: "security: [{bearer: []}]",
        fix: "Only add alternatives, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let (before, after) = (alternatives(old), alternatives(new));
        if before == after {
            continue;
        }
        // Who shows `shown` is let in when it has all that one alternative asks for.
        let lets_in = |asked: &[Requirement], shown: &Requirement| {
            asked.is_empty()
                || asked.iter().any(|one| {
                    one.iter().all(|(scheme, scopes)| {
                        shown.get(scheme).is_some_and(|have| scopes.is_subset(have))
                    })
                })
        };
        let nothing = [Requirement::new()];
        let shown = if before.is_empty() { &nothing[..] } else { &before[..] };
        let refused_one = shown.iter().find(|shown| !lets_in(&after, shown));
        let name = &new.name;
        let (impact, message) = match refused_one {
            Some(shown) => {
                (Impact::Major, format!("`{name}` refuses callers with {}", words(shown)))
            }
            None => (Impact::Minor, format!("`{name}` lets more callers in")),
        };
        let place = Some(&old.part.place);
        found.push(pair.change((impact, CODE), message, &new.part.place, place));
    }
}

fn words(shown: &Requirement) -> String {
    let one = |(scheme, scopes): (&String, &BTreeSet<String>)| match scopes.is_empty() {
        true => format!("`{scheme}`"),
        false => {
            format!("`{scheme}` for {}", scopes.iter().cloned().collect::<Vec<_>>().join(", "))
        }
    };
    match shown.is_empty() {
        true => "no credentials".to_owned(),
        false => shown.iter().map(one).collect::<Vec<_>>().join(" and "),
    }
}
