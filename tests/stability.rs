//! Nobody exempts himself: a change that calls what it breaks a draft breaks it all the same, and a draft of
//! the old tree may go without a step.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads and stops")]

use std::path::Path;

use contract_guard::catalog::{Catalog, Layout, build_uncompiled};
use contract_guard::document::Limits;
use contract_guard::gate::{self, Accepted, Config, Step};
use contract_guard::tree::Tree;
use serde_json::{Value, json};

/// The files of one side of a case.
fn texts(side: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(side).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(side).unwrap().to_str().unwrap().replace('\\', "/");
        if let (true, Ok(text)) =
            (entry.file_type().is_file(), std::fs::read_to_string(entry.path()))
        {
            found.push((path, text));
        }
    }
    found
}

fn catalog(texts: &[(String, String)]) -> Catalog {
    let texts = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    build_uncompiled(&Tree::from_texts("contracts", texts), &Layout::default(), &Limits::default())
}

fn step(old: &Catalog, new: &Catalog) -> Step {
    let comparison = gate::compare(old, new, &Config::default(), &Accepted::default());
    comparison.whole().unwrap().required
}

/// The breaks that are no change of a level.
fn breaks(old: &Catalog, new: &Catalog) -> usize {
    let comparison = gate::compare(old, new, &Config::default(), &Accepted::default());
    let is_break = |item: &&gate::Item| {
        item.finding.code.as_str() != "stability-lowered"
            && item.change.as_ref().is_some_and(|c| c.impact == gate::Impact::Major)
    };
    comparison.items.iter().filter(is_break).count()
}

/// Every schema of a document calls itself a draft.
fn drafted(value: &mut Value, is_schema: bool) {
    let Value::Object(members) = value else { return };
    for (key, inner) in members.iter_mut() {
        match key.as_str() {
            "properties" | "$defs" | "definitions" if is_schema => {
                inner.as_object_mut().into_iter().flat_map(|m| m.values_mut()).for_each(|inner| {
                    drafted(inner, true);
                });
            }
            "items" | "additionalProperties" | "not" if is_schema => drafted(inner, true),
            _ => {}
        }
    }
    members.insert("x-stability".to_owned(), json!("draft"));
}

fn with_drafts(texts: &[(String, String)]) -> Vec<(String, String)> {
    let mark = |(path, text): &(String, String)| {
        let text = match serde_json::from_str::<Value>(text) {
            Ok(mut value) if path.ends_with(".schema.json") => {
                drafted(&mut value, true);
                value.to_string()
            }
            _ if path.ends_with("versions.yaml") => format!("{text}x-stability: draft\n"),
            _ => text.clone(),
        };
        (path.clone(), text)
    };
    texts.iter().map(mark).collect()
}

#[test]
fn a_break_that_calls_itself_a_draft_is_one() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/changes");
    let (mut found, mut drafts) = (0, 0);
    for entry in walkdir::WalkDir::new(&cases).min_depth(3).max_depth(3).sort_by_file_name() {
        let case = entry.unwrap().into_path();
        let (before, after) = (texts(&case.join("baseline")), texts(&case.join("current")));
        // Where there are levels already, theirs are tested.
        let is_marked = before.iter().chain(&after).any(|(_, text)| text.contains("x-stability"));
        let (old, new) = (catalog(&before), catalog(&after));
        if is_marked || step(&old, &new) != Step::Major {
            continue;
        }
        found += 1;
        let exempted = with_drafts(&after);
        assert_eq!(step(&old, &catalog(&exempted)), Step::Major, "{}", case.display());
        let own = breaks(&old, &catalog(&exempted));
        assert!(own >= breaks(&old, &new).min(1), "{}", case.display());
        // What was a draft before may break.
        let all = |texts: &[(String, String)]| {
            texts
                .iter()
                .all(|(path, _)| path.ends_with(".schema.json") && !path.contains("invariants/"))
        };
        if all(&before) && all(&after) {
            let soft = step(&catalog(&with_drafts(&before)), &catalog(&exempted));
            drafts += usize::from(soft < Step::Minor);
            assert!(soft < Step::Minor, "{}: {soft}", case.display());
        }
    }
    assert!(found > 60 && drafts > 20, "{found} breaks, {drafts} of drafts");
}

/// The places whose stability is said to be another.
fn told(old: &[(String, String)], new: &[(String, String)]) -> Vec<String> {
    let (old, new) = (catalog(old), catalog(new));
    let comparison = gate::compare(&old, &new, &Config::default(), &Accepted::default());
    let items = comparison.items.iter();
    let items = items.filter(|item| item.finding.code.as_str() == "stability-lowered");
    let place = |item: &gate::Item| {
        let at = &item.finding.primary;
        let file = at.artifact.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        format!("{file}#{}", at.pointer.as_str())
    };
    let mut found: Vec<String> = items.map(place).collect();
    found.sort();
    found
}

