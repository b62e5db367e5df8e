//! Who is hit: for every consumer that says what it reads and writes, whether a change breaks it, leaves it
//! alone, or whether nobody knows. Unknown is not a yes. Pure; the comparison is `gate`'s, the files are
//! `catalog`'s, how it is told is `report`'s.

mod reach;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

use self::reach::{Place, Reach, Side, touches};
use self::resolve::{Meant, Sides, near, quoted};
use crate::catalog::{Catalog, Consumer, Reliance, Subject};
use crate::document::Pointer;
use crate::finding::Location;
use crate::gate::{Eyes, Impact, Item, is_before, without_side};
use crate::tree::ArtifactPath;

/// What becomes of a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Nothing that it relies on breaks.
    Fine,
    /// Nobody can say.
    Unknown,
    /// It breaks.
    Breaks,
}

impl Fate {
    /// Every fate, the worst first.
    pub const ALL: [Fate; 3] = [Fate::Breaks, Fate::Unknown, Fate::Fine];

    /// As users read it.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Fine => "fine",
            Fate::Unknown => "unknown",
            Fate::Breaks => "breaks",
        }
    }
}

/// A change that hits a consumer.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What it does.
    pub fate: Fate,
    /// The change.
    pub item: Item,
    /// What the consumer relies on: `reads storage/note at /title`.
    pub through: String,
}

/// What is said of a consumer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it is called; its file where that says no name.
    pub name: String,
    /// Its file.
    pub path: ArtifactPath,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
    /// When somebody last looked.
    pub checked: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
    /// The changes that hit it, worst first.
    pub hits: Vec<Hit>,
    /// Why nobody can say, a sentence each.
    pub reasons: Vec<String>,
}

/// The files of consumers, and what is wrong with them.
pub struct Files<'f> {
    /// The tree in which they lie.
    pub catalog: &'f Catalog,
    /// The files that cannot be trusted, with the reason.
    pub broken: BTreeMap<ArtifactPath, String>,
}

/// The changes, as each kind of consumer sees them.
pub type Seen = Vec<(Eyes, Vec<Item>)>;

/// The eyes that are needed for some consumers.
pub fn eyes(files: &Files<'_>) -> BTreeSet<Eyes> {
    let consumers = files.catalog.consumers();
    consumers.iter().flat_map(|consumer| &consumer.relies).map(eyes_of).collect()
}

/// Whose eyes an entry looks through. An API tells apart who writes what by itself.
fn eyes_of(reliance: &Reliance) -> Eyes {
    match (reliance.subject, reliance.is_read, reliance.is_closed) {
        (Subject::Operation, ..) | (_, false, _) => Eyes::Writer,
        (_, true, false) => Eyes::Reader,
        (_, true, true) => Eyes::ClosedReader,
    }
}

/// What becomes of every consumer when `old` becomes `new`; those that break first, then by name.
pub fn answers(old: &Catalog, new: &Catalog, files: &Files<'_>, seen: &Seen) -> Vec<Answer> {
    let judge = Judge { sides: Sides::new(old, new), seen };
    let catalog = files.catalog;
    let consumers: BTreeMap<ArtifactPath, Consumer> =
        catalog.consumers().into_iter().map(|c| (catalog.path(c.item), c)).collect();
    let paths: BTreeSet<&ArtifactPath> = consumers.keys().chain(files.broken.keys()).collect();
    let answer =
        |path: &ArtifactPath| judge.answer(path, consumers.get(path), files.broken.get(path));
    let mut found: Vec<Answer> = paths.into_iter().map(answer).collect();
    found.sort_by(|a, b| {
        let key = |x: &Answer| (std::cmp::Reverse(x.fate), x.name.clone(), x.path.clone());
        key(a).cmp(&key(b))
    });
    found
}

struct Judge<'j> {
    sides: Sides<'j>,
    seen: &'j Seen,
}

