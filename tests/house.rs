//! The rules of the house, held by reading the source: the table of checks, their fixtures, and the
//! floors. Each of these has been seen red by breaking what it holds.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads and stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use contract_guard::change::CHANGE_RULES;
use contract_guard::checks::CHECKS;
use contract_guard::laws::{ABOUT_LAWS, LAW_KINDS};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn tables_are_sorted_and_without_repetition() {
    let checks: Vec<&str> = CHECKS.iter().map(|c| c.code.as_str()).collect();
    let changes: Vec<&str> = CHANGE_RULES.iter().map(|r| r.code.as_str()).collect();
    let kinds: Vec<&str> = LAW_KINDS.iter().map(|k| k.code.as_str()).collect();
    let about: Vec<&str> = ABOUT_LAWS.iter().map(|r| r.code.as_str()).collect();
    for codes in [&checks, &changes, &kinds, &about] {
        let sorted: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(*codes, sorted.into_iter().collect::<Vec<_>>());
    }
    let all: Vec<&str> = [checks, changes, kinds, about].concat();
    let different: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "a code means one thing");
}

#[test]
fn every_rule_file_is_in_the_table_under_its_name() {
    let checks: BTreeSet<String> = CHECKS.iter().map(|c| c.code.to_string()).collect();
    assert_eq!(declared("src/checks"), checks);
    let changes: BTreeSet<String> = CHANGE_RULES.iter().map(|r| r.code.to_string()).collect();
    assert_eq!(declared("src/change/rules"), changes);
    let kinds: BTreeSet<String> = LAW_KINDS.iter().map(|k| k.code.to_string()).collect();
    assert_eq!(declared_kinds(), kinds);
}

/// The kinds of rules that files declare: `source/mod.rs` is named by its folder.
fn declared_kinds() -> BTreeSet<String> {
    let mut declared = BTreeSet::new();
    for path in files(&root().join("src/laws/kinds")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let Some((_, rest)) = text.split_once("code: Code(\"") else { continue };
        let code = rest.split('"').next().unwrap();
        let file = if path.ends_with("mod.rs") { path.parent().unwrap() } else { &path };
        assert_eq!(file.file_stem().unwrap().to_str().unwrap().replace('_', "-"), code);
        declared.insert(code.to_owned());
    }
    declared
}

/// The codes that the files of a folder declare.
fn declared(folder: &str) -> BTreeSet<String> {
    let mut declared = BTreeSet::new();
    for path in files(&root().join(folder)) {
        let text = std::fs::read_to_string(&path).unwrap();
        let Some((_, rest)) = text.split_once("Code = Code(\"") else {
            continue;
        };
        let code = rest.split('"').next().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(stem.replace('_', "-"), code, "the file of a rule has the name of its code");
        declared.insert(code.to_owned());
    }
    declared
}

#[test]
fn published_codes_stay_published() {
    let path = root().join("tests/published_codes.txt");
    let known = std::fs::read_to_string(path).unwrap();
    let known: BTreeSet<&str> = known.lines().filter(|l| !l.starts_with('#')).collect();
    let checks = CHECKS.iter().map(|c| c.code.as_str());
    let laws = LAW_KINDS.iter().map(|k| k.code.as_str());
    let laws = laws.chain(ABOUT_LAWS.iter().map(|r| r.code.as_str()));
    let table: BTreeSet<&str> =
        checks.chain(CHANGE_RULES.iter().map(|r| r.code.as_str())).chain(laws).collect();
    assert_eq!(
        known, table,
        "a new code is added to tests/published_codes.txt; an old one stays there"
    );
}

/// Rules that no folder can show on every system, and where they are tested instead.
const WITHOUT_FIXTURES: [(&str, &str); 1] = [(
    "unportable-path",
    "Windows could not check such a fixture out; tests/sources.rs makes the tree in memory",
)];

#[test]
fn every_rule_has_passing_and_failing_cases() {
    let fixtures = root().join("fixtures/checks");
    for check in CHECKS {
        let code = check.code.as_str();
        if WITHOUT_FIXTURES.iter().any(|(c, _)| *c == code) {
            continue;
        }
        for kind in ["pass", "fail"] {
            let cases =
                std::fs::read_dir(fixtures.join(code).join(kind)).map_or(0, Iterator::count);
            assert!(cases > 0, "`{code}` has no case in {kind}/");
        }
    }
    for entry in std::fs::read_dir(&fixtures).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            CHECKS.iter().any(|c| c.code.as_str() == name),
            "fixtures/checks/{name} belongs to no rule"
        );
    }
}

