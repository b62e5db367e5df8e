//! `freeze diff`

use std::path::Path;

use serde_json::json;

use super::super::args::{Global, OutputFormat};
use super::super::output::Terminal;
use super::super::progress::Progress;
use super::super::{Answer, Failure};
use super::args::Diff;
use super::place::Place;
use super::words::counted;
use crate::freeze::{Difference, FOLDER, compare};
use crate::report::visible;
use crate::source::{self, Request, Source};
use crate::tree::{Artifact, ArtifactPath, Tree};

pub(super) fn run(diff: &Diff, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("comparing trees");
    let old = side(diff.old.as_deref().unwrap_or("latest"), place)?;
    let new = side(diff.new.as_deref().unwrap_or("."), place)?;
    let found = compare(&old, &new);
    drop(progress);
    let count = |wanted| found.values().filter(|d| **d == wanted).count();
    let text = match global.format {
        OutputFormat::Json => {
            let change = |(path, how): (&ArtifactPath, &Difference)| json!({ "path": path.as_str(), "difference": how });
            format!(
                "{:#}\n",
                json!({ "differences": found.iter().map(change).collect::<Vec<_>>() })
            )
        }
        format => {
            let line = |(path, how): (&ArtifactPath, &Difference)| {
                format!("{:13} {}\n", word(*how), visible(path.as_str()))
            };
            let mut text: String = found.iter().map(line).collect();
            if format == OutputFormat::Human {
                let endings = match count(Difference::LineEndings) {
                    0 => String::new(),
                    n => format!(", {n} in line endings only"),
                };
                text.push_str(&format!(
                    "{}: {} added, {} removed, {} changed{endings}\n",
                    counted(found.len(), "difference"),
                    count(Difference::Added),
                    count(Difference::Removed),
                    count(Difference::Changed),
                ));
            }
            text
        }
    };
    let code = u8::from(diff.exit_code && !found.is_empty());
    Ok(terminal.write(text.as_bytes(), code))
}

fn word(how: Difference) -> &'static str {
    match how {
        Difference::Added => "added",
        Difference::Removed => "removed",
        Difference::Changed => "changed",
        Difference::LineEndings => "line endings",
    }
}

/// The tree that a user means, its paths as in the tree at hand, without freezes.
fn side(text: &str, place: &Place) -> Result<Tree, Failure> {
    let tree = match text {
        "." | "worktree" => place.contracts()?,
        "index" => source::read(&place.request(Source::Index), &place.budget)?,
        _ => match (place.resolve(Some(text)), Path::new(text)) {
            (Ok(path), _) => {
                let freeze = place.open(&path)?.freeze;
                let artifacts = freeze.artifacts.into_iter();
                let artifacts = artifacts.map(|a| (a.path, Artifact::new(a.bytes))).collect();
                Tree { artifacts, root: place.root.clone(), ..Tree::default() }
            }
            (Err(_), folder) if folder.is_dir() => {
                let (base, root) = source::discover(Some(folder))?;
                source::read(
                    &Request { source: Source::Dir, base, root, frozen: false },
                    &place.budget,
                )?
            }
            (Err(unknown), _) if text == "latest" => return Err(unknown),
            (Err(unknown), _) => {
                let commit = Source::Commit(text.to_owned());
                source::read(&place.request(commit), &place.budget).map_err(|_| match unknown {
                    Failure::Usage(_, help) => {
                        let message = format!("`{text}` is no freeze, no commit and no folder");
                        Failure::Usage(message, help)
                    }
                    other => other,
                })?
            }
        },
    };
    let frozen = format!("{FOLDER}/");
    let below = tree.artifacts.iter().map(|(path, artifact)| (tree.below_root(path), artifact));
    let below = below.filter(|(path, _)| !path.starts_with(&frozen));
    let prefix = if place.root.is_empty() { String::new() } else { format!("{}/", place.root) };
    let artifacts = below
        .map(|(path, a)| (ArtifactPath::lossy(&format!("{prefix}{path}")), a.clone()))
        .collect();
    Ok(Tree { artifacts, root: place.root.clone(), ..Tree::default() })
}
