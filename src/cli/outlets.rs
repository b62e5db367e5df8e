//! Where the answer of `check` and `diff` goes: standard output, the files of `--report`, and the files that
//! GitHub Actions names. What they say is `report`'s, how they are written is `edit`'s.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{Cli, Command, OutputFormat};
use super::output::Terminal;
use super::{Failure, reason};
use crate::edit::{self, EditError};
use crate::report::{Ci, Format, NoVerdict, Style, Told};

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

impl Outlets<'_> {
    /// Tells everybody. The exit code becomes 3 when somebody was not told.
    pub(super) fn tell(
        &self,
        told: &Told<'_>,
        verdict: &str,
        code: u8,
        style: &Style,
        terminal: &Terminal,
    ) -> u8 {
        let is_github = self.format == Format::Ci(Ci::Github);
        let failures: Vec<EditError> = self
            .reports
            .iter()
            .filter_map(|report| report.write(told, style).err())
            .chain(is_github.then(|| summarize(told, style)).and_then(Result::err))
            .collect();
        for failure in &failures {
            terminal.error(&failure.to_string(), failure.help().as_deref());
        }
        let code = if failures.is_empty() { code } else { code.max(3) };
        // Standard error has said it.
        if matches!((told, self.format), (Told::Nothing(_), Format::Human | Format::Short)) {
            return code;
        }
        let mut bytes = Vec::new();
        // Writing to memory fails only if a finding cannot be shown, and then there is no answer.
        let code = match told.render(self.format, style, &mut bytes) {
            Ok(()) => terminal.write(&bytes, code),
            Err(error) => {
                terminal.error(&error.to_string(), None);
                code.max(3)
            }
        };
        // Last, because a step may be told to go on after a failure, and then reads the verdict here.
        let verdict = if matches!(code, 2 | 3 | 5..) { NO_VERDICT } else { verdict };
        match is_github.then(|| output(told, verdict, style)) {
            Some(Err(error)) => {
                terminal.error(&error.to_string(), None);
                code.max(3)
            }
            _ => code,
        }
    }

    /// Tells everybody why there is no verdict.
    pub(super) fn tell_nothing(&self, failure: &Failure, code: u8, terminal: &Terminal) -> u8 {
        let (message, help, exit_code) = reason(failure);
        let told = Told::Nothing(NoVerdict { message, help, exit_code });
        self.tell(&told, NO_VERDICT, code, &terminal.style(String::new(), 0.0), terminal)
    }
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
