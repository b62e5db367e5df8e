//! `check`, `validate`, `envelope`: the same way from a source to an outcome, with other rules picked.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::against::{self, Base, base};
use super::args::{self, Global};
use super::laws::{Call, Spoken, law_findings, texts_of};
use super::load::{Loaded, load};
use super::outlets::{Outlets, ReportTo};
use super::output::Terminal;
use super::progress::Progress;
use super::sides;
use super::waivers;
use super::{Answer, Failure, Refused};
use crate::catalog::{Catalog, Kind, Partner};
use crate::checks::{self, Check};
use crate::finding::Finding;
use crate::gate::{self, Accepted, Bump, Levels};
use crate::report::{self, Closing, Told};
use crate::source::{self, Request, Source};
use crate::tree::Tree;

/// `contract-guard check`
pub(super) fn check(args: &args::Gate, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let progress = Progress::start("checking contracts");
    let run = asked(args, global, terminal)?;
    drop(progress);
    finish(run, Closing::Check, &args.report, started, global, terminal)
}

/// Everything that `check` looks at.
fn asked(args: &args::Gate, global: &Global, terminal: &Terminal) -> Result<Run, Failure> {
    let request = request(&args.tree)?;
    let before = match args.against.as_deref() {
        Some(name) => base(name, args.tip, &request, global)?,
        None => None,
    };
    if let (Some(name), None) = (&args.against, &before) {
        let name = report::visible(name);
        terminal.note(&format!("`{name}` has no contracts to compare with"));
    }
    Base::note_unrelated(before.as_ref(), args.against.as_deref().unwrap_or_default(), terminal);
    let run = gated(&request, before, args.now.as_deref(), global)?;
    Ok(run.against(args.against.as_deref()))
}

/// A tree, compared with the one before.
pub(super) fn gated(
    request: &Request,
    before: Option<Base>,
    now: Option<&str>,
    global: &Global,
) -> Result<Run, Failure> {
    let loaded = load(request, global)?;
    let mut findings = checks::run(&loaded.catalog, |_| true);
    let accepted = waivers::accepted(&loaded.catalog, before.as_ref(), now)?;
    let of_laws = held(request, &loaded.catalog.tree, before.as_ref(), now, global)?;
    let mut run = Run::alone(loaded, Vec::new());
    if let Some(Base { loaded: old, .. }) = before {
        let new = &run.loaded;
        let comparison = gate::compare(&old.catalog, &new.catalog, &old.config, &accepted);
        findings.extend(gate::weakened(old.side(), new.side(), &comparison.items));
        run.levels = old.config.levels.and(&run.loaded.config.levels);
        run.bump = comparison.whole().cloned();
        run.compared = gate::gated(comparison, &run.levels);
        run.before = Some(old);
    }
    run.findings = findings;
    run.accepted = accepted;
    if let Some(Spoken { findings, texts }) = of_laws {
        run.texts = texts_of(&findings, &texts);
        run.compared.extend(gate::judged_laws(findings, &run.texts, &run.levels));
    }
    Ok(run)
}

/// What `check` answers, and what it read.
pub(super) fn judged(
    args: &args::Gate,
    global: &Global,
    terminal: &Terminal,
) -> Result<Judged, Failure> {
    Ok(judge(asked(args, global, terminal)?))
}

/// What a run has found out, to be judged.
pub(super) struct Run {
    loaded: Loaded,
    findings: Vec<Finding>,
    /// What a comparison has brought.
    compared: Vec<gate::Item>,
    /// The tree that was compared with.
    before: Option<Loaded>,
    /// Files beyond the contracts that laws speak of.
    texts: Tree,
    /// The levels of both sides.
    levels: Levels,
    /// What is waived.
    accepted: Accepted,
    /// The step that the comparison demands.
    bump: Option<Bump>,
}

impl Run {
    fn alone(loaded: Loaded, findings: Vec<Finding>) -> Run {
        Run {
            levels: loaded.config.levels.clone(),
            loaded,
            findings,
            compared: Vec::new(),
            before: None,
            texts: Tree::default(),
            accepted: Accepted::default(),
            bump: None,
        }
    }

    /// The same with the name of what it was compared with in the commands that findings give.
    pub(super) fn against(mut self, name: Option<&str>) -> Run {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        // Any other name would have to be quoted, as the shell at hand has it.
        if let Some(name) = name.filter(|name| name.chars().all(is_plain)) {
            let named = format!("--against {name} ");
            for help in self.compared.iter_mut().filter_map(|item| item.finding.help.as_mut()) {
                *help = help.replace("--against REF ", &named);
            }
        }
        self
    }

    /// A run that sees a part of the findings, and so cannot say which waivers are needed.
    fn quiet(loaded: Loaded, findings: Vec<Finding>) -> Result<Run, Failure> {
        let accepted = waivers::accepted(&loaded.catalog, None, None)?.quietly();
        Ok(Run { accepted, ..Run::alone(loaded, findings) })
    }
}

