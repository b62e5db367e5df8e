//! The health page: one file that says how the contracts are. Everything on it is data until the template
//! writes it, and the template escapes whatever it writes; nothing here reads a clock.

mod coverage;
mod layers;
mod picture;
mod schemas;
mod tables;
mod timeline;

use data_encoding::BASE64;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::escape::is_unsafe;
use crate::catalog::Catalog;
use crate::finding::{Finding, Level};
use crate::gate::{Item, Outcome, Waived};
use crate::graph::Graph;
use crate::laws::{Standing, Status};

/// What the page is about.
pub struct Page<'p> {
    /// The name of the repository, or of the folder.
    pub title: &'p str,
    /// The tree.
    pub catalog: &'p Catalog,
    /// What refers to what in it.
    pub graph: &'p Graph,
    /// What the checks have found, whatever their levels.
    pub found: &'p [Finding],
    /// The same, judged.
    pub outcome: &'p Outcome,
    /// Laws by name and title.
    pub laws: &'p [(String, String)],
    /// Who holds their sentences.
    pub statuses: &'p [Status],
    /// Freezes, the oldest first.
    pub freezes: &'p [FrozenFacts],
    /// When the page was made, if it is to say so.
    pub now: Option<&'p str>,
}

/// What the page says of a freeze.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FrozenFacts {
    /// Its version.
    pub version: String,
    /// When it was made, as it says.
    pub created_at: Option<String>,
    /// The step from the version before: `initial`, `major`, `minor`, `patch`.
    pub bump: String,
    /// What it is for.
    pub description: Option<String>,
    /// How many artifacts it holds.
    pub artifacts: usize,
    /// Why it cannot be read.
    pub damaged: Option<String>,
}

/// Writes the page. The error is one of our own template.
pub fn render_page(page: &Page<'_>) -> Result<String, String> {
    let (style, script) = (include_str!("template/page.css"), include_str!("template/page.js"));
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|out, _, value| write(out, value));
    let mut render = || {
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?;
        environment.set_syntax(syntax);
        environment.add_template("page.html", include_str!("template/page.html"))?;
        let style_of = |text: &str| Value::from_safe_string(text.to_owned());
        environment.get_template("page.html")?.render(context! {
            title => page.title,
            now => page.now,
            version => env!("CARGO_PKG_VERSION"),
            style => style_of(style),
            script => style_of(script),
            style_hash => hash(style),
            script_hash => hash(script),
            verdict => page.outcome.verdict.name(),
            counts => Serde(counts(page)),
            coverage => Serde(coverage::rows(page)),
            levels => Serde(levels(&page.outcome.items)),
            versions => Serde(versions(page.catalog)),
            freezes => Serde(page.freezes),
            timeline => Serde(timeline::of(page.freezes)),
            picture => Serde(picture::of(page.graph)),
            laws => Serde(laws(page)),
            topics => Serde(tables::topics(page)),
            operations => Serde(tables::operations(page)),
            schemas => Serde(schemas::of(page)),
        })
    };
    render().map_err(|error: minijinja::Error| format!("{error:#}"))
}

/// The source of a Content-Security-Policy: nothing runs on the page but what stands in it.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text.as_bytes())))
}

