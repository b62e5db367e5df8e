//! What is owed: hotfixes that went out before anybody approved them, as `debts.yaml` lists them.

use unicode_normalization::UnicodeNormalization;

use super::{Catalog, ItemId, Kind};
use crate::document::{Pointer, Value};

/// An entry of `debts.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// The file.
    pub item: ItemId,
    /// The entry.
    pub at: Pointer,
    /// The version that went out.
    pub version: Option<String>,
    /// The day on which it did.
    pub date: Option<String>,
    /// Who made it.
    pub by: Option<String>,
    /// Who approved it afterwards.
    pub approved_by: Option<String>,
}

impl Debt {
    /// Whether somebody else than the maker has approved it.
    pub fn is_settled(&self) -> bool {
        // Whatever looks the same is the same name.
        let name = |text: &Option<String>| {
            let letters = text.as_deref()?.nfkc().filter(|c| c.is_alphanumeric());
            let name: String = letters.flat_map(char::to_lowercase).collect();
            Some(name).filter(|name| !name.is_empty())
        };
        let approver = name(&self.approved_by);
        approver.is_some() && approver != name(&self.by)
    }
}

impl Catalog {
    /// All entries, in the order of the file.
    pub fn debts(&self) -> Vec<Debt> {
        let files = self.of_kind(Kind::Other).filter(|(_, item)| {
            let below = self.tree.below_root(&item.path);
            matches!(below, "debts.yaml" | "debts.yml" | "debts.json")
        });
        let mut found = Vec::new();
        for (item, it) in files {
            let list = it.value().and_then(|v| v.get("debts")).map(Value::items);
            for (i, entry) in list.unwrap_or_default().iter().enumerate() {
                let text = |key: &str| entry.str_at(key).map(str::to_owned);
                found.push(Debt {
                    item,
                    at: Pointer::root().join("debts").index(i),
                    version: text("version"),
                    date: text("date"),
                    by: text("by"),
                    approved_by: text("approved_by"),
                });
            }
        }
        found
    }
}
