//! Crates that implement contracts: what `[package.metadata.contracts]` of a Cargo.toml names, and which
//! crates are built with those that do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::build::Builder;
use super::find::Names;
use super::{Dangling, EdgeKind, FileId, Node, NodeId, NodeKind, Place};
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

/// What a manifest says.
struct Package {
    name: String,
    version: Option<String>,
    named: Vec<Named>,
    /// Names of the packages it is built with, and where they stand.
    dependencies: Vec<(String, Pointer, usize)>,
}

/// A contract that a manifest names.
struct Named {
    kind: EdgeKind,
    name: String,
    requirement: String,
    at: Pointer,
    offset: usize,
}

/// The keys of `[package.metadata.contracts]`.
const KEYS: [(&str, EdgeKind); 3] = [
    ("implements", EdgeKind::Implements),
    ("publishes", EdgeKind::Publishes),
    ("consumes", EdgeKind::Consumes),
];

/// Adds the crates that name contracts, and those that are built with them.
pub(super) fn add(builder: &mut Builder<'_>, manifests: &[Manifest]) {
    let packages: Vec<(&Manifest, Package)> =
        manifests.iter().filter_map(|m| Some((m, read(&m.bytes)?))).collect();
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
            name(builder, &names, (from, file), named, position(named.offset));
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
    let wants_topic = named.kind != EdgeKind::Implements && !topics.is_empty();
    let found = if wants_topic { topics } else { found };
    let targets: Vec<Place> = found.iter().filter_map(|node| node.place.clone()).collect();
    let at = Place::new(file, &named.at);
    let text = match named.requirement.as_str() {
        "" => named.name.clone(),
        requirement => format!("{} {requirement}", named.name),
    };
    // One name, several schemas: whoever changes any of them should know.
    for target in &targets {
        builder.edge(from, named.kind, at.clone(), target.clone(), &text, position);
    }
    if targets.is_empty() {
        builder.graph.dangling.push(Dangling { from, kind: named.kind, at, text, position });
    }
}

/// Reads a manifest. `None` for one that is no package, or no TOML.
fn read(bytes: &[u8]) -> Option<Package> {
    let text = String::from_utf8_lossy(bytes);
    let table = DeTable::parse(&text).ok()?.into_inner();
    let package = table.get("package")?.get_ref().as_table()?;
    let name = package.get("name")?.get_ref().as_str()?.to_owned();
    let version = package.get("version").and_then(|v| v.get_ref().as_str()).map(str::to_owned);
    let mut found = Package { name, version, named: Vec::new(), dependencies: Vec::new() };
    let metadata = package.get("metadata").and_then(|m| m.get_ref().as_table());
    let contracts = metadata.and_then(|m| m.get("contracts")?.get_ref().as_table());
    let at = Pointer::root().path(&["package", "metadata", "contracts"]);
    for (key, kind) in KEYS {
        if let Some(value) = contracts.and_then(|c| c.get(key)) {
            found.named.extend(named(value, kind, &at.join(key)));
        }
    }
    dependencies(&table, &Pointer::root(), &mut found.dependencies);
    if let Some(targets) = table.get("target").and_then(|t| t.get_ref().as_table()) {
        for (target, of_target) in targets {
            let at = Pointer::root().path(&["target", target.get_ref()]);
            if let Some(of_target) = of_target.get_ref().as_table() {
                dependencies(of_target, &at, &mut found.dependencies);
            }
        }
    }
    Some(found)
}

/// `{"storage/note" = "^1"}`, `{"storage/note" = {version = "^1"}}`, `["storage/note"]` or `"storage/note"`.
fn named(value: &Spanned<DeValue<'_>>, kind: EdgeKind, at: &Pointer) -> Vec<Named> {
    let one = |name: &str, requirement: &str, at: Pointer, offset: usize| {
        let (name, requirement) = (name.to_owned(), requirement.to_owned());
        Named { kind, name, requirement, at, offset }
    };
    let offset = value.span().start;
    match value.get_ref() {
        DeValue::String(name) => vec![one(name, "", at.clone(), offset)],
        DeValue::Array(items) => {
            let texts = items.iter().enumerate().filter_map(|(i, item)| {
                Some(one(item.get_ref().as_str()?, "", at.index(i), item.span().start))
            });
            texts.collect()
        }
        DeValue::Table(table) => {
            let entries = table.iter().map(|(name, value)| {
                let value = value.get_ref();
                let version =
                    value.as_str().or_else(|| value.as_table()?.get("version")?.get_ref().as_str());
                let (key, offset) = (name.get_ref(), name.span().start);
                one(key, version.unwrap_or_default(), at.join(key), offset)
            });
            entries.collect()
        }
        _ => Vec::new(),
    }
}

/// What a crate is built with; what it is tested with does not ship.
fn dependencies(table: &DeTable<'_>, at: &Pointer, found: &mut Vec<(String, Pointer, usize)>) {
    for key in ["dependencies", "build-dependencies"] {
        let Some(entries) = table.get(key).and_then(|d| d.get_ref().as_table()) else { continue };
        for (name, value) in entries {
            let renamed =
                value.get_ref().as_table().and_then(|t| t.get("package")?.get_ref().as_str());
            let package = renamed.unwrap_or(name.get_ref()).to_owned();
            found.push((package, at.join(key).join(name.get_ref()), name.span().start));
        }
    }
}
