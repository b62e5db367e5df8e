//! How much of the contracts is shown, described and guarded.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Page;
use crate::catalog::{Catalog, Expect, ItemId, Kind, Partner};
use crate::document::Value;
use crate::graph::{EdgeKind, Node, NodeId, NodeKind};
use crate::laws::Standing;

/// One line.
#[derive(Serialize)]
pub(super) struct Row {
    what: &'static str,
    covered: usize,
    total: usize,
    percent: usize,
    /// What lacks it: the first of them.
    missing: Vec<String>,
    /// How many more.
    more: usize,
}

/// Names that a line lists.
const NAMES: usize = 20;

fn row(what: &'static str, all: impl IntoIterator<Item = (String, bool)>) -> Row {
    let all: Vec<(String, bool)> = all.into_iter().collect();
    let missing: Vec<String> =
        all.iter().filter(|(_, covered)| !covered).map(|(name, _)| name.clone()).collect();
    let (total, covered) = (all.len(), all.len() - missing.len());
    // Rounded down: what is not whole is not 100.
    let percent = (covered * 100).checked_div(total).unwrap_or(100);
    let more = missing.len().saturating_sub(NAMES);
    let missing = missing.into_iter().take(NAMES).collect();
    Row { what, covered, total, percent, missing, more }
}

/// All lines that are about something.
pub(super) fn rows(page: &Page<'_>) -> Vec<Row> {
    let rows = [
        row("schemas that an example shows", shown_schemas(page)),
        row("schemas with an example that must fail", refuted_schemas(page)),
        row("properties with a description", described(page)),
        row("topics with an example", topics(page, &[EdgeKind::EventOf])),
        row("topics with a payload schema", payloads(page)),
        row("operations with every answer of refusal (4xx)", judged(page, "missing-4xx-response")),
        row("operations with an operationId", judged(page, "missing-operation-id")),
        row("operations that ask for credentials, or need none", guarded(page)),
        row("modules with a declared version", modules(page)),
        row("sentences of laws that are held in full", sentences(page)),
    ];
    rows.into_iter().filter(|row| row.total > 0).collect()
}

fn has_edge(page: &Page<'_>, node: NodeId, kinds: &[EdgeKind]) -> bool {
    let edges = page.graph.into(node).iter().filter_map(|id| page.graph.edge(*id));
    edges.into_iter().any(|edge| kinds.contains(&edge.kind))
}

fn nodes<'p>(page: &Page<'p>, kind: NodeKind) -> Vec<(NodeId, &'p Node)> {
    let graph = page.graph;
    graph.of_kind(kind).filter_map(|id| Some((id, graph.node(id)?))).collect()
}

/// Whether a schema says something that an instance could break; a store of definitions does not.
fn asserts(value: &Value) -> bool {
    let keywords = [
        "properties",
        "required",
        "allOf",
        "anyOf",
        "oneOf",
        "$ref",
        "enum",
        "const",
        "type",
        "items",
        "if",
    ];
    keywords.iter().any(|keyword| value.get(keyword).is_some())
}

fn schema_nodes<'p>(page: &Page<'p>) -> Vec<(NodeId, &'p Node)> {
    let kinds = [Kind::Schema, Kind::Envelope].map(NodeKind::Artifact);
    let all = kinds.iter().flat_map(|kind| nodes(page, *kind));
    all.filter(|(_, node)| {
        let place = node.place.as_ref();
        place.and_then(|place| page.catalog.item(place.file)?.value()).is_some_and(asserts)
    })
    .collect()
}

fn shown_schemas(page: &Page<'_>) -> Vec<(String, bool)> {
    let is_shown = |node: NodeId| {
        let payload_of = page.graph.into(node).iter().filter_map(|id| page.graph.edge(*id));
        let mut topics = payload_of.filter(|edge| edge.kind == EdgeKind::Payload);
        has_edge(page, node, &[EdgeKind::ExampleOf])
            || topics.any(|edge| has_edge(page, edge.from, &[EdgeKind::EventOf]))
    };
    schema_nodes(page).into_iter().map(|(id, node)| (node.name.clone(), is_shown(id))).collect()
}

