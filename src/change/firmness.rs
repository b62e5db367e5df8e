//! How much a change counts, by how firm what it hits was: nobody has been promised a draft. The old tree
//! decides, so that nobody exempts himself; whatever a change says of its own stability counts the next time.

use std::collections::BTreeSet;

use super::{BASE, Both, Change, Impact, rules};
use crate::catalog::{Api, Catalog, ItemId, Kind, Stability, stability_mark};
use crate::document::{Part, Pointer, Value};
use crate::finding::{Code, Location};
use crate::tree::ArtifactPath;

/// What no stability softens: what is said about stability, versions and invariants itself.
const FIRM: [Code; 4] = [
    rules::api::stability_lowered::CODE,
    rules::schema::invariant_weakened::CODE,
    rules::version::bump_too_small::CODE,
    rules::version::version_lowered::CODE,
];

/// Whether a tree says anywhere how firm something is.
pub(super) fn is_marked(catalog: &Catalog) -> bool {
    (0..catalog.items.len()).any(|item| !catalog.stability_marks(item).is_empty())
}

/// That a file is written differently says nothing beside what was said of its stability.
pub(super) fn retell(changes: &mut Vec<Change>) {
    let code = rules::api::stability_lowered::CODE;
    let told: Vec<ArtifactPath> = changes
        .iter()
        .filter(|change| change.finding.code == code)
        .map(|change| change.finding.primary.artifact.clone())
        .collect();
    let is_vague = |code: Code| {
        code == rules::api::api_rewritten::CODE || code == rules::schema::schema_rewritten::CODE
    };
    changes.retain(|change| {
        !(is_vague(change.finding.code) && told.contains(&change.finding.primary.artifact))
    });
}

/// Gives every change the impact that it has on what is not yet promised.
pub(super) fn weigh(both: &Both<'_>, changes: &mut [Change]) {
    if !both.is_marked && !is_marked(both.new) {
        return;
    }
    let api = Api::of(both.old);
    for change in changes.iter_mut().filter(|change| !FIRM.contains(&change.finding.code)) {
        let level = firmness(both, &api, change);
        soften(change, level);
    }
    payloads(both, changes);
}

fn soften(change: &mut Change, level: Stability) {
    let (impact, note) = match level {
        Stability::Draft => (
            Impact::Patch,
            "draft: nobody could rely on it yet, and it demands no step of a version",
        ),
        Stability::Alpha => (Impact::Minor, "alpha: it may break with a minor version"),
        Stability::Beta | Stability::Stable => return,
    };
    change.stability = Some(level);
    if change.impact <= impact {
        return;
    }
    change.impact = impact;
    // What to do about a break is no help where nothing breaks.
    change.finding.help = None;
    change.finding.note = Some(match change.finding.note.take() {
        Some(known) => format!("{known}; {note}"),
        None => note.to_owned(),
    });
}

/// How firm what a change hits is.
fn firmness(both: &Both<'_>, api: &Api<'_>, change: &Change) -> Stability {
    let finding = &change.finding;
    let is_invariant = |catalog: &Catalog, location: &Location| {
        let path = ArtifactPath::lossy(plain(location));
        let item = catalog.find(&path).and_then(|id| catalog.item(id));
        item.is_some_and(|item| item.kind == Kind::Invariant)
    };
    if is_invariant(both.new, &finding.primary) || is_invariant(both.old, &finding.primary) {
        return Stability::Stable;
    }
    let before: Vec<Stability> = finding
        .related
        .iter()
        .filter(|related| related.location.artifact.as_str().starts_with(BASE))
        .filter_map(|related| at(both.old, &related.location))
        .collect();
    let here = match before.iter().max() {
        Some(level) => *level,
        None => of_addition(both, change),
    };
    // What several operations share is as firm as the firmest of them.
    here.min(of_operations(both, api, change).unwrap_or(Stability::Stable))
}

fn plain(location: &Location) -> &str {
    location.artifact.as_str().strip_prefix(BASE).unwrap_or(location.artifact.as_str())
}

/// How firm a place is. What `required` lists is as firm as the member.
fn at(catalog: &Catalog, location: &Location) -> Option<Stability> {
    let item = catalog.find(&ArtifactPath::lossy(plain(location)))?;
    let pointer = &location.pointer;
    let list =
        pointer.parent().filter(|list| list.tokens().last().is_some_and(|t| t == "required"));
    let name = catalog.value_at(item, pointer).and_then(Value::as_str);
    if let (Some(list), Some(name)) = (list, name)
        && let Some(object) = list.parent()
    {
        let member = object.join("properties").join(name);
        if catalog.value_at(item, &member).is_some() {
            return Some(catalog.stability_through(item, &member));
        }
    }
    Some(catalog.stability_through(item, pointer))
}

