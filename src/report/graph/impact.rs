//! Who is hit by a change, and through what.

use serde::Serialize;

use super::json::{self, OutEdge, OutNode, OutPlace};
use super::lines::place as line_of;
use super::tree::{faint, heading};
use super::{GraphFormat, place};
use crate::graph::{Edge, Found, Graph, Hit, Impact, NodeId, NodeKind};
use crate::report::Style;
use crate::report::escape::visible;
use crate::report::tool::Tool;

/// Writes who is hit when `changed` changes.
pub fn render_impact(
    graph: &Graph,
    changed: &Found,
    impact: &Impact,
    format: GraphFormat,
    style: &Style,
) -> String {
    match format {
        GraphFormat::Json => json(graph, changed, impact),
        GraphFormat::Short => short(graph, impact, style),
        _ => human(graph, changed, impact, style),
    }
}

fn human(graph: &Graph, changed: &Found, impact: &Impact, style: &Style) -> String {
    let label = visible(&changed.label);
    let unread = graph.nodes.iter().filter(|node| node.is_unread).count();
    let caution = match unread {
        0 => String::new(),
        1 => "1 file cannot be read: what it refers to is not known\n".to_owned(),
        n => format!("{n} files cannot be read: what they refer to is not known\n"),
    };
    if impact.hits.is_empty() {
        return format!("nothing refers to {label}: a change of it hits nobody\n{caution}");
    }
    let mut out = format!("a change of {label} hits {}\n", counts(graph, impact));
    for kind in NodeKind::ALL {
        let of_kind = |hit: &&Hit| graph.node(hit.node).map(|node| node.kind) == Some(kind);
        let hits: Vec<&Hit> = impact.hits.iter().filter(of_kind).collect();
        if hits.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", heading(kind.plural(), style)));
        for hit in hits {
            let edges = edges(graph, hit);
            let name = graph.node(hit.node).map_or_else(String::new, |node| visible(&node.name));
            out.push_str(&format!("  {name}\n"));
            if let Some(first) = edges.first() {
                let at = faint(&place(graph, first, style), style);
                out.push_str(&format!("    {}, {at}\n", way(graph, &edges)));
            }
        }
    }
    format!("{out}{caution}")
}

/// `3 schemas, 2 topics, 1 crate`
fn counts(graph: &Graph, impact: &Impact) -> String {
    let count = |kind: NodeKind| {
        let of_kind = |hit: &&Hit| graph.node(hit.node).map(|node| node.kind) == Some(kind);
        impact.hits.iter().filter(of_kind).count()
    };
    let parts: Vec<String> = NodeKind::ALL
        .iter()
        .filter_map(|kind| match count(*kind) {
            0 => None,
            1 => Some(format!("1 {}", kind.noun())),
            n => Some(format!("{n} {}", kind.plural())),
        })
        .collect();
    parts.join(", ")
}

fn edges<'g>(graph: &'g Graph, hit: &Hit) -> Vec<&'g Edge> {
    hit.chain.iter().filter_map(|id| graph.edge(*id)).collect()
}

fn shown(graph: &Graph, node: NodeId) -> String {
    graph.node(node).map_or_else(String::new, |node| visible(graph.below_root(&node.name)))
}

/// `payload, through storage/note.schema.json, storage/common.schema.json#/$defs/Ulid`. Steps that stay in one
/// node are no steps for the reader.
fn way(graph: &Graph, edges: &[&Edge]) -> String {
    let Some((first, rest)) = edges.split_first() else { return String::new() };
    let kind = first.kind.verb();
    let mut through: Vec<String> = Vec::new();
    for edge in rest {
        let name = shown(graph, edge.from);
        if edge.from != first.from && through.last() != Some(&name) {
            through.push(name);
        }
    }
    match (through.is_empty(), first.target.is_some()) {
        (true, true) => format!("{kind} it"),
        // A module holds what changes, or somebody who is hit.
        (true, false) => format!("has {}", shown(graph, first.from)),
        (false, false) => {
            through.insert(0, shown(graph, first.from));
            format!("has {}", through.join(", through "))
        }
        (false, true) => format!("{kind} {}", through.join(", through ")),
    }
}

fn short(graph: &Graph, impact: &Impact, style: &Style) -> String {
    let mut out = String::new();
    for hit in &impact.hits {
        let edges = edges(graph, hit);
        let Some((first, node)) = edges.first().zip(graph.node(hit.node)) else { continue };
        let at = line_of(graph, &first.at, first.position, style);
        let (kind, name) = (node.kind.name(), visible(&node.name));
        out.push_str(&format!("{at}: {kind} {name}: {}\n", way(graph, &edges)));
    }
    out
}

#[derive(Serialize)]
struct Report<'g> {
    format: &'static str,
    tool: Tool,
    changed: Changed<'g>,
    hits: Vec<OutHit<'g>>,
}

#[derive(Serialize)]
struct Changed<'g> {
    name: &'g str,
    places: Vec<OutPlace<'g>>,
    nodes: Vec<&'g str>,
}

#[derive(Serialize)]
struct OutHit<'g> {
    node: OutNode<'g>,
    distance: usize,
    chain: Vec<OutEdge<'g>>,
}

fn json(graph: &Graph, changed: &Found, impact: &Impact) -> String {
    let hit = |hit: &Hit| {
        let node = graph.node(hit.node)?;
        let chain = edges(graph, hit).into_iter().map(|edge| json::edge(graph, edge)).collect();
        Some(OutHit { node: json::node(graph, node), distance: hit.chain.len(), chain })
    };
    let places = changed.places.iter().map(|place| json::place(graph, place, None)).collect();
    let nodes = changed.nodes.iter().map(|node| json::id(graph, *node)).collect();
    json::pretty(&Report {
        format: "contract-guard/impact-1",
        tool: Tool::THIS,
        changed: Changed { name: &changed.label, places, nodes },
        hits: impact.hits.iter().filter_map(hit).collect(),
    })
}
