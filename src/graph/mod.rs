//! What refers to what: a graph of artifacts, definitions, topics, operations, modules and crates, with the
//! place of every reference, and who is hit when a part of it changes. Built once from the facts of a catalog
//! and from manifests; it judges nothing, and how it is written is the business of `report`.

mod apis;
mod build;
mod consumers;
mod crates;
mod cycles;
mod events;
mod find;
mod impact;
mod names;
mod region;
mod select;

pub use build::build;
pub use crates::Manifest;
pub use find::{Found, NotFound, called, find};
pub use impact::{Hit, Impact, impact};
pub use region::around;
pub use select::{Direction, Selection, select};

use std::collections::HashMap;

use crate::catalog::Kind;
use crate::document::{Pointer, Position};
use crate::tree::ArtifactPath;

/// Number of a file: of an artifact in its catalog, then of the manifests.
pub type FileId = usize;

/// Number of a node.
pub type NodeId = usize;

/// Number of an edge.
pub type EdgeId = usize;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The value in it.
    pub at: Pointer,
}

impl Place {
    /// The value at `at` in a file.
    pub fn new(file: FileId, at: impl Into<Pointer>) -> Self {
        Place { file, at: at.into() }
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// An artifact.
    Artifact(Kind),
    /// A law file.
    Law,
    /// A part of a document that something refers to: an entry of `$defs` or of `components`.
    Definition,
    /// An entry of a topic catalog.
    Topic,
    /// An operation of an HTTP API.
    Operation,
    /// A module of the contracts.
    Module,
    /// A crate of the repository.
    Crate,
}

impl NodeKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [NodeKind; 22] = [
        NodeKind::Artifact(Kind::Schema),
        NodeKind::Artifact(Kind::Envelope),
        NodeKind::Artifact(Kind::Invariant),
        NodeKind::Definition,
        NodeKind::Artifact(Kind::Example),
        NodeKind::Artifact(Kind::Topics),
        NodeKind::Topic,
        NodeKind::Artifact(Kind::OpenApi),
        NodeKind::Operation,
        NodeKind::Artifact(Kind::Policy),
        NodeKind::Artifact(Kind::Metrics),
        NodeKind::Artifact(Kind::Traces),
        NodeKind::Artifact(Kind::Logs),
        NodeKind::Artifact(Kind::Versions),
        NodeKind::Artifact(Kind::Changelog),
        NodeKind::Artifact(Kind::Migration),
        NodeKind::Artifact(Kind::Consumer),
        NodeKind::Artifact(Kind::Freeze),
        NodeKind::Artifact(Kind::Other),
        NodeKind::Law,
        NodeKind::Module,
        NodeKind::Crate,
    ];

    /// As users read and write it.
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Artifact(kind) => kind.name(),
            NodeKind::Law => "law",
            NodeKind::Definition => "definition",
            NodeKind::Topic => "topic",
            NodeKind::Operation => "operation",
            NodeKind::Module => "module",
            NodeKind::Crate => "crate",
        }
    }

    /// One of it, in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            NodeKind::Artifact(Kind::Topics) => "topic catalog",
            NodeKind::Artifact(Kind::OpenApi) => "API document",
            NodeKind::Artifact(Kind::Other) => "other file",
            NodeKind::Artifact(Kind::Versions) => "version file",
            NodeKind::Artifact(Kind::Metrics) => "metrics file",
            NodeKind::Artifact(Kind::Traces) => "traces file",
            NodeKind::Artifact(Kind::Logs) => "logs file",
            kind => kind.name(),
        }
    }

    /// More than one of it.
    pub fn plural(self) -> &'static str {
        match self {
            NodeKind::Artifact(Kind::Schema) => "schemas",
            NodeKind::Artifact(Kind::Envelope) => "envelopes",
            NodeKind::Artifact(Kind::Invariant) => "invariants",
            NodeKind::Artifact(Kind::Example) => "examples",
            NodeKind::Artifact(Kind::Topics) => "topic catalogs",
            NodeKind::Artifact(Kind::OpenApi) => "API documents",
            NodeKind::Artifact(Kind::Policy) => "policies",
            NodeKind::Artifact(Kind::Metrics) => "metrics",
            NodeKind::Artifact(Kind::Traces) => "traces",
            NodeKind::Artifact(Kind::Logs) => "logs",
            NodeKind::Artifact(Kind::Versions) => "version files",
            NodeKind::Artifact(Kind::Changelog) => "changelogs",
            NodeKind::Artifact(Kind::Migration) => "migrations",
            NodeKind::Artifact(Kind::Consumer) => "consumers",
            NodeKind::Artifact(Kind::Freeze) => "freezes",
            NodeKind::Artifact(Kind::Other) => "other files",
            NodeKind::Law => "laws",
            NodeKind::Definition => "definitions",
            NodeKind::Topic => "topics",
            NodeKind::Operation => "operations",
            NodeKind::Module => "modules",
            NodeKind::Crate => "crates",
        }
    }
}

