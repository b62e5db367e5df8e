//! Schemas compiled by the `jsonschema` crate, or the reason why one could not be.
//!
//! The crate gets a registry of the whole tree under the URIs that the catalog resolved. A broken
//! reference must not stop the others, so its text is neutralised in the copy that the crate sees, and
//! every schema that reaches it is left uncompiled. No retriever is given: nothing is ever fetched.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use jsonschema::{Draft, PatternOptions, Registry, Resource, Validator};
use rayon::prelude::*;
use serde_json::Value as Json;

use super::ids::{Claim, Schema};
use super::refs::{Reference, Target};
use super::violation::{self, Violation};
use super::{Dialect, Item, ItemId, dialect, uri};
use crate::document::{Pointer, to_json};

/// Why a schema was not compiled.
#[derive(Debug, Clone)]
pub enum NotCompiled {
    /// Its `$schema` names no dialect.
    UnknownDialect,
    /// A reference of its own is broken or goes in a circle.
    OwnReference,
    /// Its meta-schema refuses it.
    Invalid(Vec<Violation>),
    /// The validator refuses it for another reason.
    Engine {
        /// What it says.
        message: String,
        /// Of which place.
        at: Pointer,
    },
    /// Something it reaches in another file is broken.
    Depends {
        /// That file.
        on: ItemId,
        /// The first reference on the way there, as a place in the schema.
        through: Pointer,
    },
    /// More references follow on each other than the limit allows.
    TooManyHops,
}

/// The compiled schemas of a tree.
#[derive(Default)]
pub struct Validators {
    compiled: HashMap<ItemId, Validator>,
    /// What subschemas are compiled against.
    registry: Option<Registry<'static>>,
    addresses: HashMap<ItemId, (String, Draft)>,
    /// Schemas whose validation can cost far more than their size.
    risky: HashSet<ItemId>,
    /// The others.
    pub not: BTreeMap<ItemId, NotCompiled>,
    /// Which file a URI in a violation belongs to.
    pub(super) files: HashMap<String, ItemId>,
}

impl Validators {
    /// The compiled schema of a file.
    pub fn get(&self, item: ItemId) -> Option<&Validator> {
        self.compiled.get(&item)
    }

    pub(super) fn is_risky(&self, item: ItemId) -> bool {
        self.risky.contains(&item)
    }

    /// Compiles the subschema at a place, for the values that stand beside it.
    pub(super) fn subschema(&self, item: ItemId, at: &Pointer) -> Option<Validator> {
        let (uri, draft) = self.addresses.get(&item)?;
        let reference = format!("{uri}#{}", encode_fragment(at.as_str()));
        let json = serde_json::json!({ "$ref": reference });
        build(&json, "tree:///subschema", *draft, self.registry.as_ref()?).ok()
    }
}

/// Longest chain of references that may follow on each other.
const MAX_HOPS: usize = 1_000;
/// References beyond which the cost of a validation is counted before it starts.
const MANY: u64 = 10_000;
/// Backtracking steps of one pattern match.
const BACKTRACK_LIMIT: usize = 100_000;
/// Bytes of one compiled pattern.
const PATTERN_SIZE: usize = 1 << 20;

type Schemas = BTreeMap<ItemId, Schema>;

/// Compiles every schema that can be.
pub(super) fn compile(
    items: &[Item],
    schemas: &Schemas,
    claims: &BTreeMap<String, Vec<Claim>>,
    references: &[Reference],
) -> Validators {
    let graph = Graph::new(schemas, references);
    let mut validators =
        Validators { risky: graph.risky(schemas, references), ..Validators::default() };
    let broken = |id: &ItemId| match schemas.get(id).map(|s| &s.dialect) {
        Some(Dialect::Unknown) | None => Some(NotCompiled::UnknownDialect),
        _ => None,
    };
    validators.not = graph.spread(schemas, references, &broken);
    let texts = copies(items, schemas, claims, references);
    validators.files = texts.iter().map(|(id, copy)| (copy.uri.clone(), *id)).collect();
    let (registry, refused) = registry(&texts);
    for (id, message) in refused {
        validators.not.entry(id).or_insert(NotCompiled::Engine { message, at: Pointer::root() });
    }
    let wanted: Vec<_> = texts.iter().filter(|(id, _)| !validators.not.contains_key(id)).collect();
    let built: Vec<_> = match &registry {
        Some(registry) => {
            wanted.into_par_iter().map(|(id, copy)| (*id, build_copy(copy, registry))).collect()
        }
        None => Vec::new(),
    };
    let mut failed = BTreeMap::new();
    for (id, result) in built {
        match result {
            Ok(validator) => {
                validators.compiled.insert(id, validator);
            }
            Err(reason) => {
                failed.insert(id, reason);
            }
        }
    }
    // What the meta-schema says of a schema is worth knowing even when a reference is broken.
    for (id, copy) in &texts {
        if matches!(
            validators.not.get(id),
            Some(NotCompiled::OwnReference | NotCompiled::Depends { .. })
        ) && let Some(reason) = meta_violations(copy)
        {
            failed.insert(*id, reason);
        }
    }
    if !failed.is_empty() {
        let spread =
            graph.spread(schemas, references, &|id| failed.get(id).cloned().or_else(|| broken(id)));
        validators.compiled.retain(|id, _| !spread.contains_key(id));
        for (id, reason) in spread {
            validators.not.insert(id, reason);
        }
    }
    validators.addresses =
        texts.into_iter().map(|(id, copy)| (id, (copy.uri, copy.draft))).collect();
    validators.registry = registry;
    validators
}

