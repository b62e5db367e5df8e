//! Where trees are read from: a folder, the git index, a commit, a freeze. The only reader of disk and
//! git; everything above works on the [`Tree`] it gives.
#![expect(clippy::disallowed_methods, reason = "this floor is the one that reads")]

mod commit;
mod consumers;
mod dir;
mod error;
mod freeze;
mod git;
mod index;
mod links;
mod objects;
mod past;
mod paths;
mod records;
mod repository;
mod runner;
mod saved;
mod ssh;
mod staged;
mod target;

pub use consumers::consumer_files;
pub use error::SourceError;
pub use freeze::{FrozenFile, OpenFreeze, file_bytes, freezes, frozen_files, meant, open_freeze};
pub use git::user;
pub use past::{TreeHistory, step_from_tree};
pub use paths::resolved;
pub use records::{decompressed, records_of, records_of_stdin};
pub use repository::{Repository, RepositoryFiles, State};
pub use runner::run_command;
pub use saved::kept_by_git;
pub use ssh::{sign, signer_of};
pub use staged::{Staged, first_ref, hooks_folder, is_program, staged, text_of};
pub use target::{Standing, beginning, belongs_to_git, below_repository, is_tracked, standing};

use std::path::{Path, PathBuf};

use crate::freeze::{FOLDER, WORK_PREFIX};
use crate::tree::Tree;

/// Where a tree is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Files on disk.
    Dir,
    /// What the next commit would hold.
    Index,
    /// A commit, by any name that git knows.
    Commit(String),
    /// A freeze file.
    Freeze(PathBuf),
}

impl From<&State> for Source {
    fn from(state: &State) -> Source {
        match state {
            State::WorkTree => Source::Dir,
            State::Index => Source::Index,
            State::Commit(name) => Source::Commit(name.clone()),
        }
    }
}

/// A source and the place it is read at.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to read.
    pub source: Source,
    /// The folder that holds the contracts root, the configuration and, usually, the repository.
    pub base: PathBuf,
    /// The contracts root below `base`; empty when `base` itself is the tree.
    pub root: String,
    /// Whether the freezes beside the contracts are read, too.
    pub frozen: bool,
}

impl Request {
    /// The same under the contracts root that its commit, or the index, configures: the folder may have another.
    #[must_use]
    pub fn configured(mut self) -> Request {
        match &self.source {
            _ if self.root.is_empty() => {}
            Source::Index => self.root = root_at(&self.base, ""),
            Source::Commit(name) => self.root = root_at(&self.base, name),
            Source::Dir | Source::Freeze(_) => {}
        }
        self
    }

    /// Whether a path below the contracts root is left out: freezes that were not asked for, and what a
    /// command makes for its own work.
    fn skips(&self, below: &str) -> bool {
        let is_frozen =
            below.strip_prefix(FOLDER).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_work = below
            .strip_prefix(WORK_PREFIX)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        (is_frozen && !self.frozen) || (self.root.is_empty() && is_work)
    }
}

/// Whether a file is one that a command has staged beside another: `.contract-guard-7.tmp`.
fn is_staged(below: &str) -> bool {
    let name = below.rsplit('/').next().unwrap_or(below);
    let number = name.strip_prefix(WORK_PREFIX).and_then(|rest| rest.strip_prefix('-'));
    let number = number
        .and_then(|rest| [".tmp", ".new", ".old"].iter().find_map(|end| rest.strip_suffix(end)));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
}

/// How much may be read.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Bytes of one file. Freezes hold whole trees and are bounded by `tree_bytes` alone.
    pub file_bytes: u64,
    /// Bytes of all files.
    pub tree_bytes: u64,
    /// Number of files.
    pub files: usize,
}

/// Reads a tree.
pub fn read(request: &Request, budget: &Budget) -> Result<Tree, SourceError> {
    let tree = match &request.source {
        Source::Dir => dir::read(request, budget)?,
        Source::Index => index::read(request, budget)?,
        Source::Commit(name) => commit::read(request, name, budget)?,
        Source::Freeze(path) => freeze::read(request, path, budget)?,
    };
    if tree.artifacts.is_empty() && tree.refused.is_empty() {
        if request.source == Source::Index {
            return Err(index::not_staged(request));
        }
        return Err(SourceError::NoTree { base: request.base.clone() });
    }
    Ok(tree)
}

/// The next commit of a repository beside an earlier one; what both have is the same memory. Freezes are left
/// out.
pub fn read_beside(
    next: &Request,
    earlier: &str,
    budget: &Budget,
) -> Result<[Tree; 2], SourceError> {
    let next = Request { frozen: false, ..next.clone() };
    let (index, commit) = std::thread::scope(|scope| {
        let index = scope.spawn(|| index::list(&next));
        (index.join(), commit::list(&next, earlier))
    });
    let index = index.unwrap_or_else(|_| Ok(Vec::new()))?;
    git::trees([&next, &next], [index, commit?], budget)
}

