//! A named entry of a policy or a signal is new.

use super::super::{Look, Rule};
use crate::change::entries::{Entry, NOUNS, named};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("entry-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "named entry is new",
    since: "0.1.0",
    explain: Explain {
        what: "A band, role, capability, binding, attribute, policy rule, metric, span, log event or log field is new. A rule that denies is a break: it takes rights away.",
        why: "Others may refer to it.",
        bad: "roles: []",
        good: "roles:\n  - name: auditor",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for noun in NOUNS {
        let (before, after) = (named(both.old, noun), named(both.new, noun));
        for (name, entry) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            // A renamed one is said to be gone, once.
            let is_twin = |(old, e): (&String, &Entry<'_>)| {
                !after.contains_key(old) && e.says().is_some() && e.says() == entry.says()
            };
            if before.iter().any(is_twin) {
                continue;
            }
            let message = format!("{} `{name}` is new", noun.name);
            let at = both.now(entry.item, &entry.at, Part::Value);
            // Who was allowed may be denied now.
            let impact = if entry.denies() { Impact::Major } else { Impact::Minor };
            found.push(both.change(impact, CODE, message, at).labelled("new"));
        }
    }
}
