//! What is asked for is written, and nothing else is touched.

use serde_json::json;

use super::*;

const YAML: &str = "# The set.
version: '1.0.0'  # as released
history:
  # newest first
  - version: \"1.0.0\"
    date: 2026-01-01
    summary: >
      Folded
      text.
  - {version: \"0.9.0\", summary: old}

topics: []
tags: [a, b]
deep:
    nested:
        key: value # stays
";

const JSON: &str =
    "{\r\n\t\"b\": [1, 2],\r\n\t\"a\": {\r\n\t\t\"x\": 1.50\r\n\t},\r\n\t\"e\": {}\r\n}\r\n";

fn yaml() -> Rewrite {
    Rewrite::open(YAML.as_bytes(), Syntax::Yaml, &Limits::default()).unwrap()
}

fn json_text() -> Rewrite {
    Rewrite::open(JSON.as_bytes(), Syntax::Json, &Limits::default()).unwrap()
}

/// Lines that are only in one of the texts, marked.
fn lines_changed(old: &str, new: &str) -> Vec<String> {
    let diff = similar::TextDiff::from_lines(old, new);
    let changes = diff.iter_all_changes();
    changes
        .filter(|c| c.tag() != similar::ChangeTag::Equal)
        .map(|c| format!("{}{}", c.tag(), c.value().trim_end_matches('\n')))
        .collect()
}

#[test]
fn a_scalar_keeps_its_quotes_and_its_comment() {
    let mut page = yaml();
    page.set(&"/version".into(), &json!("1.1.0")).unwrap();
    page.set(&"/deep/nested/key".into(), &json!("yes")).unwrap();
    let changed = lines_changed(YAML, page.text());
    assert_eq!(
        changed,
        [
            "-version: '1.0.0'  # as released",
            "+version: '1.1.0'  # as released",
            "-        key: value # stays",
            "+        key: \"yes\" # stays"
        ]
    );
}

#[test]
fn an_item_goes_where_it_is_wanted() {
    let mut page = yaml();
    let entry = json!({"version": "1.1.0", "breaking": ["a: b", "c"], "none": []});
    page.insert_item(&"/history".into(), 0, &entry).unwrap();
    page.push(&"/history".into(), &json!({"version": "0.1.0"})).unwrap();
    page.push(&"/tags".into(), &json!("c, d")).unwrap();
    page.push(&"/topics".into(), &json!({"name": "NEW", "version": "1.0"})).unwrap();
    assert_eq!(
        lines_changed(YAML, page.text()),
        [
            "+  - version: \"1.1.0\"",
            "+    breaking:",
            "+        - \"a: b\"",
            "+        - c",
            "+    none: []",
            "+  - version: \"0.1.0\"",
            "-topics: []",
            "-tags: [a, b]",
            "+topics:",
            "+    - name: NEW",
            "+      version: \"1.0\"",
            "+tags: [a, b, \"c, d\"]",
        ]
    );
}

#[test]
fn members_are_added_renamed_and_removed() {
    let mut page = yaml();
    page.insert(&"/deep".into(), "more", &json!({"a": [1]}), Spot::Last).unwrap();
    page.insert(&Pointer::root(), "module", &json!("notes"), Spot::First).unwrap();
    page.insert(&"/history/1".into(), "date", &json!("2025-01-01"), Spot::After("version"))
        .unwrap();
    page.rename(&"/tags".into(), "labels").unwrap();
    page.remove(&"/history/0/version".into()).unwrap();
    page.remove(&"/topics".into()).unwrap();
    page.remove(&"/deep/nested/key".into()).unwrap();
    assert_eq!(
        lines_changed(YAML, page.text()),
        [
            "+module: notes",
            "-  - version: \"1.0.0\"",
            "-    date: 2026-01-01",
            "+  - date: 2026-01-01",
            "-  - {version: \"0.9.0\", summary: old}",
            "+  - {version: \"0.9.0\", date: \"2025-01-01\", summary: old}",
            "-topics: []",
            "-tags: [a, b]",
            "+labels: [a, b]",
            "-    nested:",
            "-        key: value # stays",
            "+    nested: {} # stays",
            "+    more:",
            "+        a:",
            "+            - 1",
        ]
    );
}

#[test]
fn json_keeps_tabs_line_endings_and_number_text() {
    let mut page = json_text();
    page.insert(&"/a".into(), "y", &json!({"k": [1, {"z": null}]}), Spot::Last).unwrap();
    page.insert(&"/e".into(), "f", &json!(true), Spot::Last).unwrap();
    page.insert(&Pointer::root(), "c", &json!("ü\n"), Spot::After("b")).unwrap();
    page.push(&"/b".into(), &json!(3)).unwrap();
    page.rename(&"/a/x".into(), "w").unwrap();
    let expected = "{\r\n\t\"b\": [1, 2, 3],\r\n\t\"c\": \"ü\\n\",\r\n\t\"a\": {\r\n\t\t\"w\": 1.50,\r\n\t\t\"y\": {\r\n\t\t\t\"k\": [\r\n\t\t\t\t1,\r\n\t\t\t\t{\r\n\t\t\t\t\t\"z\": null\r\n\t\t\t\t}\r\n\t\t\t]\r\n\t\t}\r\n\t},\r\n\t\"e\": {\r\n\t\t\"f\": true\r\n\t}\r\n}\r\n";
    assert_eq!(page.text(), expected);
    page.remove(&"/b/0".into()).unwrap();
    page.remove(&"/e/f".into()).unwrap();
    page.remove(&"/c".into()).unwrap();
    assert!(page.text().starts_with("{\r\n\t\"b\": [2, 3],\r\n\t\"a\""), "{}", page.text());
    assert!(page.text().ends_with("\t\"e\": {}\r\n}\r\n"), "{}", page.text());
}

#[test]
fn what_cannot_be_said_in_place_is_refused_and_changes_nothing() {
    let text = "a: &x {k: 1}\nb: *x\n";
    let mut page = Rewrite::open(text.as_bytes(), Syntax::Yaml, &Limits::default()).unwrap();
    page.set(&"/b/k".into(), &json!(2)).unwrap_err();
    page.set(&"/c".into(), &json!(2)).unwrap_err();
    page.insert(&Pointer::root(), "a", &json!(2), Spot::Last).unwrap_err();
    assert_eq!(page.text(), text);
    assert!(Rewrite::open(b"{", Syntax::Json, &Limits::default()).is_err());
}

#[test]
fn lines_of_json_stay_lines() {
    let text = "{\"a\": 1}\n\n{\"a\": {}}";
    let mut page = Rewrite::open(text.as_bytes(), Syntax::JsonLines, &Limits::default()).unwrap();
    page.insert(&"/1/a".into(), "b", &json!([{"c": 1}]), Spot::Last).unwrap();
    page.insert(&"/0".into(), "b", &json!({"c": 1}), Spot::Last).unwrap();
    assert_eq!(page.text(), "{\"a\": 1, \"b\": {\"c\": 1}}\n\n{\"a\": {\"b\": [{\"c\": 1}]}}");
}

#[test]
fn a_number_takes_no_member() {
    let text = "a:\n- 0\nb: []\n";
    let mut page = Rewrite::open(text.as_bytes(), Syntax::Yaml, &Limits::default()).unwrap();
    let r = page.insert(&"/a/0".into(), "zzzz", &json!(null), Spot::First);
    assert!(r.is_err(), "{}", page.text());
}

/// To YAML a space that does not break is a letter like any other (YAML 1.2.2, section 5.5).
#[test]
fn a_value_of_a_no_break_space_can_be_changed() {
    let text = "a:\n  k: \u{a0}\n  l:\n  - \u{2003}\n";
    for (at, left) in [("/a/k", "  k: 1\n"), ("/a/l/0", "  - 1\n")] {
        let mut page = Rewrite::open(text.as_bytes(), Syntax::Yaml, &Limits::default()).unwrap();
        page.set(&at.into(), &json!(1)).unwrap();
        assert!(page.text().contains(left), "{:?}", page.text());
    }
}
