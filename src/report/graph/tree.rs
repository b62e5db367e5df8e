//! For people: what each refers to, or trees from the nodes that were asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::{place, plural};
use crate::graph::{Direction, Edge, EdgeKind, Graph, Node, NodeId, NodeKind, Selection};
use crate::report::Style;
use crate::report::escape::visible;

/// Deeper trees are cut: their indentation alone would be most of the output.
const DEEPEST: usize = 48;

pub(super) fn render(
    graph: &Graph,
    selection: &Selection,
    depth: Option<usize>,
    style: &Style,
) -> String {
    // The whole is shown one step deep, each node once.
    let depth = depth.or(selection.roots.is_empty().then_some(1)).unwrap_or(DEEPEST);
    let mut is_selected = vec![false; graph.edges.len()];
    for edge in &selection.edges {
        if let Some(slot) = is_selected.get_mut(*edge) {
            *slot = true;
        }
    }
    let expanded = BTreeSet::new();
    let mut trees = Trees {
        graph,
        is_selected,
        direction: selection.direction,
        depth: depth.min(DEEPEST),
        style,
        expanded,
        on_way: Vec::new(),
        was_cut: false,
        out: String::new(),
    };
    match selection.roots.is_empty() {
        true => trees.overview(selection),
        false => trees.each_root(selection),
    }
    let mut out = std::mem::take(&mut trees.out);
    if trees.was_cut {
        out.push_str(&format!(
            "what lies deeper than {DEEPEST} steps is not shown: name a node there\n"
        ));
    }
    out.push_str(&summary(graph, selection));
    out
}

struct Trees<'g> {
    graph: &'g Graph,
    is_selected: Vec<bool>,
    direction: Direction,
    depth: usize,
    style: &'g Style,
    expanded: BTreeSet<NodeId>,
    on_way: Vec<NodeId>,
    was_cut: bool,
    out: String,
}

/// References of one kind to one neighbour.
struct Branch<'g> {
    node: NodeId,
    kind: EdgeKind,
    first: &'g Edge,
    count: usize,
}

impl<'g> Trees<'g> {
    /// Every node that refers to something, by kind.
    fn overview(&mut self, selection: &Selection) {
        for kind in NodeKind::ALL {
            let nodes = selection.nodes.keys().copied();
            let of_kind = |node: &NodeId| self.graph.node(*node).map(|n| n.kind) == Some(kind);
            let nodes: Vec<NodeId> = nodes.filter(of_kind).collect();
            let nodes: Vec<NodeId> =
                nodes.into_iter().filter(|node| self.has_branches(*node)).collect();
            if nodes.is_empty() {
                continue;
            }
            self.out.push_str(&format!("{}\n", heading(kind.plural(), self.style)));
            for node in nodes {
                self.expanded.clear();
                self.root(node, "  ");
            }
            self.out.push('\n');
        }
    }

    fn each_root(&mut self, selection: &Selection) {
        for root in &selection.roots {
            if !self.expanded.contains(root) {
                self.root(*root, "");
            }
        }
        self.out.push('\n');
    }

    fn root(&mut self, node: NodeId, indent: &str) {
        let Some(shown) = self.graph.node(node) else { return };
        self.out.push_str(&format!("{indent}{}{}\n", name(shown), self.notes(shown)));
        self.expand(node, indent);
    }

    /// What stands below a node.
    fn expand(&mut self, node: NodeId, indent: &str) {
        self.expanded.insert(node);
        self.on_way.push(node);
        let branches = self.branches(node);
        let count = branches.len();
        for (i, branch) in branches.into_iter().enumerate() {
            let is_last = i + 1 == count;
            let (fork, rest) = match (self.style.unicode, is_last) {
                (true, false) => ("├── ", "│   "),
                (true, true) => ("└── ", "    "),
                (false, false) => ("|-- ", "|   "),
                (false, true) => ("`-- ", "    "),
            };
            let line = self.line(&branch);
            let is_circle = self.on_way.contains(&branch.node);
            let is_known = self.expanded.contains(&branch.node) && self.has_branches(branch.node);
            let is_whole = self.depth == 1;
            let mark = match (is_circle, is_known) {
                (true, _) => " (circle)",
                (_, true) if !is_whole => " (*)",
                _ => "",
            };
            self.out.push_str(&format!("{indent}{fork}{line}{mark}\n"));
            let goes_on = !is_circle && !self.expanded.contains(&branch.node);
            if goes_on && self.on_way.len() < self.depth {
                self.expand(branch.node, &format!("{indent}{rest}"));
            } else if goes_on && self.depth == DEEPEST && self.has_branches(branch.node) {
                self.was_cut = true;
            }
        }
        self.on_way.pop();
    }

