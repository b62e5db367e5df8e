//! Hover: the explanation of the findings under the cursor, and what a reference leads to.

use gen_lsp_types::{Contents, Hover, MarkupContent, MarkupKind, Position};

use super::cursor::{self, Lead};
use super::diagnostics;
use super::snapshot::Snapshot;
use crate::checks::{self, Check};
use crate::document::Value;
use crate::gate::Item;
use crate::tree::ArtifactPath;

/// Rules that are explained at one place.
const MOST: usize = 3;

/// What there is to say about a place.
pub(super) fn hover(snapshot: &Snapshot, path: &ArtifactPath, position: Position) -> Option<Hover> {
    let text = snapshot.text(path)?;
    let mut parts = Vec::new();
    let mut range = None;
    if let Some(lead) = cursor::lead(snapshot, path, text.offset(position)) {
        range = Some(text.range(text.first_line(lead.span)));
        parts.push(target(snapshot, &lead));
    }
    let mut explained: Vec<&str> = Vec::new();
    for item in &snapshot.outcome.items {
        let place = &item.finding.primary;
        let code = item.finding.code.as_str();
        if place.artifact != *path || explained.len() == MOST || explained.contains(&code) {
            continue;
        }
        let shown = diagnostics::range(place, Some(&text));
        if shown.start <= position && position <= shown.end {
            range = range.or(Some(shown));
            explained.push(code);
            parts.extend(checks::find(code).map(|check| explanation(item, check)));
        }
    }
    let value = (!parts.is_empty()).then(|| parts.join("\n\n---\n\n"))?;
    let contents = Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range })
}

/// What `explain CODE` tells.
fn explanation(item: &Item, check: &Check) -> String {
    let explain = &check.explain;
    format!(
        "**{}[{}]** {}\n\n{}\n\n**Why** {}\n\n**How to fix** {}\n\n**Bad**\n\n{}\n\n**Good**\n\n{}",
        item.word(),
        check.code,
        check.summary,
        explain.what,
        explain.why,
        explain.fix,
        fenced(explain.bad),
        fenced(explain.good),
    )
}

/// A block of code that nothing in it can end.
fn fenced(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    let language = if text.trim_start().starts_with(['{', '[']) { "json" } else { "yaml" };
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// Path, title and description of a target.
fn target(snapshot: &Snapshot, lead: &Lead) -> String {
    let catalog = &snapshot.catalog;
    let value = catalog.value_at(lead.item, &lead.pointer);
    let text = |key: &str| value.and_then(|value: &Value| value.str_at(key)).map(plain);
    let mut parts = Vec::new();
    parts.extend(text("title").map(|title| format!("**{title}**")));
    let pointer =
        if lead.pointer.is_root() { String::new() } else { format!("#{}", lead.pointer.as_str()) };
    parts.push(plain(&format!("{}{pointer}", catalog.path(lead.item))));
    parts.extend(text("description"));
    parts.join("\n\n")
}

/// Text of a contract in Markdown: no link, no image and no HTML comes of it, so that an editor has
/// nothing to fetch.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation()
            && !matches!(c, '.' | ',' | ';' | '/' | ':' | '\'' | '"' | '?' | '-')
        {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