/// What the laws of the repository say, and those of the base.
fn held(
    request: &Request,
    tree: &Tree,
    before: Option<&Base>,
    now: Option<&str>,
    global: &Global,
) -> Result<Option<Spoken>, Failure> {
    // A freeze holds contracts and no code.
    if matches!(request.source, Source::Freeze(_)) {
        return Ok(None);
    }
    let call = Call {
        base: &request.base,
        tree,
        state: against::state(&request.source),
        before: before.map(|base| &base.loaded.catalog.tree),
        past: before.and_then(|base| base.past.as_deref()),
        now,
    };
    law_findings(&call, global)
}

/// `contract-guard validate`
pub(super) fn validate(args: &args::Validate, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let progress = Progress::start("checking examples");
    let (request, wanted) = examples_request(args)?;
    let loaded = load(&request, global)?;
    let catalog = &loaded.catalog;
    let is_wanted = |path: &str| wanted.is_empty() || wanted.iter().any(|w| is_below(path, w));
    let chosen: Vec<_> =
        catalog.of_kind(Kind::Example).filter(|(_, i)| is_wanted(i.path.as_str())).collect();
    if chosen.is_empty() {
        let what = if wanted.is_empty() { "the tree".to_owned() } else { wanted.join(", ") };
        let help =
            "an example is named `x.example.json`, or lies in a folder `examples/`".to_owned();
        return Err(Failure::Source(source::SourceError::TooMuch {
            what: format!("there is no example in {what}"),
            help,
        }));
    }
    // What keeps an example from being checked is as bad as a mismatch: its schemas count, too.
    let partners = chosen.iter().filter_map(|(id, _)| match &catalog.example(*id)?.partner {
        Partner::Schema(schema, _) => Some(catalog.path(*schema)),
        _ => None,
    });
    let mut concerned: Vec<_> = partners.collect();
    concerned.extend(chosen.iter().map(|(_, item)| item.path.clone()));
    let mut findings = checks::run(catalog, is_about_examples);
    findings.retain(|finding| concerned.contains(&finding.primary.artifact));
    drop(progress);
    finish(Run::quiet(loaded, findings)?, Closing::Validate, &[], started, global, terminal)
}

/// `contract-guard envelope`
pub(super) fn envelope(args: &args::Check, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let loaded = load(&request(args)?, global)?;
    let catalog = &loaded.catalog;
    let kinds = [Kind::Envelope, Kind::Invariant];
    let concerned: Vec<_> =
        kinds.iter().flat_map(|kind| catalog.of_kind(*kind)).map(|(_, i)| i.path.clone()).collect();
    if catalog.of_kind(Kind::Envelope).next().is_none() {
        let help =
            "the envelope is `events/envelope.schema.json`; `contract-guard init` writes one"
                .to_owned();
        let what = "there is no event envelope in the tree".to_owned();
        return Err(Failure::Source(source::SourceError::TooMuch { what, help }));
    }
    let mut findings = checks::run(catalog, |check| {
        checks::keeps_from_checking(check.code.as_str()) || is_about_envelopes(check)
    });
    findings.retain(|finding| {
        concerned.contains(&finding.primary.artifact)
            || finding.code.as_str().starts_with("envelope-")
    });
    finish(Run::quiet(loaded, findings)?, Closing::Envelope, &[], started, global, terminal)
}

fn is_about_envelopes(check: &Check) -> bool {
    ["envelope-", "invariant-"].iter().any(|start| check.code.as_str().starts_with(start))
}

fn is_about_examples(check: &Check) -> bool {
    let own = [
        "ambiguous-pair",
        "example-invalid",
        "example-without-schema",
        "invalid-example-accepted",
        "payload-invalid",
    ];
    own.contains(&check.code.as_str()) || checks::keeps_from_checking(check.code.as_str())
}

/// What a run answers, and what it read.
pub(super) struct Judged {
    pub outcome: gate::Outcome,
    pub catalog: Catalog,
    before: Option<Catalog>,
    /// Whatever findings point to, where that is more than the contracts.
    texts: Option<Tree>,
    prefix: String,
}

impl Judged {
    /// What was checked, and what it was compared with.
    pub(super) fn sides(&self) -> impl Iterator<Item = &Catalog> {
        [&self.catalog].into_iter().chain(&self.before)
    }

    /// Whatever findings point to.
    pub(super) fn texts(&self) -> &Tree {
        self.texts.as_ref().unwrap_or(&self.catalog.tree)
    }
}

/// Judges a run.
pub(super) fn judge(run: Run) -> Judged {
    let Run { loaded, mut findings, compared, before, texts, levels, accepted, bump } = run;
    let Loaded { catalog, config, prefix } = loaded;
    findings.extend(config.findings);
    let before = before.map(|before| before.catalog);
    let mut both = before.as_ref().map(|old| gate::side_by_side(&old.tree, &catalog.tree));
    if !texts.artifacts.is_empty() {
        let all = both.get_or_insert_with(|| catalog.tree.clone());
        for (path, artifact) in texts.artifacts {
            all.artifacts.entry(path).or_insert(artifact);
        }
    }
    let tree = both.as_ref().unwrap_or(&catalog.tree);
    let mut outcome = gate::judge(findings, compared, &catalog, tree, &levels, &accepted);
    outcome.bump = bump;
    Judged { outcome, catalog, before, texts: both, prefix }
}

