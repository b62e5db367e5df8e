//! Two versions of a schema: the rules propose what changed where, the proof decides what it does.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use serde_json::Value as Json;

use super::blame::localize;
use super::effects::{Effect, Mode, effect};
use super::node::{Node, Said};
use super::pairs::{Both, Place, Proposal, SchemaPair};
use super::rules::{self, CHANGE_RULES, Look};
use super::settle::{explain_the_rest, settle};
use super::{Change, Eyes, Impact};
use crate::catalog::{Bundle, Catalog, Item, ItemId, Kind, NoBundle};
use crate::document::{Data, Part, Pointer, Value, to_json};
use crate::finding::Location;
use crate::tree::Artifact;

/// Valid examples that a search for counter-examples starts from.
const MOST_EXAMPLES: usize = 8;

/// Changes of all schema files that both trees have.
pub(super) fn changes(both: &Both<'_>) -> Vec<Change> {
    let pairs = both.common(Kind::is_schema);
    let changed = pairs.into_par_iter().filter(|(old, new)| has_changed(both, *old, *new));
    // A file that refers to a definition sees its changes, too.
    dedup(changed.flat_map_iter(|(old, new)| of_file(both, old, new)).collect())
}

/// Whether a file says something else, not whether its bytes differ.
pub(super) fn has_changed(both: &Both<'_>, old: ItemId, new: ItemId) -> bool {
    let bytes = |catalog: &Catalog, id| catalog.tree.get(&catalog.path(id)).map(Artifact::digest);
    if bytes(both.old, old) == bytes(both.new, new) {
        return false;
    }
    let value = |catalog: &Catalog, id| catalog.item(id).and_then(|i| i.value()).map(to_json);
    let (before, after) = (value(both.old, old), value(both.new, new));
    // Two that cannot be read are not the same for that.
    before != after || after.is_none()
}

fn of_file(both: &Both<'_>, old: ItemId, new: ItemId) -> Vec<Change> {
    if let Some(change) = unreadable(both, old, new) {
        return vec![change];
    }
    let kind = both.new.item(new).map(|item| item.kind);
    let area = both.new.item(new).map(|item| item.area);
    let mode = match (kind, area) {
        // What an invariant demands may only grow: everything that is valid must have been valid.
        (Some(Kind::Invariant), _) => Mode::Forward,
        (_, Some(area)) => both.options.mode(area),
        _ => Mode::Backward,
    };
    let top = Pointer::root();
    let role = match both.options.eyes {
        Some(Eyes::Writer) => Role::Declared,
        Some(Eyes::Reader) => Role::Reader,
        Some(Eyes::ClosedReader) => Role::Document,
        None if both.options.declared_only => Role::Declared,
        None => Role::Document,
    };
    let lens = Lens { mode, role, about: "the document".to_owned() };
    let tops = ((old, top.clone()), (new, top));
    let mut found = compare(both, tops, "", &lens, both.old.instances_of(old, MOST_EXAMPLES));
    found.extend(vocabulary(both, old, new));
    for (name, (old, new)) in shared_definitions(both, old, new) {
        let ends = (old.clone(), new.clone());
        let mut changes = compare(both, ends, &format!("/{name}"), &lens, Vec::new());
        let users = users(both, &old, &new);
        for change in &mut changes {
            change.affects.clone_from(&users);
            if !users.is_empty() {
                let note = format!("`{name}` is used by {}", super::words::some(&users));
                change.finding.note.get_or_insert(note);
            }
        }
        found.extend(changes);
    }
    if kind == Some(Kind::Invariant) {
        let name = both.new.item(new).map(Item::stem).unwrap_or_default();
        found.iter_mut().for_each(|c| rules::schema::invariant_weakened::name(c, name));
    }
    if found.is_empty() {
        let at = both.now(new, &Pointer::root(), Part::Value);
        let message = "the schema is written differently, and accepts the same documents";
        let code = rules::schema::schema_rewritten::CODE;
        let change = both.change(Impact::Patch, code, message.to_owned(), at);
        found.push(change.labelled("this schema"));
    }
    found
}

