//! What keeps a schema from being compiled: which schema reaches which reference. A node of the graph
//! is a place where validation can enter a file, so that one broken definition stops only what reaches it.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use rayon::prelude::*;

use super::ItemId;
use super::ids::Schema;
use super::refs::{Reference, Target};
use super::violation::Violation;
use crate::document::Pointer;

/// Why a schema was not compiled.
#[derive(Debug, Clone)]
pub enum NotCompiled {
    /// Its `$schema` names no dialect.
    UnknownDialect,
    /// A reference of its own is broken or goes in a circle.
    OwnReference,
    /// Its meta-schema refuses it.
    Invalid(Vec<Violation>),
    /// The validator refuses it for another reason.
    Engine {
        /// What it says.
        message: String,
        /// Of which place.
        at: Pointer,
    },
    /// Something it reaches in another file is broken.
    Depends {
        /// That file.
        on: ItemId,
        /// The first reference on the way there, as a place in the schema.
        through: Pointer,
    },
    /// More references follow on each other than the limit allows.
    TooManyHops,
}

/// Longest chain of references that may follow on each other.
const MAX_HOPS: usize = 1_000;
/// References beyond which the cost of a validation is counted before it starts.
const MANY: u64 = 10_000;

type Schemas = BTreeMap<ItemId, Schema>;

/// The graph of entries and references.
pub(super) struct Graph {
    nodes: HashMap<(ItemId, Pointer), usize>,
    /// Per node: its file, and the references that its applicators lead to.
    entries: Vec<(ItemId, Vec<usize>)>,
}

impl Graph {
    pub(super) fn new(schemas: &Schemas, references: &[Reference]) -> Self {
        let mut places: Vec<(ItemId, Pointer)> =
            schemas.keys().map(|id| (*id, Pointer::root())).collect();
        places.extend(
            references.iter().filter_map(|r| r.target.place()).map(|(i, p)| (i, p.clone())),
        );
        places.sort();
        places.dedup();
        let entries =
            places.par_iter().map(|(item, at)| (*item, inside(references, *item, at))).collect();
        let nodes = places.into_iter().enumerate().map(|(i, place)| (place, i)).collect();
        Graph { nodes, entries }
    }

    /// Schemas that reach themselves, or whose references unfold into more than [`MANY`] places.
    pub(super) fn risky(&self, schemas: &Schemas, references: &[Reference]) -> HashSet<ItemId> {
        let mut unfolded: Vec<Option<u64>> = vec![None; self.entries.len()];
        let next: Vec<Vec<usize>> = self
            .entries
            .iter()
            .map(|(_, own)| {
                let places = own.iter().filter_map(|i| references.get(*i)?.target.place());
                places
                    .filter_map(|(item, at)| self.nodes.get(&(item, at.clone())).copied())
                    .collect()
            })
            .collect();
        // Depth first without recursion; a node that is still open when it is met again is on a circle.
        let mut open = vec![false; next.len()];
        for start in 0..next.len() {
            let mut stack = vec![(start, false)];
            while let Some((node, done)) = stack.pop() {
                let children = next.get(node).map_or(&[][..], Vec::as_slice);
                let known = |n: &usize| unfolded.get(*n).copied().flatten();
                if done {
                    let sum = children.iter().fold(1u64, |sum, child| {
                        sum.saturating_add(known(child).unwrap_or(u64::MAX))
                    });
                    put(&mut unfolded, node, Some(sum));
                    put(&mut open, node, false);
                } else if known(&node).is_none() && open.get(node) == Some(&false) {
                    put(&mut open, node, true);
                    stack.push((node, true));
                    stack.extend(
                        children.iter().filter(|c| known(c).is_none()).map(|c| (*c, false)),
                    );
                }
            }
        }
        let is_risky = |id: &&ItemId| {
            let root = self.nodes.get(&(**id, Pointer::root()));
            root.and_then(|n| unfolded.get(*n).copied().flatten()).is_some_and(|n| n > MANY)
        };
        schemas.keys().filter(is_risky).copied().collect()
    }

