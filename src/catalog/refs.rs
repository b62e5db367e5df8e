//! Where references lead: to a place in the tree, to a file that only a path finds, or nowhere.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::ids::{Anchors, Claim, Schema};
use super::walk::{Found, FoundRef, RefKind, walk};
use super::{DIALECTS, Item, ItemId, Kind, uri};
use crate::document::{Data, Pointer};
use crate::tree::ArtifactPath;

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a place in the tree.
    Found(ItemId, Pointer),
    /// To nothing by its URI, but a file stands where a path would lead.
    ByPath(ItemId, Pointer),
    /// To a published meta-schema, which every validator knows.
    Meta,
    /// To a document on the network that the tree does not have.
    Remote(String),
    /// Above the top of the tree.
    Outside,
    /// To a document that the tree does not have.
    NoDocument(String),
    /// To a known document, which has no such place.
    NoPlace(ItemId, String),
    /// To a file that does not parse; that is its own finding.
    Unreadable(ItemId),
    /// It is no URI reference.
    Malformed,
}

impl Target {
    /// The place, however it was found.
    pub fn place(&self) -> Option<(ItemId, &Pointer)> {
        match self {
            Target::Found(item, pointer) | Target::ByPath(item, pointer) => Some((*item, pointer)),
            _ => None,
        }
    }

    /// Whether a validator would stop here.
    pub fn is_broken(&self) -> bool {
        self.place().is_none() && *self != Target::Meta
    }
}

/// A reference and where it leads.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The file that it stands in.
    pub item: ItemId,
    /// The keyword.
    pub kind: RefKind,
    /// The subschema that holds it.
    pub holder: Pointer,
    /// Its text.
    pub text: String,
    /// The base URI it is resolved against.
    pub base: String,
    /// Where it leads.
    pub target: Target,
    /// Whether following it comes back to it without looking at another part of the instance.
    pub in_loop: bool,
    pub(super) in_place: Vec<Pointer>,
    pub(super) home: Pointer,
}

impl Reference {
    /// The place of the keyword's value.
    pub fn at(&self) -> Pointer {
        self.holder.join(self.kind.keyword())
    }
}

/// What resolving needs.
pub(super) struct Lookup<'c> {
    pub items: &'c [Item],
    pub schemas: &'c BTreeMap<ItemId, Schema>,
    pub claims: &'c BTreeMap<String, Vec<Claim>>,
    pub anchors: &'c Anchors,
    pub by_path: &'c HashMap<ArtifactPath, ItemId>,
}

