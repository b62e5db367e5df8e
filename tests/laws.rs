//! Every story below `fixtures/laws/` and `fixtures/packs/` is a test: a small git repository with its
//! history, made here, held to the law in it or to a rule of a pack by the binary. `fail` stories have
//! exactly the findings that they list, `pass` stories none.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads, writes, runs and stops"
)]

mod binary;
mod stories;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use stories::Story;

fn main() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut trials = Vec::new();
    for folder in ["laws", "packs"] {
        for path in found(&fixtures.join(folder)) {
            let name = path.strip_prefix(&fixtures).unwrap().to_str().unwrap().replace('\\', "/");
            trials.push(Trial::test(name.clone(), move || run(&name, &path)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn found(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
    let paths = walk.into_iter().filter_map(|entry| entry.ok().map(walkdir::DirEntry::into_path));
    paths.filter(|path| path.extension().is_some_and(|e| e == "story")).collect()
}

fn run(name: &str, path: &Path) -> Result<(), Failed> {
    let story = Story::parse(&std::fs::read_to_string(path).unwrap());
    let folder = tempfile::tempdir().unwrap();
    story.make(folder.path());
    let parts: Vec<&str> = name.split('/').collect();
    let mut args = vec!["laws", "check", "--format", "json", "--now", "2026-11-20T12:00:00Z"];
    let should_fail = match parts.as_slice() {
        ["packs", pack, rule, kind] => {
            args.extend(["--pack", pack, "--rule", rule]);
            *kind == "fail.story"
        }
        ["laws", _, kind, _] => {
            // Beside the law of the story, the gate guards itself.
            args.extend(["--law", "law"]);
            *kind == "fail"
        }
        _ => return Err("a story lies in packs/PACK/RULE or laws/KIND/{fail,pass}".into()),
    };
    if let (Some(first), true) = (story.commits.first(), story.commits.len() > 1) {
        args.extend(["--since", &first.name]);
    }
    args.extend(story.arguments.iter().map(String::as_str));
    let run = binary::run(folder.path(), &args);
    if run.code > 1 {
        return Err(format!("exit {}: {}", run.code, run.stderr).into());
    }
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let seen: Vec<Seen> = report["findings"].as_array().unwrap().iter().map(Seen::of).collect();
    let shown = || seen.iter().map(|s| format!("  {}\n", s.shown())).collect::<String>();
    if should_fail && story.expect.is_empty() {
        return Err("a failing story says what is expected".into());
    }
    let mut left: Vec<&Seen> = seen.iter().collect();
    let mut missing = Vec::new();
    for expected in &story.expect {
        match left.iter().position(|seen| seen.is(expected)) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(expected.as_str()),
        }
    }
    if missing.is_empty() && left.is_empty() {
        return Ok(());
    }
    let extra: Vec<String> = left.iter().map(|seen| seen.shown()).collect();
    Err(format!("missing: {missing:?}\nnot expected: {extra:#?}\nall:\n{}", shown()).into())
}

/// A finding, as far as stories speak of it.
struct Seen {
    code: String,
    path: String,
    line: Option<u64>,
    message: String,
}

impl Seen {
    fn of(finding: &serde_json::Value) -> Seen {
        let location = &finding["location"];
        Seen {
            code: finding["code"].as_str().unwrap().to_owned(),
            path: location["artifact"].as_str().unwrap().to_owned(),
            line: location["start"]["line"].as_u64(),
            message: finding["message"].as_str().unwrap().to_owned(),
        }
    }

    /// `path`, `path:line`, either with ` code`.
    fn is(&self, expected: &str) -> bool {
        let (place, code) = match expected.rsplit_once(' ') {
            Some((place, code)) if !code.contains('.') => (place, code),
            _ => (expected, ""),
        };
        let is_code = code.is_empty() || code == self.code;
        let is_place = match place.rsplit_once(':') {
            Some((path, line)) if line.bytes().all(|b| b.is_ascii_digit()) => {
                path == self.path && self.line.map(|l| l.to_string()).as_deref() == Some(line)
            }
            _ => place == self.path,
        };
        is_code && is_place
    }

    fn shown(&self) -> String {
        let line = self.line.map(|l| format!(":{l}")).unwrap_or_default();
        format!("{}{line} {}: {}", self.path, self.code, self.message)
    }
}