    fn line(&self, branch: &Branch<'_>) -> String {
        let Some(node) = self.graph.node(branch.node) else { return String::new() };
        let kind = branch.kind.name();
        let (name, notes) = (name(node), self.notes(node));
        let at = place(self.graph, branch.first, self.style);
        let more = match branch.count {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let at = faint(&format!("{at}{more}"), self.style);
        match self.direction {
            Direction::Forward => format!("{kind} {name}{notes}  {at}"),
            Direction::Reverse => format!("{name}{notes} ({kind})  {at}"),
        }
    }

    fn notes(&self, node: &Node) -> String {
        let version = node.version.as_ref().filter(|_| node.kind != NodeKind::Topic);
        let version = version.map(|version| format!(" {}", visible(version)));
        let unread = if node.is_unread { " (cannot be read)" } else { "" };
        format!("{}{unread}", version.unwrap_or_default())
    }

    fn has_branches(&self, node: NodeId) -> bool {
        self.steps(node).next().is_some()
    }

    /// The references that lead on from a node, with the nodes there.
    fn steps(&self, node: NodeId) -> impl Iterator<Item = (NodeId, &'g Edge)> {
        let graph = self.graph;
        let ids = match self.direction {
            Direction::Forward => graph.out(node),
            Direction::Reverse => graph.into(node),
        };
        // An envelope names every topic: whoever asks for one does not ask for all.
        let names_topics = self.on_way.len() <= 1;
        let is_recursive = graph.node(node).is_some_and(|node| node.cycle.is_some());
        let selected = ids.iter().filter(|id| self.is_selected.get(**id) == Some(&true));
        selected.filter_map(|id| graph.edge(*id)).filter_map(move |edge| {
            let next = if self.direction == Direction::Forward { edge.to } else { edge.from };
            let is_shown = edge.kind != EdgeKind::BelongsTo
                && (edge.kind != EdgeKind::Enumerates || names_topics)
                && (next != node || is_recursive);
            is_shown.then_some((next, edge))
        })
    }

    fn branches(&self, node: NodeId) -> Vec<Branch<'g>> {
        let mut found: BTreeMap<(NodeId, EdgeKind), usize> = BTreeMap::new();
        let mut branches: Vec<Branch<'_>> = Vec::new();
        for (next, edge) in self.steps(node) {
            let at = *found.entry((next, edge.kind)).or_insert(branches.len());
            match branches.get_mut(at) {
                Some(branch) => branch.count += 1,
                None => {
                    branches.push(Branch { node: next, kind: edge.kind, first: edge, count: 1 })
                }
            }
        }
        branches
    }
}

/// A node as it is called, and what it is where its name does not tell.
fn name(node: &Node) -> String {
    let shown = visible(&node.name);
    match node.kind {
        NodeKind::Topic | NodeKind::Module | NodeKind::Crate => {
            format!("{} {shown}", node.kind.name())
        }
        _ => shown,
    }
}

pub(super) fn heading(text: &str, style: &Style) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

pub(super) fn faint(text: &str, style: &Style) -> String {
    if style.color { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// How much there is, and what is not known.
fn summary(graph: &Graph, selection: &Selection) -> String {
    let known = |node: &NodeId| selection.nodes.contains_key(node);
    let references = selection.edges.iter().filter_map(|id| graph.edge(*id));
    let references = references.filter(|edge| edge.kind != EdgeKind::BelongsTo).count();
    let mut out =
        format!("{}, {}", plural(selection.nodes.len(), "node"), plural(references, "reference"));
    let circles: Vec<&Vec<NodeId>> =
        graph.cycles.iter().filter(|circle| circle.iter().all(known)).collect();
    match circles.len() {
        0 => out.push_str(", no circle"),
        n => out.push_str(&format!(", {}", plural(n, "circle"))),
    }
    if selection.roots.is_empty() {
        let alone = selection.nodes.keys().filter(|node| graph.is_alone(**node)).count();
        if alone > 0 {
            out.push_str(&format!("; {} without any", plural(alone, "node")));
        }
    }
    out.push('\n');
    for circle in circles {
        let names: Vec<String> = circle.iter().filter_map(|n| graph.node(*n)).map(name).collect();
        let shown = names.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        let more = names.len().checked_sub(8).filter(|n| *n > 0);
        let more = more.map_or(String::new(), |n| format!(" and {n} more"));
        out.push_str(&format!("circle: {shown}{more}\n"));
    }
    let dangling = graph.dangling.iter().filter(|d| known(&d.from)).count();
    if dangling > 0 {
        let verb = if dangling == 1 { "leads" } else { "lead" };
        out.push_str(&format!(
            "{} {verb} nowhere; `--format short` shows where\n",
            plural(dangling, "reference")
        ));
    }
    let unread = graph.nodes.iter().filter(|node| node.is_unread).count();
    if unread > 0 {
        out.push_str(&format!(
            "{} cannot be read, so that references are missing; `contract-guard check` says why\n",
            plural(unread, "file")
        ));
    }
    out
}
