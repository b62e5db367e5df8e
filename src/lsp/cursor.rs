//! What stands under the cursor and leads elsewhere: references of schemas and of OpenAPI documents, the
//! payload schemas of topics, the topics of events.

use super::snapshot::Snapshot;
use crate::catalog::ItemId;
use crate::document::{Part, Pointer, Span};
use crate::tree::ArtifactPath;

/// Something that leads to a place.
pub(super) struct Lead {
    /// Where it stands.
    pub span: Span,
    pub item: ItemId,
    pub pointer: Pointer,
}

/// What leads from a byte of an artifact to another place.
pub(super) fn lead(snapshot: &Snapshot, path: &ArtifactPath, offset: usize) -> Option<Lead> {
    let catalog = &snapshot.catalog;
    let item = catalog.find(path)?;
    let covers = |at: &Pointer| {
        let spans = [Part::Value, Part::Key].into_iter().filter_map(|p| snapshot.span(item, at, p));
        spans.into_iter().find(|span| span.start as usize <= offset && offset <= span.end as usize)
    };
    let all = catalog.references.iter().chain(&catalog.api_references);
    for reference in all.filter(|r| r.item == item) {
        if let Some(span) = covers(&reference.at()) {
            let (item, pointer) = reference.target.place()?;
            return Some(Lead { span, item, pointer: pointer.clone() });
        }
    }
    for topic in catalog.topics.iter().filter(|topic| topic.item == item) {
        let at = topic.at.join("schema_ref");
        if let Some((schema, span)) = topic.schema.and_then(|s| Some((s, covers(&at)?))) {
            return Some(Lead { span, item: schema, pointer: Pointer::root() });
        }
    }
    for case in catalog.example(item).map(|e| e.cases.as_slice()).unwrap_or_default() {
        let at = case.at.join("topic");
        let named = catalog.value_at(item, &at).and_then(|value| catalog.topic(value.as_str()?));
        if let Some((topic, span)) = named.and_then(|topic| Some((topic, covers(&at)?))) {
            return Some(Lead { span, item: topic.item, pointer: topic.name_at.clone() });
        }
    }
    None
}
