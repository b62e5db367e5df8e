//! Who is hit when a part of the contracts changes: everybody from whom references lead to that part, with
//! the shortest way there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::find::Found;
use super::region::around;
use super::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind, Place};
use crate::document::Pointer;

/// Somebody who is hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Who.
    pub node: NodeId,
    /// The references that lead to what changes, from the one that the node itself holds on. No way is
    /// shorter.
    pub chain: Vec<EdgeId>,
}

/// Who is hit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// By kind, then the nearest first, then by name.
    pub hits: Vec<Hit>,
}

/// Finds who is hit when something changes. A reference is hit when it leads to something that the change
/// is a part of, or that is a part of the change; what refers to where such a reference stands is hit in turn.
pub fn impact(graph: &Graph, changed: &Found) -> Impact {
    let mut search = Search::new(graph);
    for place in &changed.places {
        search.begin(place);
    }
    search.run();
    let inside: BTreeSet<NodeId> = changed.nodes.iter().copied().collect();
    // Of ways of the same length, the one that says most: a topic carries a payload before it is carried.
    let mut nearest: BTreeMap<NodeId, (usize, EdgeKind, EdgeId)> = BTreeMap::new();
    for (id, distance) in &search.reached {
        let Some(edge) = graph.edge(*id).filter(|edge| !inside.contains(&edge.from)) else {
            continue;
        };
        let way = (*distance, edge.kind, *id);
        let known = nearest.entry(edge.from).or_insert(way);
        *known = way.min(*known);
    }
    let mut chains: BTreeMap<NodeId, Vec<EdgeId>> =
        nearest.into_iter().map(|(node, (_, _, edge))| (node, search.chain(edge))).collect();
    modules(graph, changed, &mut chains);
    let mut hits: Vec<Hit> = chains.into_iter().map(|(node, chain)| Hit { node, chain }).collect();
    let rank = |hit: &Hit| {
        let node = graph.node(hit.node);
        let kind = node.and_then(|n| NodeKind::ALL.iter().position(|kind| *kind == n.kind));
        (kind, hit.chain.len(), node.map(|node| node.id.clone()))
    };
    hits.sort_by_cached_key(rank);
    Impact { hits }
}

/// The modules of what changes and of whoever is hit.
fn modules(graph: &Graph, changed: &Found, chains: &mut BTreeMap<NodeId, Vec<EdgeId>>) {
    let is_changed = |node: NodeId| changed.nodes.contains(&node);
    let hit = chains.iter().map(|(node, chain)| (chain.len(), *node, chain.clone()));
    let own = changed.places.iter().filter_map(|place| graph.node_at(place));
    let mut all: Vec<(usize, NodeId, Vec<EdgeId>)> =
        hit.chain(own.map(|node| (0, node, Vec::new()))).collect();
    all.sort();
    for (_, node, chain) in all {
        // A definition belongs where its file does.
        let file = graph.node(node).and_then(|node| node.place.as_ref()).map(|place| place.file);
        let root = file.and_then(|f| graph.node_at(&Place::new(f, Pointer::root())));
        let holders = [Some(node), root].into_iter().flatten();
        let belongs =
            |edge: &&EdgeId| graph.edge(**edge).map(|e| e.kind) == Some(EdgeKind::BelongsTo);
        let edge = holders.flat_map(|node| graph.out(node)).find(belongs).copied();
        let Some(edge) = edge else { continue };
        let Some(module) = graph.edge(edge).map(|edge| edge.to) else { continue };
        if !is_changed(module) {
            chains.entry(module).or_insert_with(|| [&[edge], chain.as_slice()].concat());
        }
    }
}

struct Search<'g> {
    graph: &'g Graph,
    /// For each reference that is hit, the one that it leads on to.
    before: Vec<Option<Option<EdgeId>>>,
    /// The references that are hit, with their distances.
    reached: Vec<(EdgeId, usize)>,
    open: VecDeque<(EdgeId, usize)>,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph) -> Self {
        let before = vec![None; graph.edges.len()];
        Search { graph, before, reached: Vec::new(), open: VecDeque::new() }
    }

    /// References to what changes, to what is around it, and to what is in it.
    fn begin(&mut self, place: &Place) {
        let is_hit = |edge: &Edge| {
            let target = edge.target.as_ref().filter(|target| target.file == place.file);
            target.is_some_and(|target| target.at.is_within(&place.at))
        };
        let graph = self.graph;
        for (id, _) in graph.edges.iter().enumerate().filter(|(_, edge)| is_hit(edge)) {
            self.reach(id, None, 1);
        }
        self.around(place, None, 1);
    }

    /// References to what a place is a part of. Whoever names a topic is hit when it is renamed or removed,
    /// not when it carries something else.
    fn around(&mut self, place: &Place, via: Option<EdgeId>, distance: usize) {
        let graph = self.graph;
        for at in around(&place.at) {
            let target = Place { file: place.file, at };
            for id in graph.by_target.get(&target).into_iter().flatten() {
                if graph.edge(*id).is_some_and(|edge| edge.kind != EdgeKind::Enumerates) {
                    self.reach(*id, via, distance);
                }
            }
        }
    }

    fn reach(&mut self, edge: EdgeId, via: Option<EdgeId>, distance: usize) {
        if let Some(before) = self.before.get_mut(edge).filter(|before| before.is_none()) {
            *before = Some(via);
            self.reached.push((edge, distance));
            self.open.push_back((edge, distance));
        }
    }

    fn run(&mut self) {
        while let Some((id, distance)) = self.open.pop_front() {
            let Some(edge) = self.graph.edge(id) else { continue };
            // An envelope that names another topic is still the same to the rest.
            if edge.kind != EdgeKind::Enumerates {
                let at = edge.at.clone();
                self.around(&at, Some(id), distance + 1);
            }
        }
    }

    fn chain(&self, edge: EdgeId) -> Vec<EdgeId> {
        let before = |id: &EdgeId| self.before.get(*id).copied().flatten().flatten();
        std::iter::successors(Some(edge), before).collect()
    }
}
