//! Where the answer of `check` and `diff` goes: standard output, the files of `--report`, and the files that
//! GitHub Actions names. What they say is `report`'s, how they are written is `edit`'s.

use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{Cli, Command, OutputFormat};
use super::laws::args::LawsCommand;
use super::output::Terminal;
use super::target::{Grounds, told_apart};
use super::{Failure, reason};
use crate::edit::{self, EditError};
use crate::report::{Ci, Format, NoVerdict, Style, Told};
use crate::source;

/// The output `verdict` where there is none.
pub(super) const NO_VERDICT: &str = "none";

/// Bytes of a job summary that GitHub takes: less than 1 MiB a step.
const SUMMARY: u64 = (1 << 20) - 1;

/// Bytes below which there is no use in a summary.
const LITTLE: u64 = 16 << 10;

/// A further format and the file that it goes to.
#[derive(Debug, Clone)]
pub(super) struct ReportTo {
    format: Format,
    path: PathBuf,
}

impl ReportTo {
    /// Reads `sarif=findings.sarif`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "write it as FORMAT=FILE, such as sarif=findings.sarif".to_owned();
        let (name, path) = text.split_once('=').ok_or_else(wrong)?;
        if path.is_empty() {
            return Err(wrong());
        }
        if path == "-" {
            let help = "`--format` says what standard output is; `./-` is a file of that name";
            return Err(format!("a report goes to a file, not to standard output: {help}"));
        }
        let format = match (name, OutputFormat::from_str(name, false)) {
            ("comment", _) => Format::Ci(Ci::Comment),
            (_, Ok(OutputFormat::Html | OutputFormat::Mermaid | OutputFormat::Dot) | Err(_)) => {
                return Err(format!(
                    "`{name}` is none of human, short, json, markdown, sarif, github, gitlab, junit, comment"
                ));
            }
            (_, Ok(format)) => format.of_report(),
        };
        Ok(ReportTo { format, path: PathBuf::from(path) })
    }
}

/// Where an answer goes.
pub(super) struct Outlets<'a> {
    /// The format of standard output.
    pub format: Format,
    /// What is written beside it.
    pub reports: &'a [ReportTo],
}

/// The outlets of a command that has any.
pub(super) fn of(cli: &Cli) -> Option<Outlets<'_>> {
    let reports = match &cli.command {
        Some(Command::Check(check)) => check.report.as_slice(),
        Some(Command::Diff(diff)) => diff.report.as_slice(),
        None => &[],
        Some(_) => return None,
    };
    Some(Outlets { format: cli.global.format.of_report(), reports })
}

/// The outlets that learn why there is no verdict. More commands than those with outlets write the JSON of
/// findings and changes, and a program that reads it must not take silence for a pass.
pub(super) fn of_failure(cli: &Cli) -> Option<Outlets<'_>> {
    let is_json = cli.global.format == OutputFormat::Json;
    let tells = match &cli.command {
        Some(
            Command::Validate(_) | Command::Envelope(_) | Command::Bump(_) | Command::Crates(_),
        ) => is_json,
        Some(Command::Hook(hook)) => is_json && hook.checks(),
        Some(Command::Laws(laws)) => is_json && matches!(laws.command, LawsCommand::Check(_)),
        _ => false,
    };
    of(cli).or_else(|| tells.then_some(Outlets { format: Format::Json, reports: &[] }))
}

/// Whether a command compares two trees.
fn compares(cli: &Cli) -> bool {
    matches!(cli.command, Some(Command::Diff(_) | Command::Bump(_)))
}

