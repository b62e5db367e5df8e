//! A part of a graph: what lies on the way from some nodes, or to them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{EdgeId, EdgeKind, Graph, NodeId, NodeKind};

/// Which way references are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what the nodes refer to.
    Forward,
    /// To what refers to the nodes.
    Reverse,
}

/// A part of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Where it begins; empty when it is the whole.
    pub roots: Vec<NodeId>,
    /// Its nodes, with their distance from the roots.
    pub nodes: BTreeMap<NodeId, usize>,
    /// The references between them.
    pub edges: Vec<EdgeId>,
    /// Which way references were followed.
    pub direction: Direction,
}

/// Selects what can be reached from `roots` over at most `depth` references; without roots, everything. Nodes
/// of the kinds in `hidden` are left out, and not passed.
pub fn select(
    graph: &Graph,
    roots: &[NodeId],
    direction: Direction,
    depth: Option<usize>,
    hidden: &[NodeKind],
) -> Selection {
    let is_shown = |node: NodeId| graph.node(node).is_some_and(|n| !hidden.contains(&n.kind));
    let mut nodes: BTreeMap<NodeId, usize> = BTreeMap::new();
    if roots.is_empty() {
        nodes = (0..graph.nodes.len()).filter(|node| is_shown(*node)).map(|n| (n, 0)).collect();
    }
    let roots: Vec<NodeId> = roots.iter().copied().filter(|node| is_shown(*node)).collect();
    let mut open: VecDeque<(NodeId, usize)> = roots.iter().map(|node| (*node, 0)).collect();
    while let Some((node, distance)) = open.pop_front() {
        if nodes.contains_key(&node) {
            continue;
        }
        nodes.insert(node, distance);
        if depth.is_some_and(|depth| distance >= depth) {
            continue;
        }
        let edges = match direction {
            Direction::Forward => graph.out(node),
            Direction::Reverse => graph.into(node),
        };
        for edge in edges.iter().filter_map(|id| graph.edge(*id)) {
            let next = if direction == Direction::Forward { edge.to } else { edge.from };
            // An envelope names every topic: whoever asks for one does not ask for all.
            let is_followed = edge.kind != EdgeKind::Enumerates || distance == 0;
            if is_followed && is_shown(next) && !nodes.contains_key(&next) {
                open.push_back((next, distance + 1));
            }
        }
    }
    let known: BTreeSet<NodeId> = nodes.keys().copied().collect();
    let is_between = |id: &EdgeId| {
        graph.edge(*id).is_some_and(|e| known.contains(&e.from) && known.contains(&e.to))
    };
    let edges = (0..graph.edges.len()).filter(is_between).collect();
    Selection { roots, nodes, edges, direction }
}