fn schema(name: &str, value: &Value) -> (String, String) {
    let mut value = value.clone();
    value["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    value["$id"] = json!(format!("https://example.com/storage/schemas/{name}.schema.json"));
    (format!("contracts/storage/schemas/{name}.schema.json"), value.to_string())
}

#[test]
fn what_is_lowered_once_is_told_once() {
    let title = |level: &str| json!({"type": "string", "x-stability": level});
    let note = |level: &str| {
        schema(
            "note",
            &json!({
                "$defs": {"Title": title(level), "Alias": {"$ref": "#/$defs/Title"}},
                "properties": {
                    "a": {"$ref": "#/$defs/Title"},
                    "b": {"$ref": "#/$defs/Title"},
                    "c": {"items": {"$ref": "#/$defs/Alias"}},
                    "self": {"$ref": "#"}
                }
            }),
        )
    };
    let list = schema(
        "list",
        &json!({"properties": {"title": {"$ref": "note.schema.json#/$defs/Title"}}}),
    );
    let side = |level: &str| vec![note(level), list.clone()];
    let all = ["note.schema.json#/$defs/Title"];
    for (was, is) in [("stable", "draft"), ("stable", "beta"), ("draft", "stable")] {
        assert_eq!(told(&side(was), &side(is)), all, "{was} {is}");
    }
    // The whole document is lowered: what refers to itself is a part of it.
    let whole = |level: &str| {
        let mut text: Value = serde_json::from_str(&note("stable").1).unwrap();
        text["x-stability"] = json!(level);
        text["$defs"]["Title"].as_object_mut().unwrap().remove("x-stability");
        vec![schema("note", &text)]
    };
    assert_eq!(told(&whole("stable"), &whole("beta")), ["note.schema.json#"]);
    // What leads to another place than before is lowered by itself.
    let mut moved: Value = serde_json::from_str(&note("draft").1).unwrap();
    moved["$defs"]["Other"] = json!({"type": "string"});
    let after = vec![schema("note", &moved)];
    moved["$defs"]["Title"] = title("stable");
    moved["properties"]["a"] = json!({"$ref": "#/$defs/Other"});
    let before = vec![schema("note", &moved)];
    let both = ["note.schema.json#/$defs/Title", "note.schema.json#/properties/a"];
    assert_eq!(told(&before, &after), both);
    // What says by itself that it is stable does not follow what is around it.
    let firm = |level: &str, target: &str| {
        let value = json!({
            "x-stability": level,
            "$defs": {"Loose": {"x-stability": "beta"}, "Firm": {"x-stability": "stable"}},
            "properties": {
                "a": {"x-stability": "stable", "properties": {"b": {"$ref": target}}}
            }
        });
        vec![schema("note", &value)]
    };
    let (before, after) = (firm("stable", "#/$defs/Firm"), firm("beta", "#/$defs/Loose"));
    let both = ["note.schema.json#", "note.schema.json#/properties/a/properties/b"];
    assert_eq!(told(&before, &after), both);
}

/// A module and a document speak for all that says nothing itself.
#[test]
fn what_is_lowered_for_all_is_told_once() {
    let reference = json!({
        "$defs": {"Title": {"type": "string"}},
        "properties": {"a": {"$ref": "#/$defs/Title"}, "b": {"$ref": "#/$defs/Title"}}
    });
    let (_, text) = schema("note", &reference);
    let module = |level: &str| {
        vec![
            ("contracts/modules/notes/storage/schemas/note.schema.json".to_owned(), text.clone()),
            (
                "contracts/modules/notes/versions.yaml".to_owned(),
                format!("version: 1.0.0\nx-stability: {level}\n"),
            ),
        ]
    };
    assert_eq!(told(&module("stable"), &module("draft")), ["versions.yaml#"]);
    let document = |level: &str| {
        let value = json!({
            "openapi": "3.1.0",
            "info": {"title": "notes", "version": "1.0.0", "x-stability": level},
            "paths": {},
            "components": {"schemas": {
                "Title": {"type": "string"},
                "Note": {"properties": {"a": {"$ref": "#/components/schemas/Title"}}}
            }}
        });
        vec![("contracts/api/openapi/main.yaml".to_owned(), value.to_string())]
    };
    assert_eq!(told(&document("stable"), &document("beta")), ["main.yaml#/info"]);
}
