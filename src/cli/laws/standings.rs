//! What the laws of a repository say and who holds their sentences, for a page about all of it.

use std::path::Path;

use super::args::Select;
use super::court::Court;
use super::held::{has_laws, texts_of};
use crate::cli::Failure;
use crate::cli::args::Global;
use crate::finding::Finding;
use crate::laws::{Evidence, Status};
use crate::source::State;
use crate::tree::Tree;

/// What is known of the laws of a repository.
#[derive(Default)]
pub(in crate::cli) struct Standings {
    /// Laws by name and title.
    pub titles: Vec<(String, String)>,
    pub statuses: Vec<Status>,
    pub findings: Vec<Finding>,
    /// The files that findings point to.
    pub texts: Tree,
}

/// Holds the laws of the repository at `base`. Nothing when it has none.
pub(in crate::cli) fn standings(
    base: &Path,
    tree: &Tree,
    state: &State,
    now: Option<&str>,
    global: &Global,
) -> Result<Option<Standings>, Failure> {
    if !has_laws(tree) {
        return Ok(None);
    }
    let select = Select {
        path: Some(base.to_owned()),
        staged: *state == State::Index,
        at: match state {
            State::Commit(name) => Some(name.clone()),
            _ => None,
        },
        now: now.map(str::to_owned),
        ..Select::default()
    };
    let court = Court::open(&select, global)?;
    let judged = court.hold(&select, global)?;
    let statuses = judged.statuses(&court, &select, &Evidence::default())?;
    let titles = court.laws.iter().map(|law| (law.name.clone(), law.title.clone())).collect();
    let texts = texts_of(&judged.findings, &judged.texts);
    Ok(Some(Standings { titles, statuses, findings: judged.findings, texts }))
}