/// Something that refers, or is referred to.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name, which no other node has: a path, a path with a pointer, or `topic:NOTE_CREATED@1.0`.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// What users call it: the identifier without the word before the colon.
    pub name: String,
    /// What else it is called: the `$id` of a schema, the `operationId` of an operation.
    pub alias: Option<String>,
    /// Where it stands; modules need not stand anywhere.
    pub place: Option<Place>,
    /// The line where it begins.
    pub line: Option<usize>,
    /// The module that it belongs to.
    pub module: Option<String>,
    /// The version that it declares.
    pub version: Option<String>,
    /// Whether its file could not be understood, so that its references are not known.
    pub is_unread: bool,
    /// The number of the circle of references that it lies on, from 0.
    pub cycle: Option<usize>,
}

/// Why one node hangs on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// `$ref`, `$dynamicRef`, `$recursiveRef`, a discriminator.
    Refers,
    /// An operation takes it as a parameter.
    Parameter,
    /// An operation takes it as its body.
    Request,
    /// An operation answers with it.
    Response,
    /// An operation asks for this kind of credentials.
    Security,
    /// An example is an instance of it.
    ExampleOf,
    /// An event is of this topic.
    EventOf,
    /// A topic carries it as its payload.
    Payload,
    /// The events of a topic are instances of this envelope.
    CarriedIn,
    /// An envelope names the topic.
    Enumerates,
    /// An invariant speaks of it.
    InvariantOf,
    /// A policy, or a topic, names a role, a capability, an attribute or a band.
    Names,
    /// A law makes this document hold.
    LawOf,
    /// It is a part of the module.
    BelongsTo,
    /// A crate implements it.
    Implements,
    /// A crate publishes the topic.
    Publishes,
    /// A crate consumes it.
    Consumes,
    /// A consumer reads it.
    Reads,
    /// A consumer writes it.
    Writes,
    /// A crate is built with another.
    DependsOn,
}

impl EdgeKind {
    /// Every kind.
    pub const ALL: [EdgeKind; 20] = [
        EdgeKind::Refers,
        EdgeKind::Parameter,
        EdgeKind::Request,
        EdgeKind::Response,
        EdgeKind::Security,
        EdgeKind::ExampleOf,
        EdgeKind::EventOf,
        EdgeKind::Payload,
        EdgeKind::CarriedIn,
        EdgeKind::Enumerates,
        EdgeKind::InvariantOf,
        EdgeKind::Names,
        EdgeKind::LawOf,
        EdgeKind::BelongsTo,
        EdgeKind::Implements,
        EdgeKind::Publishes,
        EdgeKind::Consumes,
        EdgeKind::Reads,
        EdgeKind::Writes,
        EdgeKind::DependsOn,
    ];

    /// What stands between the two names: `note.example.json` *example of* `note.schema.json`.
    pub fn name(self) -> &'static str {
        match self {
            EdgeKind::Refers => "refers to",
            EdgeKind::Parameter => "parameter",
            EdgeKind::Request => "request",
            EdgeKind::Response => "response",
            EdgeKind::Security => "security",
            EdgeKind::ExampleOf => "example of",
            EdgeKind::EventOf => "event of",
            EdgeKind::Payload => "payload",
            EdgeKind::CarriedIn => "carried in",
            EdgeKind::Enumerates => "enumerates",
            EdgeKind::InvariantOf => "invariant of",
            EdgeKind::Names => "names",
            EdgeKind::LawOf => "law of",
            EdgeKind::BelongsTo => "belongs to",
            EdgeKind::Implements => "implements",
            EdgeKind::Publishes => "publishes",
            EdgeKind::Consumes => "consumes",
            EdgeKind::Reads => "reads",
            EdgeKind::Writes => "writes",
            EdgeKind::DependsOn => "depends on",
        }
    }

    /// The same as a verb: `note.example.json` *is an example of* `note.schema.json`.
    pub fn verb(self) -> &'static str {
        match self {
            EdgeKind::Parameter => "takes as a parameter",
            EdgeKind::Request => "takes",
            EdgeKind::Response => "answers with",
            EdgeKind::Security => "asks for",
            EdgeKind::ExampleOf => "is an example of",
            EdgeKind::EventOf => "is an event of",
            EdgeKind::Payload => "carries",
            EdgeKind::CarriedIn => "is carried in",
            EdgeKind::InvariantOf => "is an invariant of",
            EdgeKind::LawOf => "is a law of",
            kind => kind.name(),
        }
    }

    /// Whether a way back to where it began, made of these alone, is a circle of references. An envelope and
    /// its topics name each other by design.
    fn makes_circles(self) -> bool {
        use EdgeKind::{Parameter, Refers, Request, Response};
        matches!(self, Refers | Parameter | Request | Response)
    }
}

