//! The event envelope, topics, and event examples.

pub(super) mod duplicate_topic;
pub(super) mod envelope_field_missing;
pub(super) mod envelope_field_undeclared;
pub(super) mod envelope_missing;
pub(super) mod envelope_open_type;
pub(super) mod envelope_unproven;
pub(crate) mod frozen;
pub(super) mod invariant_malformed;
pub(super) mod invariant_unproven;
pub(super) mod invariant_violated;
mod invariants;
pub(super) mod obligation_missing;
pub(super) mod payload_hash_mismatch;
pub(super) mod payload_invalid;
pub(super) mod retention_malformed;
pub(super) mod topic_name_malformed;
pub(super) mod topic_not_in_envelope;
pub(super) mod topic_schema_missing;
pub(super) mod topic_without_example;
pub(super) mod topics_malformed;
pub(super) mod unknown_obligation;
pub(super) mod unknown_topic;

use crate::catalog::{Catalog, Expect, Item, ItemId, PairReason, Partner};
use crate::document::{Pointer, Value};

/// An instance of the envelope in an example file.
struct Event<'c> {
    at: Pointer,
    expect: Expect,
    value: &'c Value,
}

/// The events of an example file; none when it is no event example.
fn events(catalog: &Catalog, id: ItemId) -> Vec<Event<'_>> {
    let example =
        catalog.example(id).filter(|e| matches!(e.partner, Partner::Schema(_, PairReason::Event)));
    let cases = example.map(|e| e.cases.as_slice()).unwrap_or_default();
    let event = |case: &crate::catalog::Case| {
        let value = catalog.value_at(id, &case.at)?;
        Some(Event { at: case.at.clone(), expect: case.expect, value })
    };
    cases.iter().filter_map(event).collect()
}

/// Every value in a list under a key `obligations`, with its place.
fn obligations(item: &Item) -> Vec<(Pointer, &Value)> {
    let all = item.value().map(Value::everything).unwrap_or_default();
    let is_listed = |at: &Pointer| {
        let list = at.parent();
        list.is_some_and(|list| list.tokens().last().is_some_and(|token| token == "obligations"))
    };
    all.into_iter().filter(|(at, _)| is_listed(at)).collect()
}
