//! What a user means by a path, a pointer, a topic, an operation, a module or a crate.

use std::collections::{BTreeSet, HashMap};

use super::{Graph, Node, NodeId, NodeKind, Place};
use crate::catalog::Catalog;
use crate::document::{Pointer, Value};

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The name in full.
    pub label: String,
    /// The places that it covers.
    pub places: Vec<Place>,
    /// The nodes at these places and in them.
    pub nodes: Vec<NodeId>,
}

/// Why a name means nothing, or too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// Nothing is called so; these names are near.
    Unknown(Vec<String>),
    /// All of these are.
    Ambiguous(Vec<String>),
    /// The file is there; the place in it is not. What is there instead.
    NoPlace {
        /// The file.
        file: String,
        /// The deepest place on the way that exists.
        deepest: Pointer,
        /// Names there that are near.
        near: Vec<String>,
    },
}

/// Nodes by everything that they are called.
pub(super) struct Names(HashMap<String, Vec<NodeId>>);

impl Names {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut names: HashMap<String, Vec<NodeId>> = HashMap::new();
        for (id, node) in graph.nodes.iter().enumerate() {
            for name in called(graph, node) {
                let known = names.entry(name).or_default();
                if known.last() != Some(&id) {
                    known.push(id);
                }
            }
        }
        Names(names)
    }

    pub(super) fn meant(&self, name: &str) -> &[NodeId] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Everything that a node is called, its id first.
pub fn called(graph: &Graph, node: &Node) -> Vec<String> {
    let mut names = vec![node.id.clone(), node.name.clone()];
    names.extend(node.alias.clone());
    match node.kind {
        NodeKind::Topic => {
            let bare = node.name.split_once('@').map(|(bare, _)| bare.to_owned());
            names.extend(bare);
        }
        NodeKind::Operation => {
            // The path alone means all its operations.
            names.extend(node.name.split_once(' ').map(|(_, path)| path.to_owned()));
        }
        NodeKind::Crate => {
            names.extend(node.place.as_ref().map(|place| graph.path(place.file).to_owned()));
        }
        NodeKind::Artifact(kind) if kind.is_schema() => names.extend(contract_names(graph, node)),
        _ => {}
    }
    names
}

/// The names that manifests use: `storage/note` for `contracts/storage/schemas/note.schema.json`.
fn contract_names(graph: &Graph, node: &Node) -> Vec<String> {
    let below = graph.below_root(&node.name);
    let (folders, file) = below.rsplit_once('/').unwrap_or(("", below));
    let stem = file.split('.').next().unwrap_or(file);
    let folders: Vec<&str> = folders.split('/').filter(|f| !matches!(*f, "" | "schemas")).collect();
    let joined = |folders: &[&str]| [folders, &[stem]].concat().join("/");
    let mut names = vec![joined(&folders)];
    if let [_, inner @ ..] = folders.as_slice()
        && node.module.is_some()
    {
        // `notes/storage/note` and `storage/note` for what lies below `modules/notes/`.
        names.push(joined(inner));
        names.extend(inner.get(1..).map(joined));
    }
    names
}

/// Finds what a user means. A pointer after `#` leads on from there.
pub fn find(graph: &Graph, catalog: &Catalog, text: &str) -> Result<Found, NotFound> {
    if let Some(found) = exact(graph, text) {
        return Ok(found);
    }
    if let Some((head, fragment)) = text.split_once('#')
        && !head.is_empty()
    {
        let head = exact(graph, head).map_or_else(|| named(graph, head), Ok)?;
        return place_in(graph, catalog, &head, fragment);
    }
    named(graph, text)
}

fn exact(graph: &Graph, text: &str) -> Option<Found> {
    Some(found(graph, &[graph.by_id(text)?]))
}

fn named(graph: &Graph, text: &str) -> Result<Found, NotFound> {
    let names = Names::of(graph);
    let upper = text.split_once(' ').map(|(verb, path)| format!("{} {path}", verb.to_uppercase()));
    for name in std::iter::once(text.to_owned()).chain(upper) {
        match names.meant(&name) {
            [] => {}
            meant if is_one(graph, meant, text) => {
                return Ok(Found { label: name, ..found(graph, meant) });
            }
            several => return Err(NotFound::Ambiguous(ids(graph, several))),
        }
    }
    let trimmed = text.trim_end_matches('/');
    if let Some(below) = folder(graph, trimmed) {
        return Ok(below);
    }
    let end = format!("/{}", text.trim_start_matches("./"));
    let is_end = |(id, node): (NodeId, &Node)| node.id.ends_with(&end).then_some(id);
    let files = graph.nodes.iter().enumerate();
    let files: Vec<NodeId> = files.filter(|(_, n)| is_file(n)).filter_map(is_end).collect();
    match files.as_slice() {
        [] => Err(NotFound::Unknown(near(graph, text))),
        [one] => Ok(found(graph, &[*one])),
        several => Err(NotFound::Ambiguous(ids(graph, several))),
    }
}

/// Whether several nodes are meant together: the versions of a topic, the operations of a path.
fn is_one(graph: &Graph, meant: &[NodeId], text: &str) -> bool {
    let all = |kind| meant.iter().all(|id| graph.node(*id).is_some_and(|node| node.kind == kind));
    meant.len() == 1 || all(NodeKind::Topic) || (all(NodeKind::Operation) && text.starts_with('/'))
}

fn is_file(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Artifact(_) | NodeKind::Law)
}

/// All artifacts below a folder.
fn folder(graph: &Graph, text: &str) -> Option<Found> {
    let start = format!("{text}/");
    let is_below = |node: &Node| is_file(node) && node.id.starts_with(&start);
    let files = graph.nodes.iter().enumerate().filter(|(_, node)| is_below(node));
    let files: Vec<NodeId> = files.map(|(id, _)| id).collect();
    (!files.is_empty()).then(|| Found { label: start, ..found(graph, &files) })
}

