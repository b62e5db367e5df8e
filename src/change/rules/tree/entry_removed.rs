//! A named entry of a policy or a signal is gone.

use super::super::{Look, Rule};
use crate::change::entries::{Entry, NOUNS, named};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::Location;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("entry-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "named entry is gone",
    since: "0.1.0",
    explain: Explain {
        what: "A band, role, capability, binding, attribute, policy rule, metric, span, log event or log field is gone.",
        why: "What refers to it by name finds nothing: bindings, dashboards, alerts, code.",
        bad: "roles:\n  - name: auditor\n→ roles: []",
        good: "roles:\n  - name: auditor",
        fix: "Keep it until a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for noun in NOUNS {
        let (before, after) = (named(both.old, noun), named(both.new, noun));
        for (name, entry) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            let is_twin = |(other, new): &(&String, &Entry<'_>)| {
                !before.contains_key(*other) && new.says().is_some() && new.says() == entry.says()
            };
            let twin = after.iter().find(is_twin).map(|(other, _)| other);
            let what = noun.name;
            let message = match twin {
                Some(twin) => format!("{what} `{name}` is gone; it is probably `{twin}` now"),
                None => format!("{what} `{name}` is gone"),
            };
            let was = both.was(entry.item, &entry.at, Part::Value);
            let at = Location::file(&both.old.path(entry.item));
            let change = both.change(Impact::Major, CODE, message, at).labelled("missing here");
            found.push(change.was(was).helped("keep it until a major version"));
        }
    }
}
