//! From the facts of a catalog to nodes and edges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::crates::{self, Manifest};
use super::region::home;
use super::{
    Dangling, Edge, EdgeKind, FileId, Graph, Node, NodeId, NodeKind, Place, apis, consumers,
    cycles, names,
};
use crate::catalog::{Catalog, Item, ItemId, Kind, Reference, RootId, Target};
use crate::document::{LineIndex, Part, Pointer, Position};
use crate::tree::ArtifactPath;

/// Builds the graph of a tree and of the crates that implement it. Never fails: what cannot be read has no
/// references, and says so.
pub fn build(catalog: &Catalog, manifests: &[Manifest]) -> Graph {
    let mut builder = Builder::new(catalog);
    builder.artifacts();
    builder.modules();
    builder.definitions();
    builder.topics();
    let api = apis::operations(&mut builder);
    builder.references();
    builder.examples();
    builder.payloads();
    builder.envelopes();
    builder.invariants();
    builder.laws();
    names::add(&mut builder);
    apis::add(&mut builder, &api);
    consumers::add(&mut builder);
    crates::add(&mut builder, manifests);
    builder.finish()
}

/// A graph while it is built.
pub(super) struct Builder<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) graph: Graph,
    lines: HashMap<FileId, LineIndex>,
    modules: BTreeMap<String, NodeId>,
}

impl<'c> Builder<'c> {
    fn new(catalog: &'c Catalog) -> Self {
        let files = catalog.items.iter().map(|item| item.path.clone()).collect();
        let graph = Graph { root: catalog.tree.root.clone(), files, ..Graph::default() };
        Builder { catalog, graph, lines: HashMap::new(), modules: BTreeMap::new() }
    }

    /// Adds a node. Of two with the same name, the second is told apart by its place.
    pub(super) fn node(&mut self, mut node: Node) -> NodeId {
        let number = self.graph.nodes.len();
        if self.graph.by_id.contains_key(&node.id)
            && let Some(place) = &node.place
        {
            let told = format!(" ({}#{})", self.graph.path(place.file), place.at);
            node.id.push_str(&told);
            node.name.push_str(&told);
        }
        if let Some(place) = &node.place {
            self.graph.by_place.entry(place.clone()).or_insert(number);
        }
        self.graph.by_id.entry(node.id.clone()).or_insert(number);
        self.graph.nodes.push(node);
        number
    }

    /// A node at a place of an artifact.
    pub(super) fn part(&mut self, id: String, kind: NodeKind, name: &str, place: Place) -> NodeId {
        let item = self.catalog.item(place.file);
        let module = item.and_then(|item| item.module.clone());
        let line = self.position(&place, Part::Key).map(|position| position.line);
        self.node(Node {
            id,
            kind,
            name: name.to_owned(),
            alias: None,
            place: Some(place),
            line,
            module,
            version: None,
            is_unread: false,
            cycle: None,
        })
    }

    /// Line and column of a place in an artifact.
    pub(super) fn position(&mut self, place: &Place, part: Part) -> Option<Position> {
        let document = self.catalog.item(place.file)?.document.as_ref()?;
        let span = document.span(&place.at, part)?;
        self.position_of(place.file, span.start as usize)
    }

    fn position_of(&mut self, file: FileId, offset: usize) -> Option<Position> {
        let bytes = &self.catalog.tree.get(&self.catalog.item(file)?.path)?.bytes;
        let lines = self.lines.entry(file).or_insert_with(|| LineIndex::new(bytes));
        Some(lines.position(bytes, offset))
    }

    /// Adds a reference that stands at a place of an artifact.
    pub(super) fn refer(&mut self, kind: EdgeKind, at: Place, target: Place, text: &str) {
        let position = self.position(&at, Part::Value);
        if let Some(from) = self.graph.node_at(&at) {
            self.edge(from, kind, at, target, text, position);
        }
    }

    /// Adds a reference of a node.
    pub(super) fn edge(
        &mut self,
        from: NodeId,
        kind: EdgeKind,
        at: Place,
        target: Place,
        text: &str,
        position: Option<Position>,
    ) {
        let Some(to) = self.graph.node_at(&target) else { return };
        let (text, target) = (text.to_owned(), Some(target));
        self.graph.edges.push(Edge { from, to, kind, at, target, text, position });
    }

