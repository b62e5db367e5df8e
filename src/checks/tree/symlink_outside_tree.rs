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
        what: "A symbolic link leads out of the contracts, to a folder, or to nothing; or it stands for the folder of the contracts, `contract-guard.toml`, or `.contractignore`.",
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
            let (message, reason, help) = match entry.refusal {
                Refusal::LinkOutside => said("leads out of the contracts"),
                Refusal::LinkToFolder => said("leads to a folder"),
                Refusal::LinkBroken => said("leads to nothing"),
                Refusal::LinkNotTaken => said("stands where only a file is taken"),
                Refusal::LinkAtRoot => (
                    "the folder of the contracts is a symbolic link".to_owned(),
                    "stands for the contracts",
                    "put the folder in its place, or name the one that it leads to in \
                     `contract-guard.toml`: `contracts = \"FOLDER\"`",
                ),
                _ => return None,
            };
            let finding = Finding::new(CODE, message, Location::file(&entry.path));
            Some(finding.label("not followed").about(reason).help(help))
        })
        .collect()
}

fn said(reason: &'static str) -> (String, &'static str, &'static str) {
    (format!("symbolic link {reason}"), reason, "replace the link by the file")
}