/// One reference.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Who refers.
    pub from: NodeId,
    /// To whom.
    pub to: NodeId,
    /// Why.
    pub kind: EdgeKind,
    /// Where the reference stands.
    pub at: Place,
    /// What exactly it leads to; nothing for a module, which is no place.
    pub target: Option<Place>,
    /// As it is written, or what else is to be said: a version requirement, why an example belongs there.
    pub text: String,
    /// Line and column of the reference.
    pub position: Option<Position>,
}

/// A reference that leads nowhere.
#[derive(Debug, Clone)]
pub struct Dangling {
    /// Who refers.
    pub from: NodeId,
    /// Why.
    pub kind: EdgeKind,
    /// Where the reference stands.
    pub at: Place,
    /// As it is written.
    pub text: String,
    /// Line and column of the reference.
    pub position: Option<Position>,
}

/// What refers to what.
#[derive(Debug, Default)]
pub struct Graph {
    /// The contracts root, as a prefix of the paths of artifacts.
    pub root: String,
    /// Paths of the files, artifacts first, as in their catalog.
    pub files: Vec<ArtifactPath>,
    /// All nodes: artifacts in the order of their paths, then what is in them.
    pub nodes: Vec<Node>,
    /// All references, by node and place.
    pub edges: Vec<Edge>,
    /// References that lead nowhere.
    pub dangling: Vec<Dangling>,
    /// The nodes on each circle of references.
    pub cycles: Vec<Vec<NodeId>>,
    /// References by who refers.
    out: Vec<Vec<EdgeId>>,
    /// References by whom they lead to.
    into: Vec<Vec<EdgeId>>,
    /// Nodes by the place that they are.
    by_place: HashMap<Place, NodeId>,
    /// References by what exactly they lead to.
    by_target: HashMap<Place, Vec<EdgeId>>,
    by_id: HashMap<String, NodeId>,
}

impl Graph {
    /// The path of a file.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file).map_or("?", ArtifactPath::as_str)
    }

    /// The part of a path below the contracts root.
    pub fn below_root<'p>(&self, path: &'p str) -> &'p str {
        let below = path.strip_prefix(self.root.as_str()).filter(|_| !self.root.is_empty());
        below.and_then(|below| below.strip_prefix('/')).unwrap_or(path)
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// An edge.
    pub fn edge(&self, id: EdgeId) -> Option<&Edge> {
        self.edges.get(id)
    }

    /// The references of a node, in the order of their places.
    pub fn out(&self, node: NodeId) -> &[EdgeId] {
        self.out.get(node).map_or(&[], Vec::as_slice)
    }

    /// The references to a node.
    pub fn into(&self, node: NodeId) -> &[EdgeId] {
        self.into.get(node).map_or(&[], Vec::as_slice)
    }

    /// The node of that name.
    pub fn by_id(&self, id: &str) -> Option<NodeId> {
        self.by_id.get(id).copied()
    }

    /// The nodes of a kind.
    pub fn of_kind(&self, kind: NodeKind) -> impl Iterator<Item = NodeId> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.kind == kind).map(|(id, _)| id)
    }

    /// The innermost node that a place belongs to.
    fn node_at(&self, place: &Place) -> Option<NodeId> {
        let mut at = Some(place.at.clone());
        while let Some(pointer) = at {
            at = pointer.parent();
            if let Some(node) = self.by_place.get(&Place::new(place.file, pointer)) {
                return Some(*node);
            }
        }
        None
    }

    /// Whether nothing refers to it and it refers to nothing; belonging to a module is no reference.
    pub fn is_alone(&self, node: NodeId) -> bool {
        let counts = |edge: &EdgeId| {
            self.edges.get(*edge).is_some_and(|edge| edge.kind != EdgeKind::BelongsTo)
        };
        !self.out(node).iter().chain(self.into(node)).any(counts)
    }
}
