//! `contract-guard/graph-1` and what it shares with `contract-guard/impact-1`: the published JSON, with types
//! of its own. The schemas are `schemas/graph-1.schema.json` and `schemas/impact-1.schema.json`.

use serde::Serialize;

use crate::document::Position;
use crate::graph::{Dangling, Direction, Edge, EdgeKind, Graph, Node, NodeId, Place, Selection};
use crate::report::tool::Tool;

#[derive(Serialize)]
struct Report<'g> {
    format: &'static str,
    tool: Tool,
    direction: &'static str,
    roots: Vec<&'g str>,
    counts: Counts,
    nodes: Vec<OutNode<'g>>,
    edges: Vec<OutEdge<'g>>,
    dangling: Vec<OutDangling<'g>>,
    cycles: Vec<Vec<&'g str>>,
}

#[derive(Serialize)]
struct Counts {
    nodes: usize,
    edges: usize,
    dangling: usize,
    cycles: usize,
    unread: usize,
}

#[derive(Serialize)]
pub(super) struct OutNode<'g> {
    id: &'g str,
    kind: &'static str,
    name: &'g str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'g str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unread: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct OutEdge<'g> {
    from: &'g str,
    to: &'g str,
    kind: String,
    at: OutPlace<'g>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<OutPlace<'g>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'g str,
}

#[derive(Serialize)]
struct OutDangling<'g> {
    from: &'g str,
    kind: String,
    at: OutPlace<'g>,
    text: &'g str,
}

#[derive(Serialize)]
pub(super) struct OutPlace<'g> {
    file: &'g str,
    pointer: &'g str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

pub(super) fn render(graph: &Graph, selection: &Selection) -> String {
    let is_known = |node: &NodeId| selection.nodes.contains_key(node);
    let nodes: Vec<OutNode<'_>> =
        selection.nodes.keys().filter_map(|id| graph.node(*id)).map(|n| node(graph, n)).collect();
    let edges: Vec<OutEdge<'_>> =
        selection.edges.iter().filter_map(|id| graph.edge(*id)).map(|e| edge(graph, e)).collect();
    let dangling = graph.dangling.iter().filter(|dangling| is_known(&dangling.from));
    let dangling: Vec<OutDangling<'_>> = dangling.map(|d| out_dangling(graph, d)).collect();
    let cycles = graph.cycles.iter().filter(|nodes| nodes.iter().all(is_known));
    let cycles: Vec<Vec<&str>> =
        cycles.map(|nodes| nodes.iter().map(|node| id(graph, *node)).collect()).collect();
    let report = Report {
        format: "contract-guard/graph-1",
        tool: Tool::THIS,
        direction: match selection.direction {
            Direction::Forward => "forward",
            Direction::Reverse => "reverse",
        },
        roots: selection.roots.iter().map(|root| id(graph, *root)).collect(),
        counts: Counts {
            nodes: nodes.len(),
            edges: edges.len(),
            dangling: dangling.len(),
            cycles: cycles.len(),
            unread: nodes.iter().filter(|node| node.unread).count(),
        },
        nodes,
        edges,
        dangling,
        cycles,
    };
    pretty(&report)
}

/// Structures of texts and numbers always have a JSON form.
pub(super) fn pretty(report: &impl Serialize) -> String {
    serde_json::to_string_pretty(report).map_or_else(|_| String::new(), |text| format!("{text}\n"))
}

pub(super) fn id(graph: &Graph, node: NodeId) -> &str {
    graph.node(node).map_or("?", |node| node.id.as_str())
}

pub(super) fn node<'g>(graph: &'g Graph, node: &'g Node) -> OutNode<'g> {
    OutNode {
        id: &node.id,
        kind: node.kind.name(),
        name: &node.name,
        alias: node.alias.as_deref(),
        file: node.place.as_ref().map(|place| graph.path(place.file)),
        pointer: node.place.as_ref().map(|place| place.at.as_str()),
        line: node.line,
        module: node.module.as_deref(),
        version: node.version.as_deref(),
        unread: node.is_unread,
        cycle: node.cycle,
    }
}

pub(super) fn edge<'g>(graph: &'g Graph, edge: &'g Edge) -> OutEdge<'g> {
    OutEdge {
        from: id(graph, edge.from),
        to: id(graph, edge.to),
        kind: kind(edge.kind),
        at: place(graph, &edge.at, edge.position),
        target: edge.target.as_ref().map(|target| place(graph, target, None)),
        text: &edge.text,
    }
}

fn out_dangling<'g>(graph: &'g Graph, dangling: &'g Dangling) -> OutDangling<'g> {
    OutDangling {
        from: id(graph, dangling.from),
        kind: kind(dangling.kind),
        at: place(graph, &dangling.at, dangling.position),
        text: &dangling.text,
    }
}

/// `refers-to`
fn kind(kind: EdgeKind) -> String {
    kind.name().replace(' ', "-")
}

pub(super) fn place<'g>(
    graph: &'g Graph,
    place: &'g Place,
    position: Option<Position>,
) -> OutPlace<'g> {
    OutPlace {
        file: graph.path(place.file),
        pointer: place.at.as_str(),
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
    }
}
