//! Properties against independent oracles: our parsers against serde_json and yaml_serde, our canonical
//! form against itself, spans against the text, and nothing panics on any bytes.

#![expect(clippy::disallowed_methods, reason = "a test reads and stops")]

use contract_guard::document::{
    Data, Limits, Part, Pointer, Syntax, Value, canonical_json, parse, to_json,
};
use contract_guard::tree::{ArtifactPath, Tree};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1.0e9..1.0e9f64).prop_map(|n| json!(n)),
        ".{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(".{0,6}", inner, 0..30)
                .prop_map(|m| Json::Object(m.into_iter().collect())),
        ]
    })
}

/// Every value and key, with its pointer.
fn walk<'v>(value: &'v Value, at: &Pointer, visit: &mut dyn FnMut(&Pointer, &'v Value)) {
    visit(at, value);
    for (i, item) in value.items().iter().enumerate() {
        walk(item, &at.index(i), visit);
    }
    for member in value.members() {
        walk(&member.value, &at.join(&member.key), visit);
    }
}

proptest! {
    #[test]
    fn json_reads_as_serde_json_reads(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let document = parse(text.as_bytes(), Syntax::Json, &Limits::default());
        prop_assert!(document.errors.is_empty(), "{:?}", document.errors);
        prop_assert_eq!(to_json(document.value.as_ref().unwrap()), value);
    }

    #[test]
    fn json_and_yaml_agree(value in any_json()) {
        // JSON is YAML 1.2 (§1.3), but for characters that YAML has no unescaped form of.
        let text: String = value.to_string().chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect();
        prop_assume!(!text.contains('\u{7f}'));
        let json = parse(text.as_bytes(), Syntax::Json, &Limits::default());
        let yaml = parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
        prop_assume!(json.errors.is_empty());
        let (json, yaml) = (to_json(json.value.as_ref().unwrap()), to_json(yaml.value.as_ref().unwrap()));
        prop_assert_eq!(json, yaml);
    }

    #[test]
    fn spans_hold_the_text_of_their_values(value in any_json()) {
        let text = format!("{value:#}");
        let document = parse(text.as_bytes(), Syntax::Json, &Limits::default());
        let root = document.value.as_ref().unwrap();
        let mut checked = 0;
        walk(root, &Pointer::root(), &mut |at, value| {
            let span = document.span(at, Part::Value).unwrap();
            assert_eq!(span, value.span, "{at}");
            let slice = &text[span.start as usize..span.end as usize];
            assert_eq!(serde_json::from_str::<Json>(slice).unwrap(), to_json(value), "{at}");
            checked += 1;
        });
        prop_assert!(checked > 0);
    }

    #[test]
    fn canonical_form_is_stable_and_sorted(value in any_json()) {
        let read = |text: &str| parse(text.as_bytes(), Syntax::Json, &Limits::default()).value.unwrap();
        let canonical = canonical_json(&read(&value.to_string())).unwrap();
        prop_assert_eq!(&canonical_json(&read(&canonical)).unwrap(), &canonical);
        prop_assert_eq!(&canonical_json(&read(&format!("{value:#}"))).unwrap(), &canonical);
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for syntax in [Syntax::Json, Syntax::JsonLines, Syntax::Yaml] {
            let document = parse(&bytes, syntax, &Limits::default());
            prop_assert!(document.value.is_some() || !document.errors.is_empty());
            for error in &document.errors {
                prop_assert!(error.span.start <= error.span.end && error.span.end as usize <= bytes.len() + 1);
            }
        }
    }

    #[test]
    fn yaml_shaped_text_makes_no_parser_panic(text in "[-:?#&*!|>'\"%@`{}\\[\\], \\ta-c0-2\n]{0,80}") {
        let document = parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
        prop_assert!(document.value.is_some() || !document.errors.is_empty());
    }

    #[test]
    fn pointers_lead_back_to_their_tokens(tokens in prop::collection::vec(".{0,5}", 0..5)) {
        let pointer = tokens.iter().fold(Pointer::root(), |p, t| p.join(t));
        prop_assert_eq!(pointer.tokens().map(std::borrow::Cow::into_owned).collect::<Vec<_>>(), tokens);
    }

    #[test]
    fn joined_paths_stay_inside(relative in "(\\.\\./|\\./|[a-c]/){0,6}[a-c]") {
        let from = ArtifactPath::new("contracts/events/topics.yaml").unwrap();
        if let Some(path) = from.join(&relative) {
            prop_assert!(!path.as_str().split('/').any(|s| s == ".."));
        }
    }

    #[test]
    fn a_schema_cut_at_any_byte_is_a_finding(cut in 1usize..1000) {
        let schema = include_bytes!("../src/scaffold/init_tree/contracts/events/envelope.schema.json");
        let cut = cut.min(schema.len() - 2);
        let text = std::str::from_utf8(&schema[..cut]).unwrap();
        let tree = Tree::from_texts("contracts", [("contracts/events/envelope.schema.json", text)]);
        let catalog = contract_guard::catalog::build(&tree, &Default::default(), &Default::default());
        let findings = contract_guard::checks::run(&catalog, |_| true);
        prop_assert!(findings.iter().any(|f| f.code.as_str() == "invalid-json"));
    }
}

#[test]
fn large_objects_find_their_last_duplicate() {
    let text = format!(
        "{{{}\"k3\": 99}}",
        (0..50).map(|i| format!("\"k{i}\": {i}, ")).collect::<String>()
    );
    let document = parse(text.as_bytes(), Syntax::Json, &Limits::default());
    let value = document.value.unwrap();
    assert!(matches!(&value.get("k3").unwrap().data, Data::Number(n) if n.text() == "99"));
    assert!(matches!(&value.get("k4").unwrap().data, Data::Number(n) if n.text() == "4"));
    assert!(value.get("k").is_none() && value.get("zz").is_none());
}

/// Our YAML against an independent reader, on every YAML file of our contracts.
#[test]
fn yaml_reads_as_yaml_serde_reads() {
    let mut read = 0;
    for entry in
        walkdir::WalkDir::new(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts"))
    {
        let entry = entry.unwrap();
        if entry.path().extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let document = parse(&bytes, Syntax::Yaml, &Limits::default());
        let theirs: Json = serde_yaml::from_slice(&bytes).unwrap();
        assert_eq!(to_json(document.value.as_ref().unwrap()), theirs, "{}", entry.path().display());
        read += 1;
    }
    assert!(read > 10);
}