    /// Adds a reference that leads nowhere.
    pub(super) fn dangle(&mut self, kind: EdgeKind, at: Place, text: &str) {
        let position = self.position(&at, Part::Value);
        if let Some(from) = self.graph.node_at(&at) {
            let text = text.to_owned();
            self.graph.dangling.push(Dangling { from, kind, at, text, position });
        }
    }

    fn artifacts(&mut self) {
        let items = self.catalog.items.iter().enumerate();
        for (id, item) in items.filter(|(_, item)| item.kind != Kind::Freeze) {
            let is_unread = item.document.is_some() && item.value().is_none();
            let alias = match self.catalog.schemas.get(&id).map(|schema| &schema.id) {
                Some(RootId::Absolute(id)) => Some(id.clone()),
                _ => None,
            };
            self.node(Node {
                id: item.path.to_string(),
                kind: if is_law(item) { NodeKind::Law } else { NodeKind::Artifact(item.kind) },
                name: item.path.to_string(),
                alias,
                place: Some(Place::new(id, Pointer::root())),
                line: None,
                module: item.module.clone(),
                version: None,
                is_unread,
                cycle: None,
            });
        }
    }

    /// Modules that a folder or a `versions.yaml` names.
    fn modules(&mut self) {
        let catalog = self.catalog;
        let mut known: BTreeMap<&str, Option<(ItemId, Option<&str>)>> = BTreeMap::new();
        for item in catalog.items.iter().filter(|item| item.kind != Kind::Freeze) {
            if let Some(module) = &item.module {
                known.entry(module).or_default();
            }
        }
        for versions in &catalog.versions {
            if let Some(module) = versions.folder.as_deref().or(versions.module.as_deref()) {
                known.insert(module, Some((versions.item, versions.current.text.as_deref())));
            }
        }
        for (module, declared) in known {
            let number = self.node(Node {
                id: format!("module:{module}"),
                kind: NodeKind::Module,
                name: module.to_owned(),
                alias: None,
                // The file of its versions is an artifact with a node of its own.
                place: None,
                line: None,
                module: Some(module.to_owned()),
                version: declared.and_then(|(_, version)| version).map(str::to_owned),
                is_unread: false,
                cycle: None,
            });
            self.modules.insert(module.to_owned(), number);
        }
    }

    /// Parts of documents that something refers to.
    fn definitions(&mut self) {
        let all = self.catalog.references.iter().chain(&self.catalog.api_references);
        let places: BTreeSet<(ItemId, &str)> = all
            .filter_map(|reference| {
                let (item, at) = reference.target.place()?;
                Some((item, at.as_str().get(..home(at))?))
            })
            .collect();
        for (item, at) in places.into_iter().filter(|(_, at)| !at.is_empty()) {
            self.definition(Place::new(item, at));
        }
    }

    /// A part of a document that something refers to, once.
    pub(super) fn definition(&mut self, place: Place) {
        if !self.graph.by_place.contains_key(&place) {
            let id = format!("{}#{}", self.graph.path(place.file), place.at);
            self.part(id.clone(), NodeKind::Definition, &id, place);
        }
    }

    fn topics(&mut self) {
        let catalog = self.catalog;
        for topic in catalog.topics.iter().filter(|topic| topic.name.is_some()) {
            let name = topic.full_name();
            let place = Place::new(topic.item, &topic.at);
            let number = self.part(format!("topic:{name}"), NodeKind::Topic, &name, place);
            if let Some(node) = self.graph.nodes.get_mut(number) {
                node.version.clone_from(&topic.version);
            }
        }
    }

    fn references(&mut self) {
        let catalog = self.catalog;
        for reference in &catalog.references {
            self.reference(reference, EdgeKind::Refers);
        }
        for reference in &catalog.api_references {
            let place = Place::new(reference.item, &reference.holder);
            let kind = self.graph.node_at(&place).and_then(|node| self.graph.node(node));
            let role = kind.filter(|node| node.kind == NodeKind::Operation).and_then(|node| {
                let rest =
                    reference.holder.as_str().get(node.place.as_ref()?.at.as_str().len()..)?;
                apis::role(rest)
            });
            self.reference(reference, role.unwrap_or(EdgeKind::Refers));
        }
    }