    /// For every schema file that cannot be compiled, why: its own defect, or the nearest one that it
    /// reaches, found breadth first.
    pub(super) fn spread(
        &self,
        schemas: &Schemas,
        references: &[Reference],
        own: &(dyn Fn(&ItemId) -> Option<NotCompiled> + Sync),
    ) -> BTreeMap<ItemId, NotCompiled> {
        let roots: Vec<ItemId> = schemas.keys().copied().collect();
        roots
            .into_par_iter()
            .filter_map(|root| {
                let reason = own(&root).or_else(|| self.search(root, references, own))?;
                Some((root, reason))
            })
            .collect()
    }

    fn search(
        &self,
        root: ItemId,
        references: &[Reference],
        own: &dyn Fn(&ItemId) -> Option<NotCompiled>,
    ) -> Option<NotCompiled> {
        let start = *self.nodes.get(&(root, Pointer::root()))?;
        let mut seen = HashSet::from([start]);
        // (node, the root's own reference on the way, hops so far)
        let mut queue: VecDeque<(usize, Option<&Reference>, usize)> =
            VecDeque::from([(start, None, 0)]);
        while let Some((node, through, hops)) = queue.pop_front() {
            let (item, own_references) = self.entries.get(node)?;
            if *item != root && own(item).is_some() {
                return Some(depends(*item, through));
            }
            if hops > MAX_HOPS {
                return Some(NotCompiled::TooManyHops);
            }
            for reference in own_references.iter().filter_map(|i| references.get(*i)) {
                if reference.target.is_broken() || reference.in_loop {
                    let unreadable = matches!(reference.target, Target::Unreadable(_));
                    return Some(match &reference.target {
                        Target::Unreadable(on) => depends(*on, through.or(Some(reference))),
                        _ if reference.item == root && !unreadable => NotCompiled::OwnReference,
                        _ => depends(reference.item, through),
                    });
                }
                let Some((item, pointer)) = reference.target.place() else {
                    continue;
                };
                let next = self.nodes.get(&(item, pointer.clone())).copied();
                if let Some(next) = next.filter(|n| seen.insert(*n)) {
                    queue.push_back((next, through.or(Some(reference)), hops + 1));
                }
            }
        }
        None
    }
}

fn put<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

/// The references of a file that applicators lead to from a place: those below it, entries of `$defs`
/// left out. References are sorted by file and holder, so that those below a place lie together.
fn inside(references: &[Reference], item: ItemId, at: &Pointer) -> Vec<usize> {
    let at = at.as_str();
    let start = references.partition_point(|r| (r.item, r.holder.as_str()) < (item, at));
    let together = references.iter().enumerate().skip(start);
    let together =
        together.take_while(|(_, r)| r.item == item && r.holder.as_str().starts_with(at));
    let is_inside = |r: &Reference| {
        let rest = r.holder.as_str().strip_prefix(at).unwrap_or_default();
        (rest.is_empty() || rest.starts_with('/')) && at.len() >= r.home.as_str().len()
    };
    together.filter(|(_, r)| is_inside(r)).map(|(i, _)| i).collect()
}

fn depends(on: ItemId, through: Option<&Reference>) -> NotCompiled {
    NotCompiled::Depends { on, through: through.map_or_else(Pointer::root, Reference::at) }
}

/// `seed`, and whatever arrows lead to from there.
pub(super) fn closure(mut seed: HashSet<ItemId>, arrows: &[(ItemId, ItemId)]) -> HashSet<ItemId> {
    loop {
        let more = arrows.iter().filter(|(from, to)| seed.contains(from) && !seed.contains(to));
        let more: Vec<ItemId> = more.map(|(_, to)| *to).collect();
        if more.is_empty() {
            return seed;
        }
        seed.extend(more);
    }
}
