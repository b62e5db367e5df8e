//! Templates: what they ask, which files they write, what they add to files that are there. Those that are
//! built in are files of the same form as those that a repository brings.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Blocked;
use crate::document::{self, Limits, Syntax, to_json};

/// The file that says what a template does.
pub(super) const MANIFEST: &str = "template.yaml";

/// A question to the user; the answer is a variable of the template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The variable, and the name of the flag with `-` for `_`.
    pub name: String,
    /// What is asked.
    pub question: String,
    /// The answer when there is none, a template itself; without it an answer is needed.
    #[serde(default)]
    pub default: Option<String>,
    /// The only answers that are allowed.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// A file to write.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFile {
    /// Where, from the repository root; nothing is written when it comes out empty.
    pub path: String,
    /// The template of its text.
    pub template: String,
}

/// Something to add to a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addition {
    /// Which, from the repository root; nothing is added when it comes out empty.
    pub path: String,
    /// A variable that is a list: the addition is made once for each item, which is the variable `each`.
    #[serde(default)]
    pub each: Option<String>,
    /// Where in it, a JSON Pointer.
    #[serde(default)]
    pub at: String,
    /// The template of what is merged there, as YAML.
    pub template: String,
    /// The template of the whole file, where there is none; what is merged comes on top.
    #[serde(default)]
    pub first: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// What it makes, in a few words.
    pub makes: String,
    /// The part of the contracts in which schemas of this template lie.
    #[serde(default)]
    pub area: String,
    /// Whether a module can have what it makes.
    #[serde(default)]
    pub in_modules: bool,
    #[serde(default)]
    pub ask: Vec<Question>,
    #[serde(default)]
    pub write: Vec<NewFile>,
    #[serde(default)]
    pub add: Vec<Addition>,
    /// Fields that the schema has besides those that the user names.
    #[serde(default)]
    pub fields: String,
}

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its name: `schema`, `event`.
    pub name: String,
    pub(super) manifest: Manifest,
    pub(super) files: BTreeMap<String, String>,
}

impl Template {
    /// What it makes, in a few words.
    pub fn makes(&self) -> &str {
        &self.manifest.makes
    }

    /// Whether a module can have what it makes.
    pub fn goes_into_modules(&self) -> bool {
        self.manifest.in_modules
    }

    /// What it asks, in this order.
    pub fn questions(&self) -> &[Question] {
        &self.manifest.ask
    }

    fn read(name: &str, files: BTreeMap<String, String>, place: &str) -> Result<Template, Blocked> {
        let help = "`docs/new.md` says how templates are written";
        let text = files.get(MANIFEST).map(String::as_str).unwrap_or_default();
        let document = document::parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
        let wrong = |why: String| Blocked::new(format!("`{place}/{MANIFEST}` {why}"), help);
        if let Some(error) = document.errors.first() {
            return Err(wrong(format!("cannot be read: {}", error.message)));
        }
        let value = document.value.as_ref().map(to_json).unwrap_or_default();
        let manifest: Manifest =
            serde_json::from_value(value).map_err(|error| wrong(format!("is wrong: {error}")))?;
        let writes = manifest.write.iter().map(|file| &file.template);
        let adds = manifest.add.iter().map(|add| &add.template);
        let firsts = manifest.add.iter().filter_map(|add| add.first.as_ref());
        if let Some(missing) = writes.chain(adds).chain(firsts).find(|t| !files.contains_key(*t)) {
            return Err(wrong(format!("names `{missing}`, which is not there")));
        }
        Ok(Template { name: name.to_owned(), manifest, files })
    }
}

/// The templates of a repository and those that are built in.
#[derive(Debug, Clone)]
pub struct Templates(BTreeMap<String, Template>);

macro_rules! built_in {
    ($($name:literal: [$($file:literal),*]),* $(,)?) => {
        &[$(($name, &[$(($file, include_str!(concat!("templates/", $name, "/", $file)))),*])),*]
    };
}

type Files = &'static [(&'static str, &'static str)];

const BUILT_IN: &[(&str, Files)] = built_in! {
    "endpoint": ["template.yaml", "operation.yaml.j2", "document.yaml.j2"],
    "event": ["template.yaml", "payload.schema.json.j2", "example.json.j2", "topic.yaml.j2", "topics.yaml.j2", "enum.yaml.j2"],
    "invariant": ["template.yaml", "invariant.schema.json.j2"],
    "law": ["template.yaml", "law.yaml.j2", "source.md.j2"],
    "module": ["template.yaml", "versions.yaml.j2", "README.md.j2"],
    "policy": ["template.yaml", "entry.yaml.j2", "first.yaml.j2"],
    "schema": ["template.yaml", "record.schema.json.j2", "example.json.j2", "invalid.json.j2"],
};

impl Templates {
    /// The templates that are built in, and over them those of a repository: files by path from the folder
    /// of the templates, `place`.
    pub fn of(own: &BTreeMap<String, String>, place: &str) -> Result<Templates, Blocked> {
        let mut all = BTreeMap::new();
        for (name, files) in BUILT_IN {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
            all.insert((*name).to_owned(), Template::read(name, files.collect(), name)?);
        }
        let mut folders: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        for (path, text) in own {
            if let Some((name, file)) = path.split_once('/') {
                folders.entry(name).or_default().insert(file.to_owned(), text.clone());
            }
        }
        for (name, files) in folders {
            all.insert(name.to_owned(), Template::read(name, files, &format!("{place}/{name}"))?);
        }
        Ok(Templates(all))
    }

    /// The template of a name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Template> {
        self.0.values()
    }
}
