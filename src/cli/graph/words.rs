//! What stands on the command line: the tree itself, a path as it leads from the current folder, or a name.

use std::path::{Path, PathBuf};

use super::args::From;
use super::is_elsewhere;
use crate::catalog::Catalog;
use crate::cli::Failure;
use crate::cli::args::Check;
use crate::graph::{Found, Graph, NotFound, find};
use crate::source;

/// A name, and the ways in which it can be meant, the best first.
pub(in crate::cli) struct Word {
    written: String,
    tried: Vec<String>,
}

impl Word {
    pub(in crate::cli) fn name(name: &str) -> Word {
        Word { written: name.to_owned(), tried: vec![name.to_owned()] }
    }
}

/// Tells which tree is meant, and which words mean something in it.
pub(in crate::cli) fn tree_of(
    words: &[String],
    from: &From,
) -> Result<(Check, Vec<Word>), Failure> {
    let mut check = Check { path: from.tree.clone(), staged: from.staged, at: from.at.clone() };
    let mut found: Vec<Word> = Vec::new();
    for word in words {
        if word.starts_with("freeze:") && check.path.is_none() {
            check.path = Some(PathBuf::from(word));
            continue;
        }
        let (head, fragment) =
            word.split_once('#').map_or((word.as_str(), None), |(h, f)| (h, Some(f)));
        let below = located(head);
        if let Some((base, root, below)) = &below {
            let is_tree = fragment.is_none() && (below == root || below.is_empty());
            let is_dir = Path::new(head).is_dir();
            if is_tree && is_dir {
                check.path.get_or_insert_with(|| PathBuf::from(head));
                continue;
            }
            let is_inside = root.is_empty() || below.starts_with(&format!("{root}/"));
            if is_inside && check.path.is_none() && !is_elsewhere(from) {
                // Prefixes of messages come from it.
                let plain = base.strip_prefix("./").ok().filter(|p| !p.as_os_str().is_empty());
                check.path = Some(plain.unwrap_or(base).to_owned());
            }
        }
        let end = fragment.map_or(String::new(), |fragment| format!("#{fragment}"));
        let mut tried: Vec<String> =
            below.map(|(_, _, below)| format!("{below}{end}")).into_iter().collect();
        tried.push(word.clone());
        tried.extend(from_here(head).map(|path| format!("{path}{end}")));
        found.push(Word { written: word.clone(), tried });
    }
    Ok((check, found))
}

/// The tree around a path on disk, and the path in it. A bare word may be the name of a topic or a module,
/// whatever lies in the current folder.
fn located(head: &str) -> Option<(PathBuf, String, String)> {
    let looks_like_path = head.contains(['/', '.', '\\']) || head == "contracts";
    let exists = looks_like_path && Path::new(head).exists();
    exists.then(|| source::locate(Path::new(head)).ok()).flatten()
}

/// A path that is in a commit and not on the disk, as it would lead from the current folder.
fn from_here(head: &str) -> Option<String> {
    let (base, _) = source::discover(None).ok()?;
    let (here, base) = (source::canonical(Path::new("."))?, source::canonical(&base)?);
    let mut segments: Vec<String> =
        here.strip_prefix(&base).ok()?.iter().map(|s| s.to_string_lossy().into_owned()).collect();
    for segment in head.replace('\\', "/").split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()?),
            name => segments.push(name.to_owned()),
        }
    }
    Some(segments.join("/"))
}

/// Finds what a word means, or says why it means nothing.
pub(in crate::cli) fn look_up(
    graph: &Graph,
    catalog: &Catalog,
    word: &Word,
) -> Result<Found, Failure> {
    let mut why = None;
    for text in &word.tried {
        match find(graph, catalog, text) {
            Ok(found) => return Ok(found),
            // The first reason that says more than "unknown" is the best one.
            Err(reason @ NotFound::Unknown(_)) => drop(why.get_or_insert(reason)),
            Err(reason) => {
                why = Some(reason);
                break;
            }
        }
    }
    let written = &word.written;
    Err(match why.unwrap_or(NotFound::Unknown(Vec::new())) {
        NotFound::Unknown(near) => {
            let help = match near.as_slice() {
                [] => "`contract-guard graph --format short` and `contract-guard list` show what there is"
                    .to_owned(),
                near => format!("the nearest is {}", quoted(near, " or ")),
            };
            Failure::Usage(format!("nothing in the contracts is called `{written}`"), Some(help))
        }
        NotFound::Ambiguous(names) => {
            let shown: Vec<String> = names.iter().take(12).cloned().collect();
            let more = names.len().checked_sub(12).filter(|n| *n > 0);
            let more = more.map_or(String::new(), |n| format!(" and {n} more"));
            let message = format!("`{written}` may be {}{more}", quoted(&shown, " or "));
            Failure::Usage(message, Some("write one of them".to_owned()))
        }
        NotFound::NoPlace { file, deepest, near } => {
            let message = format!("`{file}` has nothing at `{}`", pointer_of(written));
            let help = match near.as_slice() {
                [] => format!("`{file}#{deepest}` has no members"),
                near => format!("`{file}#{deepest}` has {}", quoted(near, ", ")),
            };
            Failure::Usage(message, Some(help))
        }
    })
}

fn pointer_of(written: &str) -> &str {
    written.split_once('#').map_or(written, |(_, pointer)| pointer)
}

fn quoted(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}