fn refuted_schemas(page: &Page<'_>) -> Vec<(String, bool)> {
    let refuting = page.catalog.examples.iter().filter_map(|example| match example.partner {
        Partner::Schema(schema, _) => {
            example.cases.iter().any(|case| case.expect == Expect::Invalid).then_some(schema)
        }
        _ => None,
    });
    let refuted: BTreeSet<usize> = refuting.collect();
    let is_refuted =
        |node: &Node| node.place.as_ref().is_some_and(|place| refuted.contains(&place.file));
    schema_nodes(page).into_iter().map(|(_, n)| (n.name.clone(), is_refuted(n))).collect()
}

fn described(page: &Page<'_>) -> Vec<(String, bool)> {
    let schemas = page.catalog.schemas.keys();
    schemas.flat_map(|item| properties(page.catalog, *item)).collect()
}

fn topics(page: &Page<'_>, kinds: &[EdgeKind]) -> Vec<(String, bool)> {
    let of_payload = |node: NodeId| {
        let edges = page.graph.out(node).iter().filter_map(|id| page.graph.edge(*id));
        let mut payloads = edges.filter(|edge| edge.kind == EdgeKind::Payload);
        payloads.any(|edge| has_edge(page, edge.to, &[EdgeKind::ExampleOf]))
    };
    let all = nodes(page, NodeKind::Topic).into_iter();
    all.map(|(id, node)| (node.name.clone(), has_edge(page, id, kinds) || of_payload(id))).collect()
}

fn payloads(page: &Page<'_>) -> Vec<(String, bool)> {
    let topics = page.catalog.topics.iter().filter(|topic| topic.name.is_some());
    topics.map(|topic| (topic.full_name(), topic.schema.is_some())).collect()
}

/// Operations about which a check has said nothing.
fn judged(page: &Page<'_>, code: &str) -> Vec<(String, bool)> {
    let found: Vec<_> = page.found.iter().filter(|finding| finding.code.as_str() == code).collect();
    let is_named = |node: &Node| {
        let Some(place) = &node.place else { return false };
        let path = page.graph.path(place.file);
        found.iter().any(|finding| {
            let rest = finding.primary.pointer.as_str().strip_prefix(place.at.as_str());
            finding.primary.artifact.as_str() == path
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let all = nodes(page, NodeKind::Operation).into_iter();
    all.map(|(_, node)| (node.name.clone(), !is_named(node))).collect()
}

fn guarded(page: &Page<'_>) -> Vec<(String, bool)> {
    judged(page, "operation-without-security")
}

fn modules(page: &Page<'_>) -> Vec<(String, bool)> {
    let all = nodes(page, NodeKind::Module).into_iter();
    all.map(|(_, node)| (node.name.clone(), node.version.is_some())).collect()
}

fn sentences(page: &Page<'_>) -> Vec<(String, bool)> {
    let is_held = |standing: Standing| matches!(standing, Standing::Enforced | Standing::Tested);
    let all = page.statuses.iter();
    all.map(|s| (format!("{}/{}", s.law, s.sentence), is_held(s.standing))).collect()
}

/// The properties of a file by name, and whether somebody describes them: they themselves, or what they refer
/// to.
fn properties(catalog: &Catalog, item: ItemId) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let path = catalog.path(item);
    for at in catalog.schemas.get(&item).into_iter().flat_map(crate::catalog::Schema::subschemas) {
        let tokens: Vec<_> = at.tokens().collect();
        let is_property = tokens.iter().rev().nth(1).is_some_and(|token| token == "properties");
        // Conditions name properties that are described where they are declared.
        let is_condition = tokens
            .iter()
            .any(|t| matches!(t.as_ref(), "if" | "then" | "else" | "not" | "contains"));
        if !is_property || is_condition {
            continue;
        }
        let own = catalog.value_at(item, at);
        let has = |value: Option<&Value>| value.is_some_and(|v| v.str_at("description").is_some());
        let mut targets = catalog.references_of(item, at).filter_map(|r| r.target.place());
        let is_described = has(own) || targets.any(|(item, at)| has(catalog.value_at(item, at)));
        found.push((format!("{path}#{at}"), is_described));
    }
    found
}
