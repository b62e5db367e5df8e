//! The tour of the README is a session that was really had: its commands are run, and their output is what
//! the page shows. `...` stands for any lines; days, digests and ULIDs are other ones each time.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

use std::path::Path;
use std::process::Command;

/// Commands with the lines that the page shows below each.
fn session(page: &str) -> Vec<(String, Vec<String>)> {
    let tour = page.split_once("## A minute's tour\n").unwrap().1;
    let tour = tour.split_once("\n## ").map_or(tour, |(tour, _)| tour);
    let mut steps: Vec<(String, Vec<String>)> = Vec::new();
    for block in tour.split("```console\n").skip(1) {
        for line in block.split_once("```").unwrap().0.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => steps.push((command.to_owned(), Vec::new())),
                None => steps.last_mut().unwrap().1.push(line.to_owned()),
            }
        }
    }
    steps
}

/// What is another one each time is hidden.
fn plain(line: &str) -> String {
    let mut words = Vec::new();
    for word in line.split(' ') {
        let is_day = word.len() == 10 && word.split('-').count() == 3;
        let is_digest = word.starts_with("sha256:") && word.len() == 71;
        words.push(if is_day || is_digest { "(hidden)" } else { word });
    }
    words.join(" ")
}

/// Whether lines are as shown, where `...` stands for any number of them.
fn is_as_shown(shown: &[String], lines: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=lines.len()).any(|skipped| is_as_shown(rest, &lines[skipped..]))
        }
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, others)| plain(first) == plain(line) && is_as_shown(rest, others)),
    }
}

#[test]
fn the_tour_of_the_readme_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("README.md")).unwrap();
    let steps = session(&page);
    assert!(steps.len() > 10, "the tour has only {} commands", steps.len());
    let folder = tempfile::tempdir().unwrap();
    let binaries = Path::new(env!("CARGO_BIN_EXE_contract-guard")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    for (command, shown) in steps {
        let mut shell = Command::new("sh");
        shell.current_dir(folder.path()).args(["-c", &format!("{{ {command}\n}} 2>&1")]);
        for name in ["NO_COLOR", "COLUMNS", "TERM", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            shell.env_remove(name);
        }
        for who in ["AUTHOR", "COMMITTER"] {
            shell
                .env(format!("GIT_{who}_NAME"), "ada")
                .env(format!("GIT_{who}_EMAIL"), "ada@example.com");
        }
        let output = shell.env("PATH", &path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            is_as_shown(&shown, &lines),
            "$ {command}\nis shown as\n{}\nand says\n{text}",
            shown.join("\n")
        );
    }
}
