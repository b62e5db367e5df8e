//! A tree from the git index: what the next commit would hold.

use std::collections::HashSet;

use super::git::{self, Entry, Objects};
use super::{Budget, Request, SourceError};
use crate::tree::Tree;

/// Reads the index of the repository that holds `base`.
pub(super) fn read(request: &Request, budget: &Budget) -> Result<Tree, SourceError> {
    git::tree(request, list(request)?, budget, &Objects::default())
}

/// The entries of the index.
pub(super) fn list(request: &Request) -> Result<Vec<Entry>, SourceError> {
    let specs = git::pathspecs(request);
    let mut args = vec!["ls-files", "--stage", "-z", "--"];
    args.extend(specs.iter().map(String::as_str));
    let listed = git::run(&request.base, "list the index", &args)?;
    let mut entries = Vec::new();
    for record in listed.split(|b| *b == 0).filter(|r| !r.is_empty()) {
        let Some((head, path)) = split_at_tab(record) else {
            continue;
        };
        let mut fields = head.split(' ');
        let (mode, object, stage) = (fields.next(), fields.next(), fields.next());
        if stage != Some("0") {
            return Err(SourceError::Git {
                what: "read the index".to_owned(),
                stderr: format!("`{}` has merge conflicts", String::from_utf8_lossy(path)),
            });
        }
        entries.push(Entry {
            mode: mode.unwrap_or_default().to_owned(),
            object: object.unwrap_or_default().to_owned(),
            path: path.to_vec(),
        });
    }
    without_intents(request, &specs, &mut entries)?;
    Ok(entries)
}

/// Takes out what `git add --intent-to-add` has put in: the index has it as an empty file, and the next commit
/// will not hold it.
fn without_intents(
    request: &Request,
    specs: &[String],
    entries: &mut Vec<Entry>,
) -> Result<(), SourceError> {
    let is_empty = |entry: &Entry| EMPTY.iter().any(|(blob, _)| entry.object == *blob);
    let Some((_, nothing)) =
        EMPTY.iter().find(|(blob, _)| entries.iter().any(|entry| entry.object == *blob))
    else {
        return Ok(());
    };
    let mut args = vec!["diff-index", "--cached", "-z", "--name-only", "--relative"];
    args.extend(["--ita-invisible-in-index", nothing, "--"]);
    args.extend(specs.iter().map(String::as_str));
    let listed = git::run(&request.base, "compare the index with nothing", &args)?;
    let held: HashSet<&[u8]> = listed.split(|b| *b == 0).collect();
    entries.retain(|entry| !is_empty(entry) || held.contains(entry.path.as_slice()));
    Ok(())
}

/// Why the index is no tree.
pub(super) fn not_staged(request: &Request) -> SourceError {
    let shown = |below: &str| {
        let path = request.base.join(below);
        path.strip_prefix("./").unwrap_or(&path).display().to_string().replace('\\', "/")
    };
    // The folder may have a root that the index knows nothing of.
    let found = match super::root_in(&request.base) {
        Ok(Some(root)) if root == request.root => vec![root],
        Ok(Some(root)) => vec![super::CONFIG.to_owned(), root],
        _ => Vec::new(),
    };
    let missing = found.iter().map(|below| shown(below)).collect();
    SourceError::NotStaged { root: shown(&request.root), missing }
}

/// The empty file and the empty tree, as git names them with SHA-1 and with SHA-256.
const EMPTY: [(&str, &str); 2] = [
    ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    (
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    ),
];

/// `<fields>\t<path>`
pub(super) fn split_at_tab(record: &[u8]) -> Option<(&str, &[u8])> {
    let tab = record.iter().position(|b| *b == b'\t')?;
    let head = std::str::from_utf8(record.get(..tab)?).ok()?;
    Some((head, record.get(tab + 1..)?))
}
