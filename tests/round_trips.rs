//! Round trips of freezes over random trees: create, wipe, restore, and every byte is what it was. And the
//! search for what a legacy freeze has lost, over random texts.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops where it is wrong"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use contract_guard::edit::{Real, Session};
use contract_guard::freeze::{
    Effort, How, Legacy, Past, Refusal, Version, Wanted, Wish, compare, plan_create, plan_restore,
};
use contract_guard::source::{self, Budget};
use contract_guard::tree::{Artifact, ArtifactPath, Tree};
use proptest::prelude::*;
use serde_json::json;

const BUDGET: Budget = Budget { file_bytes: 1 << 28, tree_bytes: 1 << 28, files: 1 << 20 };

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}(\\.(json|yaml|md))?",
        "[ -~]{1,12}",
        "[\u{e0}-\u{ff}\u{4e00}-\u{4e10}\u{1f600}-\u{1f610}a-c ]{1,6}",
    ]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(
            prop_oneof!["\\PC{0,20}", Just("\r\n".into()), Just("\n".into()), Just("\r".into())],
            0..12
        )
        .prop_map(|parts: Vec<String>| parts.concat().into_bytes()),
        Just(Vec::new()),
        (0usize..3).prop_map(|n| vec![b'x'; n * 70_000]),
    ]
}

/// Trees of paths that can be frozen.
fn tree() -> impl Strategy<Value = BTreeMap<ArtifactPath, Vec<u8>>> {
    let path = prop::collection::vec(name(), 1..4).prop_map(|parts| parts.join("/"));
    prop::collection::vec((path, content()), 1..12).prop_map(|files| {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut kept = BTreeMap::new();
        for (path, bytes) in files {
            let Ok(path) = ArtifactPath::new(&format!("contracts/{path}")) else { continue };
            let folded = path.folded();
            let clashes = taken.iter().any(|other| {
                *other == folded
                    || other.starts_with(&format!("{folded}/"))
                    || folded.starts_with(&format!("{other}/"))
            });
            if path.unportable().is_none() && !clashes && !folded.contains("/_frozen") {
                taken.insert(folded);
                kept.insert(path, bytes);
            }
        }
        kept
    })
}

