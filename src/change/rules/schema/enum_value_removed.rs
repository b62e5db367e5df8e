//! A value of an enumeration is gone.

use std::collections::HashSet;

use super::super::{Look, Rule};
use crate::change::node::Node;
use crate::change::pairs::{Edit, Nature, Place, Proposal, SchemaPair};
use crate::change::words::clipped;
use crate::document::to_json;
use crate::finding::{Code, Explain};
use serde_json::Value as Json;

pub(in crate::change) const CODE: Code = Code("enum-value-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "value is no longer allowed",
    since: "0.1.0",
    explain: Explain {
        what: "A value that `enum` or `const` allowed is not allowed any more.",
        why: "Documents that carry it were valid and are not any more.",
        bad: "\"enum\": [\"draft\", \"final\"]\n→ \"enum\": [\"final\"]",
        good: "\"enum\": [\"draft\", \"final\"]",
        fix: "Keep the value; let nobody write it any more.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (values(&pair.old), values(&pair.new));
    if before.is_empty() {
        return;
    }
    let kept: HashSet<String> = after.iter().map(|(value, _)| value.to_string()).collect();
    let gone: Vec<_> = before
        .iter()
        .filter(|(value, _)| !after.is_empty() && !kept.contains(&value.to_string()))
        .collect();
    if let [(value, place), _, ..] = gone.as_slice()
        && gone.len() > MOST
    {
        // Each would be proven by itself, against all of the others.
        let message = format!(
            "{} may not be {} values any more, such as {}",
            pair.subject(),
            gone.len(),
            clipped(&value.to_string())
        );
        let nature = (Nature::Narrows, Edit::Keyword("enum"));
        found.push(pair.propose(nature, CODE, message, None, Some(place.clone())));
        return;
    }
    for (value, place) in gone {
        let message =
            format!("{} may not be {} any more", pair.subject(), clipped(&value.to_string()));
        let place = Some(place.clone());
        found.push(pair.propose(
            (Nature::Narrows, Edit::Keyword("enum")),
            CODE,
            message,
            None,
            place,
        ));
    }
}

/// Values that are told one by one.
const MOST: usize = 24;

/// The values that `enum` and `const` allow.
pub(super) fn values(node: &Node<'_>) -> Vec<(Json, Place)> {
    let listed = node.all("enum").into_iter().flat_map(|((item, at), list)| {
        let items = list.items().iter().enumerate();
        items.map(move |(i, v)| (to_json(v), (item, at.index(i)))).collect::<Vec<_>>()
    });
    let single = node.all("const").into_iter().map(|(place, v)| (to_json(v), place));
    listed.chain(single).collect()
}
