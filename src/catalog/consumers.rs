//! Consumers: what a `*.consumer.yaml` says that somebody reads and writes, with the place of every part, and
//! what is wrong with it. Who is hit by a change is the business of `consumer`; nothing is resolved here.

use super::{Catalog, ItemId, Kind};
use crate::document::{Data, Part, Pointer, Value};

/// What something that is relied on is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A schema: a path, a name such as `storage/note`, an `$id`.
    Schema,
    /// A topic: `NAME@version`, or the bare name for all its versions.
    Topic,
    /// An operation: `GET /notes/{id}`.
    Operation,
}

impl Subject {
    const ALL: [Subject; 3] = [Subject::Schema, Subject::Topic, Subject::Operation];

    /// The member that names it.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Schema => "schema",
            Subject::Topic => "topic",
            Subject::Operation => "operation",
        }
    }
}

/// An entry of `reads` or `writes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reliance {
    /// Where it stands.
    pub at: Pointer,
    /// Whether it is read, rather than written.
    pub is_read: bool,
    /// What it is.
    pub subject: Subject,
    /// Its name, as written.
    pub name: String,
    /// The parts of the documents that matter (RFC 6901, `*` for any one token); none: everything.
    pub pointers: Vec<Pointer>,
    /// Whether the reader refuses members that it does not know.
    pub is_closed: bool,
}

/// Something wrong with a consumer file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Where.
    pub at: Pointer,
    /// Key or value.
    pub part: Part,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What a file says of a consumer. Texts that are missing, or none, are `None`.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// The file.
    pub item: ItemId,
    /// What it is called.
    pub name: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
    /// The repository of the contracts that it was built against.
    pub repository: Option<String>,
    /// The versions that it was built against, as a requirement: `^1.2`.
    pub version: Option<String>,
    /// The day or the commit when somebody last looked.
    pub checked: Option<String>,
    /// What it reads, then what it writes.
    pub relies: Vec<Reliance>,
    /// What is wrong with the file.
    pub defects: Vec<Defect>,
}

impl Consumer {
    /// The versions that it was built against.
    pub fn requirement(&self) -> Option<semver::VersionReq> {
        self.version.as_deref().and_then(|text| semver::VersionReq::parse(text).ok())
    }
}

const KEYS: [&str; 7] = ["consumer", "owner", "contact", "contracts", "checked", "reads", "writes"];
const CONTRACTS: [&str; 2] = ["repository", "version"];
const ENTRY: [&str; 6] = ["schema", "topic", "operation", "pointers", "closed", "note"];

impl Catalog {
    /// The consumers whose files lie in the tree, by path.
    pub fn consumers(&self) -> Vec<Consumer> {
        self.of_kind(Kind::Consumer).filter_map(|(item, _)| self.consumer(item)).collect()
    }

    /// What one file says; `None` when its text is nothing that can be read.
    pub fn consumer(&self, item: ItemId) -> Option<Consumer> {
        let value = self.item(item).filter(|i| i.kind == Kind::Consumer)?.value()?;
        let mut reader = Reader { item, defects: Vec::new() };
        Some(reader.read(value))
    }
}

struct Reader {
    item: ItemId,
    defects: Vec<Defect>,
}

impl Reader {
    fn read(&mut self, value: &Value) -> Consumer {
        let root = Pointer::root();
        if !value.is_object() {
            self.wrong(&root, "the file is no mapping", "docs/consumers.md shows one");
        }
        self.known(value, &root, &KEYS, "a consumer");
        let name = self.needed(value, "consumer");
        let owner = self.needed(value, "owner");
        let (repository, version) = self.contracts(value);
        let checked = self.checked(value);
        let mut relies = self.entries(value, "reads");
        relies.extend(self.entries(value, "writes"));
        if value.is_object() && value.get("reads").is_none() && value.get("writes").is_none() {
            let help = "add `reads:` or `writes:`";
            self.wrong(&root, "the consumer neither reads nor writes anything", help);
        }
        let contact = self.text(value, &root, "contact");
        let defects = std::mem::take(&mut self.defects);
        let item = self.item;
        Consumer { item, name, owner, contact, repository, version, checked, relies, defects }
    }