impl Judge<'_> {
    fn answer(
        &self,
        path: &ArtifactPath,
        consumer: Option<&Consumer>,
        broken: Option<&String>,
    ) -> Answer {
        let mut answer = Answer {
            name: consumer.and_then(|c| c.name.clone()).unwrap_or_else(|| path.to_string()),
            path: path.clone(),
            owner: consumer.and_then(|c| c.owner.clone()),
            contact: consumer.and_then(|c| c.contact.clone()),
            checked: consumer.and_then(|c| c.checked.clone()),
            fate: Fate::Fine,
            hits: Vec::new(),
            reasons: broken.cloned().into_iter().collect(),
        };
        if let Some(consumer) = consumer {
            answer.reasons.extend(self.version(consumer));
            for reliance in &consumer.relies {
                self.reliance(consumer, reliance, &mut answer);
            }
        }
        if consumer.is_none() && answer.reasons.is_empty() {
            answer.reasons.push("its file cannot be read".to_owned());
        }
        answer.hits.sort_by_key(|hit| std::cmp::Reverse(hit.fate));
        let worst = answer.hits.iter().map(|hit| hit.fate).max().unwrap_or(Fate::Fine);
        let unsure = if answer.reasons.is_empty() { Fate::Fine } else { Fate::Unknown };
        answer.fate = worst.max(unsure);
        answer
    }

    /// Whether the tree that is compared with is one that the consumer was built against.
    fn version(&self, consumer: &Consumer) -> Option<String> {
        let requirement = consumer.requirement()?;
        let set = self.sides.old.versions.iter().find(|versions| versions.folder.is_none());
        let Some(version) = set.and_then(|versions| versions.current.version.as_ref()) else {
            return Some(format!(
                "it was built against {requirement}, and the contracts that are compared with declare no version"
            ));
        };
        // A release candidate is taken for the release that it is to become.
        let plain = semver::Version::new(version.major, version.minor, version.patch);
        if requirement.matches(&plain) {
            return None;
        }
        Some(format!("it was built against {requirement}, and is compared with {version}"))
    }

    fn reliance(&self, consumer: &Consumer, reliance: &Reliance, answer: &mut Answer) {
        let meant = match self.sides.meant(reliance.subject, &reliance.name) {
            Ok(meant) => meant,
            Err(reason) => return answer.reasons.push(reason),
        };
        let side = side(reliance);
        let lost = reliance.pointers.iter().filter_map(|pointer| {
            let names: Vec<String> = meant.old.missing(pointer, side)?.into_iter().collect();
            let last = pointer.tokens().last().unwrap_or_default();
            let near = match near(&names, &last).as_slice() {
                [] => String::new(),
                near => format!("; near it is {}", quoted(near, " or ")),
            };
            Some(format!("nothing declares `{pointer}` in `{}`{near}", reliance.name))
        });
        answer.reasons.extend(lost);
        let eyes = eyes_of(reliance);
        let items = self.seen.iter().filter(|(seen, _)| *seen == eyes).flat_map(|(_, items)| items);
        for item in items {
            let Some(fate) = fate(item) else { continue };
            if !self.is_hit(consumer, reliance, &meant, item) {
                continue;
            }
            let known = |hit: &Hit| hit.item.fingerprint == item.fingerprint && hit.fate == fate;
            if !answer.hits.iter().any(known) {
                let through = told(reliance);
                answer.hits.push(Hit { fate, item: item.clone(), through });
            }
        }
    }

    /// Whether a change is felt through an entry.
    fn is_hit(&self, consumer: &Consumer, reliance: &Reliance, meant: &Meant, item: &Item) -> bool {
        if self.is_told_elsewhere(item) {
            return false;
        }
        let is_felt = |(side, path): &(Side, Vec<String>)| {
            concerns(consumer, reliance, *side)
                // Who refuses what it does not know refuses the whole document.
                && (reliance.pointers.is_empty()
                    || reliance.is_closed
                    || *side != self::side(reliance) && *side != Side::Both
                    || reliance.pointers.iter().any(|pointer| touches(path, pointer)))
        };
        let parts = self.parts(item, &meant.old, &meant.new);
        if parts.iter().any(is_felt) {
            return true;
        }
        let Some((old, new)) = &meant.envelope else { return false };
        // That an envelope names another topic is nothing to those of this one.
        let topic = Pointer::root().join("topic");
        let is_only_topic = |path: &[String]| !path.is_empty() && touches(path, &topic);
        self.parts(item, old, new).iter().any(|(_, path)| !is_only_topic(path))
    }

    /// The parts of documents that a change speaks of: where it was, or, if it is new, where it is.
    fn parts(&self, item: &Item, old: &Reach, new: &Reach) -> Vec<(Side, Vec<String>)> {
        let related = item.finding.related.iter().map(|related| &related.location);
        let before: Vec<Place> = related
            .filter(|location| is_before(location))
            .filter_map(|location| place(self.sides.old, location))
            .collect();
        if !before.is_empty() {
            return before.iter().flat_map(|place| old.at(self.sides.old, place, true)).collect();
        }
        let primary = &item.finding.primary;
        match (place(self.sides.new, primary), place(self.sides.old, primary)) {
            (Some(now), _) => new.at(self.sides.new, &now, false),
            (None, Some(was)) => old.at(self.sides.old, &was, true),
            (None, None) => Vec::new(),
        }
    }

    /// That a payload breaks is told, part by part, by what changed in its schema.
    fn is_told_elsewhere(&self, item: &Item) -> bool {
        let finding = &item.finding;
        if finding.code.as_str() != "topic-payload-changed" {
            return false;
        }
        let new = self.sides.new;
        let is_named = |t: &&crate::catalog::Topic| {
            new.path(t.item) == finding.primary.artifact
                && t.at.join("version") == finding.primary.pointer
        };
        let schema = new.topics.iter().find(is_named).and_then(|topic| topic.schema);
        let was = finding.related.first().map(|r| without_side(&r.location.artifact));
        schema.is_some_and(|schema| Some(new.path(schema).as_str()) == was)
    }
}

