//! How one file names a place in another, and which of its places others usually name: the way back from
//! what `refs.rs` reads.

use super::{Catalog, ItemId, Kind, uri};
use crate::document::{Pointer, Value};

impl Catalog {
    /// The text by which a reference in one file means a place: a path where that resolves to the file, else
    /// the identifier that the file claims (RFC 3986 section 5, JSON Schema Core 2020-12 section 8.2.3).
    pub fn mention(&self, from: ItemId, to: ItemId, at: &Pointer) -> String {
        let fragment = match at.is_root() {
            true if from == to => "#".to_owned(),
            true => String::new(),
            false => format!("#{}", uri::encode_fragment(at.as_str())),
        };
        if from == to {
            return fragment;
        }
        let (source, target) = (self.path(from), self.path(to));
        // An address is made of the path and has its escapes.
        let path = uri::encode_path(&source.towards(&target));
        let address = |item| self.schemas.get(&item).map(|schema| schema.base.clone());
        let base = address(from).unwrap_or_else(|| uri::of_path(&source));
        let claimed = address(to).unwrap_or_else(|| uri::of_path(&target));
        // OpenAPI documents refer along paths whatever a schema claims.
        let is_path = self.item(from).is_some_and(|item| !item.kind.is_schema())
            || uri::is_path(&claimed)
            || uri::resolve(&base, &path).as_deref() == Some(claimed.as_str());
        format!("{}{fragment}", if is_path { path } else { claimed })
    }

    /// Entries of a file that are there to be referred to: `$defs`, `definitions`, and `components` of an
    /// OpenAPI document.
    pub fn definitions(&self, item: ItemId) -> Vec<Pointer> {
        let Some(file) = self.item(item) else { return Vec::new() };
        let top = Pointer::root();
        let mut groups = Vec::new();
        if file.kind == Kind::OpenApi {
            let components = top.join("components");
            let members = file.value().and_then(|v| v.at(&components)).map(Value::members);
            groups.extend(members.unwrap_or_default().iter().map(|m| components.join(&m.key)));
        } else if file.kind.is_schema() {
            groups.extend(["$defs", "definitions"].map(|keyword| top.join(keyword)));
        }
        let entries = groups.iter().flat_map(|group| {
            let members = file.value().and_then(|v| v.at(group)).map(Value::members);
            members.unwrap_or_default().iter().map(|m| group.join(&m.key))
        });
        entries.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Layout, build_uncompiled};
    use crate::document::Limits;
    use crate::tree::{ArtifactPath, Tree};

    #[test]
    fn what_is_written_is_read_as_the_same_place() {
        let id = |path: &str| {
            format!(r#"{{"$id": "https://example.com/{path}", "$defs": {{"A b": {{}}}}}}"#)
        };
        let (one, two) = (id("contracts/storage/one.schema.json"), id("elsewhere/two"));
        let tree = Tree::from_texts(
            "contracts",
            [
                ("contracts/storage/one.schema.json", one.as_str()),
                ("contracts/storage/two.schema.json", two.as_str()),
                ("contracts/storage/sub/three.schema.json", r#"{"$defs": {"x": {}}}"#),
                (
                    "contracts/storage/sub/four.schema.json",
                    r#"{"$id": "https://example.com/contracts/storage/sub/four.schema.json"}"#,
                ),
            ],
        );
        let catalog = build_uncompiled(&tree, &Layout::default(), &Limits::default());
        let find = |name: &str| {
            catalog.find(&ArtifactPath::lossy(&format!("contracts/storage/{name}"))).unwrap()
        };
        let (one, two) = (find("one.schema.json"), find("two.schema.json"));
        let (three, four) = (find("sub/three.schema.json"), find("sub/four.schema.json"));
        let at = catalog.definitions(one).remove(0);
        assert_eq!(catalog.mention(four, one, &at), "../one.schema.json#/$defs/A%20b");
        assert_eq!(catalog.mention(one, one, &at), "#/$defs/A%20b");
        assert_eq!(
            catalog.mention(one, two, &at),
            "https://example.com/elsewhere/two#/$defs/A%20b"
        );
        assert_eq!(catalog.mention(one, three, &Pointer::root()), "./sub/three.schema.json");
    }
}
