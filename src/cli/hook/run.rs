//! `hook run`: what the next commit would hold, compared with where the work began. The working tree is not
//! looked at, nothing is written, and no news is good news.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::Run;
use crate::cli::against::base_of;
use crate::cli::args::Global;
use crate::cli::check::{gated, judge, tell};
use crate::cli::output::Terminal;
use crate::cli::{Answer, Failure};
use crate::gate::Verdict;
use crate::report::Closing;
use crate::source::{self, CONFIG, Request, Source, SourceError, Staged};

/// Files outside the contracts that call the gate.
const WIRING: [&str; 16] = [
    ".buildkite/",
    ".ci/",
    ".circleci/",
    ".drone.",
    ".githooks/",
    ".github/workflows/",
    ".gitlab-ci.",
    ".husky/",
    ".lefthook.",
    ".pre-commit-config.yaml",
    ".woodpecker",
    "Jenkinsfile",
    "azure-pipelines.",
    "bitbucket-pipelines.",
    "lefthook.",
    "prek.toml",
];

pub(super) fn run(args: &Run, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let base = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let staged = source::staged(&base)?;
    if staged.paths.is_empty() {
        return Ok(0);
    }
    // A commit may move the root, or take the contracts away.
    let (root, before) = (source::root_at(&base, ""), source::root_at(&base, "HEAD"));
    if !is_relevant(&staged, &[&root, &before], &base)? {
        return Ok(0);
    }
    let request = Request { source: Source::Index, base, root, frozen: true };
    let name = match &args.against {
        Some(name) => Some(name.clone()),
        None if staged.is_first => None,
        None => Some(main_branch(&request.base)),
    };
    let base = match &name {
        Some(name) => match base_of(name, &request, global) {
            // The history of a shallow clone ends early; the last commit is there.
            Err(Failure::Source(SourceError::CutOff { .. })) if args.against.is_none() => {
                base_of("HEAD", &request, global)?
            }
            other => other?,
        },
        None => None,
    };
    let run = match gated(&request, base, args.now.as_deref(), global) {
        // The last contracts of a repository that has given them up, or none ever.
        Err(Failure::Source(SourceError::NoTree { .. })) => return gone(&staged, &before),
        other => other?,
    };
    let judged = judge(run);
    if judged.outcome.verdict == Verdict::Pass {
        // The process ends here: giving back every value would take longer than the exit.
        std::mem::forget(judged);
        return Ok(0);
    }
    tell(judged, Closing::Check, &[], started, global, terminal)
}

/// What a commit that leaves no contracts means: it takes all of them away, or it never had any.
fn gone(staged: &Staged, root: &str) -> Answer {
    let prefix = format!("{root}/");
    match staged.paths.iter().any(|path| path.starts_with(&prefix)) {
        false => Ok(0),
        true => Err(Failure::Refused(crate::cli::Refused {
            message: "the commit takes all contracts away".to_owned(),
            details: Vec::new(),
            help: Some(
                "if that is meant, take the hook out first: `contract-guard hook uninstall`"
                    .to_owned(),
            ),
            code: 1,
        })),
    }
}

/// Whether the commit touches what the gate looks at: contracts, its configuration, its wiring; with laws,
/// anything.
fn is_relevant(staged: &Staged, roots: &[&str], base: &Path) -> Result<bool, SourceError> {
    let touches = |path: &String| {
        path == CONFIG
            || WIRING.iter().any(|start| path.starts_with(start))
            || roots
                .iter()
                .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
    };
    if staged.paths.iter().any(touches) {
        return Ok(true);
    }
    source::index_has(base, &roots.iter().map(|root| format!("{root}/laws")).collect::<Vec<_>>())
}

/// The branch that work goes to, as far as this repository knows of one.
fn main_branch(base: &Path) -> String {
    let known =
        ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];
    source::first_ref(base, &known).unwrap_or_else(|| "HEAD".to_owned())
}
