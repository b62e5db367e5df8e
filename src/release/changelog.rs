//! CHANGELOG.md in the form of Keep a Changelog 1.1.0: a section for each version, made of what people have
//! written under `Unreleased` and of changes that are proven. No line of people is lost or altered.

use super::text::{ended, line_break, plain, sentence};
use crate::document::Fence;
use crate::finding::Code;
use crate::gate::{Impact, Item};

/// The sections of a version, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// What is new.
    Added,
    /// What is another.
    Changed,
    /// What will go.
    Deprecated,
    /// What is gone.
    Removed,
    /// What was wrong.
    Fixed,
    /// Who may do what.
    Security,
}

impl Section {
    const ALL: [Section; 6] = [
        Section::Added,
        Section::Changed,
        Section::Deprecated,
        Section::Removed,
        Section::Fixed,
        Section::Security,
    ];

    fn name(self) -> &'static str {
        match self {
            Section::Added => "Added",
            Section::Changed => "Changed",
            Section::Deprecated => "Deprecated",
            Section::Removed => "Removed",
            Section::Fixed => "Fixed",
            Section::Security => "Security",
        }
    }
}

/// Where a change is told.
fn section_of(code: Code) -> Section {
    match code.as_str() {
        "required-added" | "required-removed" => Section::Changed,
        "deprecation-changed" | "operation-deprecated" | "sunset-changed" => Section::Deprecated,
        "security-changed" | "security-scheme-changed" => Section::Security,
        "schema-repaired" => Section::Fixed,
        code if code.ends_with("-added") => Section::Added,
        code if code.ends_with("-removed") => Section::Removed,
        _ => Section::Changed,
    }
}

/// The line of a change.
pub(super) fn line_of(item: &Item, root: &str) -> Option<(Section, String)> {
    let facts = item.change.as_ref()?;
    let finding = &item.finding;
    // That a guide or an example is another is no news to whoever reads of contracts.
    if finding.code.as_str() == "document-changed" && facts.impact == Impact::Patch {
        return None;
    }
    let path = finding.primary.artifact.as_str();
    let below = path.strip_prefix(root).map_or(path, |p| p.trim_start_matches('/'));
    let breaking = match facts.impact {
        Impact::Major => "**Breaking:** ",
        Impact::Unproven => "**Not proven:** ",
        Impact::Minor | Impact::Patch => "",
    };
    let module = facts.module.as_ref().map_or_else(String::new, |m| format!("{}: ", plain(m)));
    let prefix = format!("`{root}/");
    let message = if root.is_empty() {
        finding.message.clone()
    } else {
        finding.message.replace(&prefix, "`")
    };
    let told = sentence(&plain(&message));
    // The file is named once.
    let place = if finding.message.contains(below) {
        String::new()
    } else {
        format!(" ({})", plain(&format!("`{below}`")))
    };
    let waived = item.waived.as_ref().map_or_else(String::new, |waived| {
        let (until, owner) = (plain(&waived.until), plain(&waived.owner));
        format!(" Waived until {until} by {owner}: {}", ended(&plain(&waived.reason)))
    });
    Some((section_of(finding.code), format!("- {breaking}{module}{told}{place}.{waived}")))
}

/// A heading of the second level, and what stands below it.
#[derive(Debug)]
struct Block {
    /// The heading line; empty for what stands before the first.
    heading: String,
    lines: Vec<String>,
}

impl Block {
    fn is_unreleased(&self) -> bool {
        let is_version = |word: &str| semver::Version::parse(word.trim_start_matches('v')).is_ok();
        words(&self.heading).any(|word| word.eq_ignore_ascii_case("unreleased"))
            && !words(&self.heading).any(is_version)
    }

    fn is_of(&self, version: &semver::Version) -> bool {
        let parse =
            |word: &str| semver::Version::parse(word.strip_prefix('v').unwrap_or(word)).ok();
        words(&self.heading).filter_map(parse).any(|v| v == *version)
    }
}

fn words(heading: &str) -> impl Iterator<Item = &str> {
    heading
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | ':' | ',' | '#'))
        .filter(|word| !word.is_empty())
}

