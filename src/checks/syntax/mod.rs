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

use crate::catalog::{Catalog, Item, ItemId};
use crate::document::{Ambiguity, Edit, SyntaxError, SyntaxKind, ambiguity};
use crate::finding::{Code, Finding, Fix, Location};

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
            if let Some(text) = repaired(catalog, item, error) {
                finding = finding.fix(Fix::safe(&item.path, Edit::Bytes(error.span, text)));
            }
            match error.related {
                Some((span, label)) => finding.related(Location::bytes(&item.path, span), label),
                None => finding,
            }
        })
        .collect()
}

/// What says the same without the defect.
fn repaired(catalog: &Catalog, item: &Item, error: &SyntaxError) -> Option<String> {
    let bytes = &catalog.tree.get(&item.path)?.bytes;
    let text = std::str::from_utf8(bytes.get(error.span.range())?).ok()?;
    match error.kind {
        SyntaxKind::ByteOrderMark => Some(String::new()),
        SyntaxKind::TrailingComma => (text == ",").then(String::new),
        // Only what is text to YAML 1.2 stays what it is in quotes.
        SyntaxKind::AmbiguousScalar => matches!(
            ambiguity(text, false)?,
            Ambiguity::Boolean | Ambiguity::Sexagesimal | Ambiguity::OldNumber
        )
        .then(|| format!("\"{text}\"")),
        _ => None,
    }
}
