//! Pages that are made from the code agree with it. `UPDATE=1` writes them.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads, writes and stops"
)]

mod binary;

use std::path::Path;

use contract_guard::change::CHANGE_RULES;
use contract_guard::checks::CHECKS;
use contract_guard::laws::{ABOUT_LAWS, LAW_KINDS};

fn agree(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(known == text, "{path} is stale: run `make generate`");
}

#[test]
fn reference_of_checks() {
    let mut text = String::from(
        "# Checks\n\nMade from the code by `make generate`.\n`contract-guard explain CODE` prints the same, with a bad and a good example.\n",
    );
    for check in CHECKS {
        let explain = &check.explain;
        text.push_str(&format!("\n## {}\n\n", check.code));
        text.push_str(&format!("{} ({}, since {})\n\n", explain.what, check.level, check.since));
        text.push_str(&format!("- Why: {}\n- How to fix: {}\n", explain.why, explain.fix));
    }
    agree("docs/reference/checks.md", &text);
}

#[test]
fn newest_edition() {
    let (name, text) = contract_guard::gate::newest_edition();
    agree(&format!("src/gate/editions/{name}.txt"), &text);
}

#[test]
fn reference_of_changes() {
    let mut text = String::from(
        "# Changes\n\nMade from the code by `make generate`.\n`contract-guard explain CODE` prints the same, with an example.\n",
    );
    for rule in CHANGE_RULES {
        let explain = &rule.explain;
        text.push_str(&format!(
            "\n## {}\n\n{} (since {})\n\n",
            rule.code, explain.what, rule.since
        ));
        text.push_str(&format!("- Why: {}\n- What to do: {}\n", explain.why, explain.fix));
    }
    agree("docs/reference/changes.md", &text);
}

#[test]
fn reference_of_laws() {
    let mut text = String::from(
        "# Kinds of rules in laws\n\nMade from the code by `make generate`.\n`docs/laws.md` tells how each is written; `contract-guard explain CODE` shows a repository that breaks it and one that keeps it.\n",
    );
    let kinds = LAW_KINDS.iter().map(|k| (k.code, k.since, &k.explain));
    let about = ABOUT_LAWS.iter().map(|r| (r.code, r.since, &r.explain));
    for (code, since, explain) in kinds.chain(about) {
        text.push_str(&format!("\n## {code}\n\n{} (since {since})\n\n", explain.what));
        text.push_str(&format!("- Why: {}\n- What to do: {}\n", explain.why, explain.fix));
    }
    agree("docs/reference/laws.md", &text);
}

#[test]
fn reference_of_commands() {
    let mut text = String::from("# Commands\n\nMade from the code by `make generate`.\n");
    let commands: [&[&str]; 27] = [
        &[],
        &["check"],
        &["validate"],
        &["envelope"],
        &["audit"],
        &["diff"],
        &["can-i-release"],
        &["bump"],
        &["ulid", "new"],
        &["ulid", "check"],
        &["explain"],
        &["init"],
        &["list"],
        &["graph"],
        &["impact"],
        &["report"],
        &["hook"],
        &["hook", "run"],
        &["hook", "install"],
        &["waive"],
        &["waivers"],
        &["laws", "check"],
        &["laws", "status"],
        &["laws", "baseline"],
        &["lsp"],
        &["completions"],
        &["man"],
    ];
    for command in commands {
        let mut args = command.to_vec();
        args.push("--help");
        let help = binary::run(Path::new("."), &args)
            .stdout
            .replace("contract-guard.exe", "contract-guard");
        let name = [&["contract-guard"], command].concat().join(" ");
        let help: String = help.lines().map(|l| format!("{}\n", l.trim_end())).collect();
        text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
    }
    agree("docs/reference/commands.md", &text);
}
