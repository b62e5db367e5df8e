//! Shared by the test files: a folder in, an outcome out, as the binary does it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};

use contract_guard::catalog::{self, Catalog};
use contract_guard::checks;
use contract_guard::document::Limits;
use contract_guard::gate::{self, Accepted, Config, Outcome, Side, Terms, Waivers};
use contract_guard::report::{self, Closing, Format, Style};
use contract_guard::source::{self, Budget, Request, Source};
use libtest_mimic::{Arguments, Failed, Trial};

/// Runs every case `<code>/{fail,pass}/<case>` below a folder of `fixtures/` as a test: `run` gets the code,
/// whether the case must report it, and its folder.
pub fn run_cases(folder: &str, run: fn(&str, bool, &Path) -> Result<(), Failed>) -> ! {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let mut trials = Vec::new();
    for code in folders(&root) {
        for kind in ["fail", "pass"] {
            for case in folders(&code.join(kind)) {
                let name = case.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                let code = code.file_name().unwrap().to_str().unwrap().to_owned();
                trials.push(Trial::test(name, move || run(&code, kind == "fail", &case)));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The folders in a folder, by name.
#[allow(clippy::disallowed_methods, reason = "a test reads")]
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// Reads and understands the tree in a folder.
pub fn read(base: &Path) -> (Catalog, Config) {
    read_within(base, Limits::default())
}

fn read_within(base: &Path, limits: Limits) -> (Catalog, Config) {
    let (base, root) = source::discover(Some(base)).unwrap();
    let budget = Budget {
        file_bytes: limits.file_bytes,
        tree_bytes: limits.tree_bytes,
        files: limits.files,
    };
    let tree =
        source::read(&Request { source: Source::Dir, base, root, frozen: true }, &budget).unwrap();
    let config = gate::read_config(&tree, limits);
    (catalog::build(&tree, &config.layout, &config.limits), config)
}

/// Reads and judges the tree in a folder, and what it makes of the one in `baseline/` beside it, if there is
/// one, on a day.
pub fn check(base: &Path, limits: Limits, today: jiff::civil::Date) -> (Catalog, Outcome) {
    let (catalog, config) = read_within(base, limits);
    let mut findings = checks::run(&catalog, |_| true);
    findings.extend(config.findings.clone());
    let baseline = base.join("baseline");
    let before = baseline.is_dir().then(|| read_within(&baseline, limits));
    let mut terms = Terms { today, compares: before.is_some(), ..Terms::default() };
    if let Some((old, was)) = &before {
        terms.base = Some(Waivers::read(old));
        terms.approvals = was.approvals;
    }
    let accepted = Accepted::of(&Waivers::read(&catalog), &catalog, None, &terms);
    let mut compared = Vec::new();
    if let Some((old, was)) = &before {
        let comparison = gate::compare(old, &catalog, was, &accepted);
        let sides = [(old, was), (&catalog, &config)].map(|(c, f)| Side { catalog: c, config: f });
        findings.extend(gate::weakened(sides[0], sides[1], &comparison.items));
        compared = gate::gated(comparison, &was.levels.and(&config.levels));
    }
    let outcome =
        gate::judge(findings, compared, &catalog, &catalog.tree, &config.levels, &accepted);
    (catalog, outcome)
}

/// How tests write.
pub fn style() -> Style {
    let (prefix, below) = (String::new(), String::new());
    Style { color: false, width: 100, unicode: true, prefix, below, seconds: None }
}

/// What the user reads.
pub fn render(catalog: &Catalog, outcome: &Outcome, format: Format) -> String {
    let style = style();
    let mut out = Vec::new();
    report::render(outcome, &catalog.tree, Closing::Check, format, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
