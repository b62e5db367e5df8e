//! What a piece of syntax makes of the code within it: a body that is tried, a branch, a lock.

use super::Language;
use super::names::{Node, dotted, is_comment};

/// Whether a condition is `__name__ == "__main__"`.
pub(super) fn is_main_guard(condition: &Node<'_>) -> bool {
    let text = condition.text();
    text.contains("__name__") && text.contains("__main__") && text.contains("==")
}

/// What a `try` catches: `*` for everything, else the names, joined by `|`. Empty when it only cleans up.
pub(super) fn caught(node: &Node<'_>, language: Language) -> String {
    let mut all = Vec::new();
    for child in node.children() {
        match child.kind().as_ref() {
            "except_clause" | "except_group_clause" | "catch_clause" => {
                all.push(catches(&child, language));
            }
            _ => {}
        }
    }
    if all.iter().any(|c| c == "*") { "*".to_owned() } else { all.join("|") }
}

/// What one handler catches.
pub(super) fn catches(clause: &Node<'_>, language: Language) -> String {
    let named: Vec<String> = match language {
        Language::Python => {
            let Some(value) = python_exceptions(clause) else { return "*".to_owned() };
            match value.kind().as_ref() {
                "tuple" => value.named_children().map(|n| dotted(&n)).collect(),
                _ => vec![dotted(&value)],
            }
        }
        Language::Java => clause
            .dfs()
            .find(|n| n.kind() == "catch_type")
            .map(|types| types.named_children().map(|n| dotted(&n)).collect())
            .unwrap_or_default(),
        _ => return "*".to_owned(),
    };
    let is_broad = |name: &String| {
        let last = name.rsplit('.').next().unwrap_or(name);
        matches!(last, "Exception" | "BaseException" | "Throwable")
    };
    if named.iter().any(is_broad) { "*".to_owned() } else { named.join("|") }
}

fn python_exceptions<'r>(clause: &Node<'r>) -> Option<Node<'r>> {
    let value = clause.field("value").or_else(|| {
        clause.named_children().find(|n| n.kind() != "block" && !is_comment(&n.kind()))
    })?;
    if value.kind() == "as_pattern" { value.named_children().next() } else { Some(value) }
}

/// What `with suppress(…)` catches.
pub(super) fn suppressed(with: &Node<'_>) -> Option<String> {
    let clause = with.children().find(|c| c.kind() == "with_clause")?;
    let call = clause.dfs().find(|n| {
        n.kind() == "call" && n.field("function").is_some_and(|f| dotted(&f).ends_with("suppress"))
    })?;
    let names: Vec<String> =
        call.field("arguments")?.named_children().map(|n| dotted(&n)).collect();
    let is_broad = |name: &String| name.ends_with("Exception");
    Some(if names.iter().any(is_broad) { "*".to_owned() } else { names.join("|") })
}

/// Whether a handler's body does nothing.
pub(super) fn is_silent(clause: &Node<'_>) -> bool {
    let body = clause
        .field("body")
        .or_else(|| clause.named_children().find(|n| matches!(n.kind().as_ref(), "block")));
    let Some(body) = body else { return false };
    body.named_children().filter(|n| !is_comment(&n.kind())).all(|statement| {
        let text = statement.text();
        let text = text.trim_end_matches(';').trim();
        matches!(
            statement.kind().as_ref(),
            "pass_statement" | "continue_statement" | "break_statement"
        ) || matches!(text, "..." | "continue" | "return" | "return None" | "break")
            || (statement.kind() == "expression_statement"
                && statement.named_children().all(|n| n.kind() == "string"))
    })
}

/// The attributes of Rust that stand before an item: `#[cfg(test)]`.
pub(super) fn attributes(item: &Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = item.prev();
    while let Some(node) = before.filter(|n| n.kind() == "attribute_item" || is_comment(&n.kind()))
    {
        if node.kind() == "attribute_item" {
            found.push(node.text().trim_matches(['#', '[', ']']).to_owned());
        }
        before = node.prev();
    }
    found
}
