//! URIs that more than one file claims.

use crate::catalog::Catalog;
use crate::document::Pointer;
use crate::finding::Location;

/// A URI with two claimants.
pub(super) struct Conflict {
    pub uri: String,
    /// Whom references to it mean.
    pub first: Location,
    pub second: Location,
    /// Whether both say the same, key order and spelling of numbers aside.
    pub equal: bool,
}

/// Every claimant after the first, of every URI.
pub(super) fn conflicts(catalog: &Catalog) -> impl Iterator<Item = Conflict> {
    catalog.claims.iter().flat_map(move |(uri, claims)| {
        let mut claims = claims.iter();
        let first = claims.next();
        claims.filter_map(move |second| {
            let first = first?;
            let place = |item, at: &Pointer| {
                let keyword = catalog.schemas.get(&item).map_or("$id", |s| s.id_keyword());
                Location::value(&catalog.path(item), at.join(keyword))
            };
            let value =
                |item, at| catalog.value_at(item, at).and_then(crate::document::canonical_json);
            Some(Conflict {
                uri: uri.clone(),
                equal: value(first.item, &first.pointer) == value(second.item, &second.pointer),
                first: place(first.item, &first.pointer),
                second: place(second.item, &second.pointer),
            })
        })
    })
}
