//! Topics and operations, a line each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Page;
use super::schemas::{Link, anchor, is_deprecated};
use crate::catalog::ItemId;
use crate::document::{Pointer, Value};
use crate::graph::{EdgeKind, Node, NodeKind};

#[derive(Serialize)]
pub(super) struct TopicRow {
    name: String,
    payload: Option<Link>,
    obligations: String,
    examples: usize,
    description: Option<String>,
}

/// All topics, by name.
pub(super) fn topics(page: &Page<'_>) -> Vec<TopicRow> {
    let catalog = page.catalog;
    let link = |id: ItemId| {
        let item = catalog.item(id)?;
        Some(Link { anchor: anchor(id), text: item.path.file_name().to_owned() })
    };
    let mut examples: BTreeMap<(ItemId, &Pointer), usize> = BTreeMap::new();
    for edge in page.graph.edges.iter().filter(|edge| edge.kind == EdgeKind::EventOf) {
        if let Some(target) = &edge.target {
            *examples.entry((target.file, &target.at)).or_default() += 1;
        }
    }
    let mut rows: Vec<TopicRow> = catalog
        .topics
        .iter()
        .map(|topic| TopicRow {
            name: topic.full_name(),
            payload: topic.schema.and_then(link),
            obligations: topic.obligations.join(", "),
            examples: examples.get(&(topic.item, &topic.at)).copied().unwrap_or(0),
            description: catalog
                .value_at(topic.item, &topic.at)
                .and_then(|value| value.str_at("description"))
                .map(str::to_owned),
        })
        .collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

#[derive(Serialize)]
pub(super) struct OperationRow {
    name: String,
    operation_id: Option<String>,
    summary: Option<String>,
    answers: String,
    is_deprecated: bool,
    file: String,
}

/// All operations, by path.
pub(super) fn operations(page: &Page<'_>) -> Vec<OperationRow> {
    let graph = page.graph;
    let nodes = graph.of_kind(NodeKind::Operation).filter_map(|id| graph.node(id));
    let row = |node: &Node| {
        let place = node.place.as_ref()?;
        let value = page.catalog.value_at(place.file, &place.at)?;
        let answers = value.get("responses").map(Value::members).unwrap_or_default();
        let answers: Vec<&str> = answers.iter().map(|member| member.key.as_str()).collect();
        Some(OperationRow {
            name: node.name.clone(),
            operation_id: node.alias.clone(),
            summary: value.str_at("summary").map(str::to_owned),
            answers: answers.join(" "),
            is_deprecated: is_deprecated(value),
            file: graph.path(place.file).to_owned(),
        })
    };
    let mut rows: Vec<OperationRow> = nodes.filter_map(row).collect();
    let path = |row: &OperationRow| {
        let (verb, path) = row.name.split_once(' ').unwrap_or_default();
        (path.to_owned(), verb.to_owned())
    };
    rows.sort_by_cached_key(path);
    rows
}