impl Lookup<'_> {
    /// References of schemas, then those of OpenAPI documents.
    pub(super) fn resolve_all(&self) -> (Vec<Reference>, Vec<Reference>) {
        let schemas: Vec<_> = self.schemas.iter().collect();
        let resolved: Vec<Vec<Reference>> = schemas
            .par_iter()
            .map(|(id, schema)| {
                schema.found.refs.iter().map(|found| self.resolve(**id, found)).collect()
            })
            .collect();
        let mut references: Vec<Reference> = resolved.into_iter().flatten().collect();
        self.follow_unwalked(&mut references);
        mark_loops(&mut references);
        references.sort_by(|a, b| (a.item, &a.holder, a.kind).cmp(&(b.item, &b.holder, b.kind)));
        let apis: Vec<_> =
            self.items.iter().enumerate().filter(|(_, i)| i.kind == Kind::OpenApi).collect();
        let api: Vec<Vec<Reference>> =
            apis.par_iter().map(|(id, item)| self.api(*id, item)).collect();
        (references, api.into_iter().flatten().collect())
    }

    /// A reference may lead where no keyword does (`#/components/x`): what stands there is a schema too.
    fn follow_unwalked(&self, references: &mut Vec<Reference>) {
        let mut walked: HashSet<(ItemId, Pointer)> = HashSet::new();
        for (id, schema) in self.schemas {
            walked.extend(schema.found.subschemas.iter().map(|(at, _)| (*id, at.clone())));
        }
        let mut next = 0;
        while let Some(reference) = references.get(next) {
            next += 1;
            let Some((item, pointer)) = reference.target.place() else {
                continue;
            };
            if !walked.insert((item, pointer.clone())) {
                continue;
            }
            let value = self.items.get(item).and_then(Item::value).and_then(|v| v.at(pointer));
            let schema = self.schemas.get(&item);
            let (Some(value), Some(schema)) = (value, schema) else {
                continue;
            };
            let mut found = Found::default();
            let draft = schema.dialect.draft().unwrap_or(jsonschema::Draft::Draft202012);
            walk(value, pointer.clone(), &schema.base, draft, &mut found);
            walked.extend(found.subschemas.iter().map(|(at, _)| (item, at.clone())));
            references.extend(found.refs.iter().map(|found| self.resolve(item, found)));
        }
    }

    fn resolve(&self, item: ItemId, found: &FoundRef) -> Reference {
        let target = match found.kind {
            RefKind::Recursive => self.by_uri(item, &found.base, "#"),
            RefKind::Static | RefKind::Dynamic => self.by_uri(item, &found.base, &found.text),
        };
        let target = target.unwrap_or_else(|| self.by_file(item, &found.text, &found.base));
        Reference {
            item,
            kind: found.kind,
            holder: found.holder.clone(),
            text: found.text.clone(),
            base: found.base.clone(),
            target,
            in_loop: false,
            in_place: found.in_place.clone(),
            home: found.home.clone(),
        }
    }

    /// As a validator resolves: by URI alone. `None` when nobody claims the document.
    fn by_uri(&self, item: ItemId, base: &str, text: &str) -> Option<Target> {
        let Some(absolute) = uri::resolve(base, text) else {
            return Some(Target::Malformed);
        };
        let document = uri::without_fragment(&absolute);
        // A copy of a published meta-schema in the tree changes nothing about what its URI means.
        let is_meta = DIALECTS.iter().any(|(_, id)| id.trim_end_matches('#') == document)
            || document.starts_with("https://json-schema.org/draft/20")
                && document.contains("/meta/");
        if is_meta {
            return Some(Target::Meta);
        }
        let claim = self.claims.get(document).and_then(|claims| self.preferred(claims, item))?;
        Some(self.place(claim.item, &claim.pointer, document, &uri::fragment(&absolute)))
    }

    /// A file that shares its `$id` with another means itself by it.
    fn preferred<'a>(&self, claims: &'a [Claim], item: ItemId) -> Option<&'a Claim> {
        claims.iter().find(|claim| claim.item == item).or_else(|| claims.first())
    }

    /// The place that a fragment names in a document: a JSON Pointer or an anchor.
    fn place(&self, item: ItemId, root: &Pointer, document: &str, fragment: &str) -> Target {
        let Some(value) = self.items.get(item).and_then(Item::value) else {
            return Target::Unreadable(item);
        };
        let pointer = if fragment.is_empty() {
            Some(root.clone())
        } else if fragment.starts_with('/') {
            let pointer = root.concat(&Pointer::from(fragment));
            value.at(&pointer).map(|_| pointer)
        } else {
            self.anchors.get(&(item, document.to_owned(), fragment.to_owned())).cloned()
        };
        pointer
            .map_or_else(|| Target::NoPlace(item, fragment.to_owned()), |p| Target::Found(item, p))
    }

    /// What a path finds where no URI does; else why there is nothing.
    fn by_file(&self, item: ItemId, text: &str, base: &str) -> Target {
        let absolute = uri::resolve(base, text).unwrap_or_default();
        if uri::is_absolute(text) {
            let own_host = uri::host(base).is_some() && uri::host(base) == uri::host(text);
            let is_remote = uri::host(text).is_some() && !own_host;
            return if is_remote { Target::Remote(absolute) } else { Target::NoDocument(absolute) };
        }
        let Some(from) = self.items.get(item) else {
            return Target::NoDocument(absolute);
        };
        let (path, fragment) = text.split_once('#').unwrap_or((text, ""));
        let Some(path) = from.path.join(&uri::percent_decode(path)) else {
            return Target::Outside;
        };
        let Some(found) = self.by_path.get(&path) else {
            return Target::NoDocument(if uri::is_path(base) {
                path.to_string()
            } else {
                absolute
            });
        };
        let base = self.schemas.get(found).map_or("", |s| s.base.as_str());
        match self.place(*found, &Pointer::root(), base, &uri::percent_decode(fragment)) {
            Target::Found(item, pointer) => Target::ByPath(item, pointer),
            other => other,
        }
    }

    /// OpenAPI references lead along paths, or to a schema's `$id`.
    fn api(&self, id: ItemId, item: &Item) -> Vec<Reference> {
        let mut references = Vec::new();
        let Some(value) = item.value() else {
            return references;
        };
        let base = uri::of_path(&item.path);
        let mut stack = vec![(value, Pointer::root())];
        while let Some((value, at)) = stack.pop() {
            if let Some(text) = value.str_at("$ref") {
                references.push(Reference {
                    item: id,
                    kind: RefKind::Static,
                    holder: at.clone(),
                    text: text.to_owned(),
                    base: base.clone(),
                    target: self.api_target(id, text, &base),
                    in_loop: false,
                    in_place: Vec::new(),
                    home: Pointer::root(),
                });
            }
            for (i, item) in value.items().iter().enumerate() {
                stack.push((item, at.index(i)));
            }
            for member in value.members() {
                let is_data = matches!(
                    member.key.as_str(),
                    "example" | "default" | "enum" | "const" | "value"
                );
                let is_list =
                    member.key == "examples" && matches!(member.value.data, Data::Array(_));
                if !is_data && !is_list {
                    stack.push((&member.value, at.join(&member.key)));
                }
            }
        }
        references.sort_by(|a, b| a.holder.cmp(&b.holder));
        references
    }

    fn api_target(&self, id: ItemId, text: &str, base: &str) -> Target {
        let name = text.strip_prefix('#').filter(|name| !name.is_empty() && !name.starts_with('/'));
        if let Some(name) = name
            && let Some(value) = self.items.get(id).and_then(Item::value)
        {
            // A plain name is that of an anchor (JSON Schema Core 2020-12, section 8.2.2).
            let all = value.everything().into_iter();
            let mut named = all.filter(|(at, value)| {
                at.tokens().last().is_some_and(|key| key == "$anchor" || key == "$dynamicAnchor")
                    && value.as_str() == Some(name)
            });
            if let Some(holder) = named.next().and_then(|(at, _)| at.parent()) {
                return Target::Found(id, holder);
            }
        }
        if !text.starts_with('#')
            && let Some(target) = self.by_uri(id, base, text)
        {
            return target;
        }
        match self.by_file(id, if text.starts_with('#') { "" } else { text }, base) {
            _ if text.starts_with('#') => self.place(
                id,
                &Pointer::root(),
                base,
                &uri::percent_decode(text.trim_start_matches('#')),
            ),
            Target::ByPath(item, pointer) => Target::Found(item, pointer),
            other => other,
        }
    }
}

