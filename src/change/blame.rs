//! Where a schema breaks, for somebody who looks at a part of it: rules may speak of one break and leave another
//! in its shadow. Asked only through the eyes of a consumer; whoever looks at the whole needs one break.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::effects::Effect;
use super::node::Node;
use super::pairs::{Both, Place, SchemaPair};
use super::rules::{self, schema};
use super::schema::{Below, Lens, below};
use super::{Change, Eyes, Impact};
use crate::catalog::KEYWORDS;
use crate::document::{Part, to_json};
use crate::finding::Code;

/// Rules that speak of one member of the node at which they speak.
const OF_MEMBERS: [Code; 5] = [
    schema::property_added::CODE,
    schema::property_removed::CODE,
    schema::property_renamed::CODE,
    schema::required_added::CODE,
    schema::required_removed::CODE,
];

/// Keywords whose parts are compared by themselves, of which members are told one by one, or which say nothing
/// of documents.
const ASIDE: [&str; 18] = [
    "properties",
    "required",
    "items",
    "prefixItems",
    "contains",
    "propertyNames",
    "$ref",
    "allOf",
    "$defs",
    "definitions",
    "$id",
    "$schema",
    "$comment",
    "title",
    "description",
    "examples",
    "deprecated",
    "x-stability",
];

/// A break that was told: the nodes that it is at, and the rule.
pub(super) type Told = (Place, Place, Code);

/// Names the innermost parts that break and of which nothing was told.
pub(super) fn localize(
    both: &Both<'_>,
    (old, new): (&Place, &Place),
    path: &str,
    lens: &Lens,
    told: &[Told],
) -> Vec<Change> {
    let mut search = Search { both, lens, told, seen: BTreeSet::new(), found: Vec::new() };
    let (old, new) = (old.clone(), new.clone());
    search.visit(Below { old, new, path: path.to_owned(), is_alternative: false });
    search.found
}

struct Search<'s, 'c> {
    both: &'s Both<'c>,
    lens: &'s Lens,
    told: &'s [Told],
    seen: BTreeSet<(Place, Place)>,
    found: Vec<Change>,
}

impl Search<'_, '_> {
    /// Whether a part breaks.
    fn visit(&mut self, part: Below) -> bool {
        let Below { old, new, path, is_alternative } = part;
        if !self.seen.insert((old.clone(), new.clone())) {
            return false;
        }
        let (both, lens) = (self.both, self.lens);
        let bundles = lens.bundles(both, &old, &new);
        if bundles.0.is_ok() && bundles.0 == bundles.1 {
            return false;
        }
        let effect = lens.effect(&bundles.0, &bundles.1, Vec::new());
        if !matches!(effect, Effect::Breaks { .. } | Effect::Unproven { .. } | Effect::Broken(_)) {
            return false;
        }
        let hidden = lens.role.hides();
        let pair = SchemaPair {
            both,
            old: Node { hidden, ..Node::of(both.old, old.clone()) },
            new: Node { hidden, ..Node::of(both.new, new.clone()) },
            path,
            is_alternative,
            about: &lens.about,
        };
        let mut is_below = false;
        if !pair.is_another_type() {
            for part in below(&pair) {
                is_below |= self.visit(part);
            }
        }
        let here = || self.told.iter().filter(|(a, b, _)| *a == old && *b == new);
        if here().any(|(.., code)| !OF_MEMBERS.contains(code)) {
            return true;
        }
        let is_explained = is_below || here().next().is_some();
        if !is_explained || self.says_else(&pair) {
            let change = self.blamed(&pair, &effect, &new, &old);
            self.found.push(change);
        }
        true
    }

    /// Whether the node itself, and not its parts, says something else.
    fn says_else(&self, pair: &SchemaPair<'_, '_>) -> bool {
        let skips_unknown = self.both.options.eyes == Some(Eyes::Reader);
        let keywords = |node: &Node<'_>| -> BTreeSet<String> {
            let values =
                node.places.iter().filter_map(|(item, at)| node.catalog.value_at(*item, at));
            values.flat_map(|value| value.members().iter().map(|m| m.key.clone())).collect()
        };
        let all = keywords(&pair.old).into_iter().chain(keywords(&pair.new));
        let asserts = |keyword: &str| {
            keyword == "nullable" || KEYWORDS.iter().any(|(known, ..)| *known == keyword)
        };
        let is_asked = |keyword: &String| {
            let is_open =
                matches!(keyword.as_str(), "additionalProperties" | "unevaluatedProperties");
            asserts(keyword) && !(ASIDE.contains(&keyword.as_str()) || skips_unknown && is_open)
        };
        let said = |node: &Node<'_>, keyword: &str| -> Vec<Json> {
            node.all(keyword).into_iter().map(|(_, value)| to_json(value)).collect()
        };
        let mut asked = all.filter(is_asked);
        asked.any(|keyword| said(&pair.old, &keyword) != said(&pair.new, &keyword))
    }

    fn blamed(
        &self,
        pair: &SchemaPair<'_, '_>,
        effect: &Effect,
        new: &Place,
        old: &Place,
    ) -> Change {
        let both = self.both;
        let at = both.now(new.0, &new.1, Part::Value);
        let subject = pair.subject();
        let change = match effect {
            Effect::Breaks { witness, backward } => {
                let code = schema::schema_narrowed::CODE;
                let message = rules::narrowed(witness, *backward, &subject);
                let mut change = both.change(Impact::Major, code, message, at);
                change.direction = Some(super::settle::direction(*backward));
                change.finding.witness = Some(rules::shown(witness, *backward));
                change
            }
            _ => {
                let why = match effect {
                    Effect::Unproven { construct, reason } => format!(": `{construct}`: {reason}"),
                    Effect::Broken(reason) => format!(": {reason}"),
                    _ => String::new(),
                };
                let message = format!("whether {subject} breaks is not proven{why}");
                both.change(Impact::Unproven, schema::schema_unproven::CODE, message, at)
            }
        };
        change.labelled("this schema").was(both.was(old.0, &old.1, Part::Value))
    }
}