    fn reference(&mut self, reference: &Reference, kind: EdgeKind) {
        let at = Place::new(reference.item, reference.at());
        let file = |item: &ItemId| Place::new(*item, Pointer::root());
        match &reference.target {
            Target::Found(item, target) | Target::ByPath(item, target) => {
                self.refer(kind, at, Place::new(*item, target), &reference.text);
            }
            // What stands in the file is not known, but it is this file that is meant.
            Target::Unreadable(item) => self.refer(kind, at, file(item), &reference.text),
            Target::NoPlace(item, _) => {
                self.refer(kind, at.clone(), file(item), &reference.text);
                self.dangle(kind, at, &reference.text);
            }
            target if target.is_broken() => self.dangle(kind, at, &reference.text),
            _ => {}
        }
    }

    fn invariants(&mut self) {
        let catalog = self.catalog;
        for (id, item) in catalog.of_kind(Kind::Invariant) {
            let key = Pointer::root().join("x-invariant-of");
            let named = item.value().and_then(|value| value.at(&key)).is_some();
            let at = Place::new(id, if named { key } else { Pointer::root() });
            for target in catalog.invariant_targets(id) {
                let target = Place::new(target, Pointer::root());
                let text = if named { "" } else { "same name" };
                self.refer(EdgeKind::InvariantOf, at.clone(), target, text);
            }
        }
    }

    /// Documents that laws make hold, as far as they are artifacts.
    fn laws(&mut self) {
        let catalog = self.catalog;
        for (id, item) in catalog.items.iter().enumerate().filter(|(_, item)| is_law(item)) {
            let Some(source) = item.value().and_then(|value| value.str_at("source")) else {
                continue;
            };
            let path = ArtifactPath::new(source).ok();
            if let Some(document) = path.and_then(|path| catalog.find(&path)) {
                let at = Place::new(id, Pointer::root().join("source"));
                self.refer(EdgeKind::LawOf, at, Place::new(document, Pointer::root()), source);
            }
        }
    }

    fn finish(self) -> Graph {
        let belongs = self.graph.nodes.iter().enumerate().filter_map(|(from, node)| {
            let is_part = !matches!(node.kind, NodeKind::Module | NodeKind::Definition);
            let (to, at) = (node.module.as_ref().filter(|_| is_part)?, node.place.clone()?);
            let to = *self.modules.get(to)?;
            let (kind, text) = (EdgeKind::BelongsTo, String::new());
            Some(Edge { from, to, kind, at, target: None, text, position: None })
        });
        let belongs: Vec<Edge> = belongs.collect();
        let mut graph = self.graph;
        graph.edges.extend(belongs);
        let key = |edge: &Edge| (edge.from, edge.position, edge.kind, edge.to, edge.at.clone());
        graph.edges.sort_by_cached_key(key);
        graph.out = vec![Vec::new(); graph.nodes.len()];
        graph.into = vec![Vec::new(); graph.nodes.len()];
        for (id, edge) in graph.edges.iter().enumerate() {
            if let Some(out) = graph.out.get_mut(edge.from) {
                out.push(id);
            }
            if let Some(into) = graph.into.get_mut(edge.to) {
                into.push(id);
            }
            if let Some(target) = &edge.target {
                graph.by_target.entry(target.clone()).or_default().push(id);
            }
        }
        graph
            .dangling
            .sort_by(|a, b| (a.from, a.position, &a.at).cmp(&(b.from, b.position, &b.at)));
        cycles::mark(&mut graph);
        graph
    }
}

/// A file below `laws/` that says which law it is.
fn is_law(item: &Item) -> bool {
    item.kind == Kind::Other
        && item.path.folder().rsplit('/').next() == Some("laws")
        && item.value().is_some_and(|value| value.str_at("law").is_some())
}
