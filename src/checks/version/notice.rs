//! What was removed since the newest freeze, and in how many freezes before it was marked. No rule of its
//! own.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use jiff::civil::Date;

use crate::catalog::{
    Api, Catalog, Deprecated, Kind, Notice, Stability, is_deprecated, stability_mark,
};
use crate::document::{self, Document, Limits, Pointer, Syntax, Value};
use crate::freeze::{Format, Freeze, FrozenArtifact, Name, Version, decode, format_of};
use crate::tree::{Artifact, ArtifactPath, Digest};

/// The file of a freeze, and an artifact in it.
type Frozen = (ArtifactPath, ArtifactPath);

/// The freezes of a tree, newest first; pre-releases and those of the legacy tool do not count.
pub(super) struct Freezes<'c> {
    catalog: &'c Catalog,
    files: Vec<(Version, ArtifactPath)>,
    /// Freezes, read once.
    read: RefCell<HashMap<ArtifactPath, Option<Rc<Freeze>>>>,
    /// Documents of freezes, parsed once.
    parsed: RefCell<HashMap<Frozen, Option<Rc<Document>>>>,
}

/// Something that the newest freeze has and the tree has not.
pub(super) struct Gone {
    /// What users call it.
    pub what: String,
    /// Where it was.
    pub path: ArtifactPath,
    pub at: At,
}

/// A place that can be found in other freezes.
pub(super) enum At {
    Value(Pointer),
    Topic(String),
}

impl<'c> Freezes<'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Self {
        let mut files: Vec<(Version, ArtifactPath)> = catalog
            .of_kind(Kind::Freeze)
            .filter_map(|(_, item)| match Name::of(item.path.file_name()) {
                Name::Freeze(version) => Some((version, item.path.clone())),
                _ => None,
            })
            .filter(|(version, _)| version.number().pre.is_empty())
            .collect();
        files.sort_by(|a, b| b.0.cmp(&a.0));
        Freezes { catalog, files, read: RefCell::default(), parsed: RefCell::default() }
    }

    fn open(&self, path: &ArtifactPath) -> Option<Rc<Freeze>> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let bytes = &self.catalog.tree.get(path)?.bytes;
        // A damaged freeze is a finding of its own.
        let is_current = format_of(bytes) == Ok(Format::Current);
        let freeze = is_current.then(|| decode(bytes).ok().map(Rc::new)).flatten();
        self.read.borrow_mut().insert(path.clone(), freeze.clone());
        freeze
    }

    /// A document as a freeze has it.
    fn document(&self, file: &ArtifactPath, path: &ArtifactPath) -> Option<Rc<Document>> {
        let key = (file.clone(), path.clone());
        if let Some(known) = self.parsed.borrow().get(&key) {
            return known.clone();
        }
        let freeze = self.open(file)?;
        let document = freeze.artifacts.iter().find(|a| a.path == *path).and_then(parsed);
        let document = document.map(Rc::new);
        self.parsed.borrow_mut().insert(key, document.clone());
        document
    }

    /// The newest, if it promises anything: before 1.0.0 everything may go (SemVer, section 4).
    pub(super) fn newest(&self) -> Option<(Version, Rc<Freeze>)> {
        let (version, path) = self.files.first().filter(|(v, _)| v.number().major >= 1)?;
        Some((version.clone(), self.open(path)?))
    }

    /// The freeze that the contracts were taken back to, if the version that is declared is a rollback.
    pub(super) fn rolled_back_to(&self) -> Option<Rc<Freeze>> {
        let set = self.catalog.versions.iter().find(|v| v.folder.is_none())?;
        let newest = self.catalog.item(set.item)?.value()?.get("history")?.items().first()?;
        let wanted = Version::parse(newest.str_at("rollback")?).ok()?;
        self.open(&self.files.iter().find(|(version, _)| *version == wanted)?.1)
    }

    /// In how many freezes in a row, from the newest, something was there, and marked.
    pub(super) fn notice(&self, gone: &Gone, most: u32) -> Given {
        let mut given = Given::default();
        for (_, path) in &self.files {
            let mark = self.document(path, &gone.path).and_then(|d| gone.mark_in(&d));
            let Some(is_marked) = mark else { break };
            if is_marked && given.marked == given.there {
                given.marked += 1;
                given.first = self.open(path).and_then(|f| f.created_at.as_deref().and_then(day));
            }
            given.there += 1;
            // Days are counted from the first mark, however many releases ago.
            if given.there >= most && (given.marked < given.there || self.catalog.notice.days == 0)
            {
                break;
            }
        }
        given
    }
}

