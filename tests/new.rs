//! What templates make passes every check, in every layout and under every name; nothing is overwritten.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::collections::BTreeSet;
use std::path::Path;

use binary::{Run, git, run};
use contract_guard::catalog::{self, Catalog, Layout};
use contract_guard::checks;
use contract_guard::document::Limits;
use contract_guard::scaffold::{Ids, Order, Templates, init, plan};
use contract_guard::tree::{Artifact, ArtifactPath, Tree};

const NAMES: [&str; 16] = [
    "user_preference",
    "UserPreference",
    "user-preference",
    "User preference!",
    "x",
    "common",
    "envelope",
    "example",
    "invalid",
    "schema",
    "topics",
    "versions",
    "main",
    "a.b/c\\d",
    "  note  ",
    "{{ x * 7 }} <b> \u{202e} ünïcode",
];

/// Each template with answers for what must be answered.
const ORDERS: [(&str, &[(&str, &str)]); 11] = [
    ("schema", &[]),
    (
        "schema",
        &[
            ("fields", "title:string!,when:date,tags:array,state:on|off,by:ulid!"),
            ("description", "It's \"{{ 1 }}\": a # b\n---\n- c"),
        ],
    ),
    ("event", &[]),
    (
        "event",
        &[
            ("fields", "note:ulid!,n:number"),
            ("description", "true"),
            ("obligations", "AUDIT_ACCESS"),
        ],
    ),
    ("endpoint", &[("url", "/v1/things")]),
    (
        "endpoint",
        &[
            ("url", "/v1/things/{thing_id}/parts/{part}"),
            ("method", "put"),
            ("fields", "a:string!,b:object"),
        ],
    ),
    (
        "endpoint",
        &[("url", "/v1/things/{thing_id}"), ("method", "delete"), ("description", "no: yes")],
    ),
    ("module", &[]),
    ("policy", &[("kind", "role")]),
    ("policy", &[("kind", "rule")]),
    ("law", &[]),
];

fn ids() -> Ids {
    Ids::new((0..Ids::MOST).map(|n| format!("01ARZ3NDEKTSV4RRFFQ69G{n:04}")).collect())
}

/// The tree of `init` with everything that all share in `globals/`.
fn flat() -> Tree {
    let start = init("");
    let texts = start.folder.1.iter().map(|(path, text)| (format!("contracts/{path}"), *text));
    let texts: Vec<_> = texts.collect();
    Tree::from_texts("contracts", texts.iter().map(|(path, text)| (path.as_str(), *text)))
}

fn by_module() -> Tree {
    let mut tree = Tree { root: "contracts".to_owned(), ..Tree::default() };
    for (path, artifact) in flat().artifacts {
        let below = path.as_str().strip_prefix("contracts/").unwrap();
        let moved = ["events/", "storage/"].iter().any(|area| below.starts_with(area));
        let to = if moved { format!("contracts/globals/{below}") } else { path.to_string() };
        let text = String::from_utf8(artifact.bytes.to_vec()).unwrap();
        let text = text.replace("example.com/contracts/", "example.com/contracts/globals/");
        tree.artifacts.insert(ArtifactPath::new(&to).unwrap(), Artifact::new(text.into_bytes()));
    }
    tree
}

/// A tree without a root folder, whose identifiers do not follow paths.
fn bare() -> Tree {
    let mut tree = Tree::default();
    for (path, artifact) in flat().artifacts {
        let below = path.as_str().strip_prefix("contracts/").unwrap();
        tree.artifacts.insert(ArtifactPath::new(below).unwrap(), artifact);
    }
    tree
}

/// Our own contracts.
fn ours() -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tree = Tree { root: "contracts".to_owned(), ..Tree::default() };
    for (path, bytes) in binary::files(&root.join("contracts")) {
        let below = Path::new(&path).strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        tree.artifacts.insert(ArtifactPath::new(&below).unwrap(), Artifact::new(bytes));
    }
    tree
}

fn facts(tree: &Tree) -> Catalog {
    catalog::build(tree, &Layout::default(), &Limits::default())
}

