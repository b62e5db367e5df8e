//! `audit`: recorded data, JSON Lines in files or on standard input, held against the contracts.

mod args;
mod contract;

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use self::args::Emit;
pub(super) use self::args::{AUDIT_HELP, Audit};
use super::against::{Base, base_to_validate};
use super::args::{Check, Global, OutputFormat};
use super::check::request;
use super::load::load;
use super::output::{Terminal, standard_output};
use super::progress::Progress;
use super::{Answer, Failure};
use crate::audit::{self, Auditor, Tally};
use crate::report::{AuditFormat, AuditVerdict, Audited, render_audit};
use crate::source::{self, Request, SourceError};

pub(super) fn run(args: &Audit, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let format = format(global.format)?;
    let files = files(args)?;
    let from = &args.from;
    let check = Check { path: from.tree.clone(), staged: from.staged, at: from.at.clone() };
    let request = Request { frozen: false, ..request(&check)? };
    let loaded = load(&request, global)?;
    loaded.configured()?;
    let now = loaded.catalog;
    let before = match args.against.as_deref() {
        Some(name) => base_to_validate(name, args.tip, &request, global)?,
        None => None,
    };
    Base::note_unrelated(before.as_ref(), args.against.as_deref().unwrap_or_default(), terminal);
    let task = contract::task(args, &now)?;
    let auditor = contract::auditor(&now, &task)?;
    let old = before.as_ref().map(|b| contract::auditor_before(&b.loaded.catalog, &task, &now));
    let old = old.transpose()?.flatten();
    if let (Some(name), None) = (&args.against, &old) {
        terminal.note(&format!("`{name}` says nothing about these records: nothing can break"));
    }
    let mut outlet = Outlet { is_open: args.emit.is_some(), is_left: false, error: None };
    let tally = read(args, &files, (&auditor, old.as_ref()), &mut outlet)?;
    let audited = Audited {
        contract: contract::title(&task, &now),
        against: args.against.clone(),
        files: files.iter().map(|file| shown(file)).collect(),
        tally,
        may_be_empty: args.allow_empty,
        has_lost: outlet.error.is_some(),
        is_left: outlet.is_left,
    };
    let style = terminal.style(String::new(), started.elapsed().as_secs_f64());
    let text = render_audit(&audited, format, &style);
    let mut code = match audited.verdict() {
        AuditVerdict::Pass => 0,
        AuditVerdict::Fail => u8::from(!global.exit_zero),
        AuditVerdict::None => 3,
    };
    match args.emit {
        Some(_) => drop(io::stderr().lock().write_all(text.as_bytes())),
        None => code = terminal.write(text.as_bytes(), code),
    }
    complain(&audited, terminal);
    if let Some(error) = outlet.error {
        terminal.error(&format!("cannot write the records: {error}"), None);
    }
    Ok(code)
}

fn format(format: OutputFormat) -> Result<AuditFormat, Failure> {
    match format {
        OutputFormat::Human => Ok(AuditFormat::Human),
        OutputFormat::Short => Ok(AuditFormat::Short),
        OutputFormat::Json => Ok(AuditFormat::Json),
        _ => {
            let help = "write `human`, `short` or `json`".to_owned();
            Err(Failure::Usage("`audit` does not write that".to_owned(), Some(help)))
        }
    }
}

fn files(args: &Audit) -> Result<Vec<PathBuf>, Failure> {
    let stdins = args.files.iter().filter(|file| is_stdin(file)).count();
    if stdins > 1 {
        let help = Some("write `-` once".to_owned());
        return Err(Failure::Usage("standard input can be read once only".to_owned(), help));
    }
    if !args.files.is_empty() {
        return Ok(args.files.clone());
    }
    if io::stdin().is_terminal() {
        let help = "name files, or `-` for standard input".to_owned();
        return Err(Failure::Usage("there is nothing to audit".to_owned(), Some(help)));
    }
    Ok(vec![PathBuf::from("-")])
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn shown(file: &Path) -> String {
    if is_stdin(file) { "<stdin>".to_owned() } else { file.display().to_string() }
}

fn read(
    args: &Audit,
    files: &[PathBuf],
    asked: (&Auditor<'_>, Option<&Auditor<'_>>),
    outlet: &mut Outlet,
) -> Result<Tally, Failure> {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let limits = audit::Limits {
        threads: args.threads.map_or_else(cores, usize::from),
        line_bytes: args.max_line_bytes as usize,
        firsts: usize::from(args.first),
    };
    let emit = args.emit.map(|emit| match emit {
        Emit::Valid => audit::Emit::Valid,
        Emit::Invalid => audit::Emit::Invalid,
    });
    let open = |number: usize| -> Result<Box<dyn Read + Send>, String> {
        let file = files.get(number).ok_or("there is no such file")?;
        let opened = match is_stdin(file) {
            true => source::records_of_stdin(),
            false => source::records_of(file),
        };
        opened.map_err(|error| match error {
            SourceError::Io { error, .. } => error.to_string(),
            other => other.to_string(),
        })
    };
    let done = Arc::new(AtomicU64::new(0));
    let progress = Progress::counting("records audited", Arc::clone(&done));
    let input = (files.len(), &open as audit::Input<'_>);
    let tally = audit::run(input, asked, emit, limits, &done, &mut |bytes| outlet.write(bytes));
    drop(progress);
    tally.map_err(|error| SourceError::Io { path: "the records".into(), error }.into())
}

/// What kept the run from a verdict, on standard error.
fn complain(audited: &Audited, terminal: &Terminal) {
    for (file, why) in &audited.tally.unreadable {
        let name = audited.files.get(*file).map_or("?", String::as_str);
        terminal.error(&format!("cannot read `{name}`: {why}"), None);
    }
    if audited.tally.records == 0 && !audited.may_be_empty && audited.tally.unreadable.is_empty() {
        let help = "`--allow-empty` lets nothing pass, for parts of a whole";
        terminal.error("there was no record to audit", Some(help));
    }
}

/// Where records go that are passed on.
struct Outlet {
    is_open: bool,
    /// Whether the reader closed the pipe before the end.
    is_left: bool,
    error: Option<io::Error>,
}

impl Outlet {
    /// A reader that has had enough ends the passing on and nothing else: the counts are those of all records.
    fn write(&mut self, bytes: &[u8]) {
        if !self.is_open || bytes.is_empty() {
            return;
        }
        let written = standard_output()
            .and_then(|mut stdout| stdout.write_all(bytes).and_then(|()| stdout.flush()));
        if let Err(error) = written {
            self.is_open = false;
            self.is_left = error.kind() == io::ErrorKind::BrokenPipe;
            self.error = Some(error).filter(|_| !self.is_left);
        }
    }
}
