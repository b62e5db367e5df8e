//! A Mermaid flowchart. Everything from a contract is a quoted label in which what Mermaid reads as markup is
//! an entity code.

use super::{framed, label, picture};
use crate::catalog::Kind;
use crate::graph::{EdgeKind, Graph, NodeId, NodeKind, Selection};
use crate::report::escape::visible;

pub(super) fn render(graph: &Graph, selection: &Selection) -> String {
    let lines = picture(graph, selection);
    let mut out = String::from("flowchart LR\n");
    for (frame, (module, nodes)) in framed(graph, selection, &lines).into_iter().enumerate() {
        let indent = if module.is_some() { "    " } else { "  " };
        if let Some(module) = module {
            out.push_str(&format!("  subgraph m{frame}[\"{}\"]\n", quoted(&visible(module))));
        }
        for (id, node) in nodes {
            let (open, close) = shape(node.kind);
            let text = quoted(&label(graph, node));
            out.push_str(&format!("{indent}n{id}{open}\"{text}\"{close}\n"));
        }
        if module.is_some() {
            out.push_str("  end\n");
        }
    }
    for line in &lines {
        let arrow = match (line.in_circle, line.kind) {
            (true, _) => "==>",
            (_, EdgeKind::ExampleOf | EdgeKind::EventOf) => "-.->",
            _ => "-->",
        };
        let text = match line.kind {
            EdgeKind::Refers => String::new(),
            kind => format!("|{}|", kind.name()),
        };
        let (from, to): (NodeId, NodeId) = (line.from, line.to);
        out.push_str(&format!("  n{from} {arrow}{text} n{to}\n"));
    }
    out
}

/// Brackets by kind: <https://mermaid.js.org/syntax/flowchart.html>.
fn shape(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Artifact(Kind::Envelope) => ("[[", "]]"),
        NodeKind::Artifact(Kind::Example) => ("(", ")"),
        NodeKind::Artifact(Kind::Invariant) => ("[\\", "/]"),
        NodeKind::Topic => ("([", "])"),
        NodeKind::Operation => ("{{", "}}"),
        NodeKind::Crate => ("[(", ")]"),
        _ => ("[", "]"),
    }
}

/// Entity codes as Mermaid has them.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' | '\\' | '*' | '~' | '$' | '[' | ']' | '{' | '}' | ';' | '%' => {
                out.push_str(&format!("#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}
