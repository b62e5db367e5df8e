//! The facts about a tree: what each artifact is, what it claims, what it refers to, what belongs
//! together. Built once, immutable, and without opinion: a dangling reference is a fact here and a
//! finding in `checks`.

mod around;
mod bundle;
mod compile;
mod consumers;
mod copy;
mod debts;
mod declared;
mod deprecations;
mod dialect;
mod effort;
mod habits;
mod ids;
mod invariants;
mod kind;
mod layout;
mod mention;
mod operations;
mod package;
mod pairs;
mod patterns;
mod reach;
mod refs;
mod refusals;
mod shape;
mod stability;
mod topics;
mod uri;
mod versions;
mod violation;
mod walk;

pub use around::build_around;
pub use bundle::{Bundle, NoBundle, each_schema, holds_data, holds_named};
pub use compile::Validators;
pub use consumers::{Consumer, Defect, Reliance, Subject};
pub use debts::Debt;
pub use deprecations::{Deprecated, Notice, is_deprecated};
pub use dialect::{
    DIALECTS, Dialect, KEYWORDS, identifier as dialect_identifier, name as dialect_name,
};
pub use effort::Effort;
pub use habits::TopicList;
pub use ids::{Claim, RootId, Schema};
pub use kind::{Area, Kind, is_consumer_name};
pub use layout::{ApiSettings, Layout, WAIVERS};
pub use operations::{Api, ApiPart, Operation, path_shape};
pub use package::{Named, Package, Role, Unread, package, workspace_version};
pub use pairs::{Case, Example, Expect, PairReason, Partner};
pub use reach::NotCompiled;
pub use refs::{Reference, Target};
pub use refusals::FirstRefusal;
pub use shape::{Answer, Shape};
pub use stability::{STABILITY_KEYS, Stability, stability_mark};
pub use topics::Topic;
pub use versions::{Stated, VersionEntry, Versions};
pub use violation::Violation;
pub use walk::RefKind;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::document::{self, Document, Limits, Pointer, Syntax, Value};
use crate::tree::{Artifact, ArtifactPath, Tree};

/// Number of an artifact within its catalog, in path order.
pub type ItemId = usize;

/// An artifact, read.
#[derive(Debug)]
pub struct Item {
    /// Its path.
    pub path: ArtifactPath,
    /// What it is.
    pub kind: Kind,
    /// The part of the contracts it belongs to.
    pub area: Area,
    /// The module it belongs to.
    pub module: Option<String>,
    /// What it holds, when it is JSON or YAML.
    pub document: Option<Arc<Document>>,
}

impl Item {
    /// The value, when the document could be understood.
    pub fn value(&self) -> Option<&Value> {
        self.document.as_ref().and_then(|d| d.value.as_ref())
    }

    /// The file name without what marks it as schema or example.
    pub fn stem(&self) -> &str {
        kind::stem(self.path.file_name())
    }
}

/// The facts about a tree.
pub struct Catalog {
    /// The tree itself.
    pub tree: Tree,
    /// All artifacts, in path order.
    pub items: Vec<Item>,
    /// Schemas by item.
    pub schemas: BTreeMap<ItemId, Schema>,
    /// Which URI is claimed by whom; more than one claim is a conflict.
    pub claims: BTreeMap<String, Vec<Claim>>,
    /// References of schemas, with where they lead, in the order of the files.
    pub references: Vec<Reference>,
    /// References of OpenAPI documents.
    pub api_references: Vec<Reference>,
    /// Examples with their partners.
    pub examples: Vec<Example>,
    /// Topics of all topic catalogs.
    pub topics: Vec<Topic>,
    /// Versions of the set and of modules.
    pub versions: Vec<Versions>,
    /// Compiled schemas, or the reason why not.
    pub validators: Validators,
    /// The budgets it was built under.
    pub limits: Limits,
    /// What the configuration says about HTTP APIs.
    pub api_settings: ApiSettings,
    /// How long something is marked before it may go.
    pub notice: Notice,
    /// Other names of fields, old and new, that examples may still have.
    pub renames: Vec<(String, String)>,
    by_path: HashMap<ArtifactPath, ItemId>,
    /// The body that most refusals have, once somebody has asked for it.
    problem: OnceLock<Option<serde_json::Value>>,
    /// Where the references of a holder lead: (item, holder) → place in `references`.
    holders: HashMap<(ItemId, Pointer), Vec<usize>>,
}