/// Writes a value into the page. What would change the direction of the text, or control a terminal, is shown
/// by its number; line breaks stay, because examples have them.
fn write(out: &mut minijinja::Output<'_>, value: &Value) -> Result<(), minijinja::Error> {
    use std::fmt::Write;
    let failed = |_| minijinja::Error::from(minijinja::ErrorKind::WriteFailure);
    if value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(failed);
    }
    if matches!(value.kind(), ValueKind::None | ValueKind::Undefined) {
        return Ok(());
    }
    let text = value.to_string();
    for c in text.chars() {
        match c {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#39;"),
            c if is_unsafe(c) => write!(out, "{}", c.escape_unicode()),
            c => out.write_char(c),
        }
        .map_err(failed)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Count {
    number: usize,
    what: &'static str,
}

fn counts(page: &Page<'_>) -> Vec<Count> {
    let counts = page.outcome.counts;
    let operations = page.graph.of_kind(crate::graph::NodeKind::Operation).count();
    let level = |level| page.outcome.count(level);
    [
        (level(Level::Error), "errors"),
        (level(Level::Warning), "warnings"),
        (level(Level::Note), "notes"),
        (counts.artifacts, "artifacts"),
        (counts.schemas, "schemas"),
        (counts.examples, "examples checked"),
        (page.catalog.topics.len(), "topics"),
        (operations, "operations"),
        (page.freezes.len(), "freezes"),
    ]
    .map(|(number, what)| Count { number, what })
    .into()
}

#[derive(Serialize)]
struct LevelPart {
    name: &'static str,
    class: &'static str,
    total: usize,
    codes: Vec<CodePart>,
}

/// The findings of a rule.
#[derive(Serialize)]
struct CodePart {
    code: &'static str,
    total: usize,
    is_open: bool,
    left_out: usize,
    findings: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    message: String,
    place: String,
    note: Option<String>,
    help: Option<String>,
}

/// Findings of a rule beyond which the page only counts.
const MOST_FINDINGS: usize = 100;
/// Findings of a rule up to which all are seen at once.
const FEW_FINDINGS: usize = 5;

/// Findings by level, then by rule: the rule that was broken first comes first.
fn levels(items: &[Item]) -> Vec<LevelPart> {
    let of = |level: Option<Level>, name: &'static str| {
        let mut codes: Vec<CodePart> = Vec::new();
        // What is waived stands by itself, whatever its level.
        let level_of = |item: &&Item| item.waived.is_none().then_some(item.level) == level;
        for item in items.iter().filter(level_of) {
            let code = item.finding.code.as_str();
            let at = codes.iter().position(|part| part.code == code).unwrap_or_else(|| {
                let (total, left_out, findings) = (0, 0, Vec::new());
                codes.push(CodePart { code, total, is_open: true, left_out, findings });
                codes.len() - 1
            });
            let Some(part) = codes.get_mut(at) else { continue };
            part.total += 1;
            part.is_open = part.total <= FEW_FINDINGS;
            if part.total <= MOST_FINDINGS {
                part.findings.push(shown(item));
            } else {
                part.left_out += 1;
            }
        }
        let total = codes.iter().map(|part| part.total).sum();
        LevelPart { name, class: level.unwrap_or(Level::Note).name(), total, codes }
    };
    let levels = [
        of(Some(Level::Error), "Errors"),
        of(Some(Level::Warning), "Warnings"),
        of(Some(Level::Note), "Notes"),
        of(None, "Waived"),
    ];
    levels.into_iter().filter(|part| part.total > 0).collect()
}

fn shown(item: &Item) -> Shown {
    let finding = &item.finding;
    let line = item.position.map_or(String::new(), |(start, _)| format!(":{}", start.line));
    Shown {
        message: finding.message.clone(),
        place: format!("{}{line}", finding.primary.artifact),
        note: finding.note.clone(),
        help: match &item.waived {
            Some(Waived { until, owner, reason }) => {
                Some(format!("waived until {until}, {owner} answers for it: {reason}"))
            }
            None => finding.help.clone(),
        },
    }
}

#[derive(Serialize)]
struct Version {
    of: String,
    version: Option<String>,
    history: usize,
    file: String,
}

/// The version of the set, then those of modules.
fn versions(catalog: &Catalog) -> Vec<Version> {
    let mut all: Vec<Version> = catalog
        .versions
        .iter()
        .map(|versions| Version {
            of: versions.folder.clone().or(versions.module.clone()).unwrap_or_default(),
            version: versions.current.text.clone(),
            history: versions.history.len(),
            file: catalog.path(versions.item).to_string(),
        })
        .collect();
    all.sort_by(|a, b| (&a.of, &a.file).cmp(&(&b.of, &b.file)));
    all
}

#[derive(Serialize)]
struct LawPart<'p> {
    name: &'p str,
    title: &'p str,
    totals: String,
    sentences: Vec<Sentence<'p>>,
}

#[derive(Serialize)]
struct Sentence<'p> {
    number: &'p str,
    text: &'p str,
    standing: &'static str,
    is_held: bool,
    remarks: Vec<String>,
}

fn laws<'p>(page: &Page<'p>) -> Vec<LawPart<'p>> {
    let of = |(name, title): &'p (String, String)| {
        let own: Vec<&Status> = page.statuses.iter().filter(|status| status.law == *name).collect();
        let sentence = |status: &&'p Status| Sentence {
            number: &status.sentence,
            text: &status.text,
            standing: status.standing.name(),
            is_held: matches!(status.standing, Standing::Enforced | Standing::Tested),
            remarks: super::status::remarks(status),
        };
        (!own.is_empty()).then(|| LawPart {
            name,
            title,
            totals: super::status::totals(&own),
            sentences: own.iter().map(sentence).collect(),
        })
    };
    page.laws.iter().filter_map(of).collect()
}