#[test]
fn every_change_rule_has_passing_and_failing_cases() {
    let fixtures = root().join("fixtures/changes");
    for rule in CHANGE_RULES {
        for kind in ["pass", "fail"] {
            let cases = std::fs::read_dir(fixtures.join(rule.code.as_str()).join(kind));
            assert!(cases.map_or(0, Iterator::count) > 0, "`{}` has no case in {kind}/", rule.code);
        }
    }
    for entry in std::fs::read_dir(&fixtures).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = CHANGE_RULES.iter().any(|r| r.code.as_str() == name);
        assert!(is_known, "fixtures/changes/{name} belongs to no rule");
    }
}

#[test]
fn every_kind_of_law_has_passing_and_failing_stories() {
    let fixtures = root().join("fixtures/laws");
    for kind in LAW_KINDS {
        for side in ["pass", "fail"] {
            let cases = std::fs::read_dir(fixtures.join(kind.code.as_str()).join(side));
            assert!(
                cases.map_or(0, Iterator::count) > 0,
                "`{}` has no story in {side}/",
                kind.code
            );
        }
    }
    for entry in std::fs::read_dir(&fixtures).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = LAW_KINDS.iter().any(|k| k.code.as_str() == name);
        assert!(is_known, "fixtures/laws/{name} belongs to no kind");
    }
}

#[test]
fn expected_texts_belong_to_failing_cases() {
    fn walk(folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                walk(&path);
            } else if path.file_name().is_some_and(|n| n == "expected.txt") {
                let case = path.parent().unwrap();
                let kind = case.parent().unwrap().file_name().unwrap();
                assert_eq!(kind, "fail", "{} is an orphan", path.display());
            }
        }
    }
    walk(&root().join("fixtures/checks"));
    walk(&root().join("fixtures/changes"));
}

#[test]
fn explanations_are_whole() {
    let checks = CHECKS.iter().map(|c| (c.code, c.summary, &c.explain));
    let changes = CHANGE_RULES.iter().map(|r| (r.code, r.summary, &r.explain));
    let kinds = LAW_KINDS.iter().map(|k| (k.code, k.summary, &k.explain));
    let about = ABOUT_LAWS.iter().map(|r| (r.code, r.summary, &r.explain));
    for (code, summary, explain) in checks.chain(changes).chain(kinds).chain(about) {
        for part in [summary, explain.what, explain.why, explain.bad, explain.good, explain.fix] {
            assert!(!part.trim().is_empty(), "`{code}` leaves a part of its explanation out");
        }
        assert_ne!(explain.bad, explain.good, "`{code}` shows no difference");
        assert!(!summary.ends_with('.'), "`{code}`: a summary has no final stop");
    }
}

/// Which floor may name which. A floor may always name itself.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("tree", &[][..]),
        ("audit", &["tree", "document", "catalog"]),
        ("document", &[]),
        ("finding", &["tree", "document"]),
        ("catalog", &["tree", "document"]),
        ("checks", &["finding", "tree", "document", "catalog", "freeze"]),
        ("change", &["finding", "tree", "document", "catalog"]),
        ("consumer", &["finding", "tree", "document", "catalog", "gate", "graph"]),
        ("freeze", &["tree"]),
        ("graph", &["tree", "document", "catalog"]),
        ("program", &["document"]),
        ("laws", &["finding", "tree", "document", "catalog", "program"]),
        (
            "gate",
            &[
                "finding", "tree", "document", "catalog", "checks", "change", "freeze", "graph",
                "laws",
            ],
        ),
        ("lsp", &["finding", "tree", "document", "catalog", "checks", "gate", "repair", "source"]),
        ("migrate", &["document", "catalog"]),
        ("release", &["finding", "tree", "document", "catalog", "gate", "migrate"]),
        ("repair", &["finding", "tree", "document"]),
        ("scaffold", &["tree", "document", "catalog"]),
        ("source", &["tree", "freeze"]),
        ("edit", &["tree", "freeze"]),
        (
            "report",
            &[
                "audit", "finding", "tree", "document", "catalog", "graph", "gate", "laws",
                "consumer",
            ],
        ),
        (
            "cli",
            &[
                "finding", "tree", "document", "catalog", "checks", "change", "freeze", "gate",
                "source", "edit", "report", "laws", "program", "graph", "release", "repair",
                "migrate", "scaffold", "lsp", "audit", "consumer",
            ],
        ),
    ])
}

