//! What became of recorded data: for people, one line a record, and one line of JSON
//! (`schemas/audit-1.schema.json`), which has types of its own.

use serde::Serialize;

use super::Style;
use super::escape::visible;
use super::tool::Tool;
use crate::audit::{Failure, Reason, Tally};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFormat {
    /// For people.
    Human,
    /// One line a record that is not valid.
    Short,
    /// For programs: one object on one line.
    Json,
}

/// What an audit answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditVerdict {
    /// All records are valid; of a comparison: none was valid and is not any more.
    Pass,
    /// Some are not.
    Fail,
    /// Not everything could be read or passed on, or there was nothing.
    None,
}

impl AuditVerdict {
    fn name(self) -> &'static str {
        match self {
            AuditVerdict::Pass => "pass",
            AuditVerdict::Fail => "fail",
            AuditVerdict::None => "none",
        }
    }
}

/// An audit that is over.
#[derive(Debug)]
pub struct Audited {
    /// `schema`, `topic` or `auto`, and its name.
    pub contract: (&'static str, Option<String>),
    /// What the contracts were compared with.
    pub against: Option<String>,
    /// Names of the files.
    pub files: Vec<String>,
    /// What became of the records.
    pub tally: Tally,
    /// Whether no record at all is fine.
    pub may_be_empty: bool,
    /// Whether records that were to be passed on got lost.
    pub has_lost: bool,
    /// Whether whoever took them had enough before the end.
    pub is_left: bool,
}

impl Audited {
    /// The answer.
    pub fn verdict(&self) -> AuditVerdict {
        let tally = &self.tally;
        let is_empty = tally.records == 0 && !self.may_be_empty;
        let is_fine = match self.against {
            Some(_) => tally.broken == 0,
            None => tally.valid == tally.records,
        };
        match (is_fine, is_empty || self.has_lost || !tally.unreadable.is_empty()) {
            (_, true) => AuditVerdict::None,
            (true, _) => AuditVerdict::Pass,
            (false, _) => AuditVerdict::Fail,
        }
    }

    fn file(&self, number: usize) -> &str {
        self.files.get(number).map_or("?", String::as_str)
    }

    /// Reasons, the most frequent first.
    fn reasons(&self) -> Vec<&Reason> {
        let mut reasons: Vec<&Reason> = self.tally.reasons.iter().collect();
        reasons.sort_by_key(|reason| (u64::MAX - reason.count, reason.first));
        reasons
    }
}

/// Writes an audit.
pub fn render_audit(audited: &Audited, format: AuditFormat, style: &Style) -> String {
    match format {
        AuditFormat::Human => human(audited, style),
        AuditFormat::Short => short(audited),
        AuditFormat::Json => json(audited),
    }
}

fn human(audited: &Audited, style: &Style) -> String {
    let tally = &audited.tally;
    let (bold, off) = if style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let mut out = String::new();
    let mut list = |title: &str, failures: &[Failure], all: u64| {
        if failures.is_empty() {
            return;
        }
        let shown = failures.len() as u64;
        let of = if shown < all { format!(", the first {shown} of {all}") } else { String::new() };
        out.push_str(&format!("{bold}{title}{of}{off}\n"));
        for failure in failures {
            out.push_str(&format!("  {}\n", line(audited, failure)));
        }
        out.push('\n');
    };
    if audited.against.is_some() {
        list("valid before and not any more", &tally.broken_first, tally.broken);
        list("not valid before, and valid now", &tally.mended_first, tally.mended);
    } else {
        list("not valid", &tally.failures, tally.invalid + tally.unknown);
    }
    out.push_str(&reasons(audited, bold, off));
    out.push_str(&summary(audited, style.seconds));
    out
}

fn reasons(audited: &Audited, bold: &str, off: &str) -> String {
    let mut out = String::new();
    let reasons = audited.reasons();
    if reasons.is_empty() {
        return out;
    }
    out.push_str(&format!("{bold}reasons, by records{off}\n"));
    let wide = |n: usize, count: u64| n.max(count.to_string().len());
    let width = reasons.iter().map(|r| r.count).chain([audited.tally.other_reasons]);
    let width = width.fold(0, wide);
    for reason in reasons {
        let about = if reason.about.is_empty() { "" } else { "  " };
        let (file, line) = reason.first;
        let first = format!("{}:{line}", visible(audited.file(file)));
        let (code, name) = (reason.code, visible(&reason.about));
        out.push_str(&format!(
            "  {:>width$}  {code}{about}{name}  (first {first})\n",
            reason.count
        ));
    }
    if audited.tally.other_reasons > 0 {
        out.push_str(&format!("  {:>width$}  others\n", audited.tally.other_reasons));
    }
    out.push('\n');
    out
}

fn short(audited: &Audited) -> String {
    let tally = &audited.tally;
    let mut out = String::new();
    let mut list = |word: &str, failures: &[Failure]| {
        for failure in failures {
            out.push_str(&format!("{}{word}\n", line(audited, failure)));
        }
    };
    match audited.against {
        Some(_) => {
            list(" (was valid)", &tally.broken_first);
            list(" (was not valid before)", &tally.mended_first);
        }
        None => list("", &tally.failures),
    }
    out + &summary(audited, None)
}

/// `path:line:column: code: message`
fn line(audited: &Audited, failure: &Failure) -> String {
    let Failure { line, column, code, more, .. } = failure;
    let more = if *more > 0 { format!(" (and {more} more)") } else { String::new() };
    let (file, message) = (visible(audited.file(failure.file)), visible(&failure.message));
    format!("{file}:{line}:{column}: {code}: {message}{more}")
}

fn summary(audited: &Audited, seconds: Option<f64>) -> String {
    let Tally { records, valid, invalid, unknown, broken, mended, .. } = &audited.tally;
    let verdict = match audited.verdict() {
        AuditVerdict::None => "no verdict",
        other => other.name(),
    };
    let time = seconds.map_or(String::new(), |seconds| format!(" in {seconds:.1} s"));
    let noun = if *records == 1 { "record" } else { "records" };
    let left = if audited.is_left { "; the reader left: not all were passed on" } else { "" };
    let counts =
        format!("{records} {noun}: {valid} valid, {invalid} invalid, {unknown} unknown{left}");
    match &audited.against {
        None => format!("{verdict}: {counts}{time}\n"),
        Some(name) => {
            let name = visible(name);
            format!("{verdict}: {broken} broken and {mended} mended since {name}; {counts}{time}\n")
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    tool: Tool,
    contract: OutContract<'a>,
    verdict: &'static str,
    files: usize,
    bytes: u64,
    records: u64,
    valid: u64,
    invalid: u64,
    unknown: u64,
    reasons: Vec<OutReason<'a>>,
    other_reasons: u64,
    failures: Vec<OutFailure<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<OutAgainst<'a>>,
    unreadable: Vec<OutUnreadable<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passed_on: Option<&'static str>,
}

#[derive(Serialize)]
struct OutContract<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct OutReason<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    about: &'a str,
    count: u64,
    first: OutPlace<'a>,
}

#[derive(Serialize)]
struct OutPlace<'a> {
    file: &'a str,
    line: u64,
}

#[derive(Serialize)]
struct OutFailure<'a> {
    file: &'a str,
    line: u64,
    column: usize,
    pointer: &'a str,
    code: &'static str,
    message: &'a str,
    more: usize,
}

