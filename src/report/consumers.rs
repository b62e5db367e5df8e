//! Who breaks by a change, as text, Markdown and JSON (`schemas/can-i-release-1.schema.json`).

use serde::Serialize;

use super::Style;
use super::escape::{cell_code, code, prose, visible};
use super::tool::Tool;
use crate::consumer::{Answer, Fate, Hit};
use crate::finding::Location;
use crate::gate::{Item, is_before};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsumersFormat {
    /// For people.
    Human,
    /// A table for pull requests.
    Markdown,
    /// For programs.
    Json,
}

/// What was asked, and what is answered.
pub struct Asked<'a> {
    /// The tree that is compared with, as the user called it.
    pub against: &'a str,
    /// The version that it declares.
    pub before: Option<String>,
    /// The version that is to be released.
    pub after: Option<String>,
    /// Every consumer, those that break first.
    pub answers: &'a [Answer],
    /// What is wrong with their files.
    pub findings: &'a [Item],
}

impl Asked<'_> {
    fn count(&self, fate: Fate) -> usize {
        self.answers.iter().filter(|answer| answer.fate == fate).count()
    }

    /// `3 consumers against 1.0.0: 1 breaks, 1 unknown, 1 fine`
    fn closing(&self) -> String {
        let counts = Fate::ALL.map(|fate| format!("{} {}", self.count(fate), fate.name()));
        let many = if self.answers.len() == 1 { "" } else { "s" };
        let before = self.before.as_deref().filter(|before| *before != self.against);
        let before = before.map_or(String::new(), |version| format!(" ({version})"));
        format!(
            "{} consumer{many} against {}{before}: {}",
            self.answers.len(),
            self.against,
            counts.join(", ")
        )
    }
}

/// Writes who breaks.
pub fn render_consumers(asked: &Asked<'_>, format: ConsumersFormat, style: &Style) -> String {
    match format {
        ConsumersFormat::Human => human(asked, style),
        ConsumersFormat::Markdown => markdown(asked),
        ConsumersFormat::Json => json(asked),
    }
}

/// `contracts/note.schema.json:3:5`
fn place(item: &Item) -> String {
    let finding = &item.finding;
    match item.position {
        Some((start, _)) => {
            format!("{}:{}:{}", finding.primary.artifact, start.line, start.column)
        }
        None => finding.primary.artifact.to_string(),
    }
}

fn owner(answer: &Answer) -> String {
    match (&answer.owner, &answer.contact) {
        (Some(owner), Some(contact)) => format!("{owner} <{contact}>"),
        (Some(owner), None) => owner.clone(),
        (None, Some(contact)) => format!("<{contact}>"),
        (None, None) => "nobody".to_owned(),
    }
}

fn painted(fate: Fate, style: &Style) -> String {
    let color = match fate {
        Fate::Breaks => "\u{1b}[1;31m",
        Fate::Unknown => "\u{1b}[1;33m",
        Fate::Fine => "\u{1b}[32m",
    };
    let word = format!("{:7}", fate.name());
    if style.color { format!("{color}{word}\u{1b}[0m") } else { word }
}

fn human(asked: &Asked<'_>, style: &Style) -> String {
    let mut out = String::new();
    let width = |text: fn(&Answer) -> String| {
        asked.answers.iter().map(|a| visible(&text(a)).chars().count()).max().unwrap_or(0)
    };
    let (names, owners) = (width(|a| a.name.clone()), width(owner));
    for answer in asked.answers {
        let padded = |text: &str, width: usize| {
            let text = visible(text);
            let missing = width.saturating_sub(text.chars().count());
            text + &" ".repeat(missing)
        };
        let (name, owner) = (padded(&answer.name, names), padded(&owner(answer), owners));
        let path = visible(answer.path.as_str());
        out.push_str(&format!("{}  {name}  {owner}  {path}\n", painted(answer.fate, style)));
        for hit in &answer.hits {
            out.push_str(&told(hit));
        }
        for reason in &answer.reasons {
            out.push_str(&format!("    unknown: {}\n", visible(reason)));
        }
    }
    if !asked.findings.is_empty() {
        out.push('\n');
    }
    for item in asked.findings {
        let (message, code) = (visible(&item.finding.message), item.finding.code);
        out.push_str(&format!("{}: {}[{code}]: {message}\n", visible(&place(item)), item.level));
    }
    out.push_str(&format!("\n{}\n", visible(&asked.closing())));
    out
}

fn told(hit: &Hit) -> String {
    let finding = &hit.item.finding;
    let waived = if hit.item.waived.is_some() { " (waived)" } else { "" };
    let mut out = format!(
        "    {}[{}] {}: {}{waived}\n      it {}\n",
        hit.fate.name(),
        finding.code,
        visible(&place(&hit.item)),
        visible(&finding.message),
        visible(&hit.through)
    );
    if let Some(witness) = &finding.witness {
        let text = visible(&format!("{} {}", witness.document, witness.fate));
        out.push_str(&format!("      witness: {text}\n"));
    }
    out
}

