//! `hook run`: what the next commit would hold, compared with where the work began. The working tree is not
//! looked at, nothing is written, and no news is good news.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::Run;
use crate::catalog;
use crate::checks;
use crate::cli::against::{Base, base_of, fork};
use crate::cli::args::Global;
use crate::cli::check::{gated, judge, tell};
use crate::cli::laws::has_laws;
use crate::cli::load::{budget, understood_to_compare};
use crate::cli::output::Terminal;
use crate::cli::waivers;
use crate::cli::{Answer, Failure};
use crate::gate::{self, Impact, Side, Verdict};
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
    let Some(staged) = source::staged(&base)? else { return Ok(0) };
    if !is_relevant(&staged) {
        return Ok(0);
    }
    let root = staged.root.clone();
    let request = Request { source: Source::Index, base, root, frozen: true };
    let name = match (&args.against, &staged.head) {
        (Some(name), _) => Some(name.clone()),
        (None, None) => None,
        (None, Some(_)) => Some(main_branch(&request.base)),
    };
    if let Some(name) = &name
        && passes_at_a_glance(name, &staged, &request, args.now.as_deref(), global)?
    {
        return Ok(0);
    }
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
        Err(Failure::Source(SourceError::NotStaged { .. })) => return gone(&staged),
        other => other?,
    };
    let short = name.as_deref().map(|name| name.strip_prefix("refs/remotes/").unwrap_or(name));
    let judged = judge(run.against(short));
    if judged.outcome.verdict == Verdict::Pass {
        // The process ends here: giving back every value would take longer than the exit.
        std::mem::forget(judged);
        return Ok(0);
    }
    tell(judged, Closing::Check, &[], started, global, terminal)
}

/// What a commit that leaves no contracts means: it takes all of them away, or it never had any.
fn gone(staged: &Staged) -> Answer {
    let prefix = format!("{}/", staged.root_before);
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
fn is_relevant(staged: &Staged) -> bool {
    let is_below =
        |path: &str, root: &str| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    let touches = |path: &String| {
        path == CONFIG
            || is_below(path, CONFIG)
            || calls_the_gate(path)
            || is_below(path, &staged.root)
            || is_below(path, &staged.root_before)
    };
    (staged.has_laws && !staged.paths.is_empty())
        || staged.paths.iter().any(touches)
        || staged.outside.iter().any(|path| calls_the_gate(path))
}

/// Whether a file outside the contracts may call the gate.
pub(in crate::cli) fn calls_the_gate(path: &str) -> bool {
    WIRING.iter().any(|start| path.starts_with(start))
}

/// The branch that work goes to, as far as this repository knows of one.
fn main_branch(base: &Path) -> String {
    let known =
        ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];
    source::first_ref(base, &known).unwrap_or_else(|| "HEAD".to_owned())
}

/// Whether a small change is seen to be right by looking at what it reaches, and at nothing else. Whatever is
/// more than that, and whatever is wrong, is for the whole check to say.
fn passes_at_a_glance(
    name: &str,
    staged: &Staged,
    request: &Request,
    now: Option<&str>,
    global: &Global,
) -> Result<bool, Failure> {
    let judges = ["/.contractignore", "/security/allowed_signers", "/waivers.yaml"];
    let is_more = |path: &String| {
        path.contains("/_frozen/")
            || calls_the_gate(path)
            || path.starts_with(CONFIG)
            || judges.iter().any(|judge| format!("{path}/").contains(&format!("{judge}/")))
    };
    let touches_more =
        staged.paths.iter().any(is_more) || staged.outside.iter().any(|path| calls_the_gate(path));
    if staged.has_laws || staged.root != staged.root_before || touches_more {
        return Ok(false);
    }
    let past = match (name, &staged.head) {
        ("HEAD", Some(head)) => head.clone(),
        _ => match fork(name, false, request) {
            Ok((_, past)) => past,
            Err(_) => return Ok(false),
        },
    };
    // Both together may be more than is allowed for one.
    let Ok([tree, old]) = source::read_beside(request, &past, &budget(global)) else {
        return Ok(false);
    };
    if old.artifacts.is_empty() || tree.artifacts.is_empty() || has_laws(&tree) {
        return Ok(false);
    }
    let old = understood_to_compare(&old, global);
    let config = &old.config;
    if !config.findings.is_empty() {
        return Ok(false);
    }
    let around = catalog::build_around(&tree, &config.layout, &config.limits, &old.catalog);
    let Some((new, reached)) = around else { return Ok(false) };
    let findings = checks::run_on(&new, reached.into_iter().collect(), |_| true);
    let base = Base { loaded: old, past: Some(past), is_freeze: false, is_unrelated: false };
    let accepted = waivers::accepted(&new, Some(&base), now)?.quietly();
    let Base { loaded: old, .. } = base;
    let comparison = gate::compare(&old.catalog, &new, &old.config, &accepted);
    if comparison.count(Impact::Major) + comparison.count(Impact::Unproven) > 0 {
        return Ok(false);
    }
    let side = Side { catalog: &new, config: &old.config };
    if !gate::weakened(old.side(), side, &comparison.items).is_empty() {
        return Ok(false);
    }
    let levels = &old.config.levels;
    let compared = gate::gated(comparison, levels);
    let outcome = gate::judge(findings, compared, &new, &new.tree, levels, &accepted);
    // The process ends here: giving back every value would take longer than the exit.
    let passes = outcome.verdict == Verdict::Pass;
    std::mem::forget((old, new, outcome));
    Ok(passes)
}
