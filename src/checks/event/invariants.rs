//! Whether a schema keeps its invariants: a proof, or a document that slips through.

use subschema::{Error, Options, Verdict, Witness, includes};

use crate::catalog::{Catalog, ItemId};
use crate::document::Pointer;
use crate::finding::Location;

/// Valid examples that the search for a document starts from.
const MOST_EXAMPLES: usize = 6;

/// What is known of a schema and one of its invariants.
pub(super) enum Answer {
    /// It is kept.
    Kept,
    /// This document is valid, and breaks it.
    Broken(Witness),
    /// Neither was shown: the construct, and why.
    Unproven(String, String),
}

/// Every schema that an invariant speaks of, with the answer. Schemas that are none are findings of others.
pub(super) fn answers(catalog: &Catalog, invariant: ItemId) -> Vec<(ItemId, Answer)> {
    let targets = catalog.invariant_targets(invariant).into_iter();
    targets.filter_map(|target| Some((target, answer(catalog, invariant, target)?))).collect()
}

fn answer(catalog: &Catalog, invariant: ItemId, target: ItemId) -> Option<Answer> {
    let top = Pointer::root();
    // A reference that leads nowhere is a finding of its own.
    let bundles = (catalog.bundle(target, &top), catalog.bundle(invariant, &top));
    let (schema, promise) = match bundles {
        (Ok(schema), Ok(promise)) => (schema, promise),
        (Err((keyword, reason)), _) | (_, Err((keyword, reason))) => {
            return (keyword != "$ref").then(|| Answer::Unproven(keyword.to_owned(), reason));
        }
    };
    let examples = catalog.instances_of(target, MOST_EXAMPLES);
    let options = Options { draft: schema.draft, examples, ..Options::default() };
    match includes(&schema.schema, &promise.schema, &options) {
        Ok(Verdict::Included) => Some(Answer::Kept),
        Ok(Verdict::Excluded(witness)) => Some(Answer::Broken(witness)),
        Ok(Verdict::Unproven { construct, reason }) => Some(Answer::Unproven(construct, reason)),
        Err(Error::Old(_) | Error::New(_)) => None,
    }
}

/// The place of a schema that lets something through: the deepest that it declares on the way to a part of
/// the document, or the keyword there.
pub(super) fn place(catalog: &Catalog, schema: ItemId, at: &str, keyword: &str) -> Location {
    let path = catalog.path(schema);
    let mut here = Pointer::root();
    for name in Pointer::from(at).tokens() {
        let below = here.join("properties").join(&name);
        match catalog.value_at(schema, &below) {
            Some(_) => here = below,
            None => break,
        }
    }
    let word = here.join(keyword);
    match catalog.value_at(schema, &word) {
        Some(_) => Location::key(&path, word),
        None if here.is_root() => Location::file(&path),
        None => Location::key(&path, here),
    }
}