fn findings(tree: &Tree) -> BTreeSet<String> {
    let findings = checks::run(&facts(tree), |_| true);
    findings.iter().map(|f| format!("{} {}: {}", f.primary.artifact, f.code, f.message)).collect()
}

#[test]
fn what_is_made_passes_in_every_layout_under_every_name() {
    let templates = Templates::of(&Default::default(), "").unwrap();
    let mut made = 0;
    for (layout, tree) in
        [("flat", flat()), ("by module", by_module()), ("bare", bare()), ("ours", ours())]
    {
        let before = findings(&tree);
        let catalog = facts(&tree);
        let names = if layout == "ours" { &NAMES[..2] } else { &NAMES[..] };
        for name in names {
            for (what, answers) in ORDERS {
                let answers: Vec<(String, String)> =
                    answers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
                let order = Order {
                    template: templates.get(what).unwrap(),
                    name,
                    module: None,
                    answers: &answers,
                    today: "2026-11-21",
                    ids: &ids(),
                };
                let revision = match plan(&catalog, &order) {
                    Ok(revision) => revision,
                    Err(blocked) => {
                        let taken = ["already", "obligation"];
                        let is_fine = taken.iter().any(|word| blocked.message.contains(word));
                        assert!(is_fine, "{layout}: new {what} {name:?}: {blocked:?}");
                        continue;
                    }
                };
                let revised = revision.over(&tree);
                let worse: Vec<String> = findings(&revised).difference(&before).cloned().collect();
                // The command refuses these before it writes: the name means something there.
                if matches!((what, *name), ("event", "envelope") | ("schema", "common")) {
                    continue;
                }
                assert_eq!(
                    worse,
                    Vec::<String>::new(),
                    "{layout}: new {what} {name:?} {answers:?}"
                );
                for replacement in revision.replacements(&tree) {
                    if let Some(old) = tree.artifacts.get(&replacement.path) {
                        let new = replacement.after.unwrap();
                        assert!(
                            new.len() > old.bytes.len(),
                            "{layout}: {} shrank",
                            replacement.path
                        );
                    }
                }
                made += 1;
            }
        }
    }
    assert!(made > 400, "{made}");
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    done(folder.path(), &["init"]);
    folder
}

fn done(folder: &Path, args: &[&str]) -> String {
    let Run { code, stdout, stderr } = run(folder, args);
    assert_eq!(code, 0, "{args:?}: {stdout}{stderr}");
    stdout
}

fn refused(folder: &Path, args: &[&str], words: &str) {
    let before = binary::files(folder);
    let Run { code, stdout, stderr } = run(folder, args);
    assert_eq!(code, 2, "{args:?}: {stdout}{stderr}");
    assert!(stderr.contains(words), "{args:?}: {stderr}");
    assert_eq!(binary::files(folder), before, "{args:?} wrote something");
}

#[test]
fn nothing_is_overwritten_and_nothing_is_guessed() {
    let folder = repository();
    let path = folder.path();
    refused(
        path,
        &["new", "schema", "note"],
        "there is a `contracts/storage/schemas/note.schema.json` already",
    );
    refused(path, &["new", "event", "NoteCreated"], "already");
    refused(path, &["new", "schema"], "the new schema has no name");
    refused(path, &["new", "endpoint", "read"], "`--url` is missing");
    refused(path, &["new", "policy", "x"], "`--kind` is missing");
    refused(path, &["new", "policy", "x", "--kind", "king"], "write one of role, capability");
    refused(
        path,
        &["new", "invariant", "x", "--of", "nothing.json"],
        "there is no schema `nothing.json`",
    );
    refused(path, &["new", "schema", "x", "--url", "/x"], "`new schema` knows no `--url`");
    refused(path, &["new", "schema", "x", "--module", "lost"], "there is no module `lost`");
    refused(path, &["new", "schema", "日本語"], "has no letter from a to z");
    refused(path, &["new", "schema", "con"], "device on Windows");
    refused(path, &["new", "schema", "x", "--fields", "a:strin"], "`strin` is no type of a field");
    refused(path, &["new", "schema", "x", "--fields", "a,a"], "named twice");
    refused(path, &["new", "endpoint", "x", "--url", "v1"], "is no path of an endpoint");
    refused(
        path,
        &["new", "endpoint", "x", "--url", "/{a}/{a}"],
        "a parameter without a name of its own",
    );
    refused(path, &["new", "endpoint", "x", "--url", "/a", "--method", "fetch"], "is no method");
    refused(path, &["new", "schemas", "x"], "there is no template `schemas`");
    refused(path, &["new"], "nothing is named that could be new");
    refused(path, &["new", "law", "x", "--module", "m"], "`new law` takes no `--module`");
    refused(path, &["new", "event", "x", "--band", "green"], "bands are GREEN, AMBER, RED, BLACK");
    refused(path, &["new", "schema", "x", "--fields", "id:string"], "has a field `id` of its own");
    done(path, &["new", "policy", "auditor", "--kind", "role"]);
    refused(
        path,
        &["new", "policy", "auditor", "--kind", "role"],
        "there is a policy `auditor` already",
    );
}