/// Judges, renders, writes.
fn finish(
    run: Run,
    closing: Closing,
    reports: &[ReportTo],
    started: Instant,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    tell(judge(run), closing, reports, started, global, terminal)
}

/// Renders and writes.
pub(super) fn tell(
    judged: Judged,
    closing: Closing,
    reports: &[ReportTo],
    started: Instant,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    let (tree, outcome) = (judged.texts(), &judged.outcome);
    let format = global.format.of_report();
    let code = match outcome.verdict.exit_code() {
        1 if global.exit_zero => 0,
        code => code,
    };
    let style = terminal.style(judged.prefix.clone(), started.elapsed().as_secs_f64());
    let told = Told::Checked { outcome, tree, closing };
    let verdict = outcome.verdict.name();
    let code = Outlets { format, reports }.tell(&told, verdict, code, &style, terminal);
    let is_repairable = |item: &&gate::Item| item.finding.fix.as_ref().is_some_and(|f| f.is_safe);
    let repairable = outcome.items.iter().filter(is_repairable).count();
    if repairable > 0 && format == report::Format::Human {
        terminal.note(&format!("`contract-guard fix` repairs {repairable} of these"));
    }
    // The process ends here: giving back every value of a large tree would take longer than the exit.
    std::mem::forget(judged);
    Ok(code)
}

/// The source that the arguments of a command name.
pub(super) fn request(args: &args::Check) -> Result<Request, Failure> {
    let text = args.path.as_ref().and_then(|path| path.to_str());
    let at = args.at.as_deref();
    let version = text
        .and_then(|t| t.strip_prefix("freeze:"))
        .or_else(|| at.and_then(|t| t.strip_prefix("freeze:")));
    if let Some(version) = version {
        let (base, root) = source::discover(None)?;
        let meant =
            sides::request_at(&format!("freeze:{version}"), &base, &root, sides::Paths::Plain);
        // What is not there cannot be checked.
        let meant = meant.map_err(|failure| match failure {
            Failure::Usage(message, help) => {
                Failure::Refused(Refused { message, details: Vec::new(), help, code: 3 })
            }
            other => other,
        })?;
        return Ok(Request { frozen: true, ..meant });
    }
    if let Some(path) = args.path.as_ref().filter(|path| path.is_file()) {
        if args.staged || args.at.is_some() {
            let message = "a freeze file has no index and no commits".to_owned();
            return Err(Failure::Usage(
                message,
                Some("leave `--staged` and `--at` out".to_owned()),
            ));
        }
        let (base, root) =
            source::discover(None).unwrap_or_else(|_| (PathBuf::from("."), String::new()));
        return Ok(Request { source: Source::Freeze(path.clone()), base, root, frozen: true });
    }
    let (base, root) = discover_for(args.path.as_deref(), args.staged || at.is_some())?;
    // Who names the contracts themselves means these.
    let is_named = args.path.as_ref().is_some_and(|path| *path != base);
    let request = Request { source: source_of(args.staged, at), base, root, frozen: true };
    Ok(if is_named { request } else { request.configured() })
}

/// A commit or the index may hold a tree that the folder does not.
fn discover_for(path: Option<&Path>, from_git: bool) -> Result<(PathBuf, String), Failure> {
    match source::discover(path) {
        Err(source::SourceError::NoTree { .. }) if from_git => {
            Ok((PathBuf::from("."), source::USUAL_ROOT.to_owned()))
        }
        other => Ok(other?),
    }
}

fn source_of(staged: bool, at: Option<&str>) -> Source {
    match at {
        Some(name) => Source::Commit(name.to_owned()),
        None if staged => Source::Index,
        None => Source::Dir,
    }
}

/// The tree around the named examples, and their paths in it.
fn examples_request(args: &args::Validate) -> Result<(Request, Vec<String>), Failure> {
    let at = args.at.as_deref();
    if args.paths.is_empty() || at.is_some_and(|at| at.starts_with("freeze:")) {
        let tree = args::Check { path: None, staged: args.staged, at: args.at.clone() };
        return Ok((request(&tree)?, Vec::new()));
    }
    let mut wanted = Vec::new();
    let mut found: Option<(PathBuf, String)> = None;
    for path in &args.paths {
        let (base, root, below) = source::locate(path)?;
        if found.as_ref().is_some_and(|(b, _)| source::canonical(b) != source::canonical(&base)) {
            let message = "the paths belong to different contracts trees".to_owned();
            return Err(Failure::Usage(message, Some("validate one tree at a time".to_owned())));
        }
        if below != root {
            wanted.push(below);
        }
        found.get_or_insert((base, root));
    }
    let (base, root) = found.unwrap_or_default();
    Ok((Request { source: source_of(args.staged, at), base, root, frozen: true }, wanted))
}

fn is_below(path: &str, folder: &str) -> bool {
    path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
