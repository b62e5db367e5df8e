//! The contracts of a repository as its crates name them: from the graph of the tree, its newest freeze, and what
//! broke since the baseline.

use std::collections::BTreeMap;

use crate::catalog::{self, Catalog, Kind};
use crate::change::Impact;
use crate::cli::load::Loaded;
use crate::gate::{self, Comparison};
use crate::graph::{self, EdgeKind, Graph, Node, NodeId, NodeKind};
use crate::laws::{Contract, Contracts};

/// All of them: those of now, and those that are gone since the baseline.
pub(super) fn contracts(now: &Loaded, before: Option<&(Loaded, Comparison)>) -> Contracts {
    let graph = graph::build(&now.catalog, &[]);
    let mut all: Vec<Contract> = named(&now.catalog, &graph).collect();
    let newest = gate::newest_freeze(&now.catalog);
    if let Some((version, tree)) = &newest {
        let config = &now.config;
        let catalog = catalog::build_uncompiled(tree, &config.layout, &config.limits);
        let frozen = graph::build(&catalog, &[]);
        for contract in &mut all {
            let there = frozen.by_id(&contract.id).and_then(|id| frozen.node(id));
            contract.frozen = there.and_then(|there| match there.kind {
                NodeKind::Topic => there.version.clone(),
                _ => Some(version.to_string()),
            });
        }
    }
    let mut gone = Vec::new();
    if let Some((before, comparison)) = before {
        let was = graph::build(&before.catalog, &[]);
        let breaks = breaks(&was, &before.catalog, comparison);
        let is_gone = |contract: &Contract| graph.by_id(&contract.id).is_none();
        gone.extend(named(&before.catalog, &was).filter(is_gone));
        for contract in all.iter_mut().chain(&mut gone) {
            contract.breaks = breaks.get(&contract.id).cloned().unwrap_or_default();
        }
    }
    Contracts { all, gone, newest: newest.map(|(version, _)| version.to_string()) }
}

fn named<'g>(catalog: &'g Catalog, graph: &'g Graph) -> impl Iterator<Item = Contract> + use<'g> {
    let nodes = graph.nodes.iter().enumerate();
    nodes.filter_map(|(id, node)| contract(catalog, graph, id, node))
}

fn contract(catalog: &Catalog, graph: &Graph, id: NodeId, node: &Node) -> Option<Contract> {
    let mut contract = Contract {
        id: node.id.clone(),
        names: graph::called(graph, node),
        version: declared(catalog, node),
        ..Contract::default()
    };
    match node.kind {
        NodeKind::Artifact(kind) if kind.is_schema() => {
            contract.kind = "schema";
            // The name of the file is what `$ref`s are made of, not a use of its own.
            let is_name = |name: &&String| name.contains('/') && !name.ends_with(".json");
            contract.texts = contract.names.iter().filter(is_name).cloned().collect();
        }
        NodeKind::Artifact(Kind::OpenApi) => {
            contract.kind = "API";
            let below = graph.below_root(&node.name);
            contract.names.extend(below.rsplit_once('.').map(|(stem, _)| stem.to_owned()));
            contract.texts = operations(graph, node);
        }
        NodeKind::Topic => {
            contract.kind = "topic";
            let (name, _) = node.name.split_once('@').unwrap_or((&node.name, ""));
            contract.texts = vec![node.name.clone(), name.to_owned()];
            contract.variant = Some(pascal(name));
            contract.version.clone_from(&node.version);
            contract.payload = payload(graph, id);
        }
        NodeKind::Operation => {
            contract.kind = "operation";
            let path = node.name.split_once(' ').map(|(_, path)| path.to_owned());
            contract.texts = node.alias.iter().cloned().chain(path).collect();
        }
        _ => return None,
    }
    Some(contract)
}

/// The version that a module declares for what is in it, or the set for what is in none.
fn declared(catalog: &Catalog, node: &Node) -> Option<String> {
    let of = |module: Option<&str>| {
        let found = catalog.versions.iter().find(|v| v.folder.as_deref() == module);
        found.and_then(|versions| versions.current.text.clone())
    };
    node.module.as_deref().and_then(|module| of(Some(module))).or_else(|| of(None))
}

/// Ids and paths of the operations that stand in a document.
fn operations(graph: &Graph, document: &Node) -> Vec<String> {
    let file = document.place.as_ref().map(|place| place.file);
    let mut texts = Vec::new();
    for id in graph.of_kind(NodeKind::Operation) {
        let Some(node) = graph.node(id) else { continue };
        if node.place.as_ref().map(|place| place.file) == file {
            texts.extend(node.alias.clone());
            texts.extend(node.name.split_once(' ').map(|(_, path)| path.to_owned()));
        }
    }
    texts
}

/// The names of the schema that a topic carries, the shortest first.
fn payload(graph: &Graph, topic: NodeId) -> Vec<String> {
    let edges = graph.out(topic).iter().filter_map(|edge| graph.edge(*edge));
    let carried = edges.filter(|edge| edge.kind == EdgeKind::Payload);
    let nodes = carried.filter_map(|edge| graph.node(edge.to));
    let mut names: Vec<String> = nodes.flat_map(|node| graph::called(graph, node)).collect();
    names.sort_by_key(String::len);
    names
}

/// `NOTE_CREATED` as a variant: `NoteCreated`.
fn pascal(name: &str) -> String {
    let mut out = String::new();
    for part in name.split(['_', '.', '-']) {
        let mut letters = part.chars();
        out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        out.extend(letters.map(|c| c.to_ascii_lowercase()));
    }
    out
}

/// What broke, by the id of whatever is hit by it.
fn breaks(graph: &Graph, old: &Catalog, compared: &Comparison) -> BTreeMap<String, Vec<String>> {
    let mut breaks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in &compared.items {
        let is_break = |impact| matches!(impact, Impact::Major | Impact::Unproven);
        if !item.change.as_ref().is_some_and(|change| is_break(change.impact)) {
            continue;
        }
        let place = &item.finding.primary;
        let path = place.artifact.as_str();
        let exact = format!("{path}#{}", place.pointer);
        let found = graph::find(graph, old, &exact).ok();
        let Some(found) = found.or_else(|| graph::find(graph, old, path).ok()) else { continue };
        let hits = graph::impact(graph, &found).hits.into_iter().map(|hit| hit.node);
        // The file itself is hit by what changes in it.
        let own = graph.nodes.iter().position(|node| node.id == path);
        for id in hits.chain(found.nodes.iter().copied()).chain(own) {
            let Some(node) = graph.node(id) else { continue };
            let why = breaks.entry(node.id.clone()).or_default();
            if !why.contains(&item.finding.message) {
                why.push(item.finding.message.clone());
            }
        }
    }
    breaks
}
