//! Public suites of labelled pairs: what is decided, and that no broken pair is called compatible. `make
//! accuracy` runs it and prints the table; the suites lie beside the repository.
#![expect(clippy::disallowed_methods, reason = "a test reads and stops")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use jsonschema::Draft;
use serde_json::Value;
use subschema::{Options, Verdict, includes};

#[derive(Default)]
struct Row {
    pairs: usize,
    included: usize,
    excluded: usize,
    unproven: usize,
    errors: usize,
    against_label: usize,
    slowest: Duration,
}

fn draft(name: &str) -> Draft {
    match name {
        "draft4" => Draft::Draft4,
        "draft6" => Draft::Draft6,
        "draft7" => Draft::Draft7,
        "2019-09" => Draft::Draft201909,
        _ => Draft::Draft202012,
    }
}

#[test]
#[ignore = "needs the public suites; `make accuracy` runs it"]
fn no_broken_pair_is_called_compatible() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/compat");
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut defects = Vec::new();
    let mut disagreements: Vec<(String, String)> = Vec::new();
    let started = Instant::now();
    for suite in ["apicurio", "ibm", "jsoncompat", "jsonschema-rs-canon"] {
        let text = std::fs::read_to_string(corpus.join(format!("{suite}.jsonl"))).unwrap();
        for line in text.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let row = rows.entry(suite.to_owned()).or_default();
            row.pairs += 1;
            let options =
                Options { draft: draft(case["dialect"].as_str().unwrap()), ..Options::default() };
            let start = Instant::now();
            let verdict = includes(&case["old"], &case["new"], &options);
            let took = start.elapsed();
            row.slowest = row.slowest.max(took);
            let (id, broken) = (case["id"].as_str().unwrap(), case["broken"].as_str().unwrap());
            let is_broken = broken == "always" || broken == "formats-asserted";
            let label = case["compatible"].as_bool().unwrap();
            match verdict {
                Ok(Verdict::Included) => {
                    row.included += 1;
                    if !label {
                        row.against_label += 1;
                        disagreements
                            .push((id.to_owned(), "included, labelled incompatible".to_owned()));
                    }
                    if is_broken {
                        defects.push(format!("{id} is broken, and called compatible"));
                    }
                }
                Ok(Verdict::Excluded(witness)) => {
                    row.excluded += 1;
                    if label {
                        row.against_label += 1;
                        disagreements
                            .push((id.to_owned(), format!("excluded by {}", witness.instance)));
                    }
                }
                Ok(Verdict::Unproven { construct, reason }) => {
                    row.unproven += 1;
                    if std::env::var_os("SHOW").is_some() {
                        println!(
                            "{id} ({broken}): {construct}: {reason}\n  {}\n  {}",
                            case["old"], case["new"]
                        );
                    }
                }
                Err(error) => {
                    row.errors += 1;
                    if std::env::var_os("SHOW").is_some() {
                        println!("{id}: {error}");
                    }
                }
            }
        }
    }
    println!(
        "{:22} {:>6} {:>9} {:>9} {:>9} {:>7} {:>8} {:>8} {:>9}",
        "suite",
        "pairs",
        "included",
        "excluded",
        "unproven",
        "errors",
        "decided",
        "against",
        "slowest"
    );
    for (suite, row) in &rows {
        let decided =
            100.0 * (row.included + row.excluded) as f64 / (row.pairs - row.errors) as f64;
        println!(
            "{suite:22} {:>6} {:>9} {:>9} {:>9} {:>7} {decided:>7.1}% {:>8} {:>7} ms",
            row.pairs,
            row.included,
            row.excluded,
            row.unproven,
            row.errors,
            row.against_label,
            row.slowest.as_millis()
        );
    }
    let known = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/disagreements.txt"),
    );
    let known = known.unwrap_or_default();
    for (id, what) in &disagreements {
        let is_explained = known.lines().any(|line| line.split_whitespace().next() == Some(id));
        if !is_explained {
            println!("unexplained: {id} {what}");
            defects.push(format!("{id}: {what}; tests/disagreements.txt does not say why"));
        }
    }
    println!("{:.1} s", started.elapsed().as_secs_f64());
    assert!(defects.is_empty(), "{}", defects.join("\n"));
}