/// What was said before something went.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given {
    /// Freezes that had it.
    pub there: u32,
    /// Freezes that had it marked.
    pub marked: u32,
    /// The day of the first of these.
    pub first: Option<Date>,
}

impl Given {
    /// Whether that is enough. What has not yet been in as many releases is owed no notice.
    pub(super) fn is_enough(self, notice: Notice, today: Option<Date>) -> bool {
        let days = self
            .first
            .zip(today)
            .map_or(0, |(first, today)| (today - first).get_days().try_into().unwrap_or(0_u32));
        self.there < notice.releases || (self.marked >= notice.releases && days >= notice.days)
    }
}

/// Whether something may go: it is marked, or was a draft all the time.
fn owes_nothing(value: &Value) -> bool {
    let level = stability_mark(value).and_then(|(_, level)| level.as_str());
    is_deprecated(value) || level.and_then(Stability::parse) == Some(Stability::Draft)
}

/// The day of an RFC 3339 time.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// The day of the release that is being made: as the newest entry of the history says.
pub(super) fn today(catalog: &Catalog) -> Option<Date> {
    let set = catalog.versions.iter().find(|v| v.folder.is_none())?;
    let history = catalog.item(set.item)?.value()?.get("history")?;
    history.items().first()?.str_at("date").and_then(day)
}

impl Gone {
    /// Whether a freeze has the file as the tree has it, or has it not as the tree has it not.
    pub(super) fn is_as_in(&self, freeze: &Freeze, catalog: &Catalog) -> bool {
        let then = freeze.artifacts.iter().find(|a| a.path == self.path);
        let now = catalog.tree.get(&self.path);
        then.map(|a| Digest::of(&a.bytes)) == now.map(Artifact::digest)
    }

    /// Whether it is marked in a document; `None` when it is not there.
    fn mark_in(&self, document: &Document) -> Option<bool> {
        let root = document.value.as_ref()?;
        match &self.at {
            At::Value(at) => root.at(at).map(owes_nothing),
            At::Topic(name) => {
                topics(root).iter().find(|(n, _)| n == name).map(|(_, value)| owes_nothing(value))
            }
        }
    }
}

/// What the newest freeze has and the tree has not.
pub(super) fn gone(catalog: &Catalog, newest: &Freeze) -> Vec<Gone> {
    let (mut found, mut has_api) = (Vec::new(), false);
    for artifact in &newest.artifacts {
        let now = catalog.tree.get(&artifact.path);
        if now.is_some_and(|now| now.digest() == Digest::of(&artifact.bytes)) {
            continue;
        }
        match artifact.kind.as_str() {
            "schema" | "envelope" => schema(catalog, artifact, &mut found),
            "topics" => topic(catalog, artifact, &mut found),
            "openapi" => has_api = true,
            _ => {}
        }
    }
    if has_api {
        operations(catalog, newest, &mut found);
    }
    found
}

fn parsed(artifact: &FrozenArtifact) -> Option<Document> {
    let syntax = Syntax::of_extension(&artifact.path.extension())?;
    Some(document::parse(&artifact.bytes, syntax, &Limits::default()))
}

fn schema(catalog: &Catalog, artifact: &FrozenArtifact, found: &mut Vec<Gone>) {
    let Some(root) = parsed(artifact).and_then(|d| d.value) else { return };
    let gone =
        |what: String, at: Pointer| Gone { what, path: artifact.path.clone(), at: At::Value(at) };
    let id = root.str_at("$id").map(|id| id.trim_end_matches('#'));
    // Under another path it is the same schema.
    let moved = || catalog.claims.get(id?)?.first().map(|claim| claim.item);
    let Some(item) = catalog.find(&artifact.path).or_else(moved) else {
        found.push(gone(format!("schema `{}`", artifact.path), Pointer::root()));
        return;
    };
    for (at, _) in root.everything() {
        let tokens: Vec<_> = at.tokens().collect();
        let [.., keyword, name] = tokens.as_slice() else { continue };
        let object = at.parent().and_then(|p| p.parent()).map(|object| around(&object));
        let Some(object) = object.filter(|_| keyword == "properties") else { continue };
        // Where the object itself is gone, it is not clear what became of its parts.
        let is_data =
            tokens.iter().any(|t| matches!(&**t, "const" | "default" | "enum" | "examples"));
        if is_data || catalog.value_at(item, &object).is_none() {
            continue;
        }
        if catalog.property(item, &object, name).is_none() {
            found.push(gone(format!("property `{name}` of `{}`", artifact.path), at));
        }
    }
}

