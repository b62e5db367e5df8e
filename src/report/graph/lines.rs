//! One line a reference: `path:line:column: from: kind to`.

use crate::document::Position;
use crate::graph::{EdgeKind, Graph, NodeId, Place, Selection};
use crate::report::Style;
use crate::report::escape::visible;

pub(super) fn render(graph: &Graph, selection: &Selection, style: &Style) -> String {
    let id = |node: NodeId| graph.node(node).map_or_else(String::new, |node| visible(&node.id));
    let mut out = String::new();
    for edge in selection.edges.iter().filter_map(|id| graph.edge(*id)) {
        if edge.kind != EdgeKind::BelongsTo {
            let at = place(graph, &edge.at, edge.position, style);
            let (from, to) = (id(edge.from), id(edge.to));
            out.push_str(&format!("{at}: {from}: {} {to}\n", edge.kind.name()));
        }
    }
    for dangling in graph.dangling.iter().filter(|d| selection.nodes.contains_key(&d.from)) {
        let at = place(graph, &dangling.at, dangling.position, style);
        let (from, kind) = (id(dangling.from), dangling.kind.name());
        let text = visible(&dangling.text);
        out.push_str(&format!("{at}: {from}: {kind} `{text}`, which is not there\n"));
    }
    out
}

pub(super) fn place(
    graph: &Graph,
    at: &Place,
    position: Option<Position>,
    style: &Style,
) -> String {
    let path = format!("{}{}", style.prefix, visible(graph.path(at.file)));
    match position {
        Some(position) => format!("{path}:{}:{}", position.line, position.column),
        None => path,
    }
}