/// What a meta-schema asserts is asserted by all schemas that name it, and nobody compares these.
fn vocabulary(both: &Both<'_>, old: ItemId, new: ItemId) -> Option<Change> {
    let at = Pointer::root().join("$vocabulary");
    let said = |catalog: &Catalog, id| catalog.value_at(id, &at).map(to_json);
    if said(both.old, old) == said(both.new, new) {
        return None;
    }
    let place = match both.new.value_at(new, &at) {
        Some(_) => both.now(new, &at, Part::Key),
        None => both.now(new, &Pointer::root(), Part::Value),
    };
    let message = "schemas of this meta-schema assert something else than before";
    let code = rules::schema::schema_unproven::CODE;
    let change = both.change(Impact::Unproven, code, message.to_owned(), place);
    Some(
        change
            .labelled("this vocabulary")
            .helped("give the meta-schema another `$id`, and move schemas to it one by one"),
    )
}

/// A file that is no JSON or YAML on one side, or both.
fn unreadable(both: &Both<'_>, old: ItemId, new: ItemId) -> Option<Change> {
    let is_broken = |catalog: &Catalog, id| {
        let document = catalog.item(id).and_then(|item| item.document.as_ref());
        document.is_none_or(|document| document.value.is_none() || document.unreadable().is_some())
    };
    let (was, is) = (is_broken(both.old, old), is_broken(both.new, new));
    let at = both.now(new, &Pointer::root(), Part::Value);
    let path = both.new.path(new);
    let (impact, code, message) = match (was, is) {
        (false, false) => return None,
        (true, false) => {
            let message = format!("`{path}` can be read now, and could not before");
            (Impact::Patch, rules::schema::schema_repaired::CODE, message)
        }
        (_, true) => {
            let message =
                format!("`{path}` cannot be read, so that nothing is known of its changes");
            (Impact::Unproven, rules::schema::schema_unproven::CODE, message)
        }
    };
    let change = both.change(impact, code, message, at).labelled("this file");
    Some(if is {
        change.helped("`contract-guard check` says what is wrong with it")
    } else {
        change
    })
}

/// The same change may be seen through the document and through a definition: the shortest sentence stays.
pub(super) fn dedup(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|c| (Reverse(c.impact), c.finding.message.len()));
    let mut kept: Vec<Change> = Vec::new();
    let mut by_place: HashMap<Location, Vec<usize>> = HashMap::new();
    for change in changes {
        let here = by_place.entry(change.finding.primary.clone()).or_default();
        let is_same = |known: &&usize| {
            let Some(known) = kept.get(**known) else { return false };
            let (a, b) = (&known.finding, &change.finding);
            a.code == b.code
                && a.related == b.related
                && (a.primary.part == Part::Key || a.message == b.message)
        };
        match here.iter().find(is_same).and_then(|known| kept.get_mut(*known)) {
            Some(known) => {
                known.affects.extend(change.affects);
                known.affects.sort();
                known.affects.dedup();
            }
            None => {
                here.push(kept.len());
                kept.push(change);
            }
        }
    }
    kept
}

/// Definitions that other files refer to in both trees, by name.
fn shared_definitions(
    both: &Both<'_>,
    old: ItemId,
    new: ItemId,
) -> BTreeMap<String, (Place, Place)> {
    let targets = |catalog: &Catalog, item: ItemId| -> BTreeSet<Pointer> {
        let all = catalog.references.iter().chain(&catalog.api_references);
        let others = all.filter(|r| r.item != item).filter_map(|r| r.target.place());
        others.filter(|(i, at)| *i == item && !at.is_root()).map(|(_, at)| at.clone()).collect()
    };
    let mut used = targets(both.old, old);
    used.extend(targets(both.new, new));
    let exists = |catalog: &Catalog, item, at: &Pointer| catalog.value_at(item, at).is_some();
    let kept = used.into_iter().filter(|at| exists(both.old, old, at) && exists(both.new, new, at));
    kept.map(|at| {
        let name = at.tokens().last().map(Cow::into_owned).unwrap_or_default();
        (name, ((old, at.clone()), (new, at)))
    })
    .collect()
}