/// The schema whose part a branch of `allOf`, `anyOf` or `oneOf` is: branches may change places.
fn around(at: &Pointer) -> Pointer {
    let tokens: Vec<_> = at.tokens().collect();
    match tokens.as_slice() {
        [rest @ .., keyword, number]
            if matches!(&**keyword, "allOf" | "anyOf" | "oneOf")
                && number.parse::<usize>().is_ok() =>
        {
            let rest: Vec<&str> = rest.iter().map(|token| &**token).collect();
            around(&Pointer::root().path(&rest))
        }
        _ => at.clone(),
    }
}

/// The topics of a catalog by full name.
fn topics(root: &Value) -> Vec<(String, &Value)> {
    let Some(list) = root.get("topics") else { return Vec::new() };
    let bare = |text: &str| text.split('@').next().unwrap_or(text).to_owned();
    let listed = list.items().iter().filter_map(|v| Some((bare(v.str_at("name")?), v)));
    listed.chain(list.members().iter().map(|m| (bare(&m.key), &m.value))).collect()
}

fn topic(catalog: &Catalog, artifact: &FrozenArtifact, found: &mut Vec<Gone>) {
    let Some(root) = parsed(artifact).and_then(|d| d.value) else { return };
    let now: BTreeSet<&str> = catalog.topics.iter().filter_map(|t| t.name.as_deref()).collect();
    for (name, _) in topics(&root) {
        if !now.contains(name.as_str()) {
            let what = format!("topic `{name}`");
            found.push(Gone { what, path: artifact.path.clone(), at: At::Topic(name) });
        }
    }
}

/// Operations of the newest freeze, through references over files.
fn operations(catalog: &Catalog, newest: &Freeze, found: &mut Vec<Gone>) {
    let layout = crate::catalog::Layout::default();
    let old = crate::catalog::build_uncompiled(
        &newest.tree(&catalog.tree.root),
        &layout,
        &catalog.limits,
    );
    let now = Api::of(catalog);
    for (key, operation) in Api::of(&old).operations {
        if operation.sends || now.operations.contains_key(&key) {
            continue;
        }
        let (item, at) = operation.part.place;
        let what = format!("operation `{}`", operation.name);
        found.push(Gone { what, path: old.path(item), at: At::Value(at) });
    }
}

/// How something that is marked stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The file.
    pub path: ArtifactPath,
    /// The place in it.
    pub at: Pointer,
    /// Since which version, as written.
    pub since: Option<String>,
    /// In which version it goes, as written.
    pub remove_in: Option<String>,
    /// Freezes in a row that had the mark.
    pub marked: u32,
    /// Whether it may go now.
    pub may_go: bool,
}

/// How everything that is marked stands, in the order of files and places.
pub fn standings(catalog: &Catalog) -> Vec<Standing> {
    let freezes = Freezes::of(catalog);
    let today = today(catalog);
    let standing = |deprecated: Deprecated| {
        let (path, at) = (catalog.path(deprecated.item), deprecated.at);
        let topic = catalog.topics.iter().find(|t| t.item == deprecated.item && t.at == at);
        let place = match topic.and_then(|t| t.name.clone()) {
            Some(name) => At::Topic(name),
            None => At::Value(at.clone()),
        };
        let gone = Gone { what: String::new(), path: path.clone(), at: place };
        let given = freezes.notice(&gone, catalog.notice.releases);
        Standing {
            path,
            at,
            since: deprecated.since,
            remove_in: deprecated.remove_in,
            marked: given.marked,
            may_go: given.marked >= catalog.notice.releases
                && given.is_enough(catalog.notice, today),
        }
    };
    catalog.deprecated().into_iter().map(standing).collect()
}
