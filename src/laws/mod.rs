//! Laws: declared rules over a repository and its past. This module reads law files and runs them; each
//! kind of rule is one file of `kinds`, listed in [`LAW_KINDS`].
//!
//! Pure: what a law sees is handed in as a [`World`]. Levels of rules are data here; the gate applies them.

mod about;
mod contracts;
mod crates;
mod fields;
mod glob;
mod kinds;
mod manifests;
pub mod packs;
mod ratchet;
mod records;
mod run;
mod sites;
mod status;
pub mod unheld;
mod world;

pub use about::{ABOUT_LAWS, AboutLaws, about_laws};
pub use contracts::{Contract, Contracts};
pub use crates::{crate_version, is_manifest, manifest, manifests, may_name_contracts};
pub use kinds::LAW_KINDS;
pub use packs::PACKS;
pub use ratchet::{FORMAT as BASELINE_FORMAT, Ratchet, Recorded};
pub use records::only_adds;
pub use run::{Held, Hold, Selection, run};
pub use status::{Evidence, Standing, Status, status};
pub use world::{Hands, NoHands, World};

use about::LAW_INVALID;
use fields::Fields;
use glob::Scope;

use crate::document::{self, Limits, Pointer, Syntax};
use crate::finding::{Code, Explain, Finding, Level, Location};
use crate::program::Pattern;
use crate::tree::ArtifactPath;

/// A kind of rule.
pub struct LawKind {
    /// Its name in law files, also the code of its findings.
    pub code: Code,
    /// What it says, in a few words.
    pub summary: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    /// What `explain` tells.
    pub explain: Explain,
    /// Whether it holds nothing without a baseline.
    pub looks_back: bool,
    /// Reads what a rule of this kind demands.
    pub read: fn(&mut Fields<'_>) -> Box<dyn Demand>,
}

/// What is read for a rule before rules run side by side: one that read for itself, while others wait for
/// the same reading, could wait for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Files, which are read one by one.
    Files,
    /// All programs.
    Programs,
    /// The contracts, and what changed in them.
    Contracts,
    /// The contracts, as crates name them.
    Crates,
}

/// What a rule demands of a repository.
pub trait Demand: Send + Sync {
    /// What it looks at.
    fn needs(&self) -> Need;

    /// Where the repository is not as demanded.
    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding>;

    /// Whether this demand, unlike others of its kind, needs a baseline.
    fn looks_back(&self) -> bool {
        false
    }

    /// Tests that prove it, for what only running code can keep.
    fn tests(&self) -> &[String] {
        &[]
    }

    /// Patterns to look for while programs are read.
    fn patterns(&self) -> Vec<&Pattern> {
        Vec::new()
    }

    /// Whether it holds nothing unless commands are run.
    fn is_command(&self) -> bool {
        false
    }
}

/// A written contract as rules.
pub struct Law {
    /// Its name.
    pub name: String,
    /// What it is called in prose.
    pub title: String,
    /// The document that it comes from.
    pub source: String,
    /// Its sentences, by number.
    pub sentences: Vec<(String, String)>,
    /// Where the document contradicts itself: the reading that is taken, by number.
    pub readings: Vec<(String, String)>,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Whether it is built in, and speaks of a repository that it does not know.
    pub is_pack: bool,
}

/// One rule of a law.
pub struct Rule {
    /// Its name within the law.
    pub id: String,
    /// The law's name.
    pub law: String,
    /// Its kind.
    pub kind: &'static LawKind,
    /// The sentences that it holds.
    pub sentences: Vec<String>,
    /// Its level.
    pub level: Level,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// What it looks at.
    pub scope: Scope,
    /// What it cannot see.
    pub unseen: Option<String>,
    /// Whether only what the baseline does not have is reported.
    pub only_new: bool,
    /// Accepted until this day, inclusive.
    pub waived: Option<Waived>,
    /// What it demands, as written: everything but its prose, its level and its waiver.
    pub demands: serde_json::Value,
    is_pack: bool,
    demand: Box<dyn Demand>,
}

/// A rule whose findings are accepted for a time.
#[derive(Debug, Clone)]
pub struct Waived {
    /// The last day.
    pub until: jiff::civil::Date,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
}

impl Rule {
    /// Whether the rule holds nothing without a baseline.
    pub fn looks_back(&self) -> bool {
        self.kind.looks_back || self.only_new || self.demand.looks_back()
    }

    /// Whether the rule was written for files like this one: it names paths, and this is among them.
    pub fn concerns(&self, path: &str) -> bool {
        !self.scope.paths.is_empty() && self.scope.has(path)
    }

    /// A finding of this rule at a place.
    fn finding(&self, message: impl Into<String>, location: Location) -> Finding {
        Finding::new(self.kind.code, message, location)
    }

    /// A finding about a file as a whole.
    fn about_file(&self, path: &str, message: impl Into<String>) -> Finding {
        self.finding(message, Location::file(&ArtifactPath::lossy(path)))
    }
}

