//! What a law may see: the repository now and before, the steps between, and what is run for it. All of
//! it is handed in.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::contracts::Contracts;
use super::glob::Scope;
use crate::finding::Finding;
use crate::program::{self, Language, Pattern, Program, Programs};
use crate::tree::{FileChange, Files, History, Step};

/// Longest source file that is read, in bytes: beyond it, code is made by machines.
const LONGEST: usize = 2 << 20;

/// A pattern, and the files that it is looked for in.
pub(super) type Sought<'p> = (&'p Scope, &'p Pattern);

/// What a law cannot do itself.
pub trait Hands: Sync {
    /// Runs a command of the repository; `None` when commands are not to be run.
    fn command(&self, run: &[String], folder: &str, seconds: u64) -> Option<Result<(), String>>;
    /// Findings of contract-guard's own rules about the repository's contracts; `None` when it has none.
    fn checks(&self, codes: &[String]) -> Option<Vec<Finding>>;
    /// The repository's contracts, as its crates name them; `None` when it has none.
    fn contracts(&self) -> Option<&Contracts> {
        None
    }
}

/// Hands that do nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoHands;

impl Hands for NoHands {
    fn command(&self, _: &[String], _: &str, _: u64) -> Option<Result<(), String>> {
        None
    }

    fn checks(&self, _: &[String]) -> Option<Vec<Finding>> {
        None
    }
}

/// The repository, as laws see it.
pub struct World<'w> {
    /// Its files now.
    pub now: &'w dyn Files,
    /// Its files at the baseline.
    pub baseline: Option<&'w dyn Files>,
    /// What happened in between: one step, or one a commit.
    pub steps: &'w [Step],
    /// The contents that steps name.
    pub history: Option<&'w dyn History>,
    /// What "today" is.
    pub clock: jiff::Timestamp,
    /// What is done for laws.
    pub hands: &'w dyn Hands,
    programs: OnceLock<Programs>,
}

impl<'w> World<'w> {
    /// A repository without a past.
    pub fn new(now: &'w dyn Files, clock: jiff::Timestamp, hands: &'w dyn Hands) -> Self {
        World {
            now,
            baseline: None,
            steps: &[],
            history: None,
            clock,
            hands,
            programs: OnceLock::new(),
        }
    }

    /// The same with a past.
    #[must_use]
    pub fn since(
        mut self,
        baseline: &'w dyn Files,
        steps: &'w [Step],
        history: &'w dyn History,
    ) -> Self {
        (self.baseline, self.steps, self.history) = (Some(baseline), steps, Some(history));
        self
    }

    /// The repository as it was at the baseline, seen as if it were now.
    pub fn before(&self) -> Option<World<'w>> {
        Some(World::new(self.baseline?, self.clock, self.hands))
    }

    /// Whether there is anything to compare with.
    pub fn looks_back(&self) -> bool {
        self.baseline.is_some()
    }

    /// Whether a file is there now.
    pub fn has(&self, path: &str) -> bool {
        has(self.now, path)
    }

    /// A file as text, what is no UTF-8 replaced.
    pub fn text(&self, path: &str) -> Option<String> {
        Some(String::from_utf8_lossy(&self.now.read(path)?).into_owned())
    }

    /// All programs of the repository.
    pub fn programs(&self) -> &Programs {
        self.read_programs(&[])
    }

    /// Reads all programs, unless that is done, and looks for patterns in them on the way.
    pub(super) fn read_programs(&self, patterns: &[Sought<'_>]) -> &Programs {
        self.programs.get_or_init(|| programs_of(self.now, patterns))
    }

    /// The content of a file before a step.
    pub fn content_before(&self, change: &FileChange) -> Option<Arc<[u8]>> {
        self.history?.content(change.before.as_deref()?)
    }

    /// The content of a file after a step.
    pub fn content_after(&self, change: &FileChange) -> Option<Arc<[u8]>> {
        self.history?.content(change.after.as_deref()?)
    }
}

/// Whether `files` has a path.
pub(super) fn has(files: &dyn Files, path: &str) -> bool {
    files.paths().binary_search_by(|p| p.as_str().cmp(path)).is_ok()
}

/// Reads all programs among files.
pub(super) fn programs_of(files: &dyn Files, patterns: &[Sought<'_>]) -> Programs {
    let read = |path: &String| program_with(path, &files.read(path)?, patterns);
    let paths: Vec<&String> = files.paths().iter().filter(|p| Language::may_be(p)).collect();
    Programs::new(paths.into_par_iter().filter_map(read).collect())
}

/// Reads one program.
pub(super) fn program_of(path: &str, bytes: &[u8]) -> Option<Program> {
    program_with(path, bytes, &[])
}

fn program_with(path: &str, bytes: &[u8], patterns: &[Sought<'_>]) -> Option<Program> {
    if bytes.len() > LONGEST || bytes.iter().take(8000).any(|b| *b == 0) {
        return None;
    }
    let language = Language::of(path, bytes)?;
    if is_generated(bytes) {
        return None;
    }
    let here = patterns.iter().filter(|(scope, _)| scope.has(path));
    let here: Vec<&Pattern> = here.map(|(_, pattern)| *pattern).collect();
    Some(program::read(path, language, &same_length(bytes), &here))
}

/// The text of bytes; what is no UTF-8 becomes `?`, byte by byte, so that places stay where they are.
fn same_length(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// Whether nobody wrote it: bundles have lines of thousands of bytes.
fn is_generated(bytes: &[u8]) -> bool {
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    bytes.len() > 20_000 && bytes.len() / lines > 300
}

/// The folders of a set of paths, and the paths.
pub(super) fn with_folders(paths: &[String]) -> BTreeSet<&str> {
    let mut all: BTreeSet<&str> = BTreeSet::new();
    for path in paths {
        let mut rest = path.as_str();
        while all.insert(rest) {
            match rest.rsplit_once('/') {
                Some((folder, _)) => rest = folder,
                None => break,
            }
        }
    }
    all
}
