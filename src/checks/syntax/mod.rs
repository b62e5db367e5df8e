//! Defects of the text of JSON and YAML files. The parsers find them; a rule here gives each kind its
//! code and its explanation.

pub(super) mod ambiguous_scalar;
pub(super) mod byte_order_mark;
pub(super) mod duplicate_key;
pub(super) mod invalid_encoding;
pub(super) mod invalid_json;
pub(super) mod invalid_yaml;
pub(super) mod limit_exceeded;
pub(super) mod merge_key;
pub(super) mod multiple_documents;
pub(super) mod tab_indentation;
pub(super) mod trailing_comma;

use crate::catalog::{Catalog, ItemId};
use crate::document::SyntaxKind;
use crate::finding::{Code, Finding, Location};

/// The defects of one kind in one artifact.
fn report(catalog: &Catalog, id: ItemId, code: Code, kind: SyntaxKind) -> Vec<Finding> {
    let Some(item) = catalog.item(id) else {
        return Vec::new();
    };
    let errors = item.document.iter().flat_map(|d| &d.errors).filter(|e| e.kind == kind);
    errors
        .enumerate()
        .map(|(number, error)| {
            let location = Location::bytes(&item.path, error.span);
            let mut finding = Finding::new(code, error.message.clone(), location)
                .label(error.label.clone())
                .about(format!("{number}"));
            finding.help.clone_from(&error.help);
            match error.related {
                Some((span, label)) => finding.related(Location::bytes(&item.path, span), label),
                None => finding,
            }
        })
        .collect()
}