/// The file below the contracts root that leaves others out.
const IGNORE: &str = ".contractignore";

/// The files below the contracts root that say what is read, what is accepted, and who may accept it.
const JUDGES: [&str; 3] = [IGNORE, "waivers.yaml", "security/allowed_signers"];

/// Where contracts lie unless a configuration says otherwise.
pub const USUAL_ROOT: &str = "contracts";

/// The file that configures a repository.
pub const CONFIG: &str = "contract-guard.toml";

/// Finds the contracts root for a path: the folder itself when it is named or configured as one, the
/// `contracts/` in it, or the whole folder as a tree without layout. Without a path the search goes
/// from the current folder up to the top of the repository.
pub fn discover(path: Option<&Path>) -> Result<(PathBuf, String), SourceError> {
    let Some(path) = path else {
        let here = PathBuf::from(".");
        let mut base = here.clone();
        for _ in 0..64 {
            // A tree inside of the tree must not stand for it.
            let is_inside = is_tree_itself(&base) && root_in(&base.join(".."))?.is_some();
            if let Some(root) = root_in(&base)?.filter(|_| !is_inside) {
                return Ok((base, root));
            }
            let is_top = base.join(".git").exists();
            let Ok(absolute) = std::fs::canonicalize(&base) else {
                break;
            };
            if is_top || absolute.parent().is_none() {
                break;
            }
            base = if base == here { PathBuf::from("..") } else { base.join("..") };
        }
        return Err(SourceError::NoTree { base: here });
    };
    let absolute = std::fs::canonicalize(path)
        .map_err(|error| SourceError::Io { path: path.to_owned(), error })?;
    if !absolute.is_dir() {
        let error = std::io::Error::new(std::io::ErrorKind::NotADirectory, "not a folder");
        return Err(SourceError::Io { path: path.to_owned(), error });
    }
    if is_tree_itself(path) {
        return Ok((parent_of(path), USUAL_ROOT.to_owned()));
    }
    if let Some(root) = root_in(path)? {
        return Ok((path.to_owned(), root));
    }
    // By the name that was written, which a link may have by itself; `.` has none.
    match path.file_name().or(absolute.file_name()).and_then(|n| n.to_str()) {
        Some("contracts") => Ok((parent_of(path), "contracts".to_owned())),
        _ => Ok((path.to_owned(), String::new())),
    }
}

/// Whether a folder of a repository is called as contracts are: it holds them, whatever lies in it.
fn is_tree_itself(folder: &Path) -> bool {
    let Some(folder) = canonical(folder) else { return false };
    let is_in_repository = folder.ancestors().skip(1).any(|outer| outer.join(".git").exists());
    folder.file_name().is_some_and(|name| name == USUAL_ROOT)
        && !folder.join(".git").exists()
        && is_in_repository
}

/// The top of the repository around the current folder; the current folder when there is none.
pub fn top_of_repository() -> PathBuf {
    let mut base = PathBuf::from(".");
    for _ in 0..64 {
        if base.join(".git").exists() {
            return base;
        }
        let is_root = canonical(&base).is_none_or(|path| path.parent().is_none());
        if is_root {
            break;
        }
        base = if base == Path::new(".") { PathBuf::from("..") } else { base.join("..") };
    }
    PathBuf::from(".")
}

/// Whether a folder is one of a repository, by what lies on disk.
pub fn is_in_repository(folder: &Path) -> bool {
    canonical(folder).is_some_and(|path| path.ancestors().any(|path| path.join(".git").exists()))
}

/// What leads from the top of the repository around a folder to the folder: `` or `a/b/`.
pub fn below_top(folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Some(folder) = canonical(folder) else { return String::new() };
    let top = folder.ancestors().find(|folder| folder.join(".git").exists());
    let below = top.and_then(|top| folder.strip_prefix(top).ok());
    let segments = below.into_iter().flat_map(|path| path.iter());
    segments.map(|segment| format!("{}/", segment.to_string_lossy())).collect()
}

/// `a/contracts` → `a`; `contracts` → `.`; `.` → `..`.
fn parent_of(path: &Path) -> PathBuf {
    let ends_in_name = path.file_name().is_some();
    match path.parent() {
        Some(parent) if ends_in_name && parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) if ends_in_name => parent.to_owned(),
        _ => path.join(".."),
    }
}