#[derive(Serialize)]
struct OutAgainst<'a> {
    name: &'a str,
    broken: u64,
    mended: u64,
    broken_first: Vec<OutFailure<'a>>,
    mended_first: Vec<OutFailure<'a>>,
}

#[derive(Serialize)]
struct OutUnreadable<'a> {
    file: &'a str,
    message: &'a str,
}

fn json(audited: &Audited) -> String {
    let tally = &audited.tally;
    let report = Report {
        format: "contract-guard/audit-1",
        tool: Tool::THIS,
        contract: OutContract { kind: audited.contract.0, name: audited.contract.1.as_deref() },
        verdict: audited.verdict().name(),
        files: audited.files.len(),
        bytes: tally.bytes,
        records: tally.records,
        valid: tally.valid,
        invalid: tally.invalid,
        unknown: tally.unknown,
        reasons: audited.reasons().into_iter().map(|r| out_reason(audited, r)).collect(),
        other_reasons: tally.other_reasons,
        failures: out_failures(audited, &tally.failures),
        against: audited.against.as_deref().map(|name| OutAgainst {
            name,
            broken: tally.broken,
            mended: tally.mended,
            broken_first: out_failures(audited, &tally.broken_first),
            mended_first: out_failures(audited, &tally.mended_first),
        }),
        unreadable: tally
            .unreadable
            .iter()
            .map(|(file, message)| OutUnreadable { file: audited.file(*file), message })
            .collect(),
        passed_on: audited.is_left.then_some("part"),
    };
    // Texts and numbers have no way to fail.
    serde_json::to_string(&report).unwrap_or_default() + "\n"
}

fn out_reason<'a>(audited: &'a Audited, reason: &'a Reason) -> OutReason<'a> {
    let (file, line) = reason.first;
    OutReason {
        code: reason.code,
        about: &reason.about,
        count: reason.count,
        first: OutPlace { file: audited.file(file), line },
    }
}

fn out_failures<'a>(audited: &'a Audited, failures: &'a [Failure]) -> Vec<OutFailure<'a>> {
    let out = |failure: &'a Failure| OutFailure {
        file: audited.file(failure.file),
        line: failure.line,
        column: failure.column,
        pointer: &failure.pointer,
        code: failure.code,
        message: &failure.message,
        more: failure.more,
    };
    failures.iter().map(out).collect()
}
