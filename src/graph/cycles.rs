//! Circles of references: the strongly connected components of more than one node, and nodes that refer to
//! something that they stand in.

use super::{Edge, Graph, NodeId};

/// Numbers the circles, and marks the nodes on them.
pub(super) fn mark(graph: &mut Graph) {
    let next: Vec<Vec<NodeId>> = (0..graph.nodes.len())
        .map(|node| {
            let edges = graph.out(node).iter().filter_map(|edge| graph.edge(*edge));
            edges.filter(|edge| edge.kind.makes_circles()).map(|edge| edge.to).collect()
        })
        .collect();
    let is_recursive = |node: &NodeId| {
        let edges = graph.out(*node).iter().filter_map(|edge| graph.edge(*edge));
        edges.into_iter().any(comes_back)
    };
    let mut cycles: Vec<Vec<NodeId>> = components(&next)
        .into_iter()
        .filter(|nodes| nodes.len() > 1 || nodes.iter().any(is_recursive))
        .collect();
    cycles.iter_mut().for_each(|nodes| nodes.sort_unstable());
    cycles.sort();
    for (number, nodes) in cycles.iter().enumerate() {
        for node in nodes {
            if let Some(node) = graph.nodes.get_mut(*node) {
                node.cycle = Some(number);
            }
        }
    }
    graph.cycles = cycles;
}

/// Whether a reference leads to something that it stands in. One from a property to its neighbour does not.
fn comes_back(edge: &Edge) -> bool {
    let target = edge.target.as_ref().filter(|target| target.file == edge.at.file);
    edge.kind.makes_circles()
        && edge.from == edge.to
        && target.is_some_and(|target| edge.at.at.is_within(&target.at))
}

/// Tarjan's strongly connected components, without recursion: a chain of references may be long.
fn components(next: &[Vec<NodeId>]) -> Vec<Vec<NodeId>> {
    const NEW: usize = usize::MAX;
    let mut state = State {
        order: vec![NEW; next.len()],
        low: vec![NEW; next.len()],
        is_open: vec![false; next.len()],
        open: Vec::new(),
        count: 0,
    };
    let mut found = Vec::new();
    for start in 0..next.len() {
        if state.order.get(start) != Some(&NEW) {
            continue;
        }
        state.enter(start);
        let mut calls = vec![(start, 0)];
        while let Some((node, at)) = calls.last_mut() {
            let node = *node;
            let target = next.get(node).and_then(|targets| targets.get(*at)).copied();
            *at += 1;
            match target {
                Some(target) if state.order.get(target) == Some(&NEW) => {
                    state.enter(target);
                    calls.push((target, 0));
                }
                Some(target) => state.look_back(node, target),
                None => {
                    calls.pop();
                    if let Some((parent, _)) = calls.last() {
                        state.lower(*parent, node);
                    }
                    found.extend(state.leave(node));
                }
            }
        }
    }
    found
}

struct State {
    order: Vec<usize>,
    low: Vec<usize>,
    is_open: Vec<bool>,
    open: Vec<NodeId>,
    count: usize,
}

impl State {
    fn enter(&mut self, node: NodeId) {
        set(&mut self.order, node, self.count);
        set(&mut self.low, node, self.count);
        set(&mut self.is_open, node, true);
        self.open.push(node);
        self.count += 1;
    }

    fn look_back(&mut self, node: NodeId, target: NodeId) {
        if self.is_open.get(target) == Some(&true) {
            let lowest = get(&self.low, node).min(get(&self.order, target));
            set(&mut self.low, node, lowest);
        }
    }

    fn lower(&mut self, parent: NodeId, child: NodeId) {
        let lowest = get(&self.low, parent).min(get(&self.low, child));
        set(&mut self.low, parent, lowest);
    }

    fn leave(&mut self, node: NodeId) -> Option<Vec<NodeId>> {
        if get(&self.low, node) != get(&self.order, node) {
            return None;
        }
        let from = self.open.iter().rposition(|open| *open == node)?;
        let members = self.open.split_off(from);
        members.iter().for_each(|member| set(&mut self.is_open, *member, false));
        Some(members)
    }
}

fn get(values: &[usize], at: usize) -> usize {
    values.get(at).copied().unwrap_or(usize::MAX)
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_components() {
        let next = vec![vec![1], vec![2], vec![1], vec![0], vec![4], vec![]];
        let mut found = components(&next);
        found.iter_mut().for_each(|nodes| nodes.sort_unstable());
        found.sort();
        assert_eq!(found, [vec![0], vec![1, 2], vec![3], vec![4], vec![5]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let next: Vec<Vec<usize>> = (0..100_000).map(|n| vec![(n + 1) % 100_000]).collect();
        assert_eq!(components(&next).len(), 1);
    }
}