    fn wrong(&mut self, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), help.into());
        self.defects.push(Defect { at: at.clone(), part: Part::Value, message, help });
    }

    /// Members that nobody knows.
    fn known(&mut self, value: &Value, at: &Pointer, keys: &[&str], what: &str) {
        for member in value.members().iter().filter(|m| !keys.contains(&m.key.as_str())) {
            let message = format!("{what} has no `{}`", member.key);
            let near = keys.iter().find(|k| strsim::damerau_levenshtein(k, &member.key) <= 2);
            let help = match near {
                Some(near) => format!("write `{near}`"),
                None => format!("it has {}", keys.join(", ")),
            };
            let at = at.join(&member.key);
            self.defects.push(Defect { at, part: Part::Key, message, help });
        }
    }

    fn text(&mut self, value: &Value, at: &Pointer, key: &str) -> Option<String> {
        let member = value.get(key)?;
        let text = match &member.data {
            Data::String(text) => text.trim().to_owned(),
            // An unquoted 1.2 is a number whose text is still what was meant.
            Data::Number(number) => number.text().to_owned(),
            _ => String::new(),
        };
        if text.is_empty() {
            self.wrong(&at.join(key), format!("`{key}` is no text"), "write a text");
            return None;
        }
        Some(text)
    }

    fn needed(&mut self, value: &Value, key: &str) -> Option<String> {
        if value.is_object() && value.get(key).is_none() {
            let message = format!("the consumer says no `{key}`");
            self.wrong(&Pointer::root(), message, format!("add `{key}:`"));
        }
        self.text(value, &Pointer::root(), key)
    }

    fn contracts(&mut self, value: &Value) -> (Option<String>, Option<String>) {
        let Some(contracts) = value.get("contracts") else { return (None, None) };
        let at = Pointer::root().join("contracts");
        if !contracts.is_object() {
            self.wrong(&at, "`contracts` is no mapping", "write `contracts: {version: ^1.2}`");
        }
        self.known(contracts, &at, &CONTRACTS, "`contracts`");
        let repository = self.text(contracts, &at, "repository");
        let version = self.text(contracts, &at, "version");
        if let Some(text) = &version
            && let Err(error) = semver::VersionReq::parse(text)
        {
            let message = format!("`{text}` is no requirement of versions: {error}");
            self.wrong(&at.join("version"), message, "write one such as `^1.2` or `>=1.2, <3`");
        }
        (repository, version)
    }

    fn checked(&mut self, value: &Value) -> Option<String> {
        let text = self.text(value, &Pointer::root(), "checked")?;
        let is_commit = (7..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !is_commit && text.parse::<jiff::civil::Date>().is_err() {
            let message = format!("`{text}` is neither a day nor a commit");
            let help = "write a day such as 2026-11-20, or the hash of a commit";
            self.wrong(&Pointer::root().join("checked"), message, help);
        }
        Some(text)
    }

    fn entries(&mut self, value: &Value, key: &str) -> Vec<Reliance> {
        let Some(list) = value.get(key) else { return Vec::new() };
        let at = Pointer::root().join(key);
        if !list.is_array() || list.items().is_empty() {
            let help = "write a list of entries, or leave it out";
            self.wrong(&at, format!("`{key}` is no list with entries"), help);
        }
        let entries = list.items().iter().enumerate();
        entries.filter_map(|(i, entry)| self.entry(entry, at.index(i), key == "reads")).collect()
    }

    fn entry(&mut self, entry: &Value, at: Pointer, is_read: bool) -> Option<Reliance> {
        self.known(entry, &at, &ENTRY, "an entry");
        let named = Subject::ALL.into_iter().filter(|s| entry.get(s.name()).is_some());
        let subjects: Vec<Subject> = named.collect();
        let [subject] = subjects.as_slice() else {
            let message = "the entry does not name one schema, topic or operation";
            self.wrong(&at, message, "write one of `schema:`, `topic:` and `operation:`");
            return None;
        };
        let pointers = self.pointers(entry, &at);
        let is_closed = match entry.get("closed").map(|v| &v.data) {
            None => false,
            Some(Data::Bool(is_closed)) => *is_closed,
            Some(_) => {
                self.wrong(&at.join("closed"), "`closed` is neither true nor false", "write one");
                true
            }
        };
        if is_closed && !is_read {
            let message = "who writes is not closed to what it does not know";
            self.wrong(&at.join("closed"), message, "leave it out");
        }
        let name = self.text(entry, &at, subject.name())?;
        Some(Reliance { at, is_read, subject: *subject, name, pointers, is_closed })
    }

    fn pointers(&mut self, entry: &Value, at: &Pointer) -> Vec<Pointer> {
        let Some(list) = entry.get("pointers") else { return Vec::new() };
        let at = at.join("pointers");
        if !list.is_array() || list.items().is_empty() {
            let help =
                "write a list such as `[/title, /items/*/id]`, or leave it out for everything";
            self.wrong(&at, "`pointers` is no list with entries", help);
        }
        let mut found = Vec::new();
        for (i, item) in list.items().iter().enumerate() {
            match item.as_str().filter(|text| is_pointer(text)) {
                Some(text) => found.push(Pointer::from(text)),
                None => {
                    let message = "the entry is no JSON Pointer";
                    let help = "write one such as `/title` or `/items/*/id`; `~` is `~0` in it, `/` is `~1`";
                    self.wrong(&at.index(i), message, help);
                }
            }
        }
        found
    }
}

/// Whether a text is a JSON Pointer (RFC 6901, section 3).
fn is_pointer(text: &str) -> bool {
    let is_escaped = |rest: &str| rest.starts_with(['0', '1']);
    (text.is_empty() || text.starts_with('/')) && text.split('~').skip(1).all(is_escaped)
}
