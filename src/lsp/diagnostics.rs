//! Findings as diagnostics.

use std::collections::BTreeMap;

use gen_lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Range,
};

use super::snapshot::Snapshot;
use super::text::Text;
use crate::finding::{self, Level};
use crate::gate::Item;
use crate::tree::ArtifactPath;

/// Diagnostics of a file that are told; editors show no more.
const MOST: usize = 1000;

/// What the editor knows the program by.
pub(super) const SOURCE: &str = "contract-guard";

/// All diagnostics, by file, worst first.
pub(super) fn all(snapshot: &Snapshot) -> BTreeMap<ArtifactPath, Vec<Diagnostic>> {
    let mut by_file: BTreeMap<&ArtifactPath, Vec<&Item>> = BTreeMap::new();
    for item in &snapshot.outcome.items {
        by_file.entry(&item.finding.primary.artifact).or_default().push(item);
    }
    let told = by_file.into_iter().map(|(path, items)| {
        let text = snapshot.text(path);
        let told = items.iter().take(MOST).map(|item| told(item, text.as_ref(), snapshot));
        (path.clone(), told.collect())
    });
    told.collect()
}

/// The range that a finding is shown at.
pub(super) fn range(location: &finding::Location, text: Option<&Text<'_>>) -> Range {
    let span = location.span.unwrap_or_default();
    text.map_or_else(Range::default, |text| text.range(text.first_line(span)))
}

/// A finding as a diagnostic.
pub(super) fn told(item: &Item, text: Option<&Text<'_>>, snapshot: &Snapshot) -> Diagnostic {
    let severity = match item.level {
        _ if item.waived.is_some() => DiagnosticSeverity::Hint,
        Level::Error => DiagnosticSeverity::Error,
        Level::Warning => DiagnosticSeverity::Warning,
        Level::Note | Level::Off => DiagnosticSeverity::Information,
    };
    let related = item.finding.related.iter().map(|related| {
        let path = &related.location.artifact;
        let range = range(&related.location, snapshot.text(path).as_ref());
        let location = Location::new(snapshot.uri(path), range);
        DiagnosticRelatedInformation { location, message: related.label.clone() }
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: range(&item.finding.primary, text),
        severity: Some(severity),
        code: Some(Code::String(item.finding.code.to_string())),
        source: Some(SOURCE.to_owned()),
        message: message(item).into(),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

/// What a report says beside the picture of the text.
fn message(item: &Item) -> String {
    let finding = &item.finding;
    let mut message = finding.message.clone();
    if let Some(witness) = &finding.witness {
        message.push_str(&format!("\nwitness: {} {}", witness.document, witness.fate));
    }
    for (title, text) in [("help", &finding.help), ("note", &finding.note)] {
        if let Some(text) = text {
            message.push_str(&format!("\n{title}: {text}"));
        }
    }
    if let Some(waived) = &item.waived {
        let (until, owner, reason) = (&waived.until, &waived.owner, &waived.reason);
        message.push_str(&format!("\nwaived: until {until}, {owner} answers for it: {reason}"));
    }
    message
}
