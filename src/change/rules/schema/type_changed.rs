//! The types of a value are others.

use super::super::{Look, Rule};
use crate::change::node::Node;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::document::{Data, Value};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("type-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "type was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The JSON types that a value may have are not what they were.",
        why: "A value of a type that is gone was valid and is not any more.",
        bad: "\"size\": {\"type\": \"string\"}\n→ \"size\": {\"type\": \"integer\"}",
        good: "\"size\": {\"type\": [\"string\", \"integer\"]}",
        fix: "Add the new type beside the old one, or release a major version with a migration.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (old, new) = (pair.old.first("type"), pair.new.first("type"));
    // OpenAPI 3.0 says it beside the type.
    let nullable = |node: &Node<'_>| {
        node.first("nullable").is_some_and(|(_, value)| value.data == Data::Bool(true))
    };
    let names = |value: Option<&(_, &Value)>, node| match (value, nullable(node)) {
        (Some((_, value)), true) => format!("{} or null", shown(value)),
        (Some((_, value)), false) => shown(value),
        (None, _) => "any type".to_owned(),
    };
    let (before, after) = (names(old.as_ref(), &pair.old), names(new.as_ref(), &pair.new));
    if before != after {
        let message = format!("type of {} was {before} and is {after}", pair.subject());
        let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
        found.push(pair.propose((Nature::Either, Edit::Keyword("type")), CODE, message, now, was));
    }
}
