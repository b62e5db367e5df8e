//! Code actions: the repairs that findings bring, as edits that the editor carries out. A repair that `fix`
//! would refuse, because there were more to say afterwards, is not offered.

use std::collections::HashMap;

use gen_lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, DocumentChange, Edit,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextDocumentIdentifier,
    WorkspaceEdit,
};

use super::diagnostics;
use super::snapshot::Snapshot;
use crate::finding::Fix;
use crate::tree::{ArtifactPath, Revision};

/// Repairs that are worked out at one place.
const MOST: usize = 8;

/// The actions at a range. `versioned` says that the editor takes edits with versions.
pub(super) fn actions(
    snapshot: &Snapshot,
    path: &ArtifactPath,
    range: Range,
    context: &CodeActionContext,
    versioned: bool,
) -> Vec<CodeAction> {
    let only = context.only.as_deref();
    let mut actions = Vec::new();
    if only.is_none_or(|kinds| kinds.iter().any(|kind| includes(kind, "quickfix"))) {
        actions.extend(single(snapshot, path, range, versioned));
    }
    // Repairing a whole file takes as long as many checks: only for whoever asks for it.
    if only.is_some_and(|kinds| kinds.iter().any(|kind| includes(kind, FIX_ALL))) {
        let revision = snapshot.repaired_file(path);
        actions.extend(edit(snapshot, &revision, versioned).map(|edit| CodeAction {
            title: "Repair what needs no decision".to_owned(),
            kind: Some(CodeActionKind::from(FIX_ALL.to_owned())),
            edit: Some(edit),
            ..CodeAction::default()
        }));
    }
    actions
}

/// The kind of the action that repairs a file.
pub(super) const FIX_ALL: &str = "source.fixAll.contract-guard";

/// Kinds are hierarchical: `source` includes `source.fixAll`.
fn includes(kind: &CodeActionKind, other: &str) -> bool {
    let kind = kind.to_string();
    kind.is_empty()
        || other.strip_prefix(&kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn single(
    snapshot: &Snapshot,
    path: &ArtifactPath,
    range: Range,
    versioned: bool,
) -> Vec<CodeAction> {
    let text = snapshot.text(path);
    let mut actions = Vec::new();
    for item in &snapshot.outcome.items {
        let finding = &item.finding;
        let Some(fix) = finding.fix.as_deref() else { continue };
        let shown = diagnostics::range(&finding.primary, text.as_ref());
        let is_there = finding.primary.artifact == *path
            && shown.start <= range.end
            && range.start <= shown.end;
        if !is_there || actions.len() == MOST {
            continue;
        }
        let Some(revision) = snapshot.repaired(finding) else { continue };
        actions.extend(edit(snapshot, &revision, versioned).map(|edit| CodeAction {
            title: title(finding.help.as_deref(), finding.code.as_str(), fix),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostics::told(item, text.as_ref(), snapshot)]),
            is_preferred: Some(fix.is_safe),
            edit: Some(edit),
            ..CodeAction::default()
        }));
    }
    actions
}

fn title(help: Option<&str>, code: &str, fix: &Fix) -> String {
    let what = help.map_or_else(|| format!("repair `{code}`"), str::to_owned);
    if fix.is_safe { what } else { format!("{what} (unsafe: may be a decision)") }
}

/// A revision as edits of texts; `None` when the editor would see no difference.
fn edit(snapshot: &Snapshot, revision: &Revision, versioned: bool) -> Option<WorkspaceEdit> {
    let mut edits = Vec::new();
    for replacement in revision.replacements(&snapshot.catalog.tree) {
        let text = snapshot.text(&replacement.path)?;
        let edit = text.edit_to(replacement.after.as_deref()?)?;
        edits.push((replacement.path, edit));
    }
    if edits.is_empty() {
        return None;
    }
    if !versioned {
        let mut changes = HashMap::new();
        changes.extend(edits.into_iter().map(|(path, edit)| (snapshot.uri(&path), vec![edit])));
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let change = |(path, edit)| {
        let version = snapshot.shown.get(&path).map(|shown| shown.version);
        let text_document_identifier = TextDocumentIdentifier { uri: snapshot.uri(&path) };
        let text_document =
            OptionalVersionedTextDocumentIdentifier { version, text_document_identifier };
        let edits = vec![Edit::TextEdit(edit)];
        DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits })
    };
    let changes = edits.into_iter().map(change).collect();
    Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}