/// The other files that refer to a place, in the new tree or, when nobody does there, in the old one.
fn users(both: &Both<'_>, old: &Place, new: &Place) -> Vec<String> {
    let of = |catalog: &Catalog, place: &Place| -> BTreeSet<String> {
        let all = catalog.references.iter().chain(&catalog.api_references);
        let users = all.filter(|r| {
            r.item != place.0
                && r.target.place().is_some_and(|(i, at)| i == place.0 && *at == place.1)
        });
        users.map(|r| catalog.path(r.item).to_string()).collect()
    };
    let now = of(both.new, new);
    let users = if now.is_empty() { of(both.old, old) } else { now };
    users.into_iter().collect()
}

/// What a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Documents that are kept, or events that are sent.
    Document,
    /// The same, where nobody writes members that are not declared.
    Declared,
    /// Documents as somebody reads them who skips what it does not know.
    Reader,
    /// What callers of an API send: members that are `readOnly` are none of it.
    Request,
    /// What an API answers: members that are `writeOnly` are none of it, and readers skip what they do not
    /// know.
    Response,
}

impl Role {
    /// The mark of members that have no part in it.
    pub(super) fn hides(self) -> Option<&'static str> {
        match self {
            Role::Document | Role::Declared | Role::Reader => None,
            Role::Request => Some("readOnly"),
            Role::Response => Some("writeOnly"),
        }
    }
}

/// How two versions of a schema are looked at.
pub(super) struct Lens {
    pub mode: Mode,
    pub role: Role,
    /// What the schema is of, as sentences have it.
    pub about: String,
}

pub(super) type Bundled = Result<Bundle, NoBundle>;

impl Lens {
    /// Both versions as documents of their own.
    pub(super) fn bundles(&self, both: &Both<'_>, old: &Place, new: &Place) -> (Bundled, Bundled) {
        let mut bundles = (both.old.bundle(old.0, &old.1), both.new.bundle(new.0, &new.1));
        if let (Ok(old), Ok(new)) = (&mut bundles.0, &mut bundles.1) {
            super::roles::fit(&mut old.schema, &mut new.schema, self.role);
        }
        bundles
    }

    /// What the change from one version to the other does.
    pub(super) fn effect(&self, old: &Bundled, new: &Bundled, examples: Vec<Json>) -> Effect {
        effect(old, new, self.mode, examples)
    }
}

/// Everything that changed between two nodes and below them.
pub(super) fn compare(
    both: &Both<'_>,
    (old, new): (Place, Place),
    path: &str,
    lens: &Lens,
    examples: Vec<Json>,
) -> Vec<Change> {
    let (before, after) = (both.old.bundle(old.0, &old.1), both.new.bundle(new.0, &new.1));
    if before.is_ok() && before == after {
        return Vec::new();
    }
    let bundles = lens.bundles(both, &old, &new);
    let whole = lens.effect(&bundles.0, &bundles.1, examples);
    let proposals = propose(both, &old, &new, path, lens);
    let mut found = Vec::new();
    // What the only change does is what all of them do together.
    let is_only = proposals.iter().filter(|p| !p.is_said()).count() <= 1;
    let mut told = Vec::new();
    for proposal in proposals {
        let ends = (&old, &new, is_only);
        let nodes = (proposal.old.clone(), proposal.new.clone());
        let change = settle(both, proposal, &whole, ends, lens);
        if let Some(change) = change.iter().find(|change| change.impact >= Impact::Unproven) {
            told.push((nodes.0, nodes.1, change.finding.code));
        }
        found.extend(change);
    }
    if both.options.eyes.is_some() || both.is_marked {
        // What is told of a draft may be a part of a break only.

        found.extend(localize(both, (&old, &new), path, lens, &told));
        // What is not proven of the whole is said of its parts.
        if matches!(whole, Effect::Breaks { .. } | Effect::Unproven { .. }) {
            return found;
        }
    }
    explain_the_rest(both, &new, whole, &lens.about, &mut found);
    found
}