/// Reads a law file. What is wrong with it are the findings; rules that are whole are kept.
pub fn parse(path: &ArtifactPath, bytes: &[u8], limits: &Limits) -> (Option<Law>, Vec<Finding>) {
    let document = document::parse(bytes, Syntax::Yaml, limits);
    let wrong = |message: String, location: Location| {
        Finding::new(LAW_INVALID.code, message.clone(), location)
            .about(message)
            .help("docs/laws.md says how a law is written")
    };
    if let Some(error) = document.unreadable() {
        let message = format!("the law cannot be read: {}", error.message);
        return (None, vec![wrong(message, Location::bytes(path, error.span))]);
    }
    let Some(value) = document.value.as_ref().filter(|v| v.is_object()) else {
        return (None, vec![wrong("the law is no map".to_owned(), Location::file(path))]);
    };
    let mut fields = Fields::new(path, value, Pointer::root());
    let name = fields.required("law");
    let stem = path.file_name().rsplit_once('.').map_or(path.file_name(), |(stem, _)| stem);
    if !name.is_empty() && name != stem {
        fields.wrong(
            "law",
            format!("the law `{name}` stands in a file named `{stem}`"),
            &format!("name the file `{name}.yaml`, or the law `{stem}`"),
        );
    }
    let title = fields.text("title").unwrap_or_else(|| name.clone());
    let source = fields.text("source").unwrap_or_default();
    let sentences = pairs(&mut fields, "sentences");
    let readings = pairs(&mut fields, "readings");
    let mut rules: Vec<Rule> = Vec::new();
    if !fields.has("rules") {
        fields.required("rules");
    }
    let read = fields.objects("rules", |fields| rule(fields, &name, &sentences));
    for (index, rule) in read.into_iter().enumerate() {
        let Some(rule) = rule else { continue };
        if rules.iter().any(|r| r.id == rule.id) {
            let at = Pointer::root().join("rules").index(index).join("id");
            let message = format!("two rules are called `{}`", rule.id);
            fields.push(wrong(message, Location::value(path, at)));
        }
        rules.push(rule);
    }
    for (id, _) in &readings {
        if !sentences.iter().any(|(s, _)| s == id) {
            fields.wrong(
                "readings",
                format!("there is no sentence `{id}`"),
                "name one of `sentences`",
            );
        }
    }
    (Some(Law { name, title, source, sentences, readings, rules, is_pack: false }), fields.finish())
}

fn pairs(fields: &mut Fields<'_>, key: &'static str) -> Vec<(String, String)> {
    let lists = fields.lists(key);
    lists.into_iter().map(|(id, text)| (id, text.join(" "))).collect()
}

fn rule(fields: &mut Fields<'_>, law: &str, known: &[(String, String)]) -> Option<Rule> {
    let id = fields.required("id");
    let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.is_empty() && !id.chars().all(is_kebab) {
        let message = format!("`{id}` is no name of a rule");
        fields.wrong("id", message, "write small letters, digits and `-`");
    }
    let kind = fields.required("kind");
    let sentences = fields.texts("sentences");
    for sentence in &sentences {
        if !known.iter().any(|(id, _)| id == sentence) {
            fields.wrong(
                "sentences",
                format!("there is no sentence `{sentence}`"),
                "add it to the `sentences` of the law",
            );
        }
    }
    let level = fields.word("level", &["error", "warning", "note", "off"], "error");
    let (why, remedy) = (fields.required("why"), fields.required("remedy"));
    let scope = fields.scope();
    let unseen = fields.text("unseen");
    let only_new = fields.word("only", &["new"], "all") == "new";
    let waived = fields.object("waived", waived).flatten();
    let Some(kind) = LAW_KINDS.iter().find(|k| k.code.as_str() == kind) else {
        if !kind.is_empty() {
            let names: Vec<&str> = LAW_KINDS.iter().map(|k| k.code.as_str()).collect();
            let near = names.iter().min_by_key(|n| strsim::damerau_levenshtein(n, &kind));
            let help =
                format!("write `{}`, or another of {}", near.unwrap_or(&""), names.join(", "));
            fields.wrong("kind", format!("`{kind}` is no kind of rule"), &help);
        }
        fields.forgive();
        return None;
    };
    let demands = demands(fields);
    let demand = (kind.read)(fields);
    let level = Level::parse(level).unwrap_or(Level::Error);
    let law = law.to_owned();
    let is_pack = false;
    Some(Rule {
        id,
        law,
        kind,
        sentences,
        level,
        why,
        remedy,
        scope,
        unseen,
        only_new,
        waived,
        demands,
        is_pack,
        demand,
    })
}

/// A rule without what changes nothing of what it demands.
fn demands(fields: &Fields<'_>) -> serde_json::Value {
    let mut json = document::to_json(fields.all());
    if let Some(members) = json.as_object_mut() {
        for prose in ["level", "remedy", "sentences", "unseen", "waived", "why"] {
            members.remove(prose);
        }
    }
    json
}

fn waived(fields: &mut Fields<'_>) -> Option<Waived> {
    let until = fields.required("until");
    let (reason, owner) = (fields.required("reason"), fields.required("owner"));
    match until.parse() {
        Ok(until) => Some(Waived { until, reason, owner }),
        Err(_) => {
            fields.wrong("until", format!("`{until}` is no day"), "write one as 2027-03-31");
            None
        }
    }
}