/// Reads a tree. Never fails and never reports.
pub fn build(tree: &Tree, layout: &Layout, limits: &Limits) -> Catalog {
    read(tree, layout, limits, None, |items, schemas, claims, references| {
        compile::compile(items, schemas, claims, references, None)
    })
}

/// The same for a tree that is compared and not checked: no schema is compiled.
pub fn build_uncompiled(tree: &Tree, layout: &Layout, limits: &Limits) -> Catalog {
    read(tree, layout, limits, None, |_, _, _, _| Validators::default())
}

/// What compiles the schemas of a tree.
type Compile = fn(
    &[Item],
    &BTreeMap<ItemId, Schema>,
    &BTreeMap<String, Vec<Claim>>,
    &[Reference],
) -> Validators;

fn read(
    tree: &Tree,
    layout: &Layout,
    limits: &Limits,
    known: Option<&Catalog>,
    compile: Compile,
) -> Catalog {
    let items = read_items(tree, layout, limits, known, |kind, _| kind != Some(Kind::Freeze));
    let by_path: HashMap<_, _> =
        items.iter().enumerate().map(|(i, item)| (item.path.clone(), i)).collect();
    let (schemas, claims, anchors) = ids::read(&items);
    let lookup = refs::Lookup {
        items: &items,
        schemas: &schemas,
        claims: &claims,
        anchors: &anchors,
        by_path: &by_path,
    };
    let (references, api_references) = lookup.resolve_all();
    let validators = compile(&items, &schemas, &claims, &references);
    let mut holders: HashMap<(ItemId, Pointer), Vec<usize>> = HashMap::new();
    for (i, reference) in references.iter().enumerate() {
        holders.entry((reference.item, reference.holder.clone())).or_default().push(i);
    }
    let mut catalog = Catalog {
        tree: tree.clone(),
        topics: topics::read(&items, &by_path, &claims),
        versions: versions::read(&items, tree),
        items,
        schemas,
        claims,
        references,
        api_references,
        examples: Vec::new(),
        validators,
        limits: *limits,
        api_settings: layout.api.clone(),
        notice: layout.notice,
        renames: layout.renames.clone(),
        by_path,
        problem: OnceLock::new(),
        holders,
    };
    catalog.examples = pairs::read(&catalog, layout);
    catalog
}

/// What the artifacts of a tree are, and the version that the set declares; nothing is compiled.
pub fn survey(
    tree: &Tree,
    layout: &Layout,
    limits: &Limits,
) -> (HashMap<ArtifactPath, Kind>, Option<String>) {
    // Only where the path does not tell, or the content is asked for.
    let is_read = |kind: Option<Kind>, bytes: &[u8]| match kind {
        None => kind::may_tell(bytes),
        Some(kind) => kind == Kind::Versions,
    };
    let items = read_items(tree, layout, limits, None, is_read);
    let set = versions::read(&items, tree);
    let set = set.into_iter().find(|v| v.folder.is_none());
    let declared = set.and_then(|versions| versions.current.text);
    (items.into_iter().map(|item| (item.path, item.kind)).collect(), declared)
}

/// `is_read` tells whether a document is parsed, by what its path tells of its kind and by its bytes. What
/// `known` has parsed of the same bytes is not parsed again.
fn read_items(
    tree: &Tree,
    layout: &Layout,
    limits: &Limits,
    known: Option<&Catalog>,
    is_read: impl Fn(Option<Kind>, &[u8]) -> bool + Sync,
) -> Vec<Item> {
    let artifacts: Vec<_> = tree.artifacts.iter().collect();
    artifacts
        .into_par_iter()
        .map(|(path, artifact)| {
            let below = tree.below_root(path);
            let (area, module) = layout::place(below);
            let syntax = Syntax::of_extension(&path.extension());
            let given = layout.kind(path);
            let by_path = given.or_else(|| kind::by_path(below, area, syntax.is_some()));
            let wanted = syntax.filter(|_| is_read(by_path, &artifact.bytes));
            let known = known.and_then(|known| known.parsed(path, &artifact.bytes));
            let document = wanted.map(|syntax| {
                known.unwrap_or_else(|| Arc::new(document::parse(&artifact.bytes, syntax, limits)))
            });
            let value = document.as_ref().and_then(|d| d.value.as_ref());
            Item {
                path: path.clone(),
                kind: by_path.unwrap_or_else(|| kind::by_content(value)),
                area,
                module: module.map(str::to_owned),
                document,
            }
        })
        .collect()
}

