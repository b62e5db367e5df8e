//! `contract-guard.toml`: raw text → valid settings, with a finding for everything that is wrong.
//!
//! Keys: `contracts` (folder of the tree, read by `source`), `edition`, `templates`, `[compatibility]`,
//! `[deprecation]`, `[freeze]`, `[kinds]`, `[levels]`, `[limits]`, `[openapi]`, `[renames]`,
//! `[waivers]`, `[[pair]]`.

mod sections;

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::edition::Edition;
use super::level::Levels;
use super::verdict::is_fixed;
use crate::catalog::{Area, Layout};
use crate::change::{self, Mode};
use crate::checks;
use crate::checks::config::{config_invalid, unknown_config_key};
use crate::document::{Limits, Span};
use crate::finding::{Code, Finding, Level, Location};
use crate::tree::{ArtifactPath, Tree};

/// Settings of a run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Levels by code.
    pub levels: Levels,
    /// Pairs that names do not tell.
    pub layout: Layout,
    /// Budgets.
    pub limits: Limits,
    /// How many different keys must have signed a freeze.
    pub signatures: Option<u32>,
    /// Whether documents hold nothing that their schema does not declare.
    pub declared_only: bool,
    /// How schemas of an area are compared.
    pub modes: Vec<(Area, Mode)>,
    /// How many people must have signed a waiver that comes with a change.
    pub approvals: u32,
    /// The folder of this repository's own templates.
    pub templates: Option<String>,
    /// Where each key stands, tables joined by dots: `levels.example-invalid`.
    pub places: BTreeMap<String, Span>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            levels: Levels::default(),
            layout: Layout::default(),
            limits: Limits::default(),
            signatures: None,
            declared_only: false,
            modes: Vec::new(),
            // Who makes a change does not excuse it alone, unless the baseline says so.
            approvals: 1,
            templates: None,
            places: BTreeMap::new(),
            findings: Vec::new(),
        }
    }
}

impl Config {
    /// How the schemas of an area are compared.
    pub fn mode(&self, area: Area) -> Mode {
        self.comparing().mode(area)
    }

    /// How trees are compared.
    pub(super) fn comparing(&self) -> change::Options {
        change::Options { modes: self.modes.clone(), declared_only: self.declared_only, eyes: None }
    }
}

/// Reads the configuration of a tree; without one, the defaults. `limits` are those of the command line,
/// which the file may only lower.
pub fn read(tree: &Tree, limits: Limits) -> Config {
    let mut config = Config { limits, ..Config::default() };
    let Some((path, artifact)) = &tree.config else {
        return config;
    };
    let mut reader = Reader { path, tree, config: &mut config };
    match std::str::from_utf8(&artifact.bytes) {
        Ok(text) => reader.file(text),
        Err(error) => {
            reader.wrong(error.valid_up_to()..error.valid_up_to() + 1, "file is not UTF-8", "here")
        }
    }
    config
}

