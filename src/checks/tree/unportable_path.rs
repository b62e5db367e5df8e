//! Names that Windows or macOS cannot hold, or hold as another.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use std::collections::HashMap;

use crate::catalog::Catalog;
use crate::finding::Location;
use crate::tree::ArtifactPath;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "path that not every system can hold",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A path has a name that Windows refuses or changes, or differs from another one only in case.",
        why: "The tree cannot be checked out there, or two files become one.",
        bad: "contracts/storage/schemas/con.schema.json",
        good: "contracts/storage/schemas/connection.schema.json",
        fix: "Rename the file.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unportable-path");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut seen: HashMap<String, &ArtifactPath> = HashMap::new();
    let mut findings = Vec::new();
    for path in catalog.tree.artifacts.keys() {
        let fail = |message: String| {
            Finding::new(CODE, message, Location::file(path))
                .label("rename this")
                .help("rename the file")
        };
        if let Some(problem) = path.unportable() {
            findings.push(fail(format!("the name {}", problem.reason())));
        }
        if let Some(first) = seen.insert(path.folded(), path) {
            let message = format!("`{path}` and `{first}` are one file where case is folded");
            findings.push(fail(message).about(first.as_str()));
        }
    }
    findings
}