/// What the validator sees of a schema file.
struct Copy {
    uri: String,
    draft: Draft,
    json: Json,
}

fn copies(
    items: &[Item],
    schemas: &Schemas,
    claims: &BTreeMap<String, Vec<Claim>>,
    references: &[Reference],
) -> BTreeMap<ItemId, Copy> {
    let files: Vec<_> = schemas.iter().collect();
    files
        .into_par_iter()
        .filter_map(|(id, schema)| {
            let item = items.get(*id)?;
            let mut json = to_json(item.value()?);
            // A file whose URI another file took is known by its address instead.
            let uri = if schema.shadowed { uri::of_path(&item.path) } else { schema.base.clone() };
            if let Json::Object(root) = &mut json {
                root.shift_remove(schema.id_keyword());
                root.insert(schema.id_keyword().to_owned(), Json::String(uri.clone()));
                match &schema.dialect {
                    Dialect::NearMiss(draft) | Dialect::Known(draft) => {
                        let text = dialect::identifier(*draft).to_owned();
                        root.insert("$schema".to_owned(), Json::String(text));
                    }
                    Dialect::Unknown => {
                        root.shift_remove("$schema");
                    }
                    Dialect::Missing | Dialect::Custom => {}
                }
            }
            let own = references.partition_point(|r| r.item < *id);
            for reference in references.get(own..)?.iter().take_while(|r| r.item == *id) {
                redirect(&mut json, reference, schema, schemas, items, claims);
            }
            Some((
                *id,
                Copy { uri, draft: schema.dialect.draft().unwrap_or(Draft::Draft202012), json },
            ))
        })
        .collect()
}

/// Gives the copy of a reference the text that leads a validator where the catalog found it to lead.
fn redirect(
    json: &mut Json,
    reference: &Reference,
    schema: &Schema,
    schemas: &Schemas,
    items: &[Item],
    claims: &BTreeMap<String, Vec<Claim>>,
) {
    let text = match &reference.target {
        target if target.is_broken() => "#".to_owned(),
        Target::ByPath(item, pointer) => address(*item, pointer, schemas, items),
        // A shadowed file lost its base URI, and its relative references with it.
        Target::Found(item, pointer) if schema.shadowed && !reference.text.starts_with('#') => {
            address(*item, pointer, schemas, items)
        }
        Target::Found(item, pointer) => {
            // The file itself is meant by its shared `$id`, not whoever else claims it.
            let document = uri::resolve(&reference.base, &reference.text);
            let claim = document.and_then(|u| {
                claims.get(uri::without_fragment(&u)).and_then(|c| c.first()).cloned()
            });
            if claim.is_none_or(|claim| claim.item == *item) || reference.text.starts_with('#') {
                return;
            }
            address(*item, pointer, schemas, items)
        }
        _ => return,
    };
    if let Some(slot) = json.pointer_mut(reference.at().as_str()) {
        *slot = Json::String(text);
    }
}

fn address(item: ItemId, pointer: &Pointer, schemas: &Schemas, items: &[Item]) -> String {
    let base = schemas.get(&item).filter(|s| !s.shadowed).map(|s| s.base.clone());
    let base = base.or_else(|| items.get(item).map(|i| uri::of_path(&i.path))).unwrap_or_default();
    format!("{base}#{}", encode_fragment(pointer.as_str()))
}

/// A JSON Pointer as a URI fragment (RFC 6901 §6).
fn encode_fragment(pointer: &str) -> String {
    let mut fragment = String::new();
    for byte in pointer.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b'$' => {
                fragment.push(byte as char);
            }
            byte => fragment.push_str(&format!("%{byte:02X}")),
        }
    }
    fragment
}

