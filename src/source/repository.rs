//! A repository beyond its contracts: the files that git does not ignore, in the working tree, the index,
//! a commit or a freeze, and the steps between two of them. Contents are read when they are asked for;
//! nothing is checked out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::WalkDir;

use super::index::split_at_tab;
use super::objects::{LONGEST, Objects};
use super::{SourceError, git};
use crate::tree::{FileChange, Files, History, Step};

/// Names the content of a symbolic link: it is there, and is not read.
const LINK: &str = "";

/// A repository, or a folder that is none.
pub struct Repository {
    base: PathBuf,
    is_git: bool,
    objects: Mutex<Option<Objects>>,
    /// The files of each state that was asked for: a run sees one list, and asks for it once.
    listed: Mutex<BTreeMap<State, Arc<Listing>>>,
    /// The first thing that could not be read.
    failure: Mutex<Option<SourceError>>,
}

/// Paths, and the names of their contents.
struct Listing {
    paths: Vec<String>,
    contents: Vec<String>,
}

/// Which state of a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Files on disk.
    WorkTree,
    /// What the next commit would hold.
    Index,
    /// A commit, by any name that git knows.
    Commit(String),
}

impl Repository {
    /// The repository at a folder.
    pub fn open(base: &Path) -> Result<Repository, SourceError> {
        let metadata = std::fs::metadata(base);
        let metadata =
            metadata.map_err(|error| SourceError::Io { path: base.to_owned(), error })?;
        if !metadata.is_dir() {
            let error = std::io::Error::new(std::io::ErrorKind::NotADirectory, "not a folder");
            return Err(SourceError::Io { path: base.to_owned(), error });
        }
        let asked = ["rev-parse", "--is-inside-work-tree", "--is-bare-repository"];
        let is_git = match git::run(base, "look for a repository", &asked) {
            // One without a work tree has its commits all the same.
            Ok(said) => said.starts_with(b"true") || said.ends_with(b"true\n"),
            // A repository that git refuses to read, such as somebody else's, is one all the same.
            Err(error) if base.join(".git").exists() || error.is_distrust() => return Err(error),
            // Without git to ask, what lies on disk has to do.
            Err(error @ SourceError::NoGit { .. }) if super::is_in_repository(base) => {
                return Err(error);
            }
            Err(_) => false,
        };
        let (objects, listed, failure) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Repository { base: base.to_owned(), is_git, objects, listed, failure })
    }

    /// The folder.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Whether it is a repository, and not just a folder.
    pub fn is_git(&self) -> bool {
        self.is_git
    }

    /// The files of a state, as they were when they were first asked for.
    pub fn files(&self, state: &State) -> Result<RepositoryFiles<'_>, SourceError> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let listing = match listed.get(state) {
            Some(listing) => Arc::clone(listing),
            None => {
                let listing = Arc::new(self.list(state)?);
                listed.insert(state.clone(), Arc::clone(&listing));
                listing
            }
        };
        Ok(RepositoryFiles { repository: self, listing })
    }

    fn list(&self, state: &State) -> Result<Listing, SourceError> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        match state {
            State::WorkTree if !self.is_git => self.walk(&mut names)?,
            State::WorkTree => {
                let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
                let listed = git::run(&self.base, "list the repository", &args)?;
                for path in listed.split(|b| *b == 0).filter(|p| !p.is_empty()) {
                    let path = String::from_utf8_lossy(path).into_owned();
                    // Deleted and not yet staged, or a submodule.
                    let metadata = std::fs::symlink_metadata(self.base.join(&path));
                    match metadata {
                        Ok(m) if m.is_file() => names.insert(path.clone(), format!("@{path}")),
                        Ok(m) if m.is_symlink() => names.insert(path, LINK.to_owned()),
                        _ => None,
                    };
                }
            }
            State::Index => {
                let listed =
                    git::run(&self.base, "list the index", &["ls-files", "--stage", "-z"])?;
                collect(&listed, 1, &mut names);
            }
            State::Commit(name) => {
                let commit = self.commit(name)?;
                let args = ["ls-tree", "-r", "-z", commit.as_str()];
                collect(&git::run(&self.base, "list the commit", &args)?, 2, &mut names);
            }
        }
        let (paths, contents) = names.into_iter().unzip();
        Ok(Listing { paths, contents })
    }

    fn walk(&self, names: &mut BTreeMap<String, String>) -> Result<(), SourceError> {
        let skipped = ["node_modules", ".git", "target", "__pycache__", ".venv", "venv"];
        let is_wanted = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !skipped.iter().any(|s| entry.file_name() == *s)
        };
        let walk = WalkDir::new(&self.base).follow_links(false);
        for entry in walk.into_iter().filter_entry(is_wanted) {
            let entry = entry.map_err(|error| SourceError::Io {
                path: error.path().unwrap_or(&self.base).to_owned(),
                error: error.into(),
            })?;
            if entry.file_type().is_file() {
                let below = entry.path().strip_prefix(&self.base).unwrap_or(entry.path());
                let segments: Vec<_> = below.iter().map(|s| s.to_string_lossy()).collect();
                let path = segments.join("/");
                names.insert(path.clone(), format!("@{path}"));
            }
        }
        Ok(())
    }

    /// The full name of a commit.
    pub fn commit(&self, name: &str) -> Result<String, SourceError> {
        if !self.is_git {
            let what = format!("find the commit `{name}`");
            let stderr = format!("`{}` is no git repository", self.base.display());
            return Err(SourceError::Git { what, stderr });
        }
        git::commit(&self.base, name)
    }

    /// Where the way from `name` to `state` begins: the last commit that both share.
    pub fn fork(&self, name: &str, state: &State) -> Result<String, SourceError> {
        Ok(self.fork_of(name, state)?.0)
    }

    /// The same, and whether they share one: otherwise it is `name` itself.
    pub fn fork_of(&self, name: &str, state: &State) -> Result<(String, bool), SourceError> {
        let head = match state {
            State::Commit(head) => head.as_str(),
            _ => "HEAD",
        };
        if self.is_git {
            git::unambiguous(&self.base, name)?;
            git::unambiguous(&self.base, head)?;
        }
        // One question where all is well; the others find out what is not.
        if let Some(shared) = self.shared(name, head) {
            return Ok((shared, true));
        }
        let commit = match self.commit(name) {
            Err(error @ SourceError::Git { .. }) if self.is_git => {
                return Err(self.cut_off(name, "it is not here").unwrap_or(error));
            }
            other => other?,
        };
        self.commit(head)?;
        if self.is_shallow()? {
            let reason = "the history ends before the commit that both share";
            return Err(self.cut_off(name, reason).unwrap_or_else(|| SourceError::CutOff {
                name: name.to_owned(),
                reason,
                fetch: "git fetch --unshallow".to_owned(),
            }));
        }
        Ok((commit, false))
    }

    /// The last commit that two share, where git knows both.
    fn shared(&self, name: &str, other: &str) -> Option<String> {
        if !self.is_git || name.starts_with('-') || other.starts_with('-') {
            return None;
        }
        let both = [name, other].map(|name| format!("{name}^{{commit}}"));
        let args: Vec<&str> =
            std::iter::once("merge-base").chain(both.iter().map(String::as_str)).collect();
        let shared = git::run(&self.base, "compare histories", &args).ok()?;
        Some(String::from_utf8_lossy(&shared).trim().to_owned())
    }

    fn is_shallow(&self) -> Result<bool, SourceError> {
        let asked = ["rev-parse", "--is-shallow-repository"];
        Ok(git::run(&self.base, "ask for the history", &asked)?.starts_with(b"true"))
    }

    /// The command that brings the branch of a remote; `None` when `name` is none.
    fn cut_off(&self, name: &str, reason: &'static str) -> Option<SourceError> {
        let remotes = git::run(&self.base, "list remotes", &["remote"]).ok()?;
        let remotes = String::from_utf8_lossy(&remotes).into_owned();
        let short = name.strip_prefix("refs/remotes/").unwrap_or(name);
        let parts = |remote: &str| {
            let branch = short.strip_prefix(remote)?.strip_prefix('/')?;
            // It is shown to be pasted into a shell.
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
            let is_whole = !branch.is_empty() && short.chars().all(is_plain);
            is_whole.then(|| (remote.to_owned(), branch.to_owned()))
        };
        let (remote, branch) = remotes.lines().find_map(parts)?;
        let deepen = if self.is_shallow().unwrap_or(false) { "--unshallow " } else { "" };
        let fetch = format!(
            "git fetch {deepen}{remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}"
        );
        Some(SourceError::CutOff { name: name.to_owned(), reason, fetch })
    }

    /// The one step from a commit to a state.
    pub fn step(&self, from: &str, to: &State) -> Result<Step, SourceError> {
        let mut args = vec![
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "-M",
            "-l4000",
            "--relative",
            "--no-ext-diff",
        ];
        let commit;
        match to {
            State::WorkTree => args.push(from),
            State::Index => args.extend(["--cached", from]),
            State::Commit(name) => {
                commit = self.commit(name)?;
                args.extend([from, &commit]);
            }
        }
        args.push("--");
        let listed = git::run(&self.base, "compare with the baseline", &args)?;
        let mut changes = Vec::new();
        let mut tokens = listed.split(|b| *b == 0);
        while let Some(token) = tokens.next() {
            changes.extend(raw_change(token, &mut tokens));
        }
        if *to == State::WorkTree {
            self.add_untracked(&mut changes)?;
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Step { name: String::new(), changes })
    }

    fn add_untracked(&self, changes: &mut Vec<FileChange>) -> Result<(), SourceError> {
        let args = ["ls-files", "-z", "--others", "--exclude-standard"];
        let listed = git::run(&self.base, "list new files", &args)?;
        for path in listed.split(|b| *b == 0).filter(|p| !p.is_empty()) {
            let path = String::from_utf8_lossy(path).into_owned();
            let after = Some(format!("@{path}"));
            // Deleted in the index and there again: git tells the deletion alone.
            match changes.iter_mut().find(|c| c.path == path) {
                Some(change) => change.after = after,
                None => changes.push(FileChange { path, renamed_from: None, before: None, after }),
            }
        }
        Ok(())
    }

    /// A step for each commit from `from` to `to`, and one for what is not committed.
    pub fn steps(&self, from: &str, to: &State) -> Result<Vec<Step>, SourceError> {
        let head = match to {
            State::Commit(name) => self.commit(name)?,
            _ => self.commit("HEAD")?,
        };
        let range = format!("{from}..{head}");
        let args = [
            "log",
            "-z",
            "--raw",
            "--no-abbrev",
            "-M",
            "-l4000",
            "-c",
            "--relative",
            "--reverse",
            "--topo-order",
            "--no-color",
            "--no-ext-diff",
            "--no-show-signature",
            "--format=%x01%H",
            &range,
            "--",
        ];
        let listed = git::run(&self.base, "read the history", &args)?;
        let mut steps: Vec<Step> = Vec::new();
        let mut tokens = listed.split(|b| *b == 0);
        while let Some(token) = tokens.next() {
            if let Some(name) = token.strip_prefix(b"\x01") {
                let name: String = String::from_utf8_lossy(name).chars().take(10).collect();
                steps.push(Step { name, changes: Vec::new() });
            } else if let Some(step) = steps.last_mut() {
                step.changes.extend(raw_change(token, &mut tokens));
            }
        }
        if !matches!(to, State::Commit(_)) {
            let mut last = self.step(&head, to)?;
            last.name =
                if *to == State::Index { "the index" } else { "the working tree" }.to_owned();
            steps.push(last);
        }
        steps.retain(|step| !step.changes.is_empty());
        Ok(steps)
    }

    /// What could not be read, if anything.
    pub fn failure(&self) -> Option<SourceError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn object(&self, name: &str) -> Option<Arc<[u8]>> {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let read = (|| {
            if objects.is_none() {
                *objects = Some(Objects::open(&self.base)?);
            }
            objects.as_mut().map_or(Ok(None), |objects| objects.read(name))
        })();
        match read {
            Ok(bytes) => bytes,
            Err(error) => {
                *objects = None;
                self.fail(git::failed("read an object of the repository", &error));
                None
            }
        }
    }

    fn fail(&self, error: SourceError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn on_disk(&self, path: &str) -> Option<Arc<[u8]>> {
        let full = self.base.join(path);
        match std::fs::symlink_metadata(&full) {
            Ok(metadata) if metadata.is_file() && metadata.len() <= LONGEST => {}
            _ => return None,
        }
        match std::fs::read(&full) {
            Ok(bytes) => Some(bytes.into()),
            Err(error) => {
                self.fail(SourceError::Io { path: full, error });
                None
            }
        }
    }
}

