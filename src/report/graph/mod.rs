//! What refers to what, and who is hit by a change, as text, JSON, Mermaid and DOT.

mod dot;
mod impact;
mod json;
mod lines;
mod mermaid;
mod tree;

pub use impact::render_impact;

use super::Style;
use super::escape::visible;
use crate::graph::{Edge, EdgeKind, Graph, Node, NodeId, Selection};

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// For people: trees.
    Human,
    /// One line a reference.
    Short,
    /// For programs: `schemas/graph-1.schema.json`, `schemas/impact-1.schema.json`.
    Json,
    /// A picture in Markdown.
    Mermaid,
    /// A picture by Graphviz.
    Dot,
}

/// Writes a part of a graph. `depth` is how far trees go.
pub fn render_graph(
    graph: &Graph,
    selection: &Selection,
    depth: Option<usize>,
    format: GraphFormat,
    style: &Style,
) -> String {
    match format {
        GraphFormat::Human => tree::render(graph, selection, depth, style),
        GraphFormat::Short => lines::render(graph, selection, style),
        GraphFormat::Json => json::render(graph, selection),
        GraphFormat::Mermaid => mermaid::render(graph, selection),
        GraphFormat::Dot => dot::render(graph, selection),
    }
}

/// Where a reference stands: `line 12` beside the name of its file, `path:12` elsewhere, as it leads there
/// from the current folder.
fn place(graph: &Graph, edge: &Edge, style: &Style) -> String {
    let path = graph.path(edge.at.file);
    let is_named = graph.node(edge.from).is_some_and(|node| node.name.starts_with(path));
    match edge.position {
        Some(position) if is_named => format!("line {}", position.line),
        Some(position) => format!("{}{}:{}", style.prefix, visible(path), position.line),
        None => format!("{}{}", style.prefix, visible(path)),
    }
}

fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// References of one kind between two nodes, of which a picture shows one line.
struct Line {
    from: NodeId,
    to: NodeId,
    kind: EdgeKind,
    count: usize,
    in_circle: bool,
}

/// The lines of a picture. Belonging to a module is shown by a frame.
fn picture(graph: &Graph, selection: &Selection) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let edges = selection.edges.iter().filter_map(|id| graph.edge(*id));
    let mut edges: Vec<&Edge> = edges.filter(|e| e.kind != EdgeKind::BelongsTo).collect();
    edges.sort_by_key(|edge| (edge.from, edge.to, edge.kind));
    for edge in edges {
        let is_same =
            |line: &&mut Line| (line.from, line.to, line.kind) == (edge.from, edge.to, edge.kind);
        if let Some(line) = lines.last_mut().filter(|line| is_same(line)) {
            line.count += 1;
            continue;
        }
        let circle = |node: NodeId| graph.node(node).and_then(|node| node.cycle);
        let in_circle = circle(edge.from).is_some() && circle(edge.from) == circle(edge.to);
        // A reference to a neighbour in the same schema says nothing in a picture.
        if edge.from != edge.to || in_circle {
            let (from, to, kind) = (edge.from, edge.to, edge.kind);
            lines.push(Line { from, to, kind, count: 1, in_circle });
        }
    }
    lines
}

/// A module, or none, and its nodes.
type Frame<'g> = (Option<&'g str>, Vec<(NodeId, &'g Node)>);

/// The nodes of a picture by module; those of none first. Those without a line are left out of the whole,
/// where they would bury the rest.
fn framed<'g>(graph: &'g Graph, selection: &Selection, lines: &[Line]) -> Vec<Frame<'g>> {
    let linked: std::collections::BTreeSet<NodeId> =
        lines.iter().flat_map(|line| [line.from, line.to]).collect();
    let mut frames: std::collections::BTreeMap<Option<&str>, Vec<(NodeId, &Node)>> =
        std::collections::BTreeMap::new();
    for id in selection.nodes.keys() {
        let is_shown = linked.contains(id) || selection.roots.contains(id);
        let Some(node) = graph.node(*id).filter(|_| is_shown) else { continue };
        let is_frame = node.kind == crate::graph::NodeKind::Module;
        if !is_frame || linked.contains(id) {
            frames.entry(node.module.as_deref()).or_default().push((*id, node));
        }
    }
    frames.into_iter().collect()
}

/// The name of a node in a picture: short, without the contracts root.
fn label(graph: &Graph, node: &Node) -> String {
    visible(graph.below_root(&node.name))
}
