//! The packs are whole: they read without a finding, name every sentence of the contracts that they come
//! from, fit the published schema, and show each of their rules broken and kept.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads and stops")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use contract_guard::document::{self, Limits, Syntax};
use contract_guard::finding::Level;
use contract_guard::laws::{self, LAW_KINDS, Law, PACKS};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn packs() -> Vec<Law> {
    let read = |pack| {
        let (law, findings) = laws::packs::read(pack);
        assert!(findings.is_empty(), "{}: {findings:#?}", pack.name);
        law.unwrap()
    };
    PACKS.iter().map(read).collect()
}

/// The tests that a rule names.
fn tests_of(rule: &serde_json::Value) -> Vec<&str> {
    let many = rule["tests"].as_array().map_or(&[][..], Vec::as_slice);
    many.iter().chain([&rule["test"]]).filter_map(serde_json::Value::as_str).collect()
}

/// Whether a text has a test of this name that runs by itself.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let starts = [format!("fn {name}("), format!("async fn {name}(")];
    let is_it = |line: &str| starts.iter().any(|start| line.starts_with(start.as_str()));
    lines.iter().enumerate().filter(|(_, line)| is_it(line)).any(|(at, _)| {
        let above = lines[..at].iter().rev();
        let about: Vec<&&str> =
            above.take_while(|line| line.starts_with("#[") || line.starts_with("//")).collect();
        about.iter().any(|l| l.starts_with("#[test]") || l.starts_with("#[tokio::test"))
            && !about.iter().any(|line| line.starts_with("#[ignore"))
    })
}

#[test]
fn every_test_that_a_pack_names_is_there() {
    assert!(has_test("#[test]\n/// x\nfn a() {", "a") && !has_test("fn a() {", "a"));
    assert!(!has_test("#[test]\n#[ignore = \"slow\"]\nfn a() {", "a"));
    let mut count = 0;
    for pack in PACKS {
        let law = json(pack.text, Syntax::Yaml);
        for test in law["rules"].as_array().unwrap().iter().flat_map(tests_of) {
            let (file, name) = test.split_once("::").unwrap();
            let text = std::fs::read_to_string(root().join(file));
            let text = text.unwrap_or_else(|error| panic!("{}: {test}: {error}", pack.name));
            assert!(has_test(&text, name), "{}: no test {test}", pack.name);
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

/// What CI has to reject by itself, and the rules that do it: each is an error, and its stories show it broken.
#[test]
fn what_ci_rejects_is_an_error() {
    let law = packs().into_iter().find(|law| law.name == "plugin-host-phase-11").unwrap();
    for (what, ids) in [
        ("failing tests", &["ci-failures-count", "ci-runs-tests-with-coverage"][..]),
        ("calls without the sandbox", &["plugin-runs-are-sandboxed"]),
        ("endpoints that raise", &["health-router-raises-only-http"]),
        ("vague messages", &["reasons-are-not-vague"]),
        ("missing updates of the state", &["outcomes-are-recorded", "no-return-before-the-state"]),
    ] {
        for id in ids {
            let rule = law.rules.iter().find(|rule| rule.id == *id).unwrap();
            assert_eq!(rule.level, Level::Error, "{what}: {id}");
            let story = root().join("fixtures/packs").join(&law.name).join(id).join("fail.story");
            assert!(story.is_file(), "{what}: {id}");
        }
    }
}

/// The packs of the written contracts, and the letter of their numbers.
const LETTERS: [(&str, char, usize); 5] = [
    ("engines-durable", 'E', 57),
    ("memoryos", 'M', 59),
    ("nexusmon-upgrade", 'N', 30),
    ("plugin-host-phase-11", 'P', 33),
    ("stock-bot-system", 'S', 96),
];

#[test]
fn packs_forget_no_sentence() {
    for law in packs() {
        let Some((_, letter, count)) = LETTERS.iter().find(|(name, ..)| *name == law.name) else {
            continue;
        };
        let wanted: BTreeSet<String> = (1..=*count).map(|n| format!("{letter}{n}")).collect();
        let named: BTreeSet<String> = law.sentences.iter().map(|(id, _)| id.clone()).collect();
        assert_eq!(wanted, named, "{}", law.name);
        assert!(law.sentences.iter().all(|(_, text)| !text.is_empty()), "{}", law.name);
    }
}

#[test]
fn numbers_are_those_of_the_list_of_sentences() {
    let Ok(list) = std::fs::read_to_string(root().join("../shared/RULES.md")) else { return };
    let row = |line: &str| line.strip_prefix("| ")?.split(' ').next().map(str::to_owned);
    let listed: BTreeSet<String> = list
        .lines()
        .filter_map(row)
        .filter(|id| {
            id.starts_with(char::is_alphabetic) && id[1..].bytes().all(|b| b.is_ascii_digit())
        })
        .filter(|id| id.len() > 1)
        .collect();
    let named: BTreeSet<String> = packs()
        .iter()
        .filter(|law| LETTERS.iter().any(|(name, ..)| *name == law.name))
        .flat_map(|law| law.sentences.iter().map(|(id, _)| id.clone()))
        .collect();
    assert_eq!(listed, named);
    assert_eq!(named.len(), 275);
}

#[test]
fn every_rule_of_a_pack_is_seen_broken_and_kept() {
    for law in packs() {
        for rule in &law.rules {
            let kind = rule.kind.code.as_str();
            let folder = root().join("fixtures/packs").join(&law.name).join(&rule.id);
            let has = |side: &str| folder.join(format!("{side}.story")).exists();
            // Checks have fixtures of their own; tests are somebody else's.
            if matches!(kind, "check" | "runtime") {
                continue;
            }
            assert!(has("fail") && has("pass"), "{}/{} has no stories", law.name, rule.id);
        }
    }
}

#[test]
fn stories_belong_to_rules() {
    let laws = packs();
    for pack in std::fs::read_dir(root().join("fixtures/packs")).unwrap() {
        let pack = pack.unwrap().path();
        let name = pack.file_name().unwrap().to_str().unwrap();
        let law = laws.iter().find(|law| law.name == name).unwrap();
        for rule in std::fs::read_dir(&pack).unwrap() {
            let id = rule.unwrap().file_name().into_string().unwrap();
            assert!(law.rules.iter().any(|r| r.id == id), "{name}/{id} is no rule");
        }
    }
}

fn json(text: &str, syntax: Syntax) -> serde_json::Value {
    let document = document::parse(text.as_bytes(), syntax, &Limits::default());
    document::to_json(&document.value.unwrap())
}

fn schema() -> serde_json::Value {
    let text = std::fs::read_to_string(Path::new("schemas/law.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn packs_fit_the_published_schema() {
    let validator = jsonschema::options().build(&schema()).unwrap();
    for pack in PACKS {
        let law = json(pack.text, Syntax::Yaml);
        let errors: Vec<String> = validator
            .iter_errors(&law)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", pack.name);
    }
}

#[test]
fn the_published_schema_has_every_kind() {
    let schema = schema();
    let kinds = schema["$defs"]["rule"]["properties"]["kind"]["enum"].as_array().unwrap();
    let published: BTreeSet<&str> = kinds.iter().map(|k| k.as_str().unwrap()).collect();
    let known: BTreeSet<&str> = LAW_KINDS.iter().map(|k| k.code.as_str()).collect();
    assert_eq!(published, known);
}
