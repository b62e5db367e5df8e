//! Entries that are no files, too large, or have no writable name.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level};
use crate::tree::Refusal;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "entry of the tree cannot be a contract",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An entry is larger than the limit, is neither file nor folder, is a repository of its own, has a name that no path can hold, or is a folder in the place of a file that says how contracts are read and judged.",
        why: "It was not read; what is not read is not a pass.",
        bad: "contracts/api/dump.json (9 MiB)",
        good: "contracts/api/dump.json (1 MiB)",
        fix: "Remove or rename it; where a file must be so large, raise the limit with `--max-file-bytes`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unreadable-entry");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let refused = catalog.tree.refused.iter();
    refused
        .filter_map(|entry| {
            let (message, help) = match entry.refusal {
                Refusal::TooLarge(bytes) => {
                    let most = catalog.limits.file_bytes;
                    let message = format!("file has {bytes} bytes, more than the limit of {most}");
                    (message, "remove it, or raise the limit with `--max-file-bytes`")
                }
                Refusal::Submodule => (
                    "folder is a repository of its own, a submodule".to_owned(),
                    "put the files themselves here, or name it in `.contractignore`",
                ),
                Refusal::FolderNotTaken => (
                    "a folder stands where only a file is taken".to_owned(),
                    "remove it, or put a file in its place",
                ),
                Refusal::Special => {
                    ("entry is neither a file nor a folder".to_owned(), "remove it")
                }
                Refusal::Name(problem) => (format!("the name {}", problem.reason()), "rename it"),
                _ => return None,
            };
            let finding =
                Finding::new(CODE, message, Location::file(&entry.path)).label("not read");
            Some(finding.help(help))
        })
        .collect()
}