fn root_in(base: &Path) -> Result<Option<String>, SourceError> {
    let configured = std::fs::read_to_string(base.join(CONFIG)).ok();
    let Some(folder) = configured.as_deref().and_then(configured_root) else {
        return Ok(base.join("contracts").is_dir().then(|| "contracts".to_owned()));
    };
    let wrong = |reason| SourceError::Root { folder: folder.clone(), reason };
    let path = crate::tree::ArtifactPath::new(&folder)
        .map_err(|_| wrong("is no path below the repository root"))?;
    if path.as_str().split('/').any(|segment| segment == FOLDER) {
        return Err(wrong("is the folder of the freezes"));
    }
    if !base.join(path.as_str()).is_dir() {
        return Err(wrong("is no folder"));
    }
    Ok(Some(path.to_string()))
}

/// The value of `contracts = "…"` in a configuration, wherever the rest of it may be wrong.
fn configured_root(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    Some(table.get("contracts")?.as_str()?.trim_end_matches('/').to_owned())
}

/// Whether a name is that of a commit.
///
/// # Errors
/// When it is that of more than one.
pub fn is_commit(base: &Path, name: &str) -> Result<bool, SourceError> {
    git::unambiguous(base, name)?;
    Ok(git::meant(base, name).is_ok())
}

/// The way to contracts that a commit has around a folder, nearer to the top of the repository.
pub fn outer_contracts(base: &Path, commit: &str) -> Option<String> {
    let mut outer = PathBuf::from("..");
    for _ in 0..64 {
        let folder = base.join(&outer);
        let here = canonical(&folder)?;
        if below_top(&folder).is_empty() && !here.join(".git").exists() {
            return None;
        }
        let name = format!("{commit}:./{}", root_at(&folder, commit));
        if git::run(&folder, "look for contracts", &["cat-file", "-e", &name]).is_ok() {
            return Some(outer.display().to_string().replace('\\', "/"));
        }
        if here.join(".git").exists() {
            return None;
        }
        outer.push("..");
    }
    None
}

/// The contracts root that a commit configures; without a name, the index.
pub fn root_at(base: &Path, commit: &str) -> String {
    let name = format!("{commit}:./{CONFIG}");
    // A commit without a configuration has its contracts in the usual place.
    let text = git::run(base, "read the configuration", &["cat-file", "blob", &name]);
    root_of(&text.unwrap_or_default())
}

/// The contracts root that a configuration names, else the usual.
fn root_of(config: &[u8]) -> String {
    let text = String::from_utf8_lossy(config);
    let folder = configured_root(&text);
    let folder = folder.and_then(|folder| crate::tree::ArtifactPath::new(&folder).ok());
    folder.map_or_else(|| "contracts".to_owned(), |path| path.to_string())
}

/// Paths that `.contractignore` at the contracts root leaves out: names or folder prefixes, one a line.
#[derive(Debug, Default)]
struct Ignore(Vec<String>);

impl Ignore {
    fn parse(text: &str) -> Self {
        let lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Ignore(lines.map(|line| line.trim_matches('/').to_owned()).collect())
    }

    /// Whether a path below the contracts root is left out.
    ///
    /// What judges the others is never left out: freezes, laws, waivers, signers, and the list itself.
    fn covers(&self, below: &str) -> bool {
        let judges =
            [".contractignore", FOLDER, "laws", "security/allowed_signers", "waivers.yaml"];
        let is_judge = |judge: &&str| {
            below.strip_prefix(*judge).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if judges.iter().any(is_judge) {
            return false;
        }
        self.0.iter().any(|entry| {
            below == entry
                || below.strip_prefix(entry.as_str()).is_some_and(|rest| rest.starts_with('/'))
                || below.rsplit('/').next() == Some(entry.as_str())
        })
    }
}

/// The contracts tree around a path: base, root, and the path within the base.
pub fn locate(path: &Path) -> Result<(PathBuf, String, String), SourceError> {
    let absolute = std::fs::canonicalize(path)
        .map_err(|error| SourceError::Io { path: path.to_owned(), error })?;
    let mut base = if absolute.is_dir() { path.to_owned() } else { parent_of(path) };
    for _ in 0..64 {
        let Some(here) = canonical(&base) else { break };
        if let Some(root) = root_in(&base)? {
            let below = absolute.strip_prefix(&here).unwrap_or(&absolute);
            let below: Vec<_> = below.iter().map(|s| s.to_string_lossy()).collect();
            let below = below.join("/");
            return Ok((base, root.clone(), if below.is_empty() { root } else { below }));
        }
        if here.parent().is_none() || here.join(".git").exists() {
            break;
        }
        base = parent_of(&base);
    }
    // A folder without layout is a tree of its own.
    let (base, root) =
        discover(Some(if absolute.is_dir() { path } else { path.parent().unwrap_or(path) }))?;
    let top = canonical(&base).unwrap_or_default();
    let below: Vec<_> = absolute
        .strip_prefix(&top)
        .unwrap_or(&absolute)
        .iter()
        .map(|s| s.to_string_lossy())
        .collect();
    Ok((base, root, below.join("/")))
}

/// The path without links and `..`; `None` when it does not exist.
pub fn canonical(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}
