//! Repairs: fewer findings afterwards, nothing to do the second time, and no byte touched that the repair
//! did not mean.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::collections::BTreeMap;
use std::path::Path;

use binary::{Run, git, run};
use contract_guard::catalog::{self, Layout};
use contract_guard::checks;
use contract_guard::document::{Edit, Limits, Pointer, Rewrite, Syntax};
use contract_guard::finding::Finding;
use contract_guard::repair::{Wish, repair};
use contract_guard::tree::{Artifact, ArtifactPath, Tree};
use proptest::prelude::*;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

fn tree(folder: &Path) -> Tree {
    let mut tree = Tree { root: "contracts".to_owned(), ..Tree::default() };
    for (path, bytes) in binary::files(folder) {
        let below =
            Path::new(&path).strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        if let Ok(path) = ArtifactPath::new(&below) {
            tree.artifacts.insert(path, Artifact::new(bytes));
        }
    }
    tree
}

fn judge(tree: &Tree) -> Vec<Finding> {
    let catalog = catalog::build(tree, &Layout::default(), &Limits::default());
    checks::run(&catalog, |_| true)
}

fn all(risky: bool) -> Wish<'static> {
    Wish { codes: &[], paths: &[], risky }
}

#[test]
fn whatever_is_wrong_less_is_wrong_afterwards_and_nothing_is_left_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks");
    let (mut cases, mut repaired) = (0, BTreeMap::<String, usize>::new());
    for code in std::fs::read_dir(&root).unwrap() {
        for side in ["fail", "pass"] {
            let Ok(list) = std::fs::read_dir(code.as_ref().unwrap().path().join(side)) else {
                continue;
            };
            for case in list {
                let case = case.unwrap().path();
                let tree = tree(&case);
                for risky in [false, true] {
                    let before = judge(&tree).len();
                    let done = repair(&tree, &all(risky), &Limits::default(), judge);
                    let after = done.revision.over(&tree);
                    let changed = !done.revision.replacements(&tree).is_empty();
                    let left = judge(&after).len();
                    assert_eq!(changed, left < before, "{}: {before} to {left}", case.display());
                    let again = repair(&after, &all(risky), &Limits::default(), judge);
                    assert!(again.revision.replacements(&after).is_empty(), "{}", case.display());
                    for (code, n) in done.settled {
                        *repaired.entry(code).or_default() += n;
                    }
                    cases += 1;
                }
            }
        }
    }
    assert!(cases > 1000, "{cases}");
    for code in [
        "ambiguous-scalar",
        "byte-order-mark",
        "example-invalid",
        "id-path-mismatch",
        "missing-4xx-response",
        "missing-dialect",
        "missing-id",
        "missing-operation-id",
        "module-mismatch",
        "payload-hash-mismatch",
        "relative-id",
        "topic-not-in-envelope",
        "trailing-comma",
        "unknown-dialect",
        "unknown-format",
        "unknown-keyword",
        "version-disagrees",
    ] {
        assert!(repaired.contains_key(code), "no fixture shows the repair of {code}: {repaired:?}");
    }
}

/// A file of its own shape by number: comments, quotes, indentation, line endings.
fn odd_file(n: usize) -> (String, String) {
    let end = if n.is_multiple_of(3) { "\r\n" } else { "\n" };
    let step = " ".repeat(1 + n % 4);
    let quote = if n.is_multiple_of(2) { '\'' } else { '"' };
    if n.is_multiple_of(5) {
        let lines = [
            "{".to_owned(),
            format!("{step}{step}\"doc_ref\"  :   \"{n}\" ,"),
            format!("{step}\"number\":1.{n}0e+1,\"list\":[1,2 ,3],"),
            format!(
                "\t\"checksum\": \"\\u00e9{n}\"{}",
                if n.is_multiple_of(10) { " ," } else { "" }
            ),
            "}".to_owned(),
        ];
        return (format!("contracts/storage/examples/doc.example_{n}.json"), lines.join(end) + end);
    }
    let lines = [
        format!("# file {n}   "),
        format!("openapi: {quote}3.1.0{quote}"),
        format!("info: {{title: T{n}, version: {quote}0.{n}.0{quote}}}   # old"),
        String::new(),
        "security:".to_owned(),
        format!("{step}- mtls: []"),
        format!("{step}  bearer: []"),
        "paths:".to_owned(),
        format!("{step}/v1/a{n}:  # path"),
        format!("{step}{step}get:"),
        format!("{step}{step}{step}summary: no   # really"),
        format!("{step}{step}{step}responses:"),
        format!("{step}{step}{step}{step}{quote}200{quote}: {{description: \"é {n}\"}} # fine"),
        format!("{step}{step}{step}# behind"),
        "components:".to_owned(),
        format!(
            "{step}securitySchemes: {{mtls: {{type: mutualTLS}}, bearer: {{type: http, scheme: bearer}}}}"
        ),
    ];
    let last = if n.is_multiple_of(7) { "" } else { end };
    (format!("contracts/modules/m{n}/api/openapi.yaml"), lines.join(end) + last)
}

