//! Data files hold what they must.

use jiff::{Span as TimeSpan, Timestamp};

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World, records};
use super::story;
use crate::document::{self, Data as Kind, Document, Limits, Pointer, Syntax, Value, to_json};
use crate::finding::{Code, Explain, Finding, Location};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("data"),
    summary: "a data file lacks what it must hold",
    since: "0.1.0",
    explain: Explain {
        what: "A record of a JSON, YAML, TOML or JSON Lines file lacks a key, is not valid against the rule's schema, is empty, or is older than the rule allows.",
        why: "What reads the file relies on it.",
        bad: story!("data/fail/key-missing"),
        good: story!("data/pass/whole"),
        fix: "Correct what writes the file; where the data are right, correct the rule.",
    },
    looks_back: false,
    read,
};

/// How many findings of one file are told one by one.
const FEW: usize = 20;

struct Data {
    required: Vec<String>,
    filled: Vec<String>,
    is_filled: bool,
    schema: Option<Schema>,
    sizes: Vec<(String, usize)>,
    fresh: Option<Fresh>,
    path_globs: Vec<Glob>,
}

enum Schema {
    /// It stands in the law.
    Here(jsonschema::Validator),
    /// It is a file of the repository.
    File(String),
}

struct Fresh {
    field: Option<String>,
    within: TimeSpan,
    shown: String,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let required = fields.texts("required");
    let mut filled = fields.texts("non-empty");
    let is_filled = filled == ["true"];
    if is_filled || filled == ["false"] {
        filled.clear();
    }
    let schema = read_schema(fields);
    let sizes: Vec<(String, usize)> = fields
        .lists("min-size")
        .into_iter()
        .map(|(key, size)| (key, size.first().and_then(|s| s.parse().ok()).unwrap_or(1)))
        .collect();
    let fresh = fields.object("fresh", |f| {
        let field = f.text("field");
        let shown = f.required("within");
        let within = shown.parse::<TimeSpan>().ok();
        if within.is_none() && !shown.is_empty() {
            f.wrong("within", format!("`{shown}` is no length of time"), "write `24h` or `2d`");
        }
        Some(Fresh { field, within: within?, shown })
    });
    let path_globs = fields.globs("paths", Glob::paths);
    let demands = !required.is_empty()
        || !filled.is_empty()
        || is_filled
        || schema.is_some()
        || !sizes.is_empty();
    if !demands && fresh.is_none() {
        fields.wrong(
            "",
            "the rule demands nothing",
            "add `required`, `non-empty`, `schema`, `min-size` or `fresh`",
        );
    }
    if path_globs.is_empty() {
        fields.required("paths");
    }
    Box::new(Data {
        required,
        filled,
        is_filled,
        schema,
        sizes,
        fresh: fresh.flatten(),
        path_globs,
    })
}

fn read_schema(fields: &mut Fields<'_>) -> Option<Schema> {
    let value = fields.value("schema")?;
    if let Some(path) = value.as_str() {
        return Some(Schema::File(path.to_owned()));
    }
    match jsonschema::options().build(&to_json(value)) {
        Ok(schema) => Some(Schema::Here(schema)),
        Err(error) => {
            let message = format!("the schema is no JSON Schema: {error}");
            fields.wrong("schema", message, "write a JSON Schema, or the path of one");
            None
        }
    }
}

impl Demand for Data {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let read;
        let schema = match &self.schema {
            None => None,
            Some(Schema::Here(schema)) => Some(schema),
            Some(Schema::File(path)) => match schema_of(world, path) {
                Ok(schema) => {
                    read = schema;
                    Some(&read)
                }
                Err(why) => {
                    let message = format!("the schema `{path}` {why}");
                    findings.push(rule.about_file(path, message).about("schema"));
                    None
                }
            },
        };
        for path in world.now.paths().iter().filter(|p| rule.scope.has(p)) {
            let Some(bytes) = world.now.read(path) else { continue };
            let found = self.file(rule, world, (path, &bytes), schema);
            let more = found.len().saturating_sub(FEW);
            findings.extend(found.into_iter().take(FEW));
            if more > 0 {
                let message = format!("`{path}` has {more} more places like these");
                findings.push(rule.about_file(path, message).about("more"));
            }
        }
        findings
    }
}

impl Data {
    fn file(
        &self,
        rule: &Rule,
        world: &World<'_>,
        (path, bytes): (&str, &[u8]),
        schema: Option<&jsonschema::Validator>,
    ) -> Vec<Finding> {
        let artifact = ArtifactPath::lossy(path);
        if self.is_filled && bytes.iter().all(u8::is_ascii_whitespace) {
            return vec![rule.about_file(path, format!("`{path}` is empty")).about("empty")];
        }
        let is_lines = Syntax::of_extension(&artifact.extension()) == Some(Syntax::JsonLines);
        let mut findings = Vec::new();
        if is_lines {
            // One line at a time: a log may be longer than memory is large.
            let mut newest = None;
            for (start, line) in lines(bytes) {
                let document = document::parse(line, Syntax::Json, &Limits::default());
                let Some(value) = document.value.as_ref() else {
                    let span = crate::document::Span::new(start, start + line.len());
                    let finding = rule.finding(
                        format!("a line of `{path}` is no JSON"),
                        Location::bytes(&artifact, span),
                    );
                    findings.push(finding.about(format!("broken {start}")));
                    continue;
                };
                newest = self.time_in(value).max(newest);
                for mut finding in self.record(rule, &artifact, (value, &document), schema) {
                    let span =
                        finding.primary.span.map_or(0..line.len(), crate::document::Span::range);
                    finding.primary = Location::bytes(
                        &artifact,
                        crate::document::Span::new(start + span.start, start + span.end),
                    );
                    findings.push(finding);
                }
                if findings.len() > 10_000 {
                    break;
                }
            }
            findings.extend(self.stale(rule, world, path, newest));
            return findings;
        }
        let Some(document) = records::read(path, bytes) else { return findings };
        let Some(value) = document.value.as_ref() else {
            return vec![
                rule.about_file(path, format!("`{path}` cannot be read")).about("unreadable"),
            ];
        };
        findings.extend(self.record(rule, &artifact, (value, &document), schema));
        findings.extend(self.stale(rule, world, path, self.time_in(value)));
        findings
    }

