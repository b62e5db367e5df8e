//! References by name: what policies and topics call a role, a capability, an attribute or a band.

use std::collections::HashMap;

use super::build::Builder;
use super::{EdgeKind, Place};
use crate::catalog::Kind;
use crate::document::{Data, Pointer, Value};

/// The lists whose entries have names.
const LISTS: [&str; 5] = ["bands", "roles", "capabilities", "attributes", "obligations"];

/// Adds a reference for every name that an entry of a policy has.
pub(super) fn add(builder: &mut Builder<'_>) {
    let catalog = builder.catalog;
    let mut known: HashMap<(&str, String), Place> = HashMap::new();
    for (item, policy) in catalog.of_kind(Kind::Policy) {
        for list in LISTS {
            let Some(value) = policy.value().and_then(|value| value.get(list)) else { continue };
            for (name, at) in entries(value, &Pointer::root().join(list)) {
                known.entry((list, name)).or_insert_with(|| Place::new(item, at));
            }
        }
    }
    if known.is_empty() {
        return;
    }
    let items = catalog.items.iter().enumerate();
    for (item, naming) in items.filter(|(_, i)| matches!(i.kind, Kind::Policy | Kind::Topics)) {
        for (at, value) in naming.value().map(Value::everything).unwrap_or_default() {
            let Some(key) = at.tokens().last().map(std::borrow::Cow::into_owned) else { continue };
            let tokens: Vec<_> = at.tokens().collect();
            // A list of the top declares; what stands in its entries names.
            let Some(list) = named_by(&key).filter(|_| tokens.len() > 1) else { continue };
            for (name, at) in texts(value, &at) {
                if let Some(target) = known.get(&(list, name.to_owned())) {
                    builder.refer(EdgeKind::Names, Place::new(item, at), target.clone(), name);
                }
            }
        }
        attributes(builder, item, &known);
    }
}

/// Which list the values of a key belong to.
fn named_by(key: &str) -> Option<&'static str> {
    Some(match key {
        "band" | "bands" | "min_band" | "max_band" => "bands",
        "role" | "roles" | "inherits" => "roles",
        "capability" | "capabilities" => "capabilities",
        "obligations" => "obligations",
        _ => return None,
    })
}

/// The conditions of a rule name attributes by their keys.
fn attributes(builder: &mut Builder<'_>, item: usize, known: &HashMap<(&str, String), Place>) {
    let catalog = builder.catalog;
    let rules = Pointer::root().join("rules");
    let count = catalog.value_at(item, &rules).map_or(0, |rules| rules.items().len());
    for i in 0..count {
        let at = rules.index(i).join("when");
        let when = catalog.value_at(item, &at).map(Value::members).unwrap_or_default();
        for member in when {
            if let Some(target) = known.get(&("attributes", member.key.clone())) {
                let at = Place::new(item, at.join(&member.key));
                builder.refer(EdgeKind::Names, at, target.clone(), &member.key);
            }
        }
    }
}

/// Named entries of a list or a mapping, with their places.
fn entries(value: &Value, at: &Pointer) -> Vec<(String, Pointer)> {
    let of_list = value.items().iter().enumerate().filter_map(|(i, entry)| {
        let name = entry.str_at("name").or(entry.as_str())?;
        Some((name.to_owned(), at.index(i)))
    });
    let of_map = value.members().iter().map(|m| (m.key.clone(), at.join(&m.key)));
    of_list.chain(of_map).collect()
}

/// A text, or the texts of a list.
fn texts<'v>(value: &'v Value, at: &Pointer) -> Vec<(&'v str, Pointer)> {
    match &value.data {
        Data::String(text) => vec![(text, at.clone())],
        Data::Array(items) => {
            let texts = items.iter().enumerate();
            texts.filter_map(|(i, item)| Some((item.as_str()?, at.index(i)))).collect()
        }
        _ => Vec::new(),
    }
}
