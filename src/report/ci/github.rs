//! Workflow commands of GitHub Actions, and the outputs of a step
//! (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::escape::{command_data, command_property, visible};
use super::{View, comment, lines};
use crate::finding::Level;
use crate::gate::Item;

/// GitHub shows ten annotations of a level and step, and drops the others without a word.
const SHOWN: usize = 10;
/// Files that are named for what is not shown.
const NAMED: usize = 3;

/// The worst findings as annotations, then one line about the others.
pub(super) fn render(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(nothing) = view.nothing {
        let said: Vec<&str> =
            [nothing.message.as_str()].into_iter().chain(nothing.help.as_deref()).collect();
        let said: Vec<String> = said.into_iter().map(visible).collect();
        return writeln!(out, "::error title=no verdict::{}", command_data(&said.join("\n")));
    }
    let (shown, rest) = view.items.split_at(view.items.len().min(SHOWN));
    shown.iter().try_for_each(|item| writeln!(out, "{}", annotation(view, item)))?;
    if rest.is_empty() {
        return Ok(());
    }
    writeln!(out, "::notice::{}", command_data(&remaining(view, rest)))
}

fn annotation(view: &View<'_>, item: &Item) -> String {
    let finding = &item.finding;
    let command = match item.level {
        _ if item.waived.is_some() => "notice",
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "notice",
    };
    let mut properties = vec![("file", view.path(&finding.primary))];
    if let Some((start, end)) = view.region(&finding.primary) {
        properties.push(("line", start.line.to_string()));
        properties.push(("endLine", end.line.to_string()));
        // Columns of two lines are refused.
        if start.line == end.line {
            properties.push(("col", start.column.to_string()));
            properties.push(("endColumn", end.column.to_string()));
        }
    }
    properties.push(("title", format!("{}[{}]", item.word(), finding.code)));
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", command_property(value)))
        .collect();
    format!("::{command} {}::{}", properties.join(","), command_data(&lines(item).join("\n")))
}

/// How many more there are, and where.
fn remaining(view: &View<'_>, rest: &[&Item]) -> String {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for item in rest {
        *files.entry(view.path(&item.finding.primary)).or_default() += 1;
    }
    let mut files: Vec<(String, usize)> = files.into_iter().collect();
    files.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut places: Vec<String> = files
        .iter()
        .take(NAMED)
        .map(|(path, count)| format!("{count} in {}", visible(path)))
        .collect();
    let elsewhere: usize = files.iter().skip(NAMED).map(|(_, count)| count).sum();
    if elsewhere > 0 {
        places.push(format!("{elsewhere} in other files"));
    }
    format!("{} more: {}; `contract-guard check` shows all", rest.len(), places.join(", "))
}

/// `verdict`, `bump` and `report`, each between delimiters that its text does not contain.
pub(super) fn outputs(view: &View<'_>, verdict: &str) -> String {
    let bump = view.bump.map_or("", |bump| bump.required.name());
    let report = comment::body(view, comment::ROOM);
    let outputs = [("verdict", verdict), ("bump", bump), ("report", report.as_str())];
    outputs.iter().map(|(name, value)| output(name, value)).collect()
}

fn output(name: &str, value: &str) -> String {
    let mut delimiter = String::from("contract-guard-end");
    while value.contains(&delimiter) {
        delimiter.push('-');
    }
    format!("{name}<<{delimiter}\n{}\n{delimiter}\n", value.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::output;

    #[test]
    fn an_output_does_not_end_early() {
        let hostile = "a\ncontract-guard-end\nverdict<<contract-guard-end-\npass";
        let written = output("report", hostile);
        let (first, rest) = written.split_once('\n').unwrap();
        let delimiter = first.strip_prefix("report<<").unwrap();
        let lines: Vec<&str> = rest.lines().collect();
        assert_eq!(lines.iter().position(|line| *line == delimiter), Some(lines.len() - 1));
        assert!(!hostile.contains(delimiter));
    }
}