#[test]
fn floors_name_only_what_lies_below() {
    let allowed = allowed();
    let src = root().join("src");
    for entry in std::fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !path.is_dir() {
            assert!(matches!(name.as_str(), "lib" | "main"), "src/{name}.rs belongs to no floor");
            continue;
        }
        let below = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("src/{name}/ is an undeclared floor"));
        for file in files(&path) {
            let text = std::fs::read_to_string(&file).unwrap();
            for named in named_floors(&text) {
                let fine = named == name || below.contains(&named.as_str());
                assert!(fine, "{} names `{named}`, which `{name}` may not", file.display());
            }
        }
    }
}

#[test]
fn the_floor_test_sees_every_way_to_import() {
    let ways = [
        "use crate::cli::x;",
        "use crate::{tree::Tree, cli};",
        "fn f() { crate::cli::main(); }",
        "fn f(x: crate::cli::T) {}",
        "macro_rules! m { () => { crate::cli::main() } }",
        "fn f() { println!(\"{}\", crate::cli::NAME); }",
        "pub use crate::cli as other;",
    ];
    for way in ways {
        assert!(named_floors(way).contains("cli"), "{way}");
    }
    assert!(std::panic::catch_unwind(|| named_floors("use crate as c;")).is_err());
}

/// The floors that a file names through `crate::`, macro bodies included.
fn named_floors(text: &str) -> BTreeSet<String> {
    let file = syn::parse_file(text).unwrap();
    let mut names = Names::default();
    names.visit_file(&file);
    names.0
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (i, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) if ident == "crate" => {
                    if let Some(TokenTree::Ident(next)) = trees.get(i + 3) {
                        self.0.insert(next.to_string());
                    }
                }
                _ => {}
            }
        }
    }

    fn heads(&mut self, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => drop(self.0.insert(path.ident.to_string())),
            syn::UseTree::Name(name) => drop(self.0.insert(name.ident.to_string())),
            syn::UseTree::Rename(rename) => drop(self.0.insert(rename.ident.to_string())),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.heads(tree)),
            syn::UseTree::Glob(_) => panic!("`use crate::*` hides what it names"),
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_use_tree(&mut self, tree: &'ast syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) if path.ident == "crate" => self.heads(&path.tree),
            syn::UseTree::Rename(rename) if rename.ident == "crate" => {
                panic!("an alias of `crate` hides floors")
            }
            _ => syn::visit::visit_use_tree(self, tree),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments = path.segments.iter();
        if segments.next().is_some_and(|s| s.ident == "crate")
            && let Some(floor) = segments.next()
        {
            self.0.insert(floor.ident.to_string());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.tokens(mac.tokens.clone());
        syn::visit::visit_macro(self, mac);
    }
}

/// No HTTP client is linked: nothing can be fetched, whatever a schema says. The runtime crates, which are no part of
/// the gate, share the lock file.
#[test]
fn no_http_client_is_linked() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--package", "contract-guard", "--edges", "normal,build", "--offline"])
        .args(["--prefix", "none", "--target", "all", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let linked = |name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    assert!(linked("jsonschema"));
    let clients =
        ["reqwest", "hyper", "ureq", "curl", "rustls", "native-tls", "isahc", "attohttpc"];
    for name in clients.into_iter().chain(["tokio", "axum", "aws-sdk-dynamodb"]) {
        assert!(!linked(name), "`{name}` is linked");
    }
}

/// A crate that lists its tests runs none that it forgets to list.
#[test]
fn every_test_file_of_a_crate_is_run() {
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        if !manifest.contains("autotests = false") {
            continue;
        }
        let main = std::fs::read_to_string(folder.join("tests/main.rs")).unwrap();
        for file in std::fs::read_dir(folder.join("tests")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let Some(stem) = name.strip_suffix(".rs").filter(|stem| *stem != "main") else {
                continue;
            };
            let is_listed = main.contains(&format!("mod {stem};"))
                || manifest.contains(&format!("path = \"tests/{name}\""));
            assert!(is_listed, "{}: tests/{name} is never run", folder.display());
        }
    }
}
