//! A tree from the git index: what the next commit would hold.

use super::git::{self, Entry};
use super::{Budget, Request, SourceError};
use crate::tree::Tree;

/// Reads the index of the repository that holds `base`.
pub(super) fn read(request: &Request, budget: &Budget) -> Result<Tree, SourceError> {
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
    git::tree(request, entries, budget)
}

/// `<fields>\t<path>`
pub(super) fn split_at_tab(record: &[u8]) -> Option<(&str, &[u8])> {
    let tab = record.iter().position(|b| *b == b'\t')?;
    let head = std::str::from_utf8(record.get(..tab)?).ok()?;
    Some((head, record.get(tab + 1..)?))
}
