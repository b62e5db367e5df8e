//! The language of Graphviz: <https://graphviz.org/doc/info/lang.html>.

use super::{framed, label, picture};
use crate::catalog::Kind;
use crate::graph::{EdgeKind, Graph, NodeKind, Selection};
use crate::report::escape::visible;

pub(super) fn render(graph: &Graph, selection: &Selection) -> String {
    let lines = picture(graph, selection);
    let mut out = String::from(
        "digraph contracts {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n  \
         edge [fontname=\"sans-serif\", fontsize=8];\n",
    );
    for (frame, (module, nodes)) in framed(graph, selection, &lines).into_iter().enumerate() {
        let indent = if module.is_some() { "    " } else { "  " };
        if let Some(module) = module {
            let text = quoted(&visible(module));
            out.push_str(&format!("  subgraph cluster_{frame} {{\n    label={text};\n"));
        }
        for (_, node) in nodes {
            let text = quoted(&label(graph, node));
            let shape = shape(node.kind);
            let color = if node.cycle.is_some() { ", color=red" } else { "" };
            let id = quoted(&visible(&node.id));
            out.push_str(&format!("{indent}{id} [label={text}, shape={shape}{color}];\n"));
        }
        if module.is_some() {
            out.push_str("  }\n");
        }
    }
    for line in &lines {
        let id =
            |node| graph.node(node).map_or_else(String::new, |node| quoted(&visible(&node.id)));
        let mut look = Vec::new();
        if line.kind != EdgeKind::Refers {
            look.push(format!("label=\"{}\"", line.kind.name()));
        }
        if matches!(line.kind, EdgeKind::ExampleOf | EdgeKind::EventOf) {
            look.push("style=dotted".to_owned());
        }
        if line.in_circle {
            look.push("color=red".to_owned());
        }
        if line.count > 1 {
            look.push(format!("weight={}", line.count.min(8)));
        }
        let look = if look.is_empty() { String::new() } else { format!(" [{}]", look.join(", ")) };
        out.push_str(&format!("  {} -> {}{look};\n", id(line.from), id(line.to)));
    }
    out.push_str("}\n");
    out
}

fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Artifact(Kind::Envelope) => "box3d",
        NodeKind::Artifact(Kind::Example) => "note",
        NodeKind::Artifact(Kind::Invariant) => "octagon",
        NodeKind::Topic => "cds",
        NodeKind::Operation => "hexagon",
        NodeKind::Crate => "component",
        NodeKind::Definition => "plaintext",
        _ => "box",
    }
}

/// A quoted string: only the quote ends it, and a backslash would begin an escape.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
