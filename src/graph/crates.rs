//! Crates that implement contracts: from what their manifests name to edges, and which crates are built with those
//! that do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::build::Builder;
use super::find::Names;
use super::{Dangling, EdgeKind, FileId, Node, NodeId, NodeKind, Place};
use crate::catalog::{Named, Package, Role, package};
use crate::document::{LineIndex, Pointer, Position};
use crate::tree::ArtifactPath;

/// A Cargo.toml of the repository.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Its path from the repository root.
    pub path: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

fn kind(role: Role) -> EdgeKind {
    match role {
        Role::Implements => EdgeKind::Implements,
        Role::Publishes => EdgeKind::Publishes,
        Role::Consumes => EdgeKind::Consumes,
    }
}

/// Adds the crates that name contracts, and those that are built with them.
pub(super) fn add(builder: &mut Builder<'_>, manifests: &[Manifest]) {
    let packages: Vec<(&Manifest, Package)> =
        manifests.iter().filter_map(|m| Some((m, package(&m.bytes).ok()??))).collect();
    let concerned = concerned(&packages);
    let mut crates: BTreeMap<&str, (NodeId, FileId)> = BTreeMap::new();
    for (manifest, package) in &packages {
        if concerned.contains(package.name.as_str()) {
            let file = builder.graph.files.len();
            builder.graph.files.push(ArtifactPath::lossy(&manifest.path));
            let number = builder.node(node(package, file));
            crates.entry(&package.name).or_insert((number, file));
        }
    }
    let names = Names::of(&builder.graph);
    for (manifest, package) in &packages {
        let Some((from, file)) = crates.get(package.name.as_str()).copied() else { continue };
        // A second crate of the same name is an accident; the first is the one that others mean.
        if builder.graph.path(file) != manifest.path {
            continue;
        }
        let lines = LineIndex::new(&manifest.bytes);
        let position = |offset: usize| Some(lines.position(&manifest.bytes, offset));
        for named in &package.named {
            name(builder, &names, (from, file), named, position(named.span.start as usize));
        }
        for (dependency, at, offset) in &package.dependencies {
            if let Some((_, target)) = crates.get(dependency.as_str()) {
                let (at, target) = (Place::new(file, at), Place::new(*target, Pointer::root()));
                let kind = EdgeKind::DependsOn;
                builder.edge(from, kind, at, target, dependency, position(*offset));
            }
        }
    }
}

fn node(package: &Package, file: FileId) -> Node {
    Node {
        id: format!("crate:{}", package.name),
        kind: NodeKind::Crate,
        name: package.name.clone(),
        alias: None,
        place: Some(Place::new(file, Pointer::root())),
        line: None,
        module: None,
        version: package.version.clone(),
        is_unread: false,
        cycle: None,
    }
}

/// The names of the packages that name contracts or are built, over others, with one that does.
fn concerned(packages: &[(&Manifest, Package)]) -> BTreeSet<String> {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, package) in packages {
        for (dependency, ..) in &package.dependencies {
            users.entry(dependency).or_default().push(&package.name);
        }
    }
    let naming = packages.iter().filter(|(_, package)| !package.named.is_empty());
    let mut open: Vec<&str> = naming.map(|(_, package)| package.name.as_str()).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name.to_owned()) {
            open.extend(users.get(name).into_iter().flatten());
        }
    }
    found
}

/// Adds what one name means: for `publishes` and `consumes` a topic first.
fn name(
    builder: &mut Builder<'_>,
    names: &Names,
    (from, file): (NodeId, FileId),
    named: &Named,
    position: Option<Position>,
) {
    let is_contract =
        |node: &&Node| !matches!(node.kind, NodeKind::Crate | NodeKind::Module | NodeKind::Law);
    let meant = names.meant(&named.name);
    let found: Vec<&Node> =
        meant.iter().filter_map(|id| builder.graph.node(*id)).filter(is_contract).collect();
    let is_topic = |node: &&&Node| node.kind == NodeKind::Topic;
    let topics: Vec<&Node> = found.iter().filter(is_topic).copied().collect();
    let wants_topic = named.role != Role::Implements && !topics.is_empty();
    let found = if wants_topic { topics } else { found };
    let targets: Vec<Place> = found.iter().filter_map(|node| node.place.clone()).collect();
    let at = Place::new(file, &named.at);
    let text = match named.requirement.as_str() {
        "" => named.name.clone(),
        requirement => format!("{} {requirement}", named.name),
    };
    // One name, several schemas: whoever changes any of them should know.
    for target in &targets {
        builder.edge(from, kind(named.role), at.clone(), target.clone(), &text, position);
    }
    if targets.is_empty() {
        builder.graph.dangling.push(Dangling { from, kind: kind(named.role), at, text, position });
    }
}
