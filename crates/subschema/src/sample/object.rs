//! Objects: what is required, each property for itself, names that are not declared, bounds of their number.

use serde_json::{Map, Value, json};

use super::{Keywords, Sampler, basket, count, list, pattern, string};

impl Sampler<'_> {
    pub(super) fn objects(&self, map: &Keywords, depth: usize) -> Vec<Value> {
        let empty = Map::new();
        let declared = map.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let properties: Vec<(&String, Vec<Value>)> =
            declared.iter().map(|(name, schema)| (name, self.values(schema, depth - 1))).collect();
        let extra = match map.get("additionalProperties").or(map.get("unevaluatedProperties")) {
            Some(schema) => self.values(schema, depth - 1),
            None => basket(),
        };
        let first = |name: &str| -> Option<Value> {
            match properties.iter().find(|(n, _)| *n == name) {
                Some((_, values)) => values.first().cloned(),
                None => Some(
                    self.by_pattern(map, name, depth)
                        .or(extra.first().cloned())
                        .unwrap_or(Value::Null),
                ),
            }
        };
        let required = list(map, "required").iter().filter_map(Value::as_str);
        let required: Vec<&str> = required.collect();
        let least: Map<String, Value> = required
            .iter()
            .map(|name| ((*name).to_owned(), first(name).unwrap_or(Value::Null)))
            .collect();
        let whole: Map<String, Value> = properties
            .iter()
            .filter_map(|(name, values)| Some(((*name).clone(), values.first()?.clone())))
            .chain(least.clone())
            .collect();
        let mut found = vec![least.clone(), Map::new(), whole.clone()];
        for (name, values) in &properties {
            found.extend(values.iter().take(16).map(|value| with(&least, name, value)));
        }
        for (name, values) in &properties {
            found.extend(values.iter().take(6).map(|value| with(&whole, name, value)));
            found.push(lacking(&whole, name));
        }
        found.extend(required.iter().map(|name| lacking(&least, name)));
        found.extend(self.undeclared(map, &least, &extra, depth));
        for key in ["dependentRequired", "dependencies"] {
            for (name, needed) in map.get(key).and_then(Value::as_object).into_iter().flatten() {
                let base = with(&least, name, &first(name).unwrap_or(Value::Null));
                let names = needed.as_array().into_iter().flatten().filter_map(Value::as_str);
                let all =
                    names.fold(base.clone(), |o, n| with(&o, n, &first(n).unwrap_or(Value::Null)));
                found.extend([base, all]);
            }
        }
        for n in ["minProperties", "maxProperties"].iter().filter_map(|key| count(map, key)) {
            for n in [n, n + 1, n.saturating_sub(1)] {
                found.push(padded(&least, n, &extra));
                found.push(padded(&whole, n, &extra));
            }
        }
        found.into_iter().map(Value::Object).collect()
    }

    /// Properties that are not declared: of patterns, of the other schema, of no schema.
    fn undeclared(
        &self,
        map: &Keywords,
        least: &Map<String, Value>,
        extra: &[Value],
        depth: usize,
    ) -> Vec<Map<String, Value>> {
        let mut found = Vec::new();
        for (text, schema) in
            map.get("patternProperties").and_then(Value::as_object).into_iter().flatten()
        {
            let values = self.values(schema, depth - 1);
            for name in pattern::strings(text).iter().take(4) {
                found.extend(values.iter().take(8).map(|value| with(least, name, value)));
            }
        }
        if let Some(names) = map.get("propertyNames").and_then(Value::as_object) {
            let names = names.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            let listed = list(&names, "enum").iter().chain(names.get("const")).cloned();
            for name in
                listed.chain(string::strings(&names)).filter_map(|n| n.as_str().map(str::to_owned))
            {
                found.push(with(least, &name, extra.first().unwrap_or(&json!(0))));
            }
        }
        for name in ["extra", "", "x-extra"] {
            found.extend(extra.iter().take(10).map(|value| with(least, name, value)));
        }
        for name in self.names.iter().filter(|name| !least.contains_key(*name)).take(24) {
            let values = extra.iter().take(8).chain(extra.last());
            found.extend(values.map(|value| with(least, name, value)));
        }
        found
    }

    fn by_pattern(&self, map: &Keywords, name: &str, depth: usize) -> Option<Value> {
        let patterns = map.get("patternProperties")?.as_object()?;
        let (_, schema) = patterns
            .iter()
            .find(|(text, _)| name.contains(text.trim_start_matches('^').trim_end_matches('$')))?;
        self.values(schema, depth - 1).into_iter().next()
    }
}

/// An object with one member more, or another.
pub(crate) fn with(object: &Map<String, Value>, name: &str, value: &Value) -> Map<String, Value> {
    let mut object = object.clone();
    object.insert(name.to_owned(), value.clone());
    object
}

/// An object without a member.
pub(crate) fn lacking(object: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut object = object.clone();
    object.shift_remove(name);
    object
}

fn padded(object: &Map<String, Value>, size: usize, extra: &[Value]) -> Map<String, Value> {
    let mut object = object.clone();
    let value = extra.first().cloned().unwrap_or(Value::Null);
    for n in 0..size.min(300) {
        if object.len() >= size {
            break;
        }
        object.insert(format!("p{n}"), value.clone());
    }
    object
}