#[test]
fn five_hundred_odd_files_change_in_the_lines_that_are_repaired_only() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/contracts/storage/schemas/doc.schema.json",
        "type": "object", "additionalProperties": false, "required": ["doc_id", "sha256"],
        "properties": {"doc_id": {}, "sha256": {}, "number": {}, "list": {}},
    });
    let mut texts =
        vec![("contracts/storage/schemas/doc.schema.json".to_owned(), format!("{schema:#}\n"))];
    texts.extend((0..500).map(odd_file));
    for n in (0..500).filter(|n| n % 5 != 0) {
        let text = format!("module: m{n}\nversion: \"1.0.0\"\n");
        texts.push((format!("contracts/modules/m{n}/versions.yaml"), text));
    }
    let tree = Tree::from_texts("contracts", texts.iter().map(|(p, t)| (p.as_str(), t.as_str())));
    let done = repair(&tree, &all(false), &Limits::default(), judge);
    let changed = done.revision.replacements(&tree);
    assert_eq!(changed.len(), 500);
    for replacement in changed {
        let old = String::from_utf8(tree.artifacts[&replacement.path].bytes.to_vec()).unwrap();
        let new = String::from_utf8(replacement.after.unwrap().to_vec()).unwrap();
        let is_yaml = replacement.path.as_str().ends_with(".yaml");
        let diff = TextDiff::from_lines(&old, &new);
        let gone: Vec<&str> = diff
            .iter_all_changes()
            .filter(|c| c.tag() == ChangeTag::Delete)
            .map(|c| c.value().trim())
            .collect();
        let meant = |line: &&str| {
            let words = ["version:", "summary: no", "doc_ref", "checksum", "securitySchemes"];
            words.iter().any(|word| line.contains(word))
        };
        assert!(gone.iter().all(meant), "{}: {gone:?}\n{new}", replacement.path);
        for comment in old.lines().filter_map(|line| Some(line.split_once('#')?.1)) {
            assert!(new.contains(&format!("#{comment}")), "{}: lost {comment}", replacement.path);
        }
        assert_eq!(old.contains("\r\n"), new.contains("\r\n"));
        let lone = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
        assert!(
            lone(&old) > 0 || lone(&new) == 0,
            "{}: mixed line endings\n{new}",
            replacement.path
        );
        if is_yaml {
            assert!(new.contains("description: \"é"), "{new}");
        }
    }
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    folder
}

fn spoil(folder: &Path) {
    let path = folder.join("contracts/storage/examples/note.example.json");
    let text = std::fs::read_to_string(&path).unwrap().replace("69G5FAV", "69g5fav");
    std::fs::write(path, text).unwrap();
    let path = folder.join("contracts/events/topics.yaml");
    let text =
        std::fs::read_to_string(&path).unwrap().replace("version: \"1.0.0\"", "version: \"0.9.0\"");
    std::fs::write(path, text).unwrap();
}

#[test]
fn codes_and_paths_choose_and_a_check_writes_nothing() {
    let folder = repository();
    let path = folder.path();
    spoil(path);
    let before = binary::files(path);
    let answer = |args: &[&str]| {
        let Run { code, stdout, stderr } = run(path, args);
        (code, stdout + &stderr)
    };
    let (code, text) = answer(&["fix", "--check"]);
    assert!(
        code == 1 && text.contains("2 to fix: 1 example-invalid, 1 version-disagrees"),
        "{text}"
    );
    let (code, text) = answer(&["fix", "--dry-run"]);
    assert!(code == 0 && text.contains("+version: \"1.0.0\""), "{text}");
    let (code, text) = answer(&["fix", "version-disagree"]);
    assert!(code == 2 && text.contains("the nearest rule is `version-disagrees`"), "{text}");
    let (code, text) = answer(&["fix", "contracts/policy"]);
    assert!(code == 0 && text.starts_with("nothing to fix\n2 findings are left"), "{text}");
    assert_eq!(binary::files(path), before);
    let (code, text) = answer(&["fix", "version-disagrees"]);
    assert!(code == 0 && text.contains("1 fixed: 1 version-disagrees"), "{text}");
    let (code, text) = answer(&["fix", "contracts/storage", "--format", "json"]);
    assert_eq!(code, 0);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["files"], json!(["contracts/storage/examples/note.example.json"]));
    assert_eq!(answer(&["check"]).0, 0);
    assert_eq!(answer(&["fix"]), (0, "nothing to fix\n".to_owned()));
}

