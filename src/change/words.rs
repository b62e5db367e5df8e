//! Values in the user's words.

use crate::document::{Value, to_json};

/// Longest value that a sentence holds whole.
const LONG: usize = 60;

/// A value as a sentence shows it.
pub(super) fn shown(value: &Value) -> String {
    clipped(&to_json(value).to_string())
}

/// A text of at most [`LONG`] characters.
pub(super) fn clipped(text: &str) -> String {
    if text.chars().count() <= LONG {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONG - 3).collect();
    format!("{head}...")
}

/// Most names that a sentence lists.
const SOME: usize = 4;

/// `a`, `a and b`, `a, b and 3 others`, each in backticks.
pub(super) fn some(names: &[String]) -> String {
    plainly(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>())
}

/// The same without backticks.
pub(super) fn plainly(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(SOME).cloned().collect();
    if names.len() > SOME {
        shown.push(format!("{} others", names.len() - SOME));
    }
    match shown.split_last() {
        None => String::new(),
        Some((one, [])) => one.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