/// The changelog with a section for a version: what stood under `Unreleased`, the summary, the lines.
pub(super) fn with_version(
    text: &str,
    version: &semver::Version,
    date: &str,
    replaces: Option<&semver::Version>,
    summary: Option<&str>,
    lines: &[(Section, String)],
) -> String {
    let end = line_break(text);
    let mut blocks = blocks(text);
    let pending = blocks.iter_mut().find(|b| b.is_unreleased());
    let human = pending.map(|block| take_body(&mut block.lines)).unwrap_or_default();
    if let Some(open) = replaces.and_then(|old| blocks.iter_mut().find(|block| block.is_of(old))) {
        open.heading = format!("## [{version}] - {date}");
    }
    let known = blocks.iter().position(|block| block.is_of(version));
    let at = known.unwrap_or_else(|| {
        let after = blocks.iter().position(Block::is_unreleased).map_or(1, |i| i + 1);
        let heading = format!("## [{version}] - {date}");
        blocks.insert(after.min(blocks.len()), Block { heading, lines: Vec::new() });
        after.min(blocks.len().saturating_sub(1))
    });
    if let Some(block) = blocks.get_mut(at) {
        let body = merge(&human, &take_body(&mut block.lines), summary, lines);
        // Definitions of links stand at the end of the file, not in a section.
        let links = std::mem::take(&mut block.lines);
        block.lines = framed(body);
        block.lines.extend(links.into_iter().skip_while(|line| line.trim().is_empty()));
    }
    render(&blocks, end)
}

/// An empty line around a body.
fn framed(body: Vec<String>) -> Vec<String> {
    let mut lines = vec![String::new()];
    if !body.is_empty() {
        lines.extend(body);
        lines.push(String::new());
    }
    lines
}

/// Takes what people wrote below a heading, without the empty lines around it; definitions of links stay.
fn take_body(lines: &mut Vec<String>) -> Vec<String> {
    let is_link = |line: &String| {
        line.starts_with('[') && line.split_once("]: ").is_some_and(|(_, to)| !to.is_empty())
    };
    let links = lines.iter().rposition(|line| !line.trim().is_empty() && !is_link(line));
    let tail = lines.split_off(links.map_or(0, |last| last + 1));
    let body =
        std::mem::replace(lines, tail.into_iter().skip_while(|l| l.trim().is_empty()).collect());
    if !body.is_empty() || lines.is_empty() || !lines.first().is_some_and(String::is_empty) {
        lines.insert(0, String::new());
    }
    trimmed(&body)
}

fn trimmed(lines: &[String]) -> Vec<String> {
    let is_text = |line: &&String| !line.trim().is_empty();
    let first = lines.iter().position(|l| is_text(&l)).unwrap_or(lines.len());
    let last = lines.iter().rposition(|l| is_text(&l)).map_or(first, |l| l + 1);
    lines.get(first..last).unwrap_or_default().to_vec()
}

/// A part of a body: lines below a heading of the third level, or before the first.
type Part = (Option<String>, Vec<String>);

fn parts(body: &[String]) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![(None, Vec::new())];
    let mut fence = Fence::default();
    for line in body {
        if !fence.is_in(line) && line.starts_with("### ") {
            parts.push((Some(line.clone()), Vec::new()));
        } else if let Some((_, lines)) = parts.last_mut() {
            lines.push(line.clone());
        }
    }
    parts
}

/// One body of several: people's words first, each heading once, new lines behind them.
fn merge(
    human: &[String],
    known: &[String],
    summary: Option<&str>,
    lines: &[(Section, String)],
) -> Vec<String> {
    let mut all = parts(known);
    for (heading, more) in parts(human) {
        match all.iter_mut().find(|(h, _)| same(h.as_deref(), heading.as_deref())) {
            Some((_, there)) => append(there, &trimmed(&more)),
            None => all.push((heading, more)),
        }
    }
    if let (Some(summary), Some((_, intro))) = (summary, all.first_mut()) {
        let told = sentence(plain(summary).trim());
        let line = if told.ends_with(['.', '!', '?']) { told } else { format!("{told}.") };
        if !intro.contains(&line) {
            append(intro, &[line]);
        }
    }
    for section in Section::ALL {
        let own: Vec<String> =
            lines.iter().filter(|(s, _)| *s == section).map(|(_, line)| line.clone()).collect();
        if own.is_empty() {
            continue;
        }
        let heading = format!("### {}", section.name());
        let at = all.iter().position(|(h, _)| same(h.as_deref(), Some(&heading)));
        let at = at.unwrap_or_else(|| {
            let after = |(h, _): &Part| {
                Section::ALL
                    .iter()
                    .any(|s| *s > section && same(h.as_deref(), Some(&format!("### {}", s.name()))))
            };
            let at = all.iter().position(after).unwrap_or(all.len());
            all.insert(at, (Some(heading), Vec::new()));
            at
        });
        if let Some((_, there)) = all.get_mut(at) {
            let fresh: Vec<String> = own.into_iter().filter(|line| !there.contains(line)).collect();
            let body = trimmed(there);
            *there = body;
            there.extend(fresh);
        }
    }
    let mut out = Vec::new();
    for (heading, lines) in all {
        let lines = trimmed(&lines);
        if heading.is_none() && lines.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(String::new());
        }
        if let Some(heading) = heading {
            out.push(heading);
            if !lines.is_empty() {
                out.push(String::new());
            }
        }
        out.extend(lines);
    }
    out
}

