//! Bad input of every kind that is known to hurt: it ends in a finding, without a panic. How fast is
//! measured by `benches/hostile.py`, never asserted.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use contract_guard::catalog;
use contract_guard::checks;
use contract_guard::gate;
use contract_guard::tree::Tree;

const DIALECT: &str = "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"https://e.com/a.schema.json\"";

/// The codes that a tree of these files gets, on a thread with the stack that the binary has.
fn codes(files: Vec<(&'static str, String)>) -> Vec<String> {
    let run = move || {
        let tree =
            Tree::from_texts("contracts", files.iter().map(|(path, text)| (*path, text.as_str())));
        let catalog = catalog::build(&tree, &Default::default(), &Default::default());
        let outcome = gate::judge(
            checks::run(&catalog, |_| true),
            Vec::new(),
            &catalog,
            &catalog.tree,
            &Default::default(),
            &Default::default(),
        );
        let mut codes: Vec<String> =
            outcome.items.iter().map(|i| i.finding.code.to_string()).collect();
        codes.dedup();
        codes
    };
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(256 << 20).build().unwrap();
    pool.install(run)
}

const SCHEMA: &str = "contracts/storage/schemas/a.schema.json";
const EXAMPLE: &str = "contracts/storage/examples/a.example.json";
const YAML: &str = "contracts/policy/bands.yaml";

fn schema_and_example(schema: &str, example: &str) -> Vec<String> {
    codes(vec![(SCHEMA, format!("{{{DIALECT},{schema}}}")), (EXAMPLE, example.to_owned())])
}

#[test]
fn a_million_levels() {
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        assert_eq!(codes(vec![(SCHEMA, text)]), ["limit-exceeded"]);
    }
    let block: String = (0..3_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    for text in ["[".repeat(1_000_000), "- ".repeat(500_000), block] {
        assert_eq!(codes(vec![(YAML, text)]), ["limit-exceeded"]);
    }
}

#[test]
fn alias_bombs() {
    let bomb = |body: fn(char) -> String| -> String {
        let lines = ('b'..='m').map(body).collect::<String>();
        format!("a: &a [x, x, x, x, x, x, x, x, x]\n{lines}")
    };
    let list = |c: char| {
        let before = char::from(c as u8 - 1);
        format!("{c}: &{c} [{}]\n", vec![format!("*{before}"); 9].join(", "))
    };
    assert_eq!(codes(vec![(YAML, bomb(list))]), ["limit-exceeded"]);
    assert_eq!(codes(vec![(YAML, "a: &a [*a]\n".to_owned())]), ["invalid-yaml"]);
}

#[test]
fn patterns_that_backtrack() {
    let text = format!("\"{}b\"", "a".repeat(5_000));
    for pattern in ["^(a+)+$", "^(?=(a+)+$)(a|aa)+$", "^(a+)+\\\\1$"] {
        let found = schema_and_example(&format!("\"pattern\":\"{pattern}\""), &text);
        assert_eq!(found, ["example-invalid"], "{pattern}");
    }
    for pattern in ["(a{1000}){1000}{1000}", "("] {
        let found = schema_and_example(&format!("\"pattern\":\"{pattern}\""), "\"a\"");
        assert_eq!(found, ["schema-invalid"], "{pattern}");
    }
}

#[test]
fn references_in_circles() {
    let cases = [
        "\"allOf\":[{\"$ref\":\"#\"}]",
        "\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}",
        "\"$dynamicAnchor\":\"n\",\"anyOf\":[{\"$dynamicRef\":\"#n\"}]",
        "\"if\":{\"$ref\":\"#\"}",
        "\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}",
    ];
    for case in cases {
        assert_eq!(schema_and_example(case, "{\"a\":1}"), ["ref-loop"], "{case}");
    }
}

#[test]
fn schemas_that_double_their_work() {
    let nested = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    let tree = "\"properties\":{\"a\":{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}}";
    assert_eq!(schema_and_example(tree, &nested), ["example-too-costly"]);
    let steps: String = (0..40)
        .map(|i| format!("\"d{i}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{n}\"}},{{\"$ref\":\"#/$defs/d{n}\"}}]}},", n = i + 1))
        .collect();
    let flat =
        format!("\"$ref\":\"#/$defs/d0\",\"$defs\":{{{steps}\"d40\":{{\"type\":\"integer\"}}}}");
    assert_eq!(schema_and_example(&flat, "1"), ["example-too-costly"]);
    let linear = "\"properties\":{\"a\":{\"$ref\":\"#\"}}";
    assert_eq!(schema_and_example(linear, &nested), Vec::<String>::new());
}

#[test]
fn chains_of_references() {
    let chain = |n: usize, end: &str| -> String {
        let steps: String =
            (0..n).map(|i| format!("\"d{i}\":{{\"$ref\":\"#/$defs/d{}\"}},", i + 1)).collect();
        format!("\"$ref\":\"#/$defs/d0\",\"$defs\":{{{steps}\"d{n}\":{end}}}")
    };
    assert_eq!(schema_and_example(&chain(50_000, "{}"), "1"), ["schema-invalid"]);
    assert_eq!(
        schema_and_example(&chain(900, "{\"type\":\"integer\"}"), "1"),
        Vec::<String>::new()
    );
    assert_eq!(schema_and_example(&chain(900, "{\"type\":\"string\"}"), "1"), ["example-invalid"]);
}

#[test]
fn identifiers_that_are_no_uris() {
    let files = vec![
        (SCHEMA, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"http://[bad\",\"$ref\":\"http://[bad\"}".to_owned()),
        (EXAMPLE, "1".to_owned()),
        ("contracts/storage/schemas/b.schema.json", format!("{{{},\"type\":\"string\"}}", DIALECT.replace("a.schema", "b.schema"))),
        ("contracts/storage/examples/b.example.json", "1".to_owned()),
    ];
    let found = codes(files);
    assert!(found.contains(&"dangling-ref".to_owned()), "{found:?}");
    assert!(
        found.contains(&"example-invalid".to_owned()),
        "the other schema is still checked: {found:?}"
    );
}

#[test]
fn numbers_beyond_doubles() {
    let found = |schema: &str, example: &str| schema_and_example(schema, example);
    assert_eq!(found("\"maximum\":1e400", "1e401"), ["example-invalid"]);
    assert_eq!(found("\"maximum\":1e400", "1e399"), Vec::<String>::new());
    assert_eq!(
        found("\"const\":123456789012345678901234567890", "123456789012345678901234567891"),
        ["example-invalid"]
    );
    assert_eq!(found("\"multipleOf\":0.01", "1e1000000000"), ["limit-exceeded"]);
}

#[test]
fn names_and_texts_that_would_act_on_a_terminal() {
    let text = format!("{{{DIALECT},\"$ref\":\"\\u001b[31mred\\u202e\",\"title\":\"\u{202e}\"}}");
    let tree = Tree::from_texts("contracts", [(SCHEMA, text.as_str())]);
    let catalog = catalog::build(&tree, &Default::default(), &Default::default());
    let outcome = gate::judge(
        checks::run(&catalog, |_| true),
        Vec::new(),
        &catalog,
        &catalog.tree,
        &Default::default(),
        &Default::default(),
    );
    for format in [contract_guard::report::Format::Human, contract_guard::report::Format::Short] {
        let text = support::render(&catalog, &outcome, format);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
}

mod support;

#[test]
fn lines_of_megabytes_are_shown_in_part() {
    let items = vec!["\"xxxxxxxxxxxxxxxxxxxx\""; 100_000].join(",");
    let text = format!("{{{DIALECT},\"enum\":[{items}],\"type\":\"strnig\",\"a\":1,\"a\":2}}");
    let tree = Tree::from_texts("contracts", [(SCHEMA, text.as_str())]);
    let catalog = catalog::build(&tree, &Default::default(), &Default::default());
    let outcome = gate::judge(
        checks::run(&catalog, |_| true),
        Vec::new(),
        &catalog,
        &catalog.tree,
        &Default::default(),
        &Default::default(),
    );
    let text = support::render(&catalog, &outcome, contract_guard::report::Format::Human);
    assert!(text.len() < 20_000, "{} bytes", text.len());
    assert!(text.contains("\"strnig\""));
}