/// Marks references that come back to themselves on the same instance location: a validator that
/// follows them never ends (JSON Schema Core 2020-12 §9.4.1).
fn mark_loops(references: &mut [Reference]) {
    let mut entered: HashMap<(ItemId, &Pointer), Vec<usize>> = HashMap::new();
    for (i, reference) in references.iter().enumerate() {
        for pointer in &reference.in_place {
            entered.entry((reference.item, pointer)).or_default().push(i);
        }
    }
    let next: Vec<Vec<usize>> = references
        .iter()
        .map(|r| {
            r.target.place().and_then(|place| entered.get(&place)).cloned().unwrap_or_default()
        })
        .collect();
    let looping = on_cycle(&next);
    for (reference, looping) in references.iter_mut().zip(looping) {
        reference.in_loop = looping;
    }
}

/// Which nodes of a graph lie on a cycle: Tarjan's strongly connected components, without recursion.
fn on_cycle(next: &[Vec<usize>]) -> Vec<bool> {
    const NEW: usize = usize::MAX;
    let mut order = vec![NEW; next.len()];
    let mut low = vec![0; next.len()];
    let mut open = vec![false; next.len()];
    let mut result = vec![false; next.len()];
    let (mut members, mut count) = (Vec::new(), 0);
    for start in 0..next.len() {
        if order.get(start) != Some(&NEW) {
            continue;
        }
        let mut calls = vec![(start, 0)];
        while let Some((node, edge)) = calls.pop() {
            let (Some(node_order), Some(edges)) = (order.get_mut(node), next.get(node)) else {
                continue;
            };
            if *node_order == NEW {
                *node_order = count;
                set(&mut low, node, count);
                set(&mut open, node, true);
                count += 1;
                members.push(node);
            }
            if let Some(&child) = edges.get(edge) {
                calls.push((node, edge + 1));
                if order.get(child) == Some(&NEW) {
                    calls.push((child, 0));
                } else if open.get(child) == Some(&true) {
                    let reach = get(&low, node).min(get(&order, child));
                    set(&mut low, node, reach);
                }
                continue;
            }
            if get(&low, node) == get(&order, node) {
                let from = members.iter().rposition(|m| *m == node).unwrap_or(0);
                let component = members.split_off(from);
                let cyclic = component.len() > 1 || edges.contains(&node);
                for member in component {
                    set(&mut open, member, false);
                    set(&mut result, member, cyclic);
                }
            }
            if let Some((parent, _)) = calls.last() {
                let reach = get(&low, *parent).min(get(&low, node));
                set(&mut low, *parent, reach);
            }
        }
    }
    result
}

fn get(values: &[usize], at: usize) -> usize {
    values.get(at).copied().unwrap_or(usize::MAX)
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::on_cycle;

    #[test]
    fn finds_cycles_and_only_cycles() {
        let next = vec![vec![1], vec![2], vec![1], vec![0], vec![4], vec![]];
        assert_eq!(on_cycle(&next), [false, true, true, false, true, false]);
    }
}