/// Nodes with everything that is in them.
fn found(graph: &Graph, nodes: &[NodeId]) -> Found {
    let label = nodes.first().and_then(|id| graph.node(*id)).map(|node| node.name.clone());
    let mut places = Vec::new();
    let mut all: BTreeSet<NodeId> = nodes.iter().copied().collect();
    for node in nodes.iter().filter_map(|id| graph.node(*id)) {
        places.extend(node.place.clone());
        if node.kind == NodeKind::Module {
            let parts = graph.nodes.iter().filter(|part| part.module == node.module);
            let files = parts.filter(|part| is_file(part));
            places.extend(files.filter_map(|part| part.place.clone()));
        }
    }
    all.extend(within(graph, &places));
    Found { label: label.unwrap_or_default(), places, nodes: all.into_iter().collect() }
}

/// The nodes at some places and in them.
fn within(graph: &Graph, places: &[Place]) -> Vec<NodeId> {
    let mut by_file: HashMap<usize, Vec<&Pointer>> = HashMap::new();
    places.iter().for_each(|place| by_file.entry(place.file).or_default().push(&place.at));
    let is_covered = |node: &Node| {
        node.place.as_ref().is_some_and(|place| {
            let outer = by_file.get(&place.file).into_iter().flatten();
            outer.into_iter().any(|outer| place.at.is_within(outer))
        })
    };
    let nodes = graph.nodes.iter().enumerate().filter(|(_, node)| is_covered(node));
    nodes.map(|(id, _)| id).collect()
}

/// The place in what was found that a fragment names.
fn place_in(
    graph: &Graph,
    catalog: &Catalog,
    head: &Found,
    fragment: &str,
) -> Result<Found, NotFound> {
    let [outer] = head.places.as_slice() else {
        return Err(NotFound::Ambiguous(ids(graph, &head.nodes)));
    };
    let shorthand = ["$defs", "definitions"].map(|store| {
        let name = fragment.trim_start_matches('/');
        Pointer::root().path(&[store, name]).to_string()
    });
    let is_pointer = fragment.is_empty() || fragment.starts_with('/');
    // `#Ulid` is how one says `#/$defs/Ulid`.
    let written = [fragment.to_owned(), decoded(fragment)];
    let tried = if is_pointer { written.as_slice() } else { shorthand.as_slice() };
    for fragment in tried {
        let at = outer.at.concat(&Pointer::from(fragment.trim_end_matches('/')));
        if catalog.value_at(outer.file, &at).is_some() {
            let place = Place { file: outer.file, at };
            let label = format!("{}#{}", graph.path(place.file), place.at);
            let places = vec![place];
            return Ok(Found { label, nodes: within(graph, &places), places });
        }
    }
    Err(no_place(graph, catalog, outer, fragment))
}

/// Percent escapes resolved (RFC 6901, section 6); what is none stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// What is there instead of a place that is not.
fn no_place(graph: &Graph, catalog: &Catalog, outer: &Place, fragment: &str) -> NotFound {
    let file = graph.path(outer.file).to_owned();
    let mut deepest = outer.at.clone();
    let mut missing = fragment.trim_start_matches('/').to_owned();
    for token in Pointer::from(fragment).tokens() {
        let next = deepest.join(&token);
        missing = token.into_owned();
        if catalog.value_at(outer.file, &next).is_none() {
            break;
        }
        deepest = next;
    }
    let value = catalog.value_at(outer.file, &deepest);
    let keys = value.map(Value::members).unwrap_or_default().iter().map(|m| m.key.as_str());
    let near = nearest(keys, &missing, 3).into_iter().map(str::to_owned).collect();
    NotFound::NoPlace { file, deepest, near }
}

fn ids(graph: &Graph, nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().filter_map(|id| graph.node(*id)).map(|node| node.id.clone()).collect()
}

/// The most suggestions.
const NEAR: usize = 3;

/// Names that the user may have meant.
fn near(graph: &Graph, text: &str) -> Vec<String> {
    let wanted = text.rsplit('/').next().unwrap_or(text);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for node in &graph.nodes {
        let file = if is_file(node) { node.id.rsplit('/').next() } else { None };
        let bare = node.name.split_once('@').map(|(bare, _)| bare);
        let names = [Some(node.name.as_str()), node.alias.as_deref(), file, bare];
        let distance = |name: &str| {
            let wanted = if name.contains('/') { text } else { wanted };
            // What differs by more than that is no slip, and costs time to compare.
            let limit = wanted.len() / 3 + 1;
            let is_near = name.len().abs_diff(wanted.len()) <= limit;
            is_near.then(|| strsim::damerau_levenshtein(name, wanted)).filter(|n| *n <= limit)
        };
        let nearest = names.into_iter().flatten().filter_map(distance).min();
        found.extend(nearest.map(|distance| (distance, node.id.as_str())));
    }
    found.sort_unstable();
    let best = found.first().map_or(0, |(distance, _)| *distance);
    let near = found.into_iter().filter(|(distance, _)| *distance <= best + 1).take(NEAR);
    near.map(|(_, id)| id.to_owned()).collect()
}

fn nearest<'n>(names: impl Iterator<Item = &'n str>, wanted: &str, most: usize) -> Vec<&'n str> {
    let mut all: Vec<(usize, &str)> =
        names.map(|name| (strsim::damerau_levenshtein(name, wanted), name)).collect();
    all.sort_unstable();
    all.into_iter().take(most).map(|(_, name)| name).collect()
}