/// One registry for the tree. A file that the crate refuses is left out and named.
fn registry(texts: &BTreeMap<ItemId, Copy>) -> (Option<Registry<'static>>, Vec<(ItemId, String)>) {
    let pair = |copy: &Copy| (copy.uri.clone(), copy.draft.create_resource(copy.json.clone()));
    let all = Registry::new().extend(texts.values().map(pair));
    if let Ok(registry) = all.and_then(jsonschema::RegistryBuilder::prepare) {
        return (Some(registry), Vec::new());
    }
    let mut refused = Vec::new();
    let mut good: Vec<(String, Resource)> = Vec::new();
    for (id, copy) in texts {
        match Registry::new().extend([pair(copy)]).and_then(jsonschema::RegistryBuilder::prepare) {
            // A reference to another file of the tree is no defect of this one.
            Err(error) if !texts.values().any(|c| error.to_string().contains(&c.uri)) => {
                refused.push((*id, error.to_string()));
            }
            _ => good.push(pair(copy)),
        }
    }
    match Registry::new().extend(good).and_then(jsonschema::RegistryBuilder::prepare) {
        Ok(registry) => (Some(registry), refused),
        Err(error) => {
            let named = |id: &ItemId| (*id, error.to_string());
            (None, texts.keys().map(named).collect())
        }
    }
}

fn build_copy(copy: &Copy, registry: &Registry<'_>) -> Result<Validator, NotCompiled> {
    build(&copy.json, &copy.uri, copy.draft, registry).map_err(|(message, at)| {
        meta_violations(copy).unwrap_or(NotCompiled::Engine { message, at })
    })
}

fn build(
    json: &Json,
    uri: &str,
    draft: Draft,
    registry: &Registry<'_>,
) -> Result<Validator, (String, Pointer)> {
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_LIMIT)
        .size_limit(PATTERN_SIZE)
        .dfa_size_limit(PATTERN_SIZE);
    let built = jsonschema::options()
        .with_registry(registry)
        .with_base_uri(uri.to_owned())
        .with_draft(draft)
        .should_validate_formats(true)
        .with_format("ulid", is_ulid)
        .with_pattern_options(patterns)
        .build(json);
    built.map_err(|error| (error.to_string(), Pointer::from(error.instance_path().as_str())))
}

/// 26 characters of Crockford base32, the first below 8 (the ULID specification).
pub(super) fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && ulid::Ulid::from_string(text).is_ok()
        && text.bytes().all(|b| !b.is_ascii_lowercase())
}

fn meta_violations(copy: &Copy) -> Option<NotCompiled> {
    let errors = match copy.draft {
        Draft::Draft4 => {
            violation::all(jsonschema::draft4::meta::validator().iter_errors(&copy.json))
        }
        Draft::Draft6 => {
            violation::all(jsonschema::draft6::meta::validator().iter_errors(&copy.json))
        }
        Draft::Draft7 => {
            violation::all(jsonschema::draft7::meta::validator().iter_errors(&copy.json))
        }
        Draft::Draft201909 => {
            violation::all(jsonschema::draft201909::meta::validator().iter_errors(&copy.json))
        }
        _ => violation::all(jsonschema::draft202012::meta::validator().iter_errors(&copy.json)),
    };
    (!errors.is_empty()).then_some(NotCompiled::Invalid(errors))
}

/// Which schema reaches which reference. A node is a place where validation can enter a file.
struct Graph {
    nodes: HashMap<(ItemId, Pointer), usize>,
    /// Per node: its file, and the references that its applicators lead to.
    entries: Vec<(ItemId, Vec<usize>)>,
}

impl Graph {
    fn new(schemas: &Schemas, references: &[Reference]) -> Self {
        let mut places: Vec<(ItemId, Pointer)> =
            schemas.keys().map(|id| (*id, Pointer::root())).collect();
        places.extend(
            references.iter().filter_map(|r| r.target.place()).map(|(i, p)| (i, p.clone())),
        );
        places.sort();
        places.dedup();
        let entries =
            places.par_iter().map(|(item, at)| (*item, inside(references, *item, at))).collect();
        let nodes = places.into_iter().enumerate().map(|(i, place)| (place, i)).collect();
        Graph { nodes, entries }
    }