impl Outlets<'_> {
    /// Refuses files that would be in the way of each other, and places where no report belongs.
    ///
    /// # Errors
    /// When two reports go to one file, or one to a place that [`Grounds`] keeps.
    pub(super) fn sound(&self, cli: &Cli) -> Result<(), Failure> {
        let mut known: Vec<PathBuf> = Vec::new();
        if self.reports.is_empty() {
            return Ok(());
        }
        let named = match &cli.command {
            Some(Command::Check(check)) => check.tree.path.as_deref(),
            _ => None,
        };
        let grounds = Grounds::of(named);
        for ReportTo { path, .. } in self.reports {
            let whole = told_apart(source::resolved(path));
            if known.contains(&whole) {
                let message = format!("two reports go to `{}`", path.display());
                let help = "name a file for each".to_owned();
                return Err(Failure::Usage(message, Some(help)));
            }
            grounds.may_be_written(path)?;
            known.push(whole);
        }
        Ok(())
    }

    /// Standard output, and nothing beside it.
    pub(super) fn alone(&self) -> Outlets<'static> {
        Outlets { format: self.format, reports: &[] }
    }

    /// Tells everybody. The exit code becomes 3 when somebody was not told, and then whoever can be told that
    /// is: files come first, because what is on standard output cannot be taken back.
    pub(super) fn tell(
        &self,
        told: &Told<'_>,
        verdict: &str,
        code: u8,
        style: &Style,
        terminal: &Terminal,
    ) -> u8 {
        let bytes = match self.rendered(told, style) {
            Ok(bytes) => bytes,
            Err(error) => {
                return self.take_back(told, &[error.into()], code, style, terminal);
            }
        };
        let failures = self.deliver(told, verdict, style);
        if !failures.is_empty() {
            return self.take_back(told, &failures, code, style, terminal);
        }
        let written = terminal.write(&bytes, code);
        if written != code {
            let failure = io::Error::other("cannot write to standard output");
            self.deliver(&undone(told, &[failure.into()], written), NO_VERDICT, style);
        }
        written
    }

    /// Tells why there is no verdict after all to everybody who can still be told.
    fn take_back(
        &self,
        told: &Told<'_>,
        failures: &[Untold],
        code: u8,
        style: &Style,
        terminal: &Terminal,
    ) -> u8 {
        for Untold { message, help } in failures {
            terminal.error(message, help.as_deref());
        }
        let code = code.max(3);
        let instead = undone(told, failures, code);
        if !matches!(told, Told::Nothing(_)) {
            // Whoever could not be told before is not told now; that was said.
            self.deliver(&instead, NO_VERDICT, style);
        }
        terminal.write(&self.rendered(&instead, style).unwrap_or_default(), code)
    }

    /// What goes to standard output.
    fn rendered(&self, told: &Told<'_>, style: &Style) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Standard error has said it.
        if !matches!((told, self.format), (Told::Nothing(_), Format::Human | Format::Short)) {
            told.render(self.format, style, &mut bytes)?;
        }
        Ok(bytes)
    }

    /// Writes everything but standard output, and says what could not be written. A summary cannot be taken
    /// back either: it waits until all others know.
    fn deliver(&self, told: &Told<'_>, verdict: &str, style: &Style) -> Vec<Untold> {
        let is_github = |format| format == Format::Ci(Ci::Github);
        let is_github = is_github(self.format) || self.reports.iter().any(|r| is_github(r.format));
        let is_nothing = matches!(told, Told::Nothing(_));
        let written = self.reports.iter().map(|report| report.write(told, style));
        let mut failures: Vec<Untold> = written.filter_map(Result::err).map(Untold::from).collect();
        if is_github && (failures.is_empty() || is_nothing) {
            // A step may be told to go on after a failure, and then reads the verdict here.
            failures.extend(output(told, verdict, style).err().map(Untold::from));
        }
        if is_github && (failures.is_empty() || is_nothing) {
            failures.extend(summarize(told, style).err().map(Untold::from));
        }
        failures
    }

    /// Tells everybody why there is no verdict.
    pub(super) fn tell_nothing(
        &self,
        failure: &Failure,
        code: u8,
        cli: &Cli,
        terminal: &Terminal,
    ) -> u8 {
        let (message, help, exit_code) = reason(failure);
        let compares = compares(cli);
        let told = Told::Nothing(NoVerdict { message, help, exit_code, compares });
        self.tell(&told, NO_VERDICT, code, &terminal.style(String::new(), 0.0), terminal)
    }
}

/// Why somebody was not told.
struct Untold {
    message: String,
    help: Option<String>,
}

impl From<EditError> for Untold {
    fn from(error: EditError) -> Self {
        Untold { message: error.to_string(), help: error.help() }
    }
}

impl From<io::Error> for Untold {
    fn from(error: io::Error) -> Self {
        Untold { message: error.to_string(), help: None }
    }
}

/// That somebody was not told; what had no verdict before keeps its reason.
fn undone(told: &Told<'_>, failures: &[Untold], exit_code: u8) -> Told<'static> {
    Told::Nothing(match told {
        Told::Nothing(nothing) => NoVerdict { exit_code, ..nothing.clone() },
        _ => {
            let said: Vec<&str> = failures.iter().map(|f| f.message.as_str()).collect();
            let help = failures.iter().find_map(|failure| failure.help.clone());
            let compares = matches!(told, Told::Compared { .. });
            NoVerdict { message: said.join("; "), help, exit_code, compares }
        }
    })
}

impl ReportTo {
    fn write(&self, told: &Told<'_>, style: &Style) -> Result<(), EditError> {
        let style = Style { color: false, width: 100, seconds: None, ..style.clone() };
        let mut bytes = Vec::new();
        told.render(self.format, &style, &mut bytes)
            .map_err(|error| EditError::Io(self.path.clone(), error))?;
        edit::write_file(&self.path, &bytes)
    }
}

/// Appends to the job summary, where there is one.
fn summarize(told: &Told<'_>, style: &Style) -> Result<(), EditError> {
    append("GITHUB_STEP_SUMMARY", |length| {
        let room = SUMMARY.saturating_sub(length);
        let text = (room > LITTLE).then(|| told.summary(style, usize::try_from(room).unwrap_or(0)));
        text.unwrap_or_default().into_bytes()
    })
}

/// Appends the outputs of the step, where somebody reads them.
fn output(told: &Told<'_>, verdict: &str, style: &Style) -> Result<(), EditError> {
    append("GITHUB_OUTPUT", |_| told.outputs(verdict, style).into_bytes())
}

fn append(variable: &str, bytes: impl FnOnce(u64) -> Vec<u8>) -> Result<(), EditError> {
    match std::env::var_os(variable).filter(|path| !path.is_empty()) {
        Some(path) => edit::append_file(Path::new(&path), bytes),
        None => Ok(()),
    }
}