fn append(there: &mut Vec<String>, more: &[String]) {
    *there = trimmed(there);
    if !there.is_empty() && !more.is_empty() && !more.iter().all(|line| line.starts_with("- ")) {
        there.push(String::new());
    }
    there.extend(more.iter().cloned());
}

fn same(a: Option<&str>, b: Option<&str>) -> bool {
    let name = |h: &str| h.trim_start_matches('#').trim().to_lowercase();
    a.map(name) == b.map(name)
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = vec![Block { heading: String::new(), lines: Vec::new() }];
    let mut fence = Fence::default();
    for line in text.lines() {
        if !fence.is_in(line) && line.starts_with("## ") {
            blocks.push(Block { heading: line.to_owned(), lines: Vec::new() });
        } else if let Some(block) = blocks.last_mut() {
            block.lines.push(line.to_owned());
        }
    }
    blocks
}

fn render(blocks: &[Block], end: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for block in blocks {
        if !block.heading.is_empty() {
            if lines.last().is_some_and(|line| !line.trim().is_empty()) {
                lines.push("");
            }
            lines.push(&block.heading);
        }
        lines.extend(block.lines.iter().map(String::as_str));
    }
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let mut text = lines.join(end);
    text.push_str(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# Changelog\n\nAll of it.\n\n## [Unreleased]\n\nA word.\n\n### Added\n\n- By hand.\n\n```\n## [no heading]\n```\n\n## [1.0.0] - 2026-01-01\n\n- First.\n\n[1.0.0]: https://example.com/1.0.0\n";

    fn version(text: &str) -> semver::Version {
        text.parse().unwrap()
    }

    #[test]
    fn what_people_wrote_is_kept_and_proven_lines_are_added() {
        let lines =
            [(Section::Removed, "- Gone.".to_owned()), (Section::Added, "- Proven.".to_owned())];
        let new =
            with_version(OLD, &version("1.1.0"), "2026-02-01", None, Some("more of it"), &lines);
        let expected = "# Changelog\n\nAll of it.\n\n## [Unreleased]\n\n## [1.1.0] - 2026-02-01\n\nA word.\n\nMore of it.\n\n### Added\n\n- By hand.\n\n```\n## [no heading]\n```\n- Proven.\n\n### Removed\n\n- Gone.\n\n## [1.0.0] - 2026-01-01\n\n- First.\n\n[1.0.0]: https://example.com/1.0.0\n";
        assert_eq!(new, expected);
        let again =
            with_version(&new, &version("1.1.0"), "2026-02-02", None, Some("more of it"), &lines);
        assert_eq!(again, new);
    }

    #[test]
    fn line_endings_and_links_at_the_end_stay() {
        let old = "# Changelog\r\n\r\n## [1.0.0]\r\n\r\n- x\r\n\r\n[1.0.0]: y\r\n";
        let new = with_version(old, &version("1.0.1"), "2026-02-01", None, None, &[]);
        assert_eq!(
            new,
            "# Changelog\r\n\r\n## [1.0.1] - 2026-02-01\r\n\r\n## [1.0.0]\r\n\r\n- x\r\n\r\n[1.0.0]: y\r\n"
        );
        let same = with_version(
            old,
            &version("1.0.0"),
            "d",
            None,
            None,
            &[(Section::Fixed, "- z".to_owned())],
        );
        assert_eq!(
            same,
            "# Changelog\r\n\r\n## [1.0.0]\r\n\r\n- x\r\n\r\n### Fixed\r\n\r\n- z\r\n\r\n[1.0.0]: y\r\n"
        );
        assert_eq!(with_version("", &version("1.0.0"), "d", None, None, &[]), "## [1.0.0] - d\n");
    }
}
