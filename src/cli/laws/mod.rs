//! `laws`: a repository is read, its laws are held against it, the outcome is shown.

pub(super) mod args;
mod before;
mod court;
mod crates;
mod hands;
mod held;
mod named;
mod past;
mod ratchet;
mod standings;

use std::path::{Path, PathBuf};
use std::time::Instant;

use self::args::{Laws, LawsCommand, Select};
use self::court::Court;
use self::held::Judged;
use super::args::{Global, OutputFormat};
use super::output::Terminal;
use super::progress::Progress;
use super::{Answer, Failure};
use crate::edit;
use crate::gate::{self, Levels};
use crate::laws::{self, Evidence, Hold, Ratchet, Status};
use crate::report::{self, Closing, RuleCounts};
use crate::source;
use crate::tree::ArtifactPath;

pub(super) use crates::{Crates, HELP as CRATES_HELP, crates};
pub(super) use held::{Call, Spoken, has_laws, law_findings, texts_of};
pub(super) use standings::standings;

/// `contract-guard laws …`
pub(super) fn run(command: &Laws, global: &Global, terminal: &Terminal) -> Answer {
    match &command.command {
        LawsCommand::Check(select) => check(select, global, terminal),
        LawsCommand::Status(status) => show_status(status, global, terminal),
        LawsCommand::Baseline(select) => baseline(select, global, terminal),
    }
}

fn check(select: &Select, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let progress = Progress::start("holding laws");
    let court = Court::open(select, global)?;
    let judged = court.hold(select, global)?;
    drop(progress);
    show(&court, judged, select, global, terminal, (started, ""))
}

/// Applies waivers and levels, and shows what came of it, below `head`.
fn show(
    court: &Court,
    judged: Judged,
    select: &Select,
    global: &Global,
    terminal: &Terminal,
    (started, head): (Instant, &str),
) -> Answer {
    let counts = RuleCounts {
        held: judged.held.iter().filter(|h| matches!(h.hold, Hold::Held(_))).count(),
        no_baseline: judged.held.iter().filter(|h| h.hold == Hold::NoBaseline).count(),
        by_test: judged.held.iter().filter(|h| h.hold == Hold::ByTest).count(),
        no_commands: judged.held.iter().filter(|h| h.hold == Hold::NoCommands).count(),
        accepted: judged.accepted,
    };
    let texts = texts_of(&judged.findings, &judged.texts);
    let (catalog, accepted) = court.waivers(select, global)?;
    let levels = Levels::default();
    let outcome = gate::judge_laws(judged.findings, &texts, &levels, &catalog, &accepted);
    let code = match outcome.verdict.exit_code() {
        1 if global.exit_zero => 0,
        code => code,
    };
    let style = terminal.style(court.prefix(), started.elapsed().as_secs_f64());
    let mut bytes = head.as_bytes().to_vec();
    report::render(
        &outcome,
        &texts,
        Closing::Laws(counts),
        global.format.of_report(),
        &style,
        &mut bytes,
    )
    .map_err(unshown)?;
    Ok(terminal.write(&bytes, code))
}

fn unshown(error: std::io::Error) -> Failure {
    Failure::Source(source::SourceError::Io { path: PathBuf::from("-"), error })
}

fn show_status(args: &args::Status, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("holding laws");
    let mut evidence = Evidence::default();
    for path in &args.ran {
        let bytes = source::file_bytes(path, &super::load::budget(global))?;
        evidence.read(&String::from_utf8_lossy(&bytes));
    }
    let court = Court::open(&args.select, global)?;
    let judged = court.hold(&args.select, global)?;
    let mut statuses: Vec<Status> = judged.statuses(&court, &args.select, &evidence)?;
    let vain = match &args.waived {
        Some(path) => waived(path, &mut statuses, court.clock, global)?,
        None => Vec::new(),
    };
    drop(progress);
    let form = match global.format {
        OutputFormat::Html => report::StatusFormat::Html,
        OutputFormat::Markdown => report::StatusFormat::Markdown,
        OutputFormat::Json => report::StatusFormat::Json,
        _ => report::StatusFormat::Text,
    };
    let shown = |law: &&laws::Law| statuses.iter().any(|status| status.law == law.name);
    let laws = court.laws.iter().filter(shown);
    let laws: Vec<(&str, &str)> = laws.map(|law| (law.name.as_str(), law.title.as_str())).collect();
    let text = report::render_status(&laws, &statuses, form, terminal.width);
    for line in &vain {
        terminal.note(line);
    }
    let is_strict = args.strict && !(vain.is_empty() && statuses.iter().all(Status::is_held));
    Ok(terminal.write(text.as_bytes(), u8::from(is_strict)))
}

/// Marks the sentences that a file waives; gives what it says in vain.
fn waived(
    path: &Path,
    statuses: &mut [Status],
    now: jiff::Timestamp,
    global: &Global,
) -> Result<Vec<String>, Failure> {
    let bytes = source::file_bytes(path, &super::load::budget(global))?;
    let shown = ArtifactPath::lossy(&path.to_string_lossy().replace('\\', "/"));
    let (all, wrong) = laws::unheld::read(&shown, &bytes, &super::load::limits(global));
    if let Some(first) = wrong.first() {
        let message = format!("`{}`: {}", path.display(), first.message);
        return Err(Failure::Usage(message, first.help.clone()));
    }
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(laws::unheld::waive(statuses, &all, today))
}

fn baseline(select: &Select, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("holding laws");
    let court = Court::open(select, global)?;
    if let Some(problem) = court.is_broken() {
        let help = "correct it first; nothing was recorded".to_owned();
        return Err(Failure::Usage(problem, Some(help)));
    }
    let judged = court.hold(&Select { all: true, ..select.clone() }, global)?;
    drop(progress);
    let ran = judged.held.iter().filter(|h| matches!(h.hold, Hold::Held(_)));
    let rules = ran.map(|h| format!("{}/{}", h.law, h.rule)).collect();
    let now = Ratchet::of(&judged.findings, rules);
    let old = court.ratchet();
    let next = old.as_ref().map_or_else(|| now.clone(), |old| old.next(&now));
    let path = court.ratchet_path();
    let text =
        serde_json::to_string_pretty(&next).map_err(|e| unshown(std::io::Error::other(e)))?;
    edit::write_file(&court.base().join(&path), format!("{text}\n").as_bytes())?;
    let (before, after) = (old.as_ref().map_or(0, Ratchet::count), next.count());
    let new = now.grew(&next);
    let mut said = format!("{path}: {after} accepted (before: {before})\n");
    if !new.is_empty() {
        said.push_str(&format!(
            "{} violation(s) of rules that were adopted before are new and are not recorded; `contract-guard laws check` shows them\n",
            new.len()
        ));
    }
    Ok(terminal.write(said.as_bytes(), u8::from(!new.is_empty())))
}

/// Where the repository is: around the contracts, in a repository of many; else at its top.
fn base_of(path: Option<&Path>) -> PathBuf {
    if let Some(path) = path {
        return path.to_owned();
    }
    match source::discover(None) {
        Ok((base, root)) if !root.is_empty() => base,
        _ => source::top_of_repository(),
    }
}

/// A law by its name, for messages.
fn known_packs() -> String {
    let names: Vec<&str> = laws::PACKS.iter().map(|pack| pack.name).collect();
    names.join(", ")
}
