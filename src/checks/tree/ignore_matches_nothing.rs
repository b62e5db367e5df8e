//! Lines of `.contractignore` that can leave nothing out.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::document::Span;
use crate::finding::{Code, Explain, Finding, Level, Location, fixture};
use crate::tree::{ArtifactPath, PathProblem};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "line of `.contractignore` can match nothing",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A line of `.contractignore` is no name and no path below the contracts root: it has a pattern, or leads elsewhere.",
        why: "What it was meant to leave out is checked and frozen all the same.",
        bad: fixture!("ignore-matches-nothing/fail/basic/contracts/.contractignore"),
        good: fixture!("ignore-matches-nothing/pass/basic/contracts/.contractignore"),
        fix: "Write each name, or the path of its folder below the contracts root, on a line of its own.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("ignore-matches-nothing");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let path = ArtifactPath::below(&catalog.tree.root, ".contractignore");
    let Some(list) = catalog.tree.get(&path) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(&list.bytes) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut end = 0;
    for whole in text.split_inclusive('\n') {
        let start = end + (whole.len() - whole.trim_start().len());
        end += whole.len();
        let line = whole.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(reason) = why_nothing(line) else { continue };
        let place = Location::bytes(&path, Span::new(start, start + line.len()));
        let finding = Finding::new(CODE, format!("`{line}` can match nothing: it {reason}"), place);
        let help = "write a name, or a path below the contracts root, without patterns";
        findings.push(finding.label("leaves nothing out").about(line).help(help));
    }
    findings
}

/// Why a line can match no path, a clause; slashes at its ends mean nothing.
fn why_nothing(line: &str) -> Option<&'static str> {
    match ArtifactPath::new(line.trim_matches('/')) {
        Err(problem) => Some(problem.reason()),
        // A file of such a name is one that not every system holds.
        Ok(path) => match path.unportable()? {
            PathProblem::Reserved => Some("is no pattern, and no name may have such a character"),
            problem @ PathProblem::Hidden => Some(problem.reason()),
            _ => None,
        },
    }
}
