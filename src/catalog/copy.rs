//! What the validator sees of each schema file: a copy in which every reference leads where the catalog
//! found it to lead, and no URI is claimed twice.

use std::collections::{BTreeMap, HashSet};

use jsonschema::Draft;
use rayon::prelude::*;
use serde_json::Value as Json;

use super::dialect::{self, DIALECTS};
use super::ids::{Claim, Schema};
use super::refs::{Reference, Target};
use super::{Dialect, Item, ItemId, uri};
use crate::document::{Pointer, to_json};

/// A schema file as the validator gets it.
pub(super) struct Copy {
    /// The URI it is registered under.
    pub uri: String,
    pub draft: Draft,
    pub json: Json,
}

/// What making copies needs.
pub(super) struct Copier<'c> {
    items: &'c [Item],
    schemas: &'c BTreeMap<ItemId, Schema>,
    references: &'c [Reference],
    /// Embedded identifiers that lost to another file, or to a published meta-schema.
    lost: HashSet<(ItemId, &'c str)>,
    lost_places: Vec<&'c Claim>,
}

impl<'c> Copier<'c> {
    pub(super) fn new(
        items: &'c [Item],
        schemas: &'c BTreeMap<ItemId, Schema>,
        claims: &'c BTreeMap<String, Vec<Claim>>,
        references: &'c [Reference],
    ) -> Self {
        let mut lost = HashSet::new();
        let mut lost_places = Vec::new();
        for (uri, claims) in claims {
            let is_published = DIALECTS.iter().any(|(_, id)| id.trim_end_matches('#') == uri);
            let losers = claims.iter().skip(usize::from(!is_published));
            for claim in losers.filter(|claim| !claim.pointer.is_root()) {
                lost.insert((claim.item, uri.as_str()));
                lost_places.push(claim);
            }
        }
        Copier { items, schemas, references, lost, lost_places }
    }

    pub(super) fn all(&self, is_needed: impl Fn(&ItemId) -> bool) -> BTreeMap<ItemId, Copy> {
        let files: Vec<_> = self.schemas.iter().filter(|(id, _)| is_needed(id)).collect();
        files
            .into_par_iter()
            .filter_map(|(id, schema)| Some((*id, self.copy(*id, schema)?)))
            .collect()
    }

    fn copy(&self, id: ItemId, schema: &Schema) -> Option<Copy> {
        let item = self.items.get(id)?;
        let mut json = to_json(item.value()?);
        // A file whose URI another file took is known by its address instead.
        let uri = if schema.shadowed { uri::of_path(&item.path) } else { schema.base.clone() };
        if let Json::Object(root) = &mut json {
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
        let own = self.references.partition_point(|r| r.item < id);
        for reference in self.references.get(own..)?.iter().take_while(|r| r.item == id) {
            if let (Some(text), Some(slot)) =
                (self.redirected(reference, schema), json.pointer_mut(reference.at().as_str()))
            {
                *slot = Json::String(text);
            }
        }
        for claim in self.lost_places.iter().filter(|claim| claim.item == id) {
            if let Some(Json::Object(embedded)) = json.pointer_mut(claim.pointer.as_str()) {
                embedded.shift_remove(schema.id_keyword());
            }
        }
        Some(Copy { uri, draft: schema.dialect.draft().unwrap_or(Draft::Draft202012), json })
    }

    /// The text that leads a validator where the catalog found a reference to lead; `None` where the
    /// text as it stands does.
    fn redirected(&self, reference: &Reference, schema: &Schema) -> Option<String> {
        match &reference.target {
            // Nothing that reaches it is compiled, so that it may say anything that resolves.
            target if target.is_broken() => Some("#".to_owned()),
            Target::ByPath(item, pointer) => Some(self.address(*item, pointer)),
            Target::Found(item, pointer) => {
                let base_is_lost = self.lost.contains(&(reference.item, reference.base.as_str()));
                let is_local = reference.text.starts_with('#');
                let moved = base_is_lost
                    || !is_local && (schema.shadowed || self.is_taken(reference, *item));
                moved.then(|| self.address(*item, pointer))
            }
            _ => None,
        }
    }

    /// Whether the URI of a reference means another file to everybody else.
    fn is_taken(&self, reference: &Reference, item: ItemId) -> bool {
        let document = uri::resolve(&reference.base, &reference.text).unwrap_or_default();
        let document = uri::without_fragment(&document);
        let is_shadowed = self.schemas.get(&item).is_some_and(|s| s.shadowed && s.base == document);
        is_shadowed || self.lost.contains(&(item, document))
    }

    fn address(&self, item: ItemId, pointer: &Pointer) -> String {
        let base = self.schemas.get(&item).filter(|s| !s.shadowed).map(|s| s.base.clone());
        let base = base
            .or_else(|| self.items.get(item).map(|i| uri::of_path(&i.path)))
            .unwrap_or_default();
        format!("{base}#{}", uri::encode_fragment(pointer.as_str()))
    }
}