    /// Schemas that reach themselves, or whose references unfold into more than [`MANY`] places.
    fn risky(&self, schemas: &Schemas, references: &[Reference]) -> HashSet<ItemId> {
        let mut unfolded: Vec<Option<u64>> = vec![None; self.entries.len()];
        let next: Vec<Vec<usize>> = self
            .entries
            .iter()
            .map(|(_, own)| {
                let places = own.iter().filter_map(|i| references.get(*i)?.target.place());
                places
                    .filter_map(|(item, at)| self.nodes.get(&(item, at.clone())).copied())
                    .collect()
            })
            .collect();
        // Depth first without recursion; a node that is still open when it is met again is on a circle.
        let mut open = vec![false; next.len()];
        for start in 0..next.len() {
            let mut stack = vec![(start, false)];
            while let Some((node, done)) = stack.pop() {
                let children = next.get(node).map_or(&[][..], Vec::as_slice);
                let known = |n: &usize| unfolded.get(*n).copied().flatten();
                if done {
                    let sum = children.iter().fold(1u64, |sum, child| {
                        sum.saturating_add(known(child).unwrap_or(u64::MAX))
                    });
                    put(&mut unfolded, node, Some(sum));
                    put(&mut open, node, false);
                } else if known(&node).is_none() && open.get(node) == Some(&false) {
                    put(&mut open, node, true);
                    stack.push((node, true));
                    stack.extend(
                        children.iter().filter(|c| known(c).is_none()).map(|c| (*c, false)),
                    );
                }
            }
        }
        let is_risky = |id: &&ItemId| {
            let root = self.nodes.get(&(**id, Pointer::root()));
            root.and_then(|n| unfolded.get(*n).copied().flatten()).is_some_and(|n| n > MANY)
        };
        schemas.keys().filter(is_risky).copied().collect()
    }

    /// For every schema file that cannot be compiled, why: its own defect, or the nearest one that it
    /// reaches, found breadth first.
    fn spread(
        &self,
        schemas: &Schemas,
        references: &[Reference],
        own: &(dyn Fn(&ItemId) -> Option<NotCompiled> + Sync),
    ) -> BTreeMap<ItemId, NotCompiled> {
        let roots: Vec<ItemId> = schemas.keys().copied().collect();
        roots
            .into_par_iter()
            .filter_map(|root| {
                let reason = own(&root).or_else(|| self.search(root, references, own))?;
                Some((root, reason))
            })
            .collect()
    }

    fn search(
        &self,
        root: ItemId,
        references: &[Reference],
        own: &dyn Fn(&ItemId) -> Option<NotCompiled>,
    ) -> Option<NotCompiled> {
        let start = *self.nodes.get(&(root, Pointer::root()))?;
        let mut seen = HashSet::from([start]);
        // (node, the root's own reference on the way, hops so far)
        let mut queue: VecDeque<(usize, Option<&Reference>, usize)> =
            VecDeque::from([(start, None, 0)]);
        while let Some((node, through, hops)) = queue.pop_front() {
            let (item, own_references) = self.entries.get(node)?;
            if *item != root && own(item).is_some() {
                return Some(depends(*item, through));
            }
            if hops > MAX_HOPS {
                return Some(NotCompiled::TooManyHops);
            }
            for reference in own_references.iter().filter_map(|i| references.get(*i)) {
                if reference.target.is_broken() || reference.in_loop {
                    let unreadable = matches!(reference.target, Target::Unreadable(_));
                    return Some(match &reference.target {
                        Target::Unreadable(on) => depends(*on, through.or(Some(reference))),
                        _ if reference.item == root && !unreadable => NotCompiled::OwnReference,
                        _ => depends(reference.item, through),
                    });
                }
                let Some((item, pointer)) = reference.target.place() else {
                    continue;
                };
                let next = self.nodes.get(&(item, pointer.clone())).copied();
                if let Some(next) = next.filter(|n| seen.insert(*n)) {
                    queue.push_back((next, through.or(Some(reference)), hops + 1));
                }
            }
        }
        None
    }
}

fn put<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

/// The references of a file that applicators lead to from a place: those below it, entries of `$defs`
/// left out. References are sorted by file and holder, so that those below a place lie together.
fn inside(references: &[Reference], item: ItemId, at: &Pointer) -> Vec<usize> {
    let at = at.as_str();
    let start = references.partition_point(|r| (r.item, r.holder.as_str()) < (item, at));
    let together = references.iter().enumerate().skip(start);
    let together =
        together.take_while(|(_, r)| r.item == item && r.holder.as_str().starts_with(at));
    let is_inside = |r: &Reference| {
        let rest = r.holder.as_str().strip_prefix(at).unwrap_or_default();
        (rest.is_empty() || rest.starts_with('/')) && at.len() >= r.home.as_str().len()
    };
    together.filter(|(_, r)| is_inside(r)).map(|(i, _)| i).collect()
}

fn depends(on: ItemId, through: Option<&Reference>) -> NotCompiled {
    NotCompiled::Depends { on, through: through.map_or_else(Pointer::root, Reference::at) }
}