/// What the rules see, from the top down.
fn propose(both: &Both<'_>, old: &Place, new: &Place, path: &str, lens: &Lens) -> Vec<Proposal> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<(Place, Place)> = BTreeSet::new();
    let mut open = vec![Below {
        old: old.clone(),
        new: new.clone(),
        path: path.to_owned(),
        is_alternative: false,
    }];
    while let Some(Below { old, new, path, is_alternative }) = open.pop() {
        if !seen.insert((old.clone(), new.clone())) {
            continue;
        }
        // Most of a changed schema is what it was.
        if let (Some(a), Some(b)) =
            (both.old.value_at(old.0, &old.1), both.new.value_at(new.0, &new.1))
            && is_untouched(a, b)
        {
            continue;
        }
        let hidden = lens.role.hides();
        let old = Node { hidden, ..Node::of(both.old, old) };
        let new = Node { hidden, ..Node::of(both.new, new) };
        let pair = SchemaPair { both, old, new, path, is_alternative, about: &lens.about };
        // What has become something else altogether has not lost its properties one by one.
        let is_another = pair.is_another_type();
        for rule in CHANGE_RULES {
            if is_another && rule.code != rules::schema::type_changed::CODE {
                continue;
            }
            if let Look::Schema(look) = rule.look {
                look(&pair, &mut found);
            }
        }
        if !is_another {
            open.extend(below(&pair));
        }
    }
    found
}

/// Whether two values are written the same, and refer to nothing that may have changed.
fn is_untouched(a: &Value, b: &Value) -> bool {
    match (&a.data, &b.data) {
        (Data::Object(x), Data::Object(y)) => {
            x.len() == y.len()
                && x.iter().zip(y.iter()).all(|(x, y)| {
                    x.key == y.key
                        && !x.key.ends_with("Ref")
                        && x.key != "$ref"
                        && is_untouched(&x.value, &y.value)
                })
        }
        (Data::Array(x), Data::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| is_untouched(x, y))
        }
        (x, y) => x == y,
    }
}

/// A pair of nodes that stand for the same part of a document.
pub(super) struct Below {
    pub old: Place,
    pub new: Place,
    pub path: String,
    /// Whether it is one of several that may hold for that part.
    pub is_alternative: bool,
}

/// Nodes below a pair that stand for the same part of a document.
pub(super) fn below(pair: &SchemaPair<'_, '_>) -> Vec<Below> {
    let mut found = Vec::new();
    let is_alternative = pair.is_alternative;
    let mut add = |old, new, path| found.push(Below { old, new, path, is_alternative });
    let mut after = pair.new.properties();
    for (name, old) in pair.old.properties() {
        if let Some(new) = after.remove(&name) {
            add(old, new, format!("{}/{name}", pair.path));
        }
    }
    for keyword in ["items", "additionalProperties", "contains", "propertyNames"] {
        if let (Some((old, a)), Some((new, b))) = (pair.old.first(keyword), pair.new.first(keyword))
            && a.is_object()
            && b.is_object()
        {
            add(old, new, format!("{}/*", pair.path));
        }
    }
    for keyword in ["prefixItems", "items"] {
        if let (Some(((old, at), a)), Some(((new, to), b))) =
            (pair.old.first(keyword), pair.new.first(keyword))
            && a.items().len() == b.items().len()
        {
            for i in 0..a.items().len() {
                add((old, at.index(i)), (new, to.index(i)), pair.path.clone());
            }
        }
    }
    for keyword in ["oneOf", "anyOf"] {
        for both in pair.old.unlike(&pair.new, keyword) {
            if let (Some(old), Some(new)) = both {
                found.extend(alternatives(old, new, &pair.path));
            }
        }
    }
    found
}

/// Alternatives that go together: those that only one side has in these words, by their order.
fn alternatives(((old, at), a): Said<'_>, ((new, to), b): Said<'_>, path: &str) -> Vec<Below> {
    if a.items().len() != b.items().len() {
        return Vec::new();
    }
    let mut left: Vec<usize> = (0..b.items().len()).collect();
    let mut changed = Vec::new();
    for (i, alternative) in a.items().iter().enumerate() {
        let same =
            |n: &usize| b.items().get(*n).is_some_and(|b| to_json(b) == to_json(alternative));
        match left.iter().position(same) {
            Some(twin) => drop(left.remove(twin)),
            None => changed.push(i),
        }
    }
    let pairs = changed.into_iter().zip(left);
    let below = |(i, n)| Below {
        old: (old, at.index(i)),
        new: (new, to.index(n)),
        path: path.to_owned(),
        is_alternative: true,
    };
    pairs.map(below).collect()
}
