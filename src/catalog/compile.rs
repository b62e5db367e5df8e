//! Schemas compiled by the `jsonschema` crate, or the reason why one could not be.
//!
//! The crate gets a registry of the whole tree under the URIs that the catalog resolved. A broken
//! reference must not stop the others, so its text is neutralised in the copy that the crate sees, and
//! every schema that reaches it is left uncompiled. No retriever is given: nothing is ever fetched.

use std::collections::{BTreeMap, HashMap, HashSet};

use jsonschema::{Draft, PatternOptions, Registry, Resource, Validator};
use rayon::prelude::*;
use serde_json::Value as Json;

use super::copy::{Copier, Copy};
use super::ids::{Claim, Schema};
use super::patterns::Patterns;
use super::reach::{Graph, NotCompiled, closure};
use super::refs::Reference;
use super::violation;
use super::{Bundle, Catalog, Dialect, Item, ItemId, uri};
use crate::document::Pointer;

/// The compiled schemas of a tree.
#[derive(Default)]
pub struct Validators {
    compiled: HashMap<ItemId, Validator>,
    /// What subschemas are compiled against.
    registry: Option<Registry<'static>>,
    addresses: HashMap<ItemId, (String, Draft)>,
    patterns: Patterns,
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
        let reference = format!("{uri}#{}", uri::encode_fragment(at.as_str()));
        let json = serde_json::json!({ "$ref": reference });
        build(&json, "tree:///subschema", *draft, self.registry.as_ref()?, &self.patterns).ok()
    }
}

impl Catalog {
    /// Compiles a bundle, or says why that cannot be done.
    pub fn compiled(&self, bundle: &Bundle) -> Result<Validator, String> {
        let nothing = Registry::new().prepare().map_err(|error| error.to_string())?;
        build(&bundle.schema, "tree:///bundle", bundle.draft, &nothing, &self.validators.patterns)
            .map_err(|(reason, _)| reason)
    }

    /// Whether a text is a regular expression that a schema may have as `pattern`.
    pub fn is_pattern(&self, text: &str) -> bool {
        let schema = serde_json::json!({ "pattern": text });
        self.compiled(&Bundle { schema, draft: Draft::Draft202012 }).is_ok()
    }
}

/// Backtracking steps of one pattern match.
const BACKTRACK_LIMIT: usize = 100_000;
/// Bytes of one compiled pattern.
const PATTERN_SIZE: usize = 1 << 20;

type Schemas = BTreeMap<ItemId, Schema>;

/// Compiles every schema that can be; of `only` these, if they are given.
pub(super) fn compile(
    items: &[Item],
    schemas: &Schemas,
    claims: &BTreeMap<String, Vec<Claim>>,
    references: &[Reference],
    only: Option<&HashSet<ItemId>>,
) -> Validators {
    let graph = Graph::new(schemas, references);
    let mut validators =
        Validators { risky: graph.risky(schemas, references), ..Validators::default() };
    let broken = |id: &ItemId| match schemas.get(id).map(|s| &s.dialect) {
        Some(Dialect::Unknown) | None => Some(NotCompiled::UnknownDialect),
        _ => None,
    };
    validators.not = graph.spread(schemas, references, &broken);
    let arrows = || references.iter().filter_map(|r| Some((r.item, r.target.place()?.0)));
    let needed = only.map(|only| closure(only.clone(), &arrows().collect::<Vec<_>>()));
    let is_needed = |id: &ItemId| needed.as_ref().is_none_or(|needed| needed.contains(id));
    let texts = Copier::new(items, schemas, claims, references).all(is_needed);
    validators.files = texts.iter().map(|(id, copy)| (copy.uri.clone(), *id)).collect();
    let (registry, refused) = registry(&texts);
    for (id, message) in refused {
        validators.not.entry(id).or_insert(NotCompiled::Engine { message, at: Pointer::root() });
    }
    let is_wanted =
        |id: &ItemId| !validators.not.contains_key(id) && only.is_none_or(|only| only.contains(id));
    let wanted: Vec<_> = texts.iter().filter(|(id, _)| is_wanted(id)).collect();
    let built: Vec<_> = match &registry {
        Some(registry) => wanted
            .into_par_iter()
            .map(|(id, copy)| (*id, build_copy(copy, registry, &validators.patterns)))
            .collect(),
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
        let spread = spread(&graph, schemas, references, &failed, &broken);
        validators.compiled.retain(|id, _| !spread.contains_key(id));
        validators.not.extend(spread);
    }
    validators.addresses =
        texts.into_iter().map(|(id, copy)| (id, (copy.uri, copy.draft))).collect();
    validators.registry = registry;
    validators
}

/// Whom failures reach. A validator fails on what an invalid file holds as if it were its own, so that
/// the invalid ones are spread first, and only what they do not explain is a failure of its own.
fn spread(
    graph: &Graph,
    schemas: &Schemas,
    references: &[Reference],
    failed: &BTreeMap<ItemId, NotCompiled>,
    broken: &(dyn Fn(&ItemId) -> Option<NotCompiled> + Sync),
) -> BTreeMap<ItemId, NotCompiled> {
    let invalid =
        |id: &ItemId| failed.get(id).filter(|r| matches!(r, NotCompiled::Invalid(_))).cloned();
    let explained = graph.spread(schemas, references, &|id| invalid(id).or_else(|| broken(id)));
    let own = |id: &ItemId| {
        let unexplained = failed.get(id).filter(|_| !explained.contains_key(id)).cloned();
        invalid(id).or(unexplained).or_else(|| broken(id))
    };
    graph.spread(schemas, references, &own)
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

fn build_copy(
    copy: &Copy,
    registry: &Registry<'_>,
    shared: &Patterns,
) -> Result<Validator, NotCompiled> {
    build(&copy.json, &copy.uri, copy.draft, registry, shared).map_err(|(message, at)| {
        meta_violations(copy).unwrap_or(NotCompiled::Engine { message, at })
    })
}

fn build(
    json: &Json,
    uri: &str,
    draft: Draft,
    registry: &Registry<'_>,
    shared: &Patterns,
) -> Result<Validator, (String, Pointer)> {
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_LIMIT)
        .size_limit(PATTERN_SIZE)
        .dfa_size_limit(PATTERN_SIZE);
    let shared = shared.clone();
    let mut options = jsonschema::options()
        .with_registry(registry)
        .with_base_uri(uri.to_owned())
        .with_draft(draft)
        .should_validate_formats(true)
        .with_format("ulid", is_ulid)
        .with_keyword("pattern", move |_, pattern, _| shared.keyword(pattern))
        .with_pattern_options(patterns);
    if matches!(draft, Draft::Draft4 | Draft::Draft6) {
        // The crate asserts these two everywhere; they came with draft-07 (§7.3.1).
        options = options.with_format("date", |_: &str| true).with_format("time", |_: &str| true);
    }
    options
        .build(json)
        .map_err(|error| (error.to_string(), Pointer::from(error.instance_path().as_str())))
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
