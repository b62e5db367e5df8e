//! Asks a catalog about records: an instance of one schema, or an event with its envelope and the payload of
//! its topic. Counting is done in `tally`.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value as Json;

use super::record::{Defect, Reading, Verdict};
use crate::catalog::{Catalog, Effort, ItemId, Topic, Violation};
use crate::document::{Limits, Pointer};
use crate::tree::ArtifactPath;

/// What records are held against.
#[derive(Debug, Clone)]
pub enum Task {
    /// Each is an instance of this schema.
    Schema(ItemId),
    /// Each is an event of this topic, `NAME` for all of its versions or `NAME@MAJOR.MINOR`.
    Topic(String),
    /// Each is an event of the topic that it names.
    Events,
}

/// Why records cannot be held against anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAudit {
    /// The schema cannot be compiled.
    NotCompiled(ArtifactPath),
    /// There is no such topic; these are there.
    NoTopic(String, Vec<String>),
    /// The topic has no payload schema.
    NoPayload(String),
    /// No topic is declared.
    NoTopics,
}

impl fmt::Display for NoAudit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAudit::NotCompiled(path) => write!(f, "the schema `{path}` cannot be used"),
            NoAudit::NoTopic(name, _) => write!(f, "there is no topic `{name}`"),
            NoAudit::NoPayload(name) => write!(f, "topic `{name}` has no payload schema"),
            NoAudit::NoTopics => write!(f, "the contracts declare no topics"),
        }
    }
}

/// A topic, ready to be asked.
struct Known {
    full: String,
    envelope: Option<ItemId>,
    payload: Option<ItemId>,
}

enum Target {
    Schema(ItemId),
    Events { wanted: Option<String>, topics: HashMap<String, Known> },
}

/// Asks a catalog about records.
pub struct Auditor<'c> {
    catalog: &'c Catalog,
    target: Target,
}

impl<'c> Auditor<'c> {
    /// Prepares to ask.
    ///
    /// # Errors
    /// When the catalog cannot answer.
    pub fn new(catalog: &'c Catalog, task: &Task) -> Result<Self, NoAudit> {
        let target = match task {
            Task::Schema(schema) => {
                usable(catalog, *schema)?;
                Target::Schema(*schema)
            }
            Task::Topic(name) => {
                let topics = topics(catalog)?;
                let Some(known) = topics.get(name) else {
                    let mut names: Vec<String> =
                        catalog.topics.iter().map(Topic::full_name).collect();
                    names.sort();
                    return Err(NoAudit::NoTopic(name.clone(), names));
                };
                let declared = catalog.topic(name).and_then(|topic| topic.schema);
                usable(catalog, declared.ok_or_else(|| NoAudit::NoPayload(known.full.clone()))?)?;
                Target::Events { wanted: Some(name.clone()), topics }
            }
            Task::Events => Target::Events { wanted: None, topics: topics(catalog)? },
        };
        Ok(Auditor { catalog, target })
    }

    /// The budgets of one record.
    pub fn limits(&self) -> &Limits {
        &self.catalog.limits
    }

    /// What the contracts say of a record.
    pub fn ask(&self, record: &Reading<'_>) -> Verdict {
        match &self.target {
            Target::Schema(schema) => {
                let at = Pointer::root();
                match self.against(*schema, "schema", &at, record, &record.json) {
                    defects if defects.is_empty() => Verdict::Valid,
                    defects => Verdict::Invalid(defects),
                }
            }
            Target::Events { wanted, topics } => self.event(record, wanted.as_deref(), topics),
        }
    }

    fn event(
        &self,
        record: &Reading<'_>,
        wanted: Option<&str>,
        topics: &HashMap<String, Known>,
    ) -> Verdict {
        let Some(name) = record.json.get("topic").and_then(Json::as_str) else {
            let message = "event names no topic".to_owned();
            return Verdict::Invalid(vec![Defect::new("topic-missing", "", message)]);
        };
        let about = |code, message: String| {
            let pointer = Pointer::root().join("topic");
            vec![Defect { pointer, ..Defect::new(code, &clip(name), message) }]
        };
        let known = topics.get(name);
        if let Some(wanted) = wanted
            && !is_of(name, known, wanted)
        {
            let message = format!("event is of topic `{}`, not `{wanted}`", clip(name));
            return Verdict::Invalid(about("other-topic", message));
        }
        let Some(known) = known else {
            let message = format!("there is no topic `{}`", clip(name));
            return Verdict::Unknown(about("unknown-topic", message));
        };
        let Some(schema) = known.payload else {
            let message = format!("topic `{}` has no payload schema that can be used", known.full);
            return Verdict::Unknown(about("topic-without-schema", message));
        };
        let root = Pointer::root();
        let mut defects = match known.envelope {
            Some(envelope) => self.against(envelope, "envelope", &root, record, &record.json),
            None => Vec::new(),
        };
        match record.json.get("payload") {
            Some(json) => {
                let at = root.join("payload");
                defects.extend(self.against(schema, "payload", &at, record, json));
            }
            None if defects.is_empty() => {
                let message = "event has no `payload`".to_owned();
                defects.push(Defect::new("payload-missing", "", message));
            }
            None => {}
        }
        if defects.is_empty() { Verdict::Valid } else { Verdict::Invalid(defects) }
    }

