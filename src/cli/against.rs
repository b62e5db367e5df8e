//! What `--against` names: the tree before, as it was when the ways parted.

use std::path::Path;

use super::args::Global;
use super::load::{Loaded, load, load_to_compare};
use super::output::Terminal;
use super::sides::{self, Paths};
use super::{Failure, Refused};
use crate::report::visible;
use crate::source::{self, Repository, Request, Source, SourceError, State};

/// The side that is compared with.
pub(super) struct Base {
    pub loaded: Loaded,
    /// What laws compare with; nothing when the base is a folder, of which only contracts are read.
    pub past: Option<String>,
    /// Whether it is a freeze.
    pub is_freeze: bool,
    /// Whether it is a commit that shares no other one with the change.
    pub is_unrelated: bool,
}

impl Base {
    /// Says that histories share nothing: a comparison with `name` itself is not what was asked for.
    pub(super) fn note_unrelated(base: Option<&Base>, name: &str, terminal: &Terminal) {
        if base.is_some_and(|base| base.is_unrelated) {
            let name = visible(name);
            terminal.note(&format!("no commit is shared with `{name}`: compared with it as it is"));
        }
    }
}

/// How the tree before is understood.
type Load = fn(&Request, &Global) -> Result<Loaded, Failure>;

/// Reads what `name` means, for a change that `request` reads. `None` when there were no contracts then.
/// Of a commit that is the last one that both share, unless `tip` asks for the commit itself.
pub(super) fn base(
    name: &str,
    tip: bool,
    request: &Request,
    global: &Global,
) -> Result<Option<Base>, Failure> {
    base_by(name, tip, request, global, load_to_compare)
}

/// The same with its schemas compiled, so that documents can be checked against them.
pub(super) fn base_to_validate(
    name: &str,
    tip: bool,
    request: &Request,
    global: &Global,
) -> Result<Option<Base>, Failure> {
    base_by(name, tip, request, global, load)
}

fn base_by(
    name: &str,
    tip: bool,
    request: &Request,
    global: &Global,
    load: Load,
) -> Result<Option<Base>, Failure> {
    let before = match request.source {
        // A freeze may lie anywhere.
        Source::Freeze(_) => sides::request(name),
        _ => sides::request_at(name, &request.base, &request.root, Paths::Plain),
    }?;
    let past = match &before.source {
        Source::Commit(commit) => {
            let commit = commit.clone();
            return of_commit(&commit, tip, &before, request, global, load);
        }
        Source::Freeze(path) => version_of(path).map(|version| format!("freeze:{version}")),
        Source::Dir | Source::Index => None,
    };
    read(&before, past, global, load)
}

/// The commit that both share, or the one that is named where the other is from before there were contracts.
fn of_commit(
    name: &str,
    tip: bool,
    before: &Request,
    request: &Request,
    global: &Global,
    load: Load,
) -> Result<Option<Base>, Failure> {
    let (past, is_shared) = forked(name, tip, request)?;
    let source = Source::Commit(past.clone());
    let at = |source: Source| {
        // What was frozen then must be there now.
        Request { source, frozen: true, ..before.clone() }.configured()
    };
    if let Some(base) = read(&at(source), Some(past.clone()), global, load)? {
        return Ok(Some(Base { is_unrelated: !is_shared, ..base }));
    }
    let (source, newest) = fork(name, true, request)?;
    if newest != past
        && let Some(base) = read(&at(source), Some(newest.clone()), global, load)?
    {
        return Ok(Some(base));
    }
    match source::outer_contracts(&request.base, &newest) {
        None => Ok(None),
        Some(outer) => Err(Failure::Refused(Refused {
            message: format!("`{name}` has no contracts here, and some in `{outer}`"),
            details: Vec::new(),
            help: Some(format!("name the folder that is meant: `contract-guard check {outer}`")),
            code: 3,
        })),
    }
}

/// The same for a commit, in the repository that `request` reads.
pub(super) fn base_of(
    commit: &str,
    request: &Request,
    global: &Global,
) -> Result<Option<Base>, Failure> {
    of_commit(commit, false, request, request, global, load_to_compare)
}

/// The commit that is compared with.
pub(super) fn fork(
    commit: &str,
    tip: bool,
    request: &Request,
) -> Result<(Source, String), Failure> {
    let (fork, _) = forked(commit, tip, request)?;
    Ok((Source::Commit(fork.clone()), fork))
}

/// The same, and whether it is what was asked for.
fn forked(commit: &str, tip: bool, request: &Request) -> Result<(String, bool), Failure> {
    let repository = Repository::open(&request.base)?;
    Ok(match tip {
        true => (repository.commit(commit)?, true),
        false => repository.fork_of(commit, &state(&request.source))?,
    })
}

fn read(
    before: &Request,
    past: Option<String>,
    global: &Global,
    load: Load,
) -> Result<Option<Base>, Failure> {
    let is_freeze = matches!(before.source, Source::Freeze(_));
    match load(before, global) {
        Ok(loaded) => Ok(Some(Base { loaded, past, is_freeze, is_unrelated: false })),
        // A folder or a freeze without contracts is a slip; a commit may be from before them.
        Err(Failure::Source(SourceError::NoTree { .. }))
            if matches!(before.source, Source::Commit(_)) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn version_of(path: &Path) -> Option<String> {
    match crate::freeze::Name::of(path.file_name()?.to_str()?) {
        crate::freeze::Name::Freeze(version) => Some(version.to_string()),
        _ => None,
    }
}

/// The state of a repository that a source reads.
pub(super) fn state(source: &Source) -> State {
    match source {
        Source::Index => State::Index,
        Source::Commit(name) => State::Commit(name.clone()),
        Source::Dir | Source::Freeze(_) => State::WorkTree,
    }
}