/// How firm what surrounds something new was; what breaks nobody is as firm as it says itself.
fn of_addition(both: &Both<'_>, change: &Change) -> Stability {
    let location = &change.finding.primary;
    let path = ArtifactPath::lossy(plain(location));
    let new = both.new.find(&path);
    if change.impact == Impact::Minor
        && let Some(item) = new
    {
        return both.new.stability_at(item, &location.pointer);
    }
    let Some(old) = both.old.find(&path).or_else(|| moved(both, new?)) else {
        return Stability::Stable;
    };
    let mut around = Some(location.pointer.clone());
    while let Some(pointer) = around {
        if both.old.value_at(old, &pointer).is_some() {
            return both.old.stability_at(old, &pointer);
        }
        around = pointer.parent();
    }
    Stability::Stable
}

/// Where a file was that lies elsewhere now.
fn moved(both: &Both<'_>, new: ItemId) -> Option<ItemId> {
    both.common(Kind::is_schema).into_iter().find(|(_, now)| *now == new).map(|(old, _)| old)
}

/// The firmest of the operations that a change of a schema is a part of; `None` where it is part of others.
fn of_operations(both: &Both<'_>, api: &Api<'_>, change: &Change) -> Option<Stability> {
    let name =
        |about: &String| about.strip_suffix('`')?.rsplit_once('`').map(|(_, n)| n.to_owned());
    let names: Vec<String> = change.affects.iter().map(name).collect::<Option<_>>()?;
    let all = || api.operations.values().chain(api.callbacks.values());
    let level = |name: &String| {
        let operation = all().find(|operation| operation.name == *name)?;
        Some(operation_level(both.old, operation))
    };
    names.iter().map(|name| level(name).unwrap_or(Stability::Stable)).max()
}

/// How firm an operation is: as it says, or its path, or the document that it is reached from.
pub(super) fn operation_level(
    catalog: &Catalog,
    operation: &crate::catalog::Operation<'_>,
) -> Stability {
    let said = |(item, at): &(ItemId, Pointer)| catalog.stability_said(*item, at);
    let document = &operation.document.place;
    said(&operation.part.place)
        .or_else(|| said(&operation.shared.place))
        .unwrap_or_else(|| catalog.stability_at(document.0, &document.1))
}

/// A topic whose payload breaks in its drafts only does not break.
fn payloads(both: &Both<'_>, changes: &mut [Change]) {
    let code = rules::event::topic_payload_changed::CODE;
    let soft: Vec<(usize, Stability)> = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.finding.code == code && change.impact > Impact::Minor)
        .filter_map(|(number, change)| {
            let was = change.finding.related.first().map(|r| plain(&r.location))?;
            let file = both.new.find(&ArtifactPath::lossy(was))?;
            let topic = both.new.topics.iter().find(|topic| {
                topic.at.join("version") == change.finding.primary.pointer
                    && both.new.path(topic.item) == change.finding.primary.artifact
            })?;
            let inside = || {
                changes
                    .iter()
                    .filter(|c| c.finding.code != code && plain(&c.finding.primary) == was)
            };
            let is_firm = inside().any(|c| c.impact > Impact::Minor);
            let level = inside().filter_map(|c| c.stability).max()?;
            (topic.schema == Some(file) && !is_firm).then_some((number, level))
        })
        .collect();
    for (number, level) in soft {
        if let Some(change) = changes.get_mut(number) {
            soften(change, level);
        }
    }
}

/// A place with another firmness.
pub(super) struct Shift {
    pub was: Stability,
    pub is: Stability,
    pub old: (ItemId, Pointer),
    pub new: (ItemId, Pointer),
}

impl Shift {
    /// The change; a promise that is taken back is a break.
    pub(super) fn change(&self, both: &Both<'_>, what: &str, code: Code) -> Change {
        let impact = if self.is < self.was { Impact::Major } else { Impact::Minor };
        let message =
            format!("stability of {what} was {} and is {}", self.was.name(), self.is.name());
        let at = both.now(self.new.0, &self.new.1, Part::Key);
        let was = both.was(self.old.0, &self.old.1, Part::Key);
        both.change(impact, code, message, at).labelled("here").was(was)
    }
}