fn write(folder: &Path, files: &BTreeMap<ArtifactPath, Vec<u8>>) {
    for (path, bytes) in files {
        let path = folder.join(path.as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn read(folder: &Path) -> Tree {
    let request = source::Request {
        source: source::Source::Dir,
        base: folder.to_owned(),
        root: "contracts".to_owned(),
        frozen: false,
    };
    match source::read(&request, &BUDGET) {
        Err(source::SourceError::NoTree { .. }) => {
            Tree { root: "contracts".to_owned(), ..Tree::default() }
        }
        other => other.unwrap(),
    }
}

fn create(folder: &Path) -> Result<String, Refusal> {
    let disk = Real::open(folder).unwrap();
    let version = Version::parse("1.0.0").unwrap();
    let wish = Wish {
        version: &version,
        description: None,
        created_at: "2026-11-20T00:00:00Z".to_owned(),
        allow_empty: false,
    };
    let planned = plan_create(&read(folder), &Past::default(), &wish, |_| "other")?;
    Session::open(&disk, "contracts").unwrap().0.publish(&planned.files).unwrap();
    Ok(planned.freeze.root)
}

fn restore(folder: &Path, prune: bool) {
    let disk = Real::open(folder).unwrap();
    let path = folder.join("contracts/_frozen/freeze-1.0.0.json");
    let freeze = source::open_freeze(&path, "contracts", &BUDGET).unwrap().freeze;
    let wanted = Wanted { root: "contracts", paths: &[], prune };
    let plan = plan_restore(freeze, &read(folder), &wanted, false, |_| BTreeSet::new()).unwrap();
    Session::open(&disk, "contracts").unwrap().0.restore(&plan, "contracts").unwrap();
}

fn bytes(tree: &Tree) -> BTreeMap<ArtifactPath, Vec<u8>> {
    tree.artifacts.iter().map(|(path, artifact)| (path.clone(), artifact.bytes.to_vec())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_frozen_comes_back(files in tree(), other in tree()) {
        prop_assume!(!files.is_empty());
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &files);
        create(folder.path()).unwrap();
        // Into an empty tree.
        let contracts = folder.path().join("contracts");
        for entry in std::fs::read_dir(&contracts).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("_frozen") {
                std::fs::remove_dir_all(path).unwrap();
            } else if path.is_file() {
                std::fs::remove_file(path).unwrap();
            }
        }
        restore(folder.path(), false);
        prop_assert_eq!(bytes(&read(folder.path())), files.clone());
        // Over another tree, where the two do not need a file and a folder of the same name.
        let clash = |path: &ArtifactPath| {
            files.keys().any(|f| {
                let (a, b) = (f.folded(), path.folded());
                (a == b && f != path) || a.starts_with(&format!("{b}/")) || b.starts_with(&format!("{a}/"))
            })
        };
        let other: BTreeMap<_, _> = other.into_iter().filter(|(path, _)| !clash(path)).collect();
        write(folder.path(), &other);
        restore(folder.path(), true);
        prop_assert_eq!(bytes(&read(folder.path())), files);
    }

    #[test]
    fn a_text_that_lost_its_endings_comes_back(
        lines in prop::collection::vec("[a-z{}\", :]{0,10}", 1..30),
        style in 0usize..5,
        at in any::<prop::sample::Index>(),
        bom in any::<bool>(),
        end in any::<bool>(),
    ) {
        let count = lines.len();
        let odd = at.index(count);
        let mut truth = String::from(if bom { "\u{feff}" } else { "" });
        for (i, line) in lines.iter().enumerate() {
            let is_last = i + 1 == count;
            let ending = match style {
                0 => "\n",
                1 => "\r\n",
                2 if i == odd => "\r\n",
                3 if i != odd => "\r\n",
                4 if i < odd => "\r\n",
                _ => "\n",
            };
            truth.push_str(line);
            truth.push_str(if is_last && !end { "" } else { ending });
        }
        let stored = truth.replace("\r\n", "\n");
        let digest = contract_guard::tree::Digest::of(truth.as_bytes()).hex();
        let freeze = json!({
            "version": "v1.0.0",
            "artifacts": [{ "path": "a\\b.json", "sha256": digest, "size": truth.len(), "content": stored }],
        });
        let legacy = Legacy::recover(freeze.to_string().as_bytes(), "contracts", Effort::default()).unwrap();
        let [artifact] = legacy.artifacts.as_slice() else { panic!("one artifact") };
        prop_assert_eq!(&artifact.bytes, truth.as_bytes());
        prop_assert_ne!(&artifact.how, &How::Lost);
        prop_assert_eq!(artifact.path.as_str(), "contracts/a/b.json");
    }

    #[test]
    fn trees_that_are_compared_differ_where_they_do(old in tree(), new in tree()) {
        let tree = |files: &BTreeMap<ArtifactPath, Vec<u8>>| Tree {
            artifacts: files.iter().map(|(p, b)| (p.clone(), Artifact::new(b.clone()))).collect(),
            ..Tree::default()
        };
        let found = compare(&tree(&old), &tree(&new));
        let paths: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        for path in paths {
            prop_assert_eq!(found.contains_key(&path), old.get(&path) != new.get(&path));
        }
    }
}

#[test]
fn ten_thousand_files_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let files: BTreeMap<ArtifactPath, Vec<u8>> = (0..10_000)
        .map(|n| {
            let path = format!("contracts/m{}/s{}/f{n}.json", n % 17, n % 101);
            (ArtifactPath::lossy(&path), format!("{{\r\n \"n\": {n}\n}}").into_bytes())
        })
        .collect();
    write(folder.path(), &files);
    create(folder.path()).unwrap();
    for n in 0..17 {
        std::fs::remove_dir_all(folder.path().join(format!("contracts/m{n}"))).unwrap();
    }
    restore(folder.path(), false);
    assert_eq!(bytes(&read(folder.path())), files);
}