fn markdown(asked: &Asked<'_>) -> String {
    let mut out =
        "## Consumers\n\n| consumer | verdict | because of | owner |\n| --- | --- | --- | --- |\n"
            .to_owned();
    for answer in asked.answers {
        let hits = answer.hits.iter().map(|hit| {
            let (rule, place) =
                (cell_code(hit.item.finding.code.as_str()), cell_code(&place(&hit.item)));
            format!(
                "{}: {} ({rule}, {place})",
                cell_code(&hit.through),
                cell(&hit.item.finding.message)
            )
        });
        let because: Vec<String> =
            hits.chain(answer.reasons.iter().map(|reason| cell(reason))).collect();
        let because = if because.is_empty() { "-".to_owned() } else { because.join("<br>") };
        let (name, owner) = (cell_code(&answer.name), cell_code(&owner(answer)));
        out.push_str(&format!("| {name} | {} | {because} | {owner} |\n", answer.fate.name()));
    }
    for (number, item) in asked.findings.iter().enumerate() {
        let gap = if number == 0 { "\n" } else { "" };
        let message = prose(&item.finding.message, code);
        let (rule, place) = (code(item.finding.code.as_str()), code(&place(item)));
        out.push_str(&format!("{gap}- {}: {message} ({rule}, {place})\n", item.level));
    }
    out.push_str(&format!("\n{}\n", prose(&asked.closing(), code)));
    out
}

/// Prose in a cell of a table, where a bar would end it.
fn cell(text: &str) -> String {
    prose(text, cell_code)
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    tool: Tool,
    against: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
    can_release: bool,
    counts: Counts,
    consumers: Vec<OutAnswer<'a>>,
    findings: Vec<OutFinding<'a>>,
}

#[derive(Serialize)]
struct Counts {
    breaks: usize,
    unknown: usize,
    fine: usize,
}

#[derive(Serialize)]
struct OutAnswer<'a> {
    consumer: &'a str,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<&'a str>,
    verdict: &'static str,
    because: Vec<OutHit<'a>>,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct OutHit<'a> {
    verdict: &'static str,
    through: &'a str,
    waived: bool,
    #[serde(flatten)]
    change: OutFinding<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<&'a str>,
}

#[derive(Serialize)]
struct OutFinding<'a> {
    code: &'a str,
    message: &'a str,
    fingerprint: &'a str,
    artifact: &'a str,
    pointer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'a str>,
}

fn json(asked: &Asked<'_>) -> String {
    let report = Report {
        format: "contract-guard/can-i-release-1",
        tool: Tool::THIS,
        against: asked.against,
        before: asked.before.as_deref(),
        after: asked.after.as_deref(),
        can_release: asked.answers.iter().all(|answer| answer.fate == Fate::Fine),
        counts: Counts {
            breaks: asked.count(Fate::Breaks),
            unknown: asked.count(Fate::Unknown),
            fine: asked.count(Fate::Fine),
        },
        consumers: asked.answers.iter().map(out_answer).collect(),
        findings: asked.findings.iter().map(out_finding).collect(),
    };
    serde_json::to_string_pretty(&report).map(|text| text + "\n").unwrap_or_default()
}

fn out_answer(answer: &Answer) -> OutAnswer<'_> {
    OutAnswer {
        consumer: &answer.name,
        file: answer.path.as_str(),
        owner: answer.owner.as_deref(),
        contact: answer.contact.as_deref(),
        checked: answer.checked.as_deref(),
        verdict: answer.fate.name(),
        because: answer.hits.iter().map(out_hit).collect(),
        reasons: &answer.reasons,
    }
}

fn out_hit(hit: &Hit) -> OutHit<'_> {
    OutHit {
        verdict: hit.fate.name(),
        through: &hit.through,
        waived: hit.item.waived.is_some(),
        change: out_finding(&hit.item),
        witness: hit.item.finding.witness.as_ref().map(|witness| witness.document.as_str()),
    }
}

fn out_finding(item: &Item) -> OutFinding<'_> {
    let finding = &item.finding;
    let before = |location: &&Location| is_before(location);
    let was = finding.related.iter().map(|related| &related.location).find(before);
    OutFinding {
        code: finding.code.as_str(),
        message: &finding.message,
        fingerprint: &item.fingerprint,
        artifact: finding.primary.artifact.as_str(),
        pointer: finding.primary.pointer.as_str(),
        line: item.position.map(|(start, _)| start.line),
        column: item.position.map(|(start, _)| start.column),
        was: was.map(|location| location.pointer.as_str()),
    }
}
