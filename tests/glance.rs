//! What the hook does not look at has not changed its answer: of whatever the whole check finds after a change
//! of one file, and did not find before, nothing is missed by looking at what the change reaches.
#![expect(clippy::unwrap_used, reason = "a test reads and stops")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use contract_guard::catalog::{self, Catalog};
use contract_guard::checks;
use contract_guard::document::Limits;
use contract_guard::finding::Finding;
use contract_guard::gate;
use contract_guard::source::{self, Budget, Request, Source};
use contract_guard::tree::{Artifact, ArtifactPath, Tree};

/// A small generator, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

fn trees() -> Vec<(String, Tree)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks");
    let mut cases = Vec::new();
    for code in support::folders(&root) {
        cases.extend(support::folders(&code.join("pass")));
    }
    let read = |case: &std::path::PathBuf| {
        let (base, root) = source::discover(Some(case)).ok()?;
        let request = Request { source: Source::Dir, base, root, frozen: false };
        let budget = Budget { file_bytes: 1 << 20, tree_bytes: 1 << 24, files: 1000 };
        Some((case.display().to_string(), source::read(&request, &budget).ok()?))
    };
    cases.iter().filter_map(read).collect()
}

/// Another text: one thing in it is changed, or the whole is that of some other file.
fn changed(text: &str, others: &[String], dice: &mut Dice) -> String {
    let words = [
        "title", "type", "string", "integer", "$ref", "$id", "required", "1", "true", "id", "note",
    ];
    let lines: Vec<&str> = text.lines().collect();
    match dice.roll(6) {
        0 => others[dice.roll(others.len())].clone(),
        1 => {
            let gone = dice.roll(lines.len());
            let kept = lines.iter().enumerate().filter(|(at, _)| *at != gone);
            kept.map(|(_, line)| format!("{line}\n")).collect()
        }
        2 => text.replacen("maxLength", "minLength", 1).replacen("schema.json", "shema.json", 1),
        _ => {
            let (from, to) = (words[dice.roll(words.len())], words[dice.roll(words.len())]);
            let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
            match places.as_slice() {
                [] => format!("{text}\n"),
                places => {
                    let at = places[dice.roll(places.len())];
                    format!("{}{to}{}", &text[..at], &text[at + from.len()..])
                }
            }
        }
    }
}

type Said = BTreeSet<(String, String, String)>;

fn said(findings: Vec<Finding>) -> Said {
    let of = |f: Finding| (f.code.to_string(), f.primary.artifact.to_string(), f.message);
    findings.into_iter().map(of).collect()
}

fn whole(catalog: &Catalog) -> Said {
    said(checks::run(catalog, |_| true))
}

#[test]
fn nothing_new_is_missed() {
    let mut dice = Dice(7);
    let trees = trees();
    let texts: Vec<String> = trees
        .iter()
        .flat_map(|(_, tree)| tree.artifacts.values())
        .filter_map(|artifact| String::from_utf8(artifact.bytes.to_vec()).ok())
        .collect();
    let (mut looked, mut told) = (0, 0);
    for (name, tree) in &trees {
        let config = gate::read_config(tree, Limits::default());
        let (layout, limits) = (&config.layout, &config.limits);
        let before = catalog::build_uncompiled(tree, layout, limits);
        let known = whole(&catalog::build(tree, layout, limits));
        let paths: Vec<&ArtifactPath> = tree.artifacts.keys().collect();
        for _ in 0..12 {
            let mut new = tree.clone();
            let path = paths[dice.roll(paths.len())].clone();
            let text = String::from_utf8_lossy(&tree.artifacts[&path].bytes).into_owned();
            let text = changed(&text, &texts, &mut dice);
            // Now and then it is a new file.
            let path = match dice.roll(5) {
                0 => ArtifactPath::lossy(&path.as_str().replacen('.', "-b.", 1)),
                _ => path,
            };
            new.artifacts.insert(path.clone(), Artifact::new(text.as_bytes()));
            let Some((around, reached)) = catalog::build_around(&new, layout, limits, &before)
            else {
                continue;
            };
            looked += 1;
            let seen = said(checks::run_on(&around, reached.into_iter().collect(), |_| true));
            let all = whole(&catalog::build(&new, layout, limits));
            told += all.difference(&known).count();
            let missed: Vec<_> =
                all.difference(&known).filter(|said| !seen.contains(said)).collect();
            assert!(missed.is_empty(), "{name}: {path} as\n{text}\nmissed {missed:#?}");
            let invented: Vec<_> = seen.difference(&all).collect();
            assert!(invented.is_empty(), "{name}: {path} as\n{text}\ninvented {invented:#?}");
        }
    }
    assert!(looked > 1000 && told > 500, "{looked} {told}");
}