impl Catalog {
    /// The document of a file that has these very bytes.
    fn parsed(&self, path: &ArtifactPath, bytes: &Arc<[u8]>) -> Option<Arc<Document>> {
        let is_same = |a: &Artifact| Arc::ptr_eq(&a.bytes, bytes);
        self.tree.artifacts.get(path).filter(|artifact| is_same(artifact))?;
        self.item(self.find(path)?)?.document.clone()
    }

    /// The kind that an item has where the configuration says nothing.
    pub fn usual_kind(&self, item: &Item) -> Kind {
        let is_data = Syntax::of_extension(&item.path.extension()).is_some();
        kind::by_path(self.tree.below_root(&item.path), item.area, is_data)
            .unwrap_or_else(|| kind::by_content(item.value()))
    }

    /// The item of that number. Numbers come from this catalog, so that it exists.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.get(id)
    }

    /// The path of an item.
    pub fn path(&self, id: ItemId) -> ArtifactPath {
        self.items.get(id).map_or_else(|| ArtifactPath::lossy("?"), |item| item.path.clone())
    }

    /// The item at a path.
    pub fn find(&self, path: &ArtifactPath) -> Option<ItemId> {
        self.by_path.get(path).copied()
    }

    /// Items of a kind, with their numbers.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items.iter().enumerate().filter(move |(_, item)| item.kind == kind)
    }

    /// The value at a place.
    pub fn value_at(&self, item: ItemId, pointer: &Pointer) -> Option<&Value> {
        self.item(item)?.value()?.at(pointer)
    }

    /// References that the subschema at `holder` holds.
    pub fn references_of(
        &self,
        item: ItemId,
        holder: &Pointer,
    ) -> impl Iterator<Item = &Reference> {
        let numbers = self.holders.get(&(item, holder.clone())).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|i| self.references.get(*i))
    }

    /// The envelope for a module: its own, or the one that all share.
    pub fn envelope_for(&self, module: Option<&str>) -> Option<ItemId> {
        let mut shared = None;
        for (id, item) in self.of_kind(Kind::Envelope) {
            if item.module.is_some() && item.module.as_deref() == module {
                return Some(id);
            }
            if item.module.is_none() && shared.is_none() {
                shared = Some(id);
            }
        }
        shared
    }
}

impl Catalog {
    /// The example file of an item.
    pub fn example(&self, item: ItemId) -> Option<&Example> {
        let at = self.examples.binary_search_by_key(&item, |e| e.item).ok()?;
        self.examples.get(at)
    }

    /// Whether a schema can reach itself through its references, so that the cost of a validation is
    /// not bounded by its size.
    pub fn is_recursive(&self, item: ItemId) -> bool {
        self.validators.is_risky(item)
    }

    /// The subschema under a keyword, looked for through `$ref` and `allOf`.
    pub fn subschema_of(
        &self,
        item: ItemId,
        at: &Pointer,
        keyword: &str,
    ) -> Option<(ItemId, Pointer)> {
        let schema = self.value_at(item, at)?;
        if schema.get(keyword).is_some() {
            return Some((item, at.join(keyword)));
        }
        let targets = self.references_of(item, at).filter_map(|r| r.target.place());
        let parts = (0..schema.get("allOf").map_or(0, |v| v.items().len()))
            .map(|i| (item, at.join("allOf").index(i)));
        let mut places = targets.map(|(i, p)| (i, p.clone())).chain(parts);
        // One step is enough for what is asked; a circle cannot form.
        places
            .find(|(i, p)| self.value_at(*i, &p.join(keyword)).is_some())
            .map(|(i, p)| (i, p.join(keyword)))
    }
}
