//! The body of a comment on a pull request, and of a job summary: verdict, step, a table of findings, what is
//! waived. It begins with a mark by which the comment is found again.

use super::super::escape::{cell_code, clipped, prose, visible};
use super::super::summary::step;
use super::super::worst::within;
use super::View;
use crate::gate::Item;

/// Bytes of a comment: GitHub takes 65,536 characters.
pub(super) const ROOM: usize = 65_000;

/// Bytes beside the tables.
const FRAME: usize = 6000;

/// Characters of a cell.
const CELL: usize = 400;

const MARK: &str = "<!-- contract-guard -->";

/// The comment, in at most `room` bytes.
pub(super) fn body(view: &View<'_>, room: usize) -> String {
    let mut text = format!("{MARK}\n## {}\n\n", view.title);
    if let Some(nothing) = view.nothing {
        for said in [Some(&nothing.message), nothing.help.as_ref()].into_iter().flatten() {
            text.push_str(&format!("{}\n\n", cell(said)));
        }
        return text;
    }
    if let Some(bump) = view.bump {
        text.push_str(&format!("{}\n\n", cell(&step(bump))));
    }
    let room = room.saturating_sub(FRAME);
    let (waived, open): (Vec<&Item>, Vec<&Item>) =
        view.items.iter().partition(|item| item.waived.is_some());
    let waived = waived_table(view, &waived, room / 4);
    let open = open_table(view, &open, room.saturating_sub(waived.len()));
    let nothing = if view.items.is_empty() { "Nothing to tell.\n" } else { "" };
    text + &open + &waived + nothing
}

fn open_table(view: &View<'_>, items: &[&Item], room: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = items
        .iter()
        .map(|item| {
            let (word, said, place) = (item.word(), said(item), place(view, item));
            format!("| {word} | {said} | {place} |\n")
        })
        .collect();
    format!("| level | finding | place |\n| --- | --- | --- |\n{}\n", within(room, &rows, more))
}

fn waived_table(view: &View<'_>, items: &[&Item], room: usize) -> String {
    let rows: Vec<String> = items
        .iter()
        .filter_map(|item| {
            let waived = item.waived.as_ref()?;
            let why = [&waived.until, &waived.owner, &waived.reason].map(|text| cell(text));
            let (said, place) = (said(item), place(view, item));
            Some(format!("| {said} | {place} | {} |\n", why.join(" | ")))
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = "| finding | place | until | owner | reason |\n| --- | --- | --- | --- | --- |";
    format!("### Waived\n\n{head}\n{}\n", within(room, &rows, more))
}

fn more(n: usize) -> String {
    format!("\n{n} more are not shown here; `contract-guard check` shows all.\n")
}

fn said(item: &Item) -> String {
    let code = cell_code(item.finding.code.as_str());
    let witness = item.finding.witness.as_ref().map(|witness| {
        let document = cell_code(&clipped(&witness.document, CELL));
        format!("; {document} {}", cell(&witness.fate))
    });
    // Whoever has accepted it knows.
    let help = item.finding.help.as_ref().filter(|_| item.waived.is_none());
    let help = help.map(|help| format!("<br>help: {}", cell(help)));
    let (witness, help) = (witness.unwrap_or_default(), help.unwrap_or_default());
    format!("{} ({code}){witness}{help}", cell(&item.finding.message))
}

fn place(view: &View<'_>, item: &Item) -> String {
    cell_code(&clipped(&view.place(item), CELL))
}

fn cell(text: &str) -> String {
    prose(&clipped(&visible(text), CELL), cell_code)
}
