//! The public OpenAPI pairs, with what their authors expect: agreement per family of rules. Each
//! disagreement is explained in `tests/openapi_disagreements.txt`; one that is not fails. Run by
//! `make accuracy`.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test reads, prints and stops"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use contract_guard::catalog::{self, Catalog, Layout};
use contract_guard::document::Limits;
use contract_guard::gate::{self, Config, Impact};
use contract_guard::tree::Tree;
use serde_json::Value;

fn catalog(text: &str) -> Catalog {
    let tree = Tree::from_texts("contracts", [("contracts/api/openapi/main.yaml", text)]);
    catalog::build(&tree, &Layout::default(), &Limits::default())
}

/// The family of a case: the rules that its authors expect, without what they say of them.
fn family(case: &Value) -> String {
    let ids = case["expected_rule_ids"].as_array().unwrap();
    let first = ids.first().and_then(Value::as_str).unwrap_or("nothing");
    let known = [
        "request-parameter",
        "request-body",
        "request-property",
        "request-header",
        "response-body",
        "response-property",
        "response-header",
        "response-media",
        "api-security",
        "api-",
        "endpoint",
        "new-",
        "request-",
        "response-",
        "nothing",
    ];
    known
        .iter()
        .find(|k| first.starts_with(**k))
        .map_or("other", |k| k.trim_end_matches('-'))
        .to_owned()
}

#[test]
#[ignore = "reads the public suites; run by `make accuracy`"]
fn openapi_pairs_are_judged_as_their_authors_expect() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/openapi/oasdiff-cases.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{} is not there: nothing to measure", path.display());
        return;
    };
    let explained = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi_disagreements.txt"),
    )
    .unwrap_or_default();
    let known = explained.lines().filter(|line| line.starts_with("oasdiff/"));
    let known: BTreeSet<&str> = known.filter_map(|line| line.split_whitespace().next()).collect();
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut disagreeing = BTreeSet::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap().to_owned();
        let (old, new) =
            (catalog(case["base"].as_str().unwrap()), catalog(case["revision"].as_str().unwrap()));
        let comparison = gate::compare(&old, &new, &Config::default(), &Default::default());
        let breaks = comparison.count(Impact::Major) + comparison.count(Impact::Unproven) > 0;
        let expected = case["expect_breaking"].as_bool().unwrap();
        let row = table.entry(family(&case)).or_default();
        row[0] += 1;
        if breaks == expected {
            row[1] += 1;
            continue;
        }
        disagreeing.insert(id.clone());
        if known.contains(id.as_str()) {
            row[2] += 1;
            continue;
        }
        let ours: Vec<String> = comparison
            .items
            .iter()
            .map(|i| format!("{}[{}] {}", i.word(), i.finding.code, i.finding.message))
            .collect();
        unexplained.push(format!(
            "{id}\n  theirs: {} {} {}\n  ours:   {}",
            if expected { "breaking" } else { "fine" },
            case["expected_rule_ids"],
            case["expected_err_ids"],
            ours.join("\n          ")
        ));
    }
    println!("{:<20} {:>6} {:>7} {:>10}", "family", "pairs", "agree", "explained");
    for (family, [pairs, agree, explained]) in &table {
        println!("{family:<20} {pairs:>6} {agree:>7} {explained:>10}");
    }
    let sum = |i: usize| table.values().map(|row| row[i]).sum::<usize>();
    println!("{:<20} {:>6} {:>7} {:>10}", "all", sum(0), sum(1), sum(2));
    let stale: Vec<&&str> = known.iter().filter(|id| !disagreeing.contains(**id)).collect();
    assert!(
        unexplained.is_empty(),
        "{} unexplained:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    assert!(stale.is_empty(), "explained, but agreeing: {stale:?}");
}