    /// How a part of a record breaks a schema.
    fn against(
        &self,
        schema: ItemId,
        what: &'static str,
        at: &Pointer,
        record: &Reading<'_>,
        json: &Json,
    ) -> Vec<Defect> {
        let value = || record.document().value.as_ref()?.at(at);
        let is_too_much = self.catalog.is_recursive(schema)
            && value().is_none_or(|value| !Effort::allows(self.catalog, schema, value));
        if is_too_much {
            let message = "finding out takes more steps than allowed".to_owned();
            let path = self.catalog.path(schema);
            let defect = Defect::new("too-many-steps", path.as_str(), message);
            return vec![Defect { pointer: at.clone(), ..defect }];
        }
        let violations = self.catalog.violations(schema, json).unwrap_or_default();
        violations.iter().map(|violation| self.defect(violation, schema, what, at)).collect()
    }

    fn defect(
        &self,
        violation: &Violation,
        schema: ItemId,
        what: &'static str,
        at: &Pointer,
    ) -> Defect {
        let (file, keyword) = match self.catalog.keyword_place(violation) {
            Some((file, at)) => (file, at),
            None => (schema, Pointer::root().join(&violation.keyword)),
        };
        let pointer = at.concat(&violation.instance);
        let subject = match (pointer.is_root(), what) {
            (true, "schema") => "record".to_owned(),
            (true, _) => "event".to_owned(),
            _ => format!("`{}`", clip(pointer.as_str())),
        };
        let code = match what {
            "envelope" => "envelope-invalid",
            "payload" => "payload-invalid",
            _ => "record-invalid",
        };
        let about = format!("{}#{keyword}", self.catalog.path(file));
        let message = format!("{subject} {}", violation.message);
        Defect { pointer, is_key: violation.is_key, ..Defect::new(code, &about, message) }
    }
}

fn usable(catalog: &Catalog, schema: ItemId) -> Result<ItemId, NoAudit> {
    let validator = catalog.validators.get(schema);
    validator.map(|_| schema).ok_or_else(|| NoAudit::NotCompiled(catalog.path(schema)))
}

/// All topics by every name that an event may give them.
fn topics(catalog: &Catalog) -> Result<HashMap<String, Known>, NoAudit> {
    let mut topics = HashMap::new();
    let names = catalog.topics.iter().filter(|topic| topic.name.is_some());
    for name in names.flat_map(|t| [t.full_name(), t.name.clone().unwrap_or_default()]) {
        let Some(topic) = catalog.topic(&name) else { continue };
        let module = catalog.item(topic.item).and_then(|item| item.module.as_deref());
        let envelope = catalog.envelope_for(module);
        let known = Known {
            full: topic.full_name(),
            // A broken envelope would let everything pass.
            envelope: envelope.map(|envelope| usable(catalog, envelope)).transpose()?,
            payload: topic.schema.filter(|schema| catalog.validators.get(*schema).is_some()),
        };
        topics.insert(name, known);
    }
    if topics.is_empty() { Err(NoAudit::NoTopics) } else { Ok(topics) }
}

/// Whether an event of the topic `name` is one that is asked for.
fn is_of(name: &str, known: Option<&Known>, wanted: &str) -> bool {
    let bare =
        |text: &str| text.split_once('@').map_or(text.to_owned(), |(name, _)| name.to_owned());
    match wanted.contains('@') {
        false => bare(name) == wanted,
        true => known.map_or_else(|| bare(name) == bare(wanted), |known| known.full == wanted),
    }
}

/// A name from a record, short enough to be kept.
pub(super) fn clip(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
