//! Judges one instance by one schema. Shared by the checks of examples and events.

use crate::catalog::{Catalog, Effort, ItemId, Violation};
use crate::document::{Value, to_json};

/// What came out.
pub(super) enum Judgement {
    /// It is an instance.
    Accepted,
    /// It is none, for these reasons.
    Refused(Vec<Violation>),
    /// Finding out would take more steps than allowed.
    TooMuch,
}

/// `None` when the schema was not compiled: no verdict, and a finding of its own at the schema.
pub(super) fn judge(catalog: &Catalog, schema: ItemId, instance: &Value) -> Option<Judgement> {
    catalog.validators.get(schema)?;
    if catalog.is_recursive(schema) && !Effort::allows(catalog, schema, instance) {
        return Some(Judgement::TooMuch);
    }
    let violations = catalog.violations(schema, &to_json(instance))?;
    Some(if violations.is_empty() { Judgement::Accepted } else { Judgement::Refused(violations) })
}
