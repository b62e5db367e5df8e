//! `contract-guard.toml`: raw text → valid settings, with a finding for everything that is wrong.
//!
//! Keys: `contracts` (folder of the tree, read by `source`), `templates`, `[compatibility]`, `[deprecation]`,
//! `[kinds]`, `[levels]`, `[limits]`, `[freeze]`, `[openapi]`, `[renames]`, `[[pair]]`.

use globset::GlobBuilder;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::level::Levels;
use super::verdict::INTEGRITY;
use crate::catalog::{Area, Kind, Layout};
use crate::change::{self, Mode};
use crate::checks;
use crate::checks::config::{config_invalid, unknown_config_key};
use crate::document::{Limits, Span};
use crate::finding::{Code, Finding, Level, Location};
use crate::tree::{ArtifactPath, Tree};

/// Settings of a run.
#[derive(Debug, Clone, Default)]
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
    /// The folder of this repository's own templates.
    pub templates: Option<String>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
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
        for (key, value) in &table {
            match key.get_ref().as_ref() {
                "contracts" if value.get_ref().as_str().is_some() => {}
                "contracts" => {
                    self.wrong(value.span(), "`contracts` is no text", "the folder of the tree")
                }
                "compatibility" => self.compatibility(value),
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
                        "freeze",
                        "kinds",
                        "levels",
                        "limits",
                        "openapi",
                        "pair",
                        "renames",
                        "templates",
                    ],
                ),
            }
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
            if INTEGRITY.contains(&code) && value.get_ref().as_str() != Some("error") {
                let message = format!("level of `{code}` cannot be lowered");
                self.wrong(key.span(), &message, "damage to a freeze is always an error");
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

    fn kinds(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "kinds") else { return };
        for (key, value) in table {
            let text = key.get_ref().as_ref();
            // `*` stays within a folder, as in `.gitignore`; `**` does not.
            let Ok(glob) = GlobBuilder::new(text).literal_separator(true).build() else {
                self.wrong(
                    key.span(),
                    &format!("`{text}` is no glob"),
                    "like `contracts/**/*.dto.json`",
                );
                continue;
            };
            let kind = value
                .get_ref()
                .as_str()
                .and_then(|name| Kind::ALL.into_iter().find(|k| k.name() == name));
            match kind {
                Some(kind) => self.config.layout.kinds.push((glob.compile_matcher(), kind)),
                None => {
                    let names = Kind::ALL.map(Kind::name).join(", ");
                    self.wrong(
                        value.span(),
                        &format!("kind of `{text}` is none of {names}"),
                        "no kind",
                    );
                }
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

    fn deprecation(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "deprecation") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !["days", "releases"].contains(&name) {
                self.unknown(key.span(), name, &["days", "releases"]);
                continue;
            }
            let number = value
                .get_ref()
                .as_integer()
                .and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
            let notice = &mut self.config.layout.notice;
            match (number, name) {
                (Some(number), "days") => notice.days = number,
                (Some(number), _) => notice.releases = number,
                (None, _) => self.wrong(
                    value.span(),
                    &format!("`{name}` is no number"),
                    "a number is needed, 0 for none",
                ),
            }
        }
    }

    fn renames(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "renames") else { return };
        for (key, value) in table {
            match value.get_ref().as_str().filter(|new| !new.is_empty()) {
                Some(new) => {
                    let old = key.get_ref().as_ref().to_owned();
                    self.config.layout.renames.push((old, new.to_owned()));
                }
                None => self.wrong(value.span(), "a new name is a text", "no name"),
            }
        }
    }

    fn templates(&mut self, value: &Value<'_>) {
        let folder = value.get_ref().as_str().filter(|text| ArtifactPath::new(text).is_ok());
        match folder {
            Some(folder) => self.config.templates = Some(folder.to_owned()),
            None => self.wrong(
                value.span(),
                "`templates` is no folder of the repository",
                "a path from the repository root",
            ),
        }
    }

    fn freeze(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "freeze") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "signatures" => {
                    let number = self.number("signatures", value);
                    self.config.signatures = number.and_then(|n| u32::try_from(n).ok());
                }
                other => self.unknown(key.span(), other, &["signatures"]),
            }
        }
    }

    fn openapi(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "openapi") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !["planes", "public"].contains(&name) {
                self.unknown(key.span(), name, &["planes", "public"]);
                continue;
            }
            let Some(list) = value.get_ref().as_array() else {
                let message = format!("`{name}` is no list");
                self.wrong(value.span(), &message, "a list of paths is needed");
                continue;
            };
            for entry in list {
                match entry.get_ref().as_str().filter(|path| path.starts_with('/')) {
                    Some(path) if name == "planes" => {
                        self.config.layout.api.planes.push(path.to_owned())
                    }
                    Some(path) => self.config.layout.api.public.push(path.to_owned()),
                    None => self.wrong(entry.span(), "a path begins with `/`", "no path"),
                }
            }
        }
    }

    fn compatibility(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "compatibility") else { return };
        const AREAS: [(&str, Area); 3] =
            [("api", Area::Api), ("events", Area::Events), ("storage", Area::Storage)];
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if name == "undeclared" {
                match value.get_ref().as_str() {
                    Some("anything") => self.config.declared_only = false,
                    Some("absent") => self.config.declared_only = true,
                    _ => self.wrong(
                        value.span(),
                        "`undeclared` is none of anything, absent",
                        "what documents hold beside declared members",
                    ),
                }
                continue;
            }
            let Some((_, area)) = AREAS.iter().find(|(area, _)| *area == name) else {
                self.unknown(key.span(), name, &["api", "events", "storage", "undeclared"]);
                continue;
            };
            match value.get_ref().as_str().and_then(Mode::parse) {
                Some(mode) => self.config.modes.push((*area, mode)),
                None => {
                    let message =
                        format!("mode of `{name}` is none of backward, forward, full, none");
                    self.wrong(value.span(), &message, "no mode");
                }
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

    fn pairs(&mut self, value: &Value<'_>) {
        let Some(list) = value.get_ref().as_array() else {
            return self.wrong(value.span(), "`pair` is no list of tables", "write `[[pair]]`");
        };
        for entry in list {
            let Some(table) = self.table(entry, "pair") else {
                continue;
            };
            for (key, _) in table {
                if !matches!(key.get_ref().as_ref(), "example" | "schema") {
                    self.unknown(key.span(), key.get_ref().as_ref(), &["example", "schema"]);
                }
            }
            let (example, schema) =
                (self.artifact(entry, table, "example"), self.artifact(entry, table, "schema"));
            if let (Some(example), Some(schema)) = (example, schema) {
                self.config.layout.pairs.push((example, schema));
            }
        }
    }

    fn artifact(
        &mut self,
        entry: &Value<'_>,
        table: &DeTable<'_>,
        name: &str,
    ) -> Option<ArtifactPath> {
        let Some(value) = table.get(name) else {
            self.wrong(entry.span(), &format!("pair has no `{name}`"), "incomplete");
            return None;
        };
        let text = value.get_ref().as_str().unwrap_or_default();
        match ArtifactPath::new(text).ok().filter(|path| self.tree.artifacts.contains_key(path)) {
            Some(path) => Some(path),
            None => {
                self.wrong(
                    value.span(),
                    &format!("`{text}` is no file of the tree"),
                    "no such file",
                );
                None
            }
        }
    }
}
