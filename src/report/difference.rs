//! What a command is about to write, as a unified diff.

use similar::TextDiff;

use super::Style;
use super::escape::visible;
use crate::tree::{Artifact, Replacement, Tree};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Bytes above which a file is named and not shown.
const SHOWN: usize = 256 * 1024;

/// A unified diff of files, in the form of `diff -u`; what is no text, or very large, is named only.
pub fn render_difference(replacements: &[Replacement], tree: &Tree, style: &Style) -> String {
    let mut out = String::new();
    for Replacement { path, after, .. } in replacements {
        let before = tree.artifacts.get(path).map(|a: &Artifact| &*a.bytes);
        let name = format!("{}{}", style.prefix, visible(path.as_str()));
        let texts = (text(before), text(after.as_deref()));
        let (Some(old), Some(new)) = texts else {
            let verb = if before.is_none() { "new" } else { "changed" };
            out.push_str(&format!("{verb} {name} (not shown)\n"));
            continue;
        };
        let from = if before.is_some() { name.as_str() } else { "/dev/null" };
        let to = if after.is_some() { name.as_str() } else { "/dev/null" };
        out.push_str(&format!(
            "{}\n{}\n",
            paint(&format!("--- {from}"), style),
            paint(&format!("+++ {to}"), style)
        ));
        let diff = TextDiff::from_lines(old, new);
        let mut hunks = diff.unified_diff();
        for hunk in hunks.context_radius(CONTEXT).iter_hunks() {
            for line in hunk.to_string().lines() {
                out.push_str(&paint(&visible_line(line), style));
                out.push('\n');
            }
        }
    }
    out
}

fn text(bytes: Option<&[u8]>) -> Option<&str> {
    let bytes = bytes.unwrap_or_default();
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= SHOWN)
}

/// Carriage returns are seen, tabs stay.
fn visible_line(line: &str) -> String {
    line.split('\t').map(visible).collect::<Vec<_>>().join("\t")
}

fn paint(line: &str, style: &Style) -> String {
    let color = match line.as_bytes().first() {
        _ if !style.color => return line.to_owned(),
        Some(b'+') => "32",
        Some(b'-') => "31",
        Some(b'@') => "36",
        _ => return line.to_owned(),
    };
    format!("\u{1b}[{color}m{line}\u{1b}[0m")
}