struct Reader<'r> {
    path: &'r ArtifactPath,
    tree: &'r Tree,
    config: &'r mut Config,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Reader<'_> {
    fn finding(
        &mut self,
        code: Code,
        span: std::ops::Range<usize>,
        message: &str,
        label: &str,
    ) -> &mut Finding {
        let location = Location::bytes(self.path, Span::new(span.start, span.end));
        let finding = Finding::new(code, message, location).label(label).about(message);
        self.config.findings.push(finding.help("`docs/configuration.md` lists what is allowed"));
        let last = self.config.findings.len() - 1;
        // The finding that was pushed the line before.
        #[expect(clippy::indexing_slicing, reason = "an element was pushed just now")]
        &mut self.config.findings[last]
    }

    fn wrong(&mut self, span: std::ops::Range<usize>, message: &str, label: &str) {
        self.finding(config_invalid::CODE, span, message, label);
    }

    fn unknown(&mut self, span: std::ops::Range<usize>, key: &str, known: &[&str]) {
        let message = format!("`{key}` is no key of the configuration");
        let near = known.iter().find(|k| strsim::damerau_levenshtein(k, key) <= 2);
        let finding = self.finding(unknown_config_key::CODE, span, &message, "means nothing");
        finding.help = Some(match near {
            Some(near) => format!("write `{near}`"),
            None => format!("keys here are {}", known.join(", ")),
        });
    }

    fn file(&mut self, text: &str) {
        let table = match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                return self.wrong(span, &format!("file is no TOML: {}", error.message()), "here");
            }
        };
        self.places("", &table);
        for (key, value) in &table {
            match key.get_ref().as_ref() {
                "contracts" if value.get_ref().as_str().is_some() => {}
                "contracts" => {
                    self.wrong(value.span(), "`contracts` is no text", "the folder of the tree")
                }
                "compatibility" => self.compatibility(value),
                "edition" => self.edition(value),
                "waivers" => self.waivers(value),
                "levels" => self.levels(value),
                "limits" => self.limits(value),
                "deprecation" => self.deprecation(value),
                "freeze" => self.freeze(value),
                "renames" => self.renames(value),
                "templates" => self.templates(value),
                "openapi" => self.openapi(value),
                "pair" => self.pairs(value),
                "kinds" => self.kinds(value),
                other => self.unknown(
                    key.span(),
                    other,
                    &[
                        "compatibility",
                        "contracts",
                        "deprecation",
                        "edition",
                        "freeze",
                        "kinds",
                        "levels",
                        "limits",
                        "openapi",
                        "pair",
                        "renames",
                        "templates",
                        "waivers",
                    ],
                ),
            }
        }
    }

    fn places(&mut self, above: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{above}{}", key.get_ref());
            if let DeValue::Table(inner) = value.get_ref() {
                self.places(&format!("{name}."), inner);
            }
            let span = key.span();
            self.config.places.insert(name, Span::new(span.start, span.end));
        }
    }

    fn table<'v>(&mut self, value: &'v Value<'v>, name: &str) -> Option<&'v DeTable<'v>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(value.span(), &format!("`{name}` is no table"), "a table is needed");
        }
        table
    }

    fn levels(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "levels") else {
            return;
        };
        for (key, value) in table {
            let code = key.get_ref().as_ref();
            if checks::find(code).is_none() && change::find(code).is_none() {
                let near = checks::CHECKS.iter().map(|c| c.code.as_str());
                let near = near.chain(change::CHANGE_RULES.iter().map(|r| r.code.as_str()));
                let near = near
                    .min_by_key(|known| strsim::damerau_levenshtein(known, code))
                    .unwrap_or_default();
                self.wrong(
                    key.span(),
                    &format!("no rule is called `{code}`; the nearest is `{near}`"),
                    "unknown rule",
                );
                continue;
            }
            if is_fixed(code) && value.get_ref().as_str() != Some("error") {
                let message = format!("level of `{code}` cannot be lowered");
                self.wrong(key.span(), &message, "this is always an error");
                continue;
            }
            match value.get_ref().as_str().and_then(Level::parse) {
                Some(level) => {
                    self.config.levels.configured.insert(code.to_owned(), level);
                }
                None => self.wrong(
                    value.span(),
                    &format!("level of `{code}` is none of off, note, warning, error"),
                    "no level",
                ),
            }
        }
    }

    fn limits(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "limits") else {
            return;
        };
        const KEYS: [&str; 3] = ["depth", "nodes", "steps"];
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !KEYS.contains(&name) {
                self.unknown(key.span(), name, &KEYS);
                continue;
            }
            let Some(number) = self.number(name, value) else { continue };
            let limits = &mut self.config.limits;
            let small = usize::try_from(number).unwrap_or(usize::MAX);
            match name {
                "depth" => limits.depth = limits.depth.min(small),
                "nodes" => limits.nodes = limits.nodes.min(small),
                _ => limits.steps = limits.steps.min(number),
            }
        }
    }

    fn edition(&mut self, value: &Value<'_>) {
        let text = value.get_ref().as_str().unwrap_or_default();
        match Edition::find(text) {
            Some(edition) => self.config.levels.edition = edition,
            None => {
                let message = format!("`{text}` is no edition that this version knows");
                let label = format!("editions are {}", Edition::names().join(", "));
                self.wrong(value.span(), &message, &label);
            }
        }
    }

    fn number(&mut self, name: &str, value: &Value<'_>) -> Option<u64> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|i| u64::from_str_radix(i.as_str(), i.radix()).ok())
            .filter(|n| *n > 0);
        if number.is_none() {
            let message = format!("`{name}` is no positive number");
            self.wrong(value.span(), &message, "a number is needed");
        }
        number
    }
}