impl History for Repository {
    fn content(&self, name: &str) -> Option<Arc<[u8]>> {
        match name.strip_prefix('@') {
            _ if name == LINK => None,
            Some(path) => self.on_disk(path),
            None => self.object(name),
        }
    }
}

/// `<mode> <object> <stage>\t<path>` and `<mode> <type> <object>\t<path>`.
fn collect(listed: &[u8], object_at: usize, names: &mut BTreeMap<String, String>) {
    for record in listed.split(|b| *b == 0) {
        let Some((head, path)) = split_at_tab(record) else { continue };
        let fields: Vec<&str> = head.split(' ').collect();
        let path = || String::from_utf8_lossy(path).into_owned();
        match (fields.first(), fields.get(object_at)) {
            (Some(mode), Some(object)) if mode.starts_with("100") => {
                names.insert(path(), (*object).to_owned());
            }
            (Some(&"120000"), _) => drop(names.insert(path(), LINK.to_owned())),
            // A submodule is another repository.
            _ => {}
        }
    }
}

/// `:<mode> <mode> <object> <object> <status>`, then a path, or two for renames. Of a merge, whose record
/// has more colons, the first parent counts.
fn raw_change<'t>(token: &[u8], rest: &mut impl Iterator<Item = &'t [u8]>) -> Option<FileChange> {
    let text = std::str::from_utf8(token).ok()?.trim_start();
    let parents = text.bytes().take_while(|b| *b == b':').count();
    if parents == 0 {
        return None;
    }
    let fields: Vec<&str> = text.trim_start_matches(':').split(' ').collect();
    let path = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = fields.last()?;
    let first = path(rest.next()?);
    let second =
        if status.starts_with(['R', 'C']) && parents == 1 { rest.next().map(path) } else { None };
    let modes = fields.get(..=parents)?;
    let objects = fields.get(parents + 1..parents * 2 + 2)?;
    let is_file = |mode: &str| mode.starts_with("100");
    if !modes.iter().any(|mode| is_file(mode)) {
        return None;
    }
    let named = second.clone().unwrap_or_else(|| first.clone());
    let object = |mode: &str, object: &str| {
        let is_zero = object.bytes().all(|b| b == b'0');
        match (is_file(mode), is_zero) {
            (false, _) => (mode == "120000").then(|| LINK.to_owned()),
            // What is not in the object store is on disk.
            (true, true) => Some(format!("@{named}")),
            (true, false) => Some(object.to_owned()),
        }
    };
    let before = object(modes.first()?, objects.first()?);
    let after = object(modes.last()?, objects.last()?);
    let is_rename = status.starts_with('R');
    Some(FileChange {
        path: named.clone(),
        renamed_from: second.filter(|_| is_rename).map(|_| first),
        before: before.filter(|_| !status.starts_with('C')),
        after,
    })
}

/// The files of one state of a repository.
pub struct RepositoryFiles<'r> {
    repository: &'r Repository,
    listing: Arc<Listing>,
}

impl Files for RepositoryFiles<'_> {
    fn paths(&self) -> &[String] {
        &self.listing.paths
    }

    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        let at = self.listing.paths.binary_search_by(|p| p.as_str().cmp(path)).ok()?;
        self.repository.content(self.listing.contents.get(at)?)
    }
}
