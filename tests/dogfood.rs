//! What this repository ships keeps its own rules: our contracts, the template of `init`, our schemas.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads and stops")]

mod binary;
mod support;

use std::path::Path;

use contract_guard::document::Limits;
use contract_guard::report::Format;

fn passes_without_findings(folder: &str) {
    let (catalog, outcome) = support::check(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        Limits::default(),
        jiff::civil::date(2026, 11, 20),
    );
    assert!(outcome.items.is_empty(), "{}", support::render(&catalog, &outcome, Format::Human));
    assert!(outcome.counts.examples > 0);
}

#[test]
fn our_contracts_pass() {
    passes_without_findings(".");
}

#[test]
fn the_template_of_init_passes() {
    passes_without_findings("src/scaffold/init_tree");
}

/// What the contracts of the runtime must hold, counted, so that nothing is lost unseen.
#[test]
fn our_contracts_are_whole() {
    let (catalog, _) = support::check(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        Limits::default(),
        jiff::civil::date(2026, 11, 20),
    );
    assert!(catalog.topics.len() >= 12);
    for topic in &catalog.topics {
        let shown = catalog.examples.iter().filter(|e| {
            let value = catalog.item(e.item).and_then(|i| i.value());
            value.and_then(|v| v.str_at("topic")).is_some_and(|name| topic.answers_to(name))
        });
        assert!(shown.count() >= 3, "{} has fewer than three examples", topic.full_name());
    }
    let stems: Vec<&str> = catalog
        .items
        .iter()
        .filter(|i| i.kind.is_schema())
        .map(contract_guard::catalog::Item::stem)
        .collect();
    for record in [
        "event_spine_record",
        "session_memory",
        "blackboard_entry",
        "note",
        "saved_flow",
        "saved_graph",
        "ui_overlay",
        "strategy_lock",
        "budget_ledger_line",
        "plugin_state",
        "plugin_health_response",
        "heartbeat",
        "cycle_record",
        "runtime_configuration",
    ] {
        assert!(stems.contains(&record), "no schema for {record}");
    }
}

/// Every release of this major version is still there for its clients: operations, fields, keys, topics.
#[test]
fn nothing_that_was_frozen_is_broken() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compared = 0;
    for entry in std::fs::read_dir(root.join("contracts/_frozen")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let version = name.strip_prefix("freeze-").and_then(|rest| rest.strip_suffix(".json"));
        let Some(version) = version.filter(|version| version.starts_with("1.")) else { continue };
        let freeze = format!("freeze:{version}");
        let args = ["diff", &freeze, "--only", "major", "--only", "unproven", "--exit-code"];
        let run = binary::run(root, &args);
        assert_eq!(run.code, 0, "{freeze}: {}", run.stdout);
        compared += 1;
    }
    assert!(compared >= 2, "{compared}");
}

#[test]
fn our_schemas_are_valid() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(jsonschema::meta::is_valid(&schema));
        jsonschema::validator_for(&schema).unwrap();
    }
}