#[test]
fn a_repository_has_its_own_renames() {
    let folder = repository();
    let path = folder.path();
    std::fs::write(path.join("contract-guard.toml"), "[renames]\nheading = \"title\"\n").unwrap();
    let example = path.join("contracts/storage/examples/note.example.json");
    let text = std::fs::read_to_string(&example).unwrap();
    std::fs::write(&example, text.replace("\"title\"", "\"heading\"")).unwrap();
    assert_eq!(run(path, &["check"]).code, 1);
    assert_eq!(run(path, &["fix"]).code, 0);
    assert_eq!(std::fs::read_to_string(&example).unwrap(), text);
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z:#,'\" -]{0,8}",
        Just("no".to_owned()),
        Just("1.0".to_owned()),
        "\\PC{0,4}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z~/ ]{1,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The value as the other parser has it; through text, because numbers keep theirs.
fn plain(value: &Value) -> serde_yaml::Value {
    serde_yaml::from_str(&value.to_string()).unwrap()
}

fn as_yaml(value: &Value) -> String {
    serde_yaml::to_string(&plain(value)).unwrap()
}

/// All places of a value.
fn places(value: &Value, at: Pointer, found: &mut Vec<Pointer>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, v)| places(v, at.index(i), found));
        }
        Value::Object(members) => members.iter().for_each(|(k, v)| places(v, at.join(k), found)),
        _ => {}
    }
    found.push(at);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What is read back by another parser is what was asked for; what is refused changes nothing.
    #[test]
    fn edits_say_what_they_should_to_other_readers(
        root in prop::collection::btree_map("[a-z]{1,3}", value(), 1..5),
        new in value(),
        which in any::<prop::sample::Index>(),
        kind in 0..4_u8,
        yaml in any::<bool>(),
    ) {
        let mut wanted = Value::Object(root.into_iter().collect());
        let text = if yaml { as_yaml(&wanted) } else { format!("{wanted:#}") };
        let syntax = if yaml { Syntax::Yaml } else { Syntax::Json };
        let mut page = Rewrite::open(text.as_bytes(), syntax, &Limits::default()).unwrap();
        let mut all = Vec::new();
        places(&wanted, Pointer::root(), &mut all);
        let at = which.get(&all).clone();
        let edit = match kind {
            0 => Edit::Set(at.clone(), new.clone()),
            1 => Edit::First(at.clone(), "zzzz".to_owned(), new.clone()),
            2 => Edit::Merge(at.join("zzzz"), new.clone()),
            _ => Edit::Remove(at.clone()),
        };
        let slot = wanted.pointer_mut(at.as_str()).unwrap();
        match (kind, slot) {
            (0, slot) => *slot = new,
            (1 | 2, Value::Object(members)) => drop(members.insert("zzzz".to_owned(), new)),
            (3, _) if !at.is_root() => {
                let (parent, last) = (at.parent().unwrap(), at.tokens().last().unwrap().into_owned());
                match wanted.pointer_mut(parent.as_str()).unwrap() {
                    Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                    Value::Object(members) => drop(members.remove(&last)),
                    _ => unreachable!(),
                }
            }
            _ => {
                let done = page.apply(&edit);
                prop_assert!(done.is_err(), "{edit:?}: {}", page.text());
                prop_assert_eq!(page.text(), text);
                return Ok(());
            }
        }
        match page.apply(&edit) {
            Ok(()) => {
                if yaml {
                    let read: serde_yaml::Value = serde_yaml::from_str(page.text()).unwrap();
                    prop_assert_eq!(read, plain(&wanted), "{}", page.text());
                } else {
                    let read: Value = serde_json::from_str(page.text()).unwrap();
                    prop_assert_eq!(read, wanted, "{}", page.text());
                }
            }
            Err(why) => {
                prop_assert_eq!(page.text(), text.as_str());
                // Only the whole of a document is out of reach.
                prop_assert!(at.is_root(), "{why}: {edit:?} of\n{text}");
            }
        }
    }
}

/// Somebody's schema that has the name of ours stays as it is, and one API does not lean on another.
#[test]
fn a_problem_of_ones_own_is_not_rewritten() {
    let folder = repository();
    let api = |name: &str, url: &str, schemas: &str| {
        let path = folder.path().join(format!("contracts/api/openapi/{name}.yaml"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: A, version: 1.0.0}}\nsecurity: [{{mtls: [], bearer: []}}]\npaths:\n  {url}:\n    get: {{operationId: {name}, responses: {{\"200\": {{description: ok}}}}}}\ncomponents:\n  securitySchemes: {{mtls: {{type: mutualTLS}}, bearer: {{type: http, scheme: bearer}}}}\n{schemas}"
        );
        std::fs::write(&path, text).unwrap();
        path
    };
    let own = "  schemas:\n    Problem: {type: object, required: [title], properties: {title: {type: string}}}\n";
    let (a, b) = (api("a", "/v1/a", own), api("b", "/v1/b", ""));
    assert_eq!(run(folder.path(), &["fix"]).code, 0);
    let (a, b) = (std::fs::read_to_string(a).unwrap(), std::fs::read_to_string(b).unwrap());
    assert!(a.contains(own) && a.contains("\"429\""), "{a}");
    // One tree has one error schema.
    assert!(b.contains("\"429\"") && b.contains("Problem:") && !b.contains("a.yaml"), "{b}");
    let broken = api("a", "/v1/a", "  responses: []\n");
    let b = api("b", "/v1/b", "");
    let Run { code, stdout, .. } = run(folder.path(), &["fix"]);
    assert!(code == 0 && stdout.contains("left to you"), "{stdout}");
    assert!(!std::fs::read_to_string(broken).unwrap().contains("429"));
    assert!(
        std::fs::read_to_string(b).unwrap().contains("429"),
        "one file keeps another from its repair"
    );
}