#[test]
fn words_that_mean_something_to_yaml_and_bands_above_the_lowest() {
    let folder = repository();
    let path = folder.path();
    for name in ["no", "null", "true", "y"] {
        done(path, &["new", "policy", name, "--kind", "role"]);
        done(path, &["new", "event", name, "--band", "RED", "--obligations", "REDACT_PII"]);
    }
    done(path, &["check"]);
    let event =
        std::fs::read_to_string(path.join("contracts/events/examples/no.example.json")).unwrap();
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    assert_eq!(
        (&event["band"], &event["obligations"]),
        (&"RED".into(), &serde_json::json!(["REDACT_PII"]))
    );
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let folder = repository();
    let before = binary::files(folder.path());
    let args = ["new", "event", "note_moved", "--dry-run", "--now", "2026-11-21T00:00:00Z"];
    let plan = done(folder.path(), &args);
    assert_eq!(binary::files(folder.path()), before);
    for line in [
        "+        \"NOTE_MOVED\"",
        "+  - name: NOTE_MOVED",
        "+++ contracts/events/examples/note_moved.example.json",
    ] {
        assert!(plan.contains(line), "{line}: {plan}");
    }
}

#[test]
fn a_repository_brings_its_own_templates() {
    let folder = repository();
    let path = folder.path();
    let write = |file: &str, text: &str| {
        let file = path.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    write("contract-guard.toml", "templates = \"tools/templates\"\n");
    write(
        "tools/templates/runbook/template.yaml",
        "makes: a runbook\nask:\n  - {name: owner, question: \"Whose is it?\"}\nwrite:\n  - {path: \"{{ root }}/runbooks/{{ kebab }}.md\", template: page.md.j2}\n",
    );
    write("tools/templates/runbook/page.md.j2", "# {{ title }}\n\nOwner: {{ owner }}\n");
    refused(path, &["new", "runbook", "Restart All"], "`--owner` is missing: Whose is it?");
    done(path, &["new", "runbook", "Restart All", "--set", "owner=ops"]);
    let page = std::fs::read_to_string(path.join("contracts/runbooks/restart-all.md")).unwrap();
    assert_eq!(page, "# Restart all\n\nOwner: ops\n");
    // A template reaches nothing but contracts, ends, and says what is wrong with it.
    write(
        "tools/templates/runbook/template.yaml",
        "makes: x\nwrite: [{path: \"../out.md\", template: page.md.j2}]\n",
    );
    refused(path, &["new", "runbook", "x"], "is no place for a contract");
    write(
        "tools/templates/runbook/template.yaml",
        "makes: x\nwrite: [{path: \"{{ root }}/x.md\", template: page.md.j2}]\n",
    );
    write(
        "tools/templates/runbook/page.md.j2",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    );
    refused(path, &["new", "runbook", "x"], "the template fails");
    write("tools/templates/runbook/page.md.j2", "{{ nobody }}");
    refused(path, &["new", "runbook", "x"], "the template fails");
    write("tools/templates/runbook/template.yaml", "makes: x\nwrites: []\n");
    refused(path, &["new", "runbook", "x"], "unknown field `writes`");
}