/// What a change does to whom it hits; `None` when it hurts nobody. Somebody who was asked has settled what
/// was not proven; who accepts a break has not mended its readers.
fn fate(item: &Item) -> Option<Fate> {
    match item.change.as_ref()?.impact {
        Impact::Major => Some(Fate::Breaks),
        Impact::Unproven if item.waived.is_none() => Some(Fate::Unknown),
        _ => None,
    }
}

/// The side of an operation that the pointers of an entry lead into.
fn side(reliance: &Reliance) -> Side {
    match (reliance.subject, reliance.is_read) {
        (Subject::Operation, true) => Side::Answered,
        (Subject::Operation, false) => Side::Sent,
        _ => Side::Both,
    }
}

/// Whether an entry is about this side of an operation. Who reads an answer has sent a request, whole unless
/// another entry says what of it.
fn concerns(consumer: &Consumer, reliance: &Reliance, side: Side) -> bool {
    match (side, reliance.is_read) {
        (Side::Both, _) | (Side::Answered, true) | (Side::Sent, false) => true,
        (Side::Answered, false) => false,
        (Side::Sent, true) => !consumer.relies.iter().any(|other| {
            !other.is_read && other.subject == reliance.subject && other.name == reliance.name
        }),
    }
}

fn place(catalog: &Catalog, location: &Location) -> Option<Place> {
    let path = ArtifactPath::lossy(without_side(&location.artifact));
    Some((catalog.find(&path)?, location.pointer.clone()))
}

/// `reads storage/note at /title, /body`
fn told(reliance: &Reliance) -> String {
    let verb = if reliance.is_read { "reads" } else { "writes" };
    let pointers: Vec<&str> = reliance.pointers.iter().map(Pointer::as_str).collect();
    match pointers.as_slice() {
        [] => format!("{verb} {}", reliance.name),
        pointers => format!("{verb} {} at {}", reliance.name, pointers.join(", ")),
    }
}