    fn record(
        &self,
        rule: &Rule,
        path: &ArtifactPath,
        (value, document): (&Value, &Document),
        schema: Option<&jsonschema::Validator>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |message: String, at: Pointer, about: &str| {
            let span = document.span(&at, crate::finding::Part::Value);
            let mut location = Location::value(path, at.clone());
            location.span = span;
            findings.push(rule.finding(message, location).about(about).about(at.as_str()));
        };
        let mut said: Vec<Pointer> = Vec::new();
        for wanted in &self.required {
            for (at, found) in records::select(value, wanted) {
                // Of several that miss the same thing, the one above says it.
                if found.is_none() && !said.contains(&at) {
                    said.push(at.clone());
                    let above = at.parent().unwrap_or_else(Pointer::root);
                    say(format!("there is no `{wanted}`"), above, wanted);
                }
            }
        }
        for wanted in &self.filled {
            for (at, found) in records::select(value, wanted) {
                if found.is_none_or(records::is_empty) {
                    say(format!("`{wanted}` is empty or not there"), at, wanted);
                }
            }
        }
        for (wanted, size) in &self.sizes {
            for (at, found) in records::select(value, wanted) {
                let has = found.map_or(0, |v| v.items().len().max(v.members().len()));
                if has < *size {
                    say(
                        format!("`{wanted}` has {has} members, and at least {size} are needed"),
                        at,
                        wanted,
                    );
                }
            }
        }
        if self.is_filled && records::is_empty(value) {
            say("the record is empty".to_owned(), Pointer::root(), "empty");
        }
        if let Some(schema) = schema {
            let json = to_json(value);
            for error in schema.iter_errors(&json).take(FEW) {
                let at = Pointer::from(error.instance_path().as_str());
                say(error.to_string(), at, error.schema_path().as_str());
            }
        }
        findings
    }

    fn time_in(&self, value: &Value) -> Option<Timestamp> {
        let field = self.fresh.as_ref()?.field.as_ref()?;
        records::select(value, field).into_iter().filter_map(|(_, v)| time_of(v?)).max()
    }

    fn stale(
        &self,
        rule: &Rule,
        world: &World<'_>,
        path: &str,
        time: Option<Timestamp>,
    ) -> Option<Finding> {
        let fresh = self.fresh.as_ref()?;
        let time = match &fresh.field {
            Some(_) => time,
            None => {
                let bound = self.path_globs.iter().find_map(|glob| glob.bound(path));
                let date: jiff::civil::Date = bound?.get("date")?.parse().ok()?;
                date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
            }
        };
        let message = match time {
            None => format!(
                "`{path}` does not tell its time by `{}`",
                fresh.field.as_deref().unwrap_or_default()
            ),
            Some(time) => {
                let age = world.clock.duration_since(time);
                let limit =
                    fresh.within.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
                if age <= limit {
                    return None;
                }
                format!("`{path}` is of {time}, and must be younger than {}", fresh.shown)
            }
        };
        Some(rule.about_file(path, message).about("stale"))
    }
}

/// The schema in a file of the repository.
fn schema_of(world: &World<'_>, path: &str) -> Result<jsonschema::Validator, String> {
    let bytes = world.now.read(path).ok_or("is not there")?;
    let value = records::read(path, &bytes).and_then(|d| d.value).ok_or("cannot be read")?;
    let schema = jsonschema::options().build(&to_json(&value));
    schema.map_err(|error| format!("is no JSON Schema: {error}"))
}

/// A time: RFC 3339 text, or seconds or milliseconds since 1970.
fn time_of(value: &Value) -> Option<Timestamp> {
    match &value.data {
        Kind::String(text) => text.parse().ok().or_else(|| {
            let plain: jiff::civil::DateTime = text.parse().ok()?;
            Some(plain.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
        }),
        Kind::Number(number) => {
            let seconds = number.to_f64();
            let seconds = if seconds > 1e11 { seconds / 1000.0 } else { seconds };
            // Beyond these, it is no time of this file.
            (0.0..1e11)
                .contains(&seconds)
                .then(|| Timestamp::from_second(seconds as i64).ok())
                .flatten()
        }
        _ => None,
    }
}

/// Lines with text, and where they start.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut start = 0;
    bytes.split(|b| *b == b'\n').filter_map(move |line| {
        let at = start;
        start += line.len() + 1;
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        (!is_blank).then_some((at, line.strip_suffix(b"\r").unwrap_or(line)))
    })
}
