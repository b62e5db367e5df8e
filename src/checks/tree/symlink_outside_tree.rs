//! Symbolic links of the tree.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level};
use crate::tree::Refusal;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "symbolic link leaves the tree",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A symbolic link leads out of the contracts, to a folder, or to nothing, or stands for `contract-guard.toml` or `.contractignore`.",
        why: "What it leads to is not frozen, not reviewed, and not the same on the next machine; through it a tree could read any file.",
        bad: "contracts/storage/secret.json -> /etc/passwd",
        good: "contracts/storage/copy.json -> schemas/note.schema.json",
        fix: "Replace the link by the file.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("symlink-outside-tree");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let refused = catalog.tree.refused.iter();
    refused
        .filter_map(|entry| {
            let reason = match entry.refusal {
                Refusal::LinkOutside => "leads out of the contracts",
                Refusal::LinkToFolder => "leads to a folder",
                Refusal::LinkBroken => "leads to nothing",
                Refusal::LinkNotTaken => "stands where only a file is taken",
                _ => return None,
            };
            let finding =
                Finding::new(CODE, format!("symbolic link {reason}"), Location::file(&entry.path));
            Some(finding.label("not followed").about(reason).help("replace the link by the file"))
        })
        .collect()
}