/// Places of files that both trees have, with another firmness: marks, and references that lead to something
/// less firm than what stood there. What is only a part of such a place, or leads to it as before, is not told
/// again.
pub(super) fn shifts(both: &Both<'_>) -> Vec<Shift> {
    let is_wanted = |kind: Kind| {
        kind.is_schema() && kind != Kind::Invariant
            || matches!(kind, Kind::OpenApi | Kind::Versions)
    };
    let mut found = Vec::new();
    let mut implied = Vec::new();
    for (old, new) in both.common(is_wanted) {
        let mut marks = both.new.stability_marks(new);
        marks.extend(both.old.stability_marks(old));
        if both.old.path(old) != both.new.path(new) {
            marks.push(Pointer::root());
        }
        let marks: BTreeSet<Pointer> = marks.into_iter().collect();
        let all = both.new.references.iter().chain(&both.new.api_references);
        let holders = all.filter(|r| r.item == new).map(|r| r.holder.clone());
        let places: BTreeSet<Pointer> = holders.chain(marks.iter().cloned()).collect();
        for at in places {
            let is_mark = marks.contains(&at);
            let Some(shift) = shift(both, old, new, at) else { continue };
            if is_mark { found.push(shift) } else { implied.push(shift) }
        }
    }
    untold(both, &mut found, implied);
    found
}

fn shift(both: &Both<'_>, old: ItemId, new: ItemId, at: Pointer) -> Option<Shift> {
    let before = counterpart(both.old, old, &at)?;
    both.new.value_at(new, &at)?;
    let was = both.old.stability_through(old, &before);
    let is = both.new.stability_through(new, &at);
    let is_new_reference = before != at;
    (is < was || is > was && !is_new_reference).then_some(Shift {
        was,
        is,
        old: (old, before),
        new: (new, at),
    })
}

/// Places, and how firm they are now.
type Known = BTreeSet<(ItemId, Pointer, Stability)>;

/// A file, before and now.
type Pair = (ItemId, ItemId);

/// Adds those shifts that follow from none that is told, directly or by way of others.
fn untold(both: &Both<'_>, told: &mut Vec<Shift>, mut implied: Vec<Shift>) {
    let mut known: Known =
        told.iter().map(|shift| (shift.new.0, shift.new.1.clone(), shift.is)).collect();
    let files: BTreeSet<Pair> = match implied.is_empty() {
        true => BTreeSet::new(),
        false => both.common(|_| true).into_iter().collect(),
    };
    loop {
        let before = implied.len();
        implied.retain(|shift| {
            let follows = follows(both, shift, &known, &files);
            if follows {
                known.insert((shift.new.0, shift.new.1.clone(), shift.is));
            }
            !follows
        });
        if implied.len() == before {
            break;
        }
    }
    told.extend(implied);
    told.sort_by(|a, b| a.new.cmp(&b.new));
}

/// Whether one of the known shifts is why a reference has another firmness: it leads to that place, as it did
/// before, or that place is what speaks for it.
fn follows(both: &Both<'_>, shift: &Shift, known: &Known, files: &BTreeSet<Pair>) -> bool {
    let (item, at) = &shift.new;
    if speakers(both.new, *item, at).any(|(item, at)| known.contains(&(item, at, shift.is))) {
        return true;
    }
    let old = both.old.reference_at(shift.old.0, &shift.old.1).and_then(|r| r.target.place());
    let new = both.new.reference_at(*item, at).and_then(|r| r.target.place());
    let (Some((old, before)), Some((new, now))) = (old, new) else { return false };
    let is_same = files.contains(&(old, new)) && before == now;
    is_same && known.contains(&(new, now.clone(), shift.is))
}

/// What may say how firm a place is: what is around it, up to the first that says something, then its
/// document, its module and the set.
fn speakers(
    catalog: &Catalog,
    item: ItemId,
    at: &Pointer,
) -> impl Iterator<Item = (ItemId, Pointer)> {
    let mut found = Vec::new();
    let mut around = at.parent();
    while let Some(place) = around {
        around = place.parent();
        let value = catalog.value_at(item, &place);
        found.push((item, place));
        if value.is_some_and(|value| stability_mark(value).is_some()) {
            return found.into_iter();
        }
    }
    found.push((item, Pointer::root().join("info")));
    if catalog.stability_said(item, at).is_none() {
        let module = catalog.item(item).and_then(|item| item.module.as_deref());
        let speaks = |folder: &Option<String>| folder.is_none() || folder.as_deref() == module;
        let versions = catalog.versions.iter().filter(|versions| speaks(&versions.folder));
        found.extend(versions.map(|versions| (versions.item, Pointer::root())));
    }
    found.into_iter()
}

/// The place that stood for the same part of a document: itself, or what is around it, unless it is a member
/// that the old tree did not have.
fn counterpart(old: &Catalog, item: ItemId, at: &Pointer) -> Option<Pointer> {
    let mut here = at.clone();
    while old.value_at(item, &here).is_none() {
        let parent = here.parent()?;
        let holder = parent.tokens().last();
        let is_named = holder.is_some_and(|token| {
            let own = ["properties", "patternProperties", "$defs", "definitions", "paths"];
            own.contains(&&*token) || parent.as_str().starts_with("/components")
        });
        if is_named {
            return None;
        }
        here = parent;
    }
    Some(here)
}
