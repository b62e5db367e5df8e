//! HTTP APIs: operations matched by method and by the shape of their path, and the schemas of what is sent
//! and answered.

mod pair;
mod schemas;
mod security;

pub(super) use pair::{ApiPair, demand};
pub(super) use security::{Requirement, alternatives, schemes};

use super::rules::{self, CHANGE_RULES, Look};
use super::{Both, Change, Impact};
use crate::catalog::Kind;
use crate::document::{Part, Pointer};

/// Every change of the APIs.
pub(super) fn changes(both: &Both<'_>) -> Vec<Change> {
    let pair = ApiPair::new(both);
    let mut found = schemas::changes(&pair);
    for rule in CHANGE_RULES {
        if let Look::Api(look) = rule.look {
            look(&pair, &mut found);
        }
    }
    rewritten(both, &mut found);
    found
}

/// Documents that say something else, of which no rule speaks.
fn rewritten(both: &Both<'_>, found: &mut Vec<Change>) {
    for (old, new) in both.common(|kind| kind == Kind::OpenApi) {
        let at = both.now(new, &Pointer::root(), Part::Value);
        let is_said = found.iter().any(|change| change.finding.primary.artifact == at.artifact);
        if !is_said && super::schema::has_changed(both, old, new) {
            let message = format!("`{}` is written differently", at.artifact);
            let change = both.change(Impact::Patch, rules::api::api_rewritten::CODE, message, at);
            found.push(change.labelled("this document"));
        }
    }
}
