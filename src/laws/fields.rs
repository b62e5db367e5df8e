//! Law files, member by member: what is there is taken, what is wrong or left over is a finding.

use super::about::LAW_INVALID;
use super::glob::{Glob, Scope};
use crate::document::{Data, Pointer, Value};
use crate::finding::{Finding, Location};
use crate::tree::ArtifactPath;

/// One object of a law file, being read.
pub struct Fields<'v> {
    path: &'v ArtifactPath,
    value: &'v Value,
    at: Pointer,
    taken: Vec<&'static str>,
    findings: Vec<Finding>,
    forgiving: bool,
    /// The one member that is seen, and the languages of patterns.
    only: Option<(&'static str, &'v Value, Option<&'v Value>)>,
}

impl<'v> Fields<'v> {
    /// The object at `at`.
    pub(super) fn new(path: &'v ArtifactPath, value: &'v Value, at: Pointer) -> Self {
        Fields {
            path,
            value,
            at,
            taken: Vec::new(),
            findings: Vec::new(),
            forgiving: false,
            only: None,
        }
    }

    /// The whole object.
    pub(super) fn all(&self) -> &'v Value {
        self.value
    }

    /// A finding at a member.
    pub fn wrong(&mut self, key: &str, message: impl Into<String>, help: &str) {
        let at = if key.is_empty() { self.at.clone() } else { self.at.join(key) };
        let message = message.into();
        let finding =
            Finding::new(LAW_INVALID.code, message.clone(), Location::value(self.path, at));
        self.findings.push(finding.about(message).help(help));
    }

    fn missing(&mut self, key: &str) {
        let at = self.at.clone();
        let kind = if at.is_root() { "the law" } else { "this rule" };
        let message = format!("{kind} has no `{key}`");
        let finding =
            Finding::new(LAW_INVALID.code, message.clone(), Location::value(self.path, at));
        self.findings.push(
            finding.about(message).help(format!("add `{key}:`; docs/laws.md says what it is")),
        );
    }

    /// A member, marked as known.
    pub fn value(&mut self, key: &'static str) -> Option<&'v Value> {
        self.taken.push(key);
        match self.only {
            Some((only, value, _)) if only == key => Some(value),
            Some((_, _, languages)) if key == "language" => languages,
            Some(_) => None,
            None => self.value.get(key),
        }
    }

    /// Whether a member is there.
    pub fn has(&self, key: &str) -> bool {
        match self.only {
            Some((only, ..)) => only == key,
            None => self.value.get(key).is_some(),
        }
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        match &value.data {
            Data::String(text) => Some(text.clone()),
            Data::Number(number) => Some(number.text().to_owned()),
            _ => {
                self.wrong(key, format!("`{key}` is no text"), "write a text");
                None
            }
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, key: &'static str) -> String {
        if !self.has(key) {
            self.taken.push(key);
            self.missing(key);
            return String::new();
        }
        self.text(key).unwrap_or_default()
    }

    /// One of these words.
    pub fn word(
        &mut self,
        key: &'static str,
        words: &[&'static str],
        otherwise: &'static str,
    ) -> &'static str {
        let Some(text) = self.text(key) else { return otherwise };
        match words.iter().find(|word| **word == text) {
            Some(word) => word,
            None => {
                self.wrong(
                    key,
                    format!("`{text}` is no `{key}`"),
                    &format!("it is one of {}", words.join(", ")),
                );
                otherwise
            }
        }
    }

    /// A text or several.
    pub fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let texts = texts_of(value);
        if texts.is_none() {
            self.wrong(key, format!("`{key}` is no list of texts"), "write `[one, two]`");
        }
        texts.unwrap_or_default()
    }

    /// Lists within a list: each item is one text or several alternatives.
    pub fn alternatives(&mut self, key: &'static str) -> Vec<Vec<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let all: Option<Vec<Vec<String>>> = match &value.data {
            Data::Array(items) => items.iter().map(texts_of).collect(),
            _ => texts_of(value).map(|one| vec![one]),
        };
        if all.is_none() {
            self.wrong(
                key,
                format!("`{key}` is no list of texts"),
                "write `[one, [two, or this]]`",
            );
        }
        all.unwrap_or_default()
    }

    /// Yes or no.
    pub fn flag(&mut self, key: &'static str, otherwise: bool) -> bool {
        match self.value(key).map(|v| &v.data) {
            None => otherwise,
            Some(Data::Bool(flag)) => *flag,
            Some(_) => {
                self.wrong(
                    key,
                    format!("`{key}` is neither true nor false"),
                    "write `true` or `false`",
                );
                otherwise
            }
        }
    }

    /// An object: read by `read`.
    pub fn object<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'v>) -> T,
    ) -> Option<T> {
        let value = self.value(key)?;
        if !value.is_object() {
            self.wrong(key, format!("`{key}` is no map"), "write `key: value` lines below it");
            return None;
        }
        Some(self.nested(self.at.join(key), value, read))
    }

    /// One object, or a list of them.
    pub fn objects<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Fields<'v>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let at = self.at.join(key);
        if value.is_object() {
            return vec![self.nested(at, value, read)];
        }
        let mut all = Vec::new();
        for (index, item) in value.items().iter().enumerate() {
            if item.is_object() {
                all.push(self.nested(at.index(index), item, &mut read));
            } else {
                self.wrong(key, format!("an item of `{key}` is no map"), "write `- key: value`");
            }
        }
        if value.items().is_empty() {
            let message = format!("`{key}` is no map, and no list of maps");
            self.wrong(key, message, "write `- key: value` lines below it");
        }
        all
    }

    /// The same, where there may be none.
    pub fn objects_if<T>(
        &mut self,
        key: &'static str,
        read: impl FnMut(&mut Fields<'v>) -> T,
    ) -> Vec<T> {
        if self.has(key) {
            return self.objects(key, read);
        }
        self.taken.push(key);
        Vec::new()
    }

    /// Each text of each of these members, as if it stood alone, with words that name it.
    pub fn singles<T>(
        &mut self,
        keys: &[&'static str],
        mut read: impl FnMut(&mut Fields<'v>) -> T,
    ) -> Vec<(String, T)> {
        let mut all = Vec::new();
        let mut given: Vec<(&'static str, &'v Value)> = Vec::new();
        for key in keys {
            if let Some(value) = self.value(key) {
                let one = std::slice::from_ref(value);
                let items = if value.is_array() { value.items() } else { one };
                given.extend(items.iter().map(|item| (*key, item)));
            }
        }
        let languages = self.value("language");
        for (key, item) in given {
            let mut fields = Fields::new(self.path, self.value, self.at.clone());
            fields.forgiving = true;
            fields.only = Some((key, item, languages));
            let one = read(&mut fields);
            self.findings.extend(fields.finish());
            let what = item.as_str().unwrap_or_default();
            let word = match key {
                "calls" => "call of",
                "texts" => "text that fits",
                "imports" => "import of",
                "definitions" => "definition of",
                "paths" => "path",
                _ => "code that fits",
            };
            all.push((format!("{word} `{what}`"), one));
        }
        if all.is_empty() {
            self.wrong(
                "",
                "nothing is required here",
                "add `calls`, `texts` or another of docs/laws.md",
            );
        }
        all
    }

    fn nested<T>(
        &mut self,
        at: Pointer,
        value: &'v Value,
        read: impl FnOnce(&mut Fields<'v>) -> T,
    ) -> T {
        let mut fields = Fields::new(self.path, value, at);
        let result = read(&mut fields);
        self.findings.extend(fields.finish());
        result
    }

    /// Members with names of the user's: `{pyjwt: [jwt]}`.
    pub fn lists(&mut self, key: &'static str) -> Vec<(String, Vec<String>)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let one = |m: &crate::document::Member| Some((m.key.clone(), texts_of(&m.value)?));
        let all: Option<Vec<_>> = value.members().iter().map(one).collect();
        match all.filter(|_| value.is_object()) {
            Some(all) => all,
            None => {
                self.wrong(
                    key,
                    format!("`{key}` is no map of texts"),
                    "write `{name: [one, two]}`",
                );
                Vec::new()
            }
        }
    }

    /// Compiled globs of one form.
    pub fn globs(
        &mut self,
        key: &'static str,
        compile: fn(&str) -> Result<Glob, String>,
    ) -> Vec<Glob> {
        let texts = self.texts(key);
        self.compiled(key, &texts, compile)
    }

    /// Texts as globs.
    pub fn compiled(
        &mut self,
        key: &str,
        texts: &[String],
        compile: fn(&str) -> Result<Glob, String>,
    ) -> Vec<Glob> {
        let mut globs = Vec::new();
        for text in texts {
            match compile(text) {
                Ok(glob) => globs.push(glob),
                Err(error) => {
                    self.wrong(key, format!("`{text}` is no glob: {error}"), "see docs/laws.md")
                }
            }
        }
        globs
    }

    /// Placeholders of `texts` that `given` does not give are misspelled.
    pub fn known_placeholders(&mut self, key: &str, given: &[Glob], texts: &[Vec<String>]) {
        for text in texts.iter().flatten() {
            let Ok(glob) = Glob::exactly(text) else { continue };
            let is_given = |name: &String| given.iter().any(|g| g.placeholders().contains(name));
            if let Some(name) = glob.placeholders().iter().find(|name| !is_given(name)) {
                let message = format!("`{{{name}}}` in `{text}` stands for nothing");
                self.wrong(key, message, "use a placeholder of `for`");
            }
        }
    }

    /// Compiled regular expressions.
    pub fn regexes(&mut self, key: &'static str) -> Vec<fancy_regex::Regex> {
        let mut all = Vec::new();
        for text in self.texts(key) {
            match fancy_regex::Regex::new(&text) {
                Ok(regex) => all.push(regex),
                Err(error) => self.wrong(
                    key,
                    format!("`{text}` is no regular expression: {error}"),
                    "write one as Rust's regex crate reads it",
                ),
            }
        }
        all
    }

    /// `paths` and `except`.
    pub(super) fn scope(&mut self) -> Scope {
        Scope { paths: self.globs("paths", Glob::paths), except: self.globs("except", Glob::paths) }
    }

    /// A finding of another place.
    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Takes all members as known, where nobody can tell what they mean.
    pub(super) fn forgive(&mut self) {
        self.forgiving = true;
    }

    /// Everything that is wrong, unknown members included.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        for member in self.value.members() {
            if self.forgiving || self.taken.contains(&member.key.as_str()) {
                continue;
            }
            let at = self.at.join(&member.key);
            let message = format!("`{}` means nothing here", member.key);
            let near = self.taken.iter().find(|k| strsim::damerau_levenshtein(k, &member.key) <= 2);
            let help = match near {
                Some(near) => format!("write `{near}`"),
                None => format!("keys here are {}", self.taken.join(", ")),
            };
            let location = Location::key(self.path, at);
            self.findings.push(
                Finding::new(LAW_INVALID.code, message.clone(), location).about(message).help(help),
            );
        }
        self.findings
    }
}

fn texts_of(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match &value.data {
        Data::String(text) => Some(text.clone()),
        Data::Number(number) => Some(number.text().to_owned()),
        Data::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match &value.data {
        Data::Array(items) => items.iter().map(one).collect(),
        _ => one(value).map(|text| vec![text]),
    }
}
