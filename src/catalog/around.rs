//! What a change of a few files can reach: the files themselves, whatever refers to them now or did before, and
//! the documents that are checked against those. A hook looks at these alone.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::compile::compile;
use super::kind::{Area, Kind};
use super::layout::Layout;
use super::pairs::Partner;
use super::reach::closure;
use super::{Catalog, ItemId, Validators};
use crate::document::Limits;
use crate::tree::{ArtifactPath, Tree};

/// The facts about a tree of which `before` has most already; of its schemas only those are compiled that the
/// difference reaches, which come with it. `None` when that may be anything: when the envelope, an invariant or
/// the configuration is another, or something is gone.
pub fn build_around(
    tree: &Tree,
    layout: &Layout,
    limits: &Limits,
    before: &Catalog,
) -> Option<(Catalog, HashSet<ItemId>)> {
    let changed = changed(tree, before)?;
    let mut catalog =
        super::read(tree, layout, limits, Some(before), |_, _, _, _| Validators::default());
    // What these say holds for all others.
    let is_general = |kind| matches!(kind, Kind::Envelope | Kind::Invariant | Kind::Freeze);
    let mut reached = HashSet::new();
    for path in &changed {
        let id = catalog.find(path)?;
        let kinds = [Some((&catalog, id)), before.find(path).map(|id| (before, id))];
        for (catalog, id) in kinds.into_iter().flatten() {
            if catalog.item(id).is_none_or(|item| is_general(item.kind)) {
                return None;
            }
        }
        reached.insert(id);
    }
    // What speaks of all is asked about all.
    let general = [Kind::Envelope, Kind::Invariant].into_iter();
    reached.extend(general.flat_map(|kind| catalog.of_kind(kind)).map(|(id, _)| id));
    let mut reached = spread(reached, &catalog, before);
    examples(&mut reached, &catalog, before);
    let wanted: HashSet<ItemId> =
        reached.iter().copied().chain(partners(&reached, &catalog)).collect();
    catalog.validators = compile(
        &catalog.items,
        &catalog.schemas,
        &catalog.claims,
        &catalog.references,
        Some(&wanted),
    );
    Some((catalog, reached))
}

/// The files that are new or another; `None` when one is gone.
fn changed(tree: &Tree, before: &Catalog) -> Option<Vec<ArtifactPath>> {
    let old = &before.tree;
    if old.artifacts.keys().any(|path| !tree.artifacts.contains_key(path))
        || old.root != tree.root
        || old.refused != tree.refused
        || bytes_of_config(old) != bytes_of_config(tree)
    {
        return None;
    }
    let is_other = |path: &ArtifactPath, bytes: &Arc<[u8]>| {
        old.artifacts.get(path).is_none_or(|was| !Arc::ptr_eq(&was.bytes, bytes))
    };
    let others = tree.artifacts.iter().filter(|(path, artifact)| is_other(path, &artifact.bytes));
    Some(others.map(|(path, _)| path.clone()).collect())
}

fn bytes_of_config(tree: &Tree) -> Option<&[u8]> {
    tree.config.as_ref().map(|(_, artifact)| &*artifact.bytes)
}

/// What is reached, and whatever refers to it on either side.
fn spread(reached: HashSet<ItemId>, catalog: &Catalog, before: &Catalog) -> HashSet<ItemId> {
    let here = |id: ItemId| catalog.find(&before.path(id));
    let then = back(before).filter_map(|(to, from)| Some((here(to)?, here(from)?)));
    closure(reached, &back(catalog).chain(then).collect::<Vec<_>>())
}

/// From each target of a reference to the file that has it.
fn back(catalog: &Catalog) -> impl Iterator<Item = (ItemId, ItemId)> {
    let all = catalog.references.iter().chain(&catalog.api_references);
    all.filter_map(|reference| Some((reference.target.place()?.0, reference.item)))
}

/// Adds examples whose schema is reached, or is another than before; with a payload or a topic, all events.
fn examples(reached: &mut HashSet<ItemId>, catalog: &Catalog, before: &Catalog) {
    let carries = |id: &ItemId| catalog.topics.iter().any(|topic| topic.schema == Some(*id));
    let is_catalog = |id: &ItemId| catalog.item(*id).is_some_and(|item| item.kind == Kind::Topics);
    let has_payload = reached.iter().any(|id| carries(id) || is_catalog(id));
    let is_event = |id: ItemId| catalog.item(id).is_some_and(|item| item.area == Area::Events);
    let is_paired_anew = |id: ItemId| {
        let then = before.find(&catalog.path(id)).and_then(|id| names(before, id));
        names(catalog, id) != then
    };
    let more = catalog.examples.iter().filter(|example| {
        partners_of(&example.partner).iter().any(|id| reached.contains(id))
            || is_paired_anew(example.item)
            || (has_payload && is_event(example.item))
    });
    let more: Vec<ItemId> = more.map(|example| example.item).collect();
    reached.extend(more);
}

fn partners_of(partner: &Partner) -> Vec<ItemId> {
    match partner {
        Partner::Schema(schema, _) => vec![*schema],
        Partner::Ambiguous(several) => several.clone(),
        Partner::Missing => Vec::new(),
    }
}

/// The schemas of an example, by their paths.
fn names(catalog: &Catalog, example: ItemId) -> Option<BTreeSet<ArtifactPath>> {
    let partner = &catalog.example(example)?.partner;
    Some(partners_of(partner).into_iter().map(|id| catalog.path(id)).collect())
}

/// The schemas that reached documents are checked against.
fn partners<'c>(
    reached: &'c HashSet<ItemId>,
    catalog: &'c Catalog,
) -> impl Iterator<Item = ItemId> + 'c {
    let examples = catalog.examples.iter().filter(|example| reached.contains(&example.item));
    let own = examples.flat_map(|example| partners_of(&example.partner));
    let payloads = catalog.topics.iter().filter_map(|topic| topic.schema);
    own.chain(payloads)
}
