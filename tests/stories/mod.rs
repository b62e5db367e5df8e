//! A story: a small git repository with its history, written in one file.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A repository, and what is expected of it.
#[derive(Debug, Default)]
pub struct Story {
    /// Further arguments.
    pub arguments: Vec<String>,
    pub commits: Vec<Commit>,
    /// `path` or `path:line`, one a finding.
    pub expect: Vec<String>,
}

#[derive(Debug, Default)]
pub struct Commit {
    /// Also the tag that it gets.
    pub name: String,
    pub files: Vec<File>,
}

#[derive(Debug)]
pub struct File {
    pub path: String,
    /// `None` deletes it.
    pub text: Option<String>,
}

impl Story {
    /// `=== commit NAME`, `--- path`, text; `--- path (deleted)`; `--- path (crlf)`; `=== with ARGUMENTS`;
    /// `=== expect`.
    pub fn parse(text: &str) -> Story {
        let mut story = Story::default();
        let mut is_expect = false;
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("=== ") {
                is_expect = head == "expect";
                if let Some(name) = head.strip_prefix("commit ") {
                    story.commits.push(Commit { name: name.to_owned(), files: Vec::new() });
                } else if let Some(arguments) = head.strip_prefix("with ") {
                    story.arguments.extend(arguments.split_whitespace().map(str::to_owned));
                }
            } else if is_expect {
                story.expect.extend((!line.trim().is_empty()).then(|| line.trim().to_owned()));
            } else if let Some(head) = line.strip_prefix("--- ") {
                let (path, text) = match head.strip_suffix(" (deleted)") {
                    Some(path) => (path, None),
                    None => (head, Some(String::new())),
                };
                let files = &mut story.commits.last_mut().unwrap().files;
                files.push(File { path: path.to_owned(), text });
            } else if let Some(file) = story.commits.last_mut().and_then(|c| c.files.last_mut()) {
                let is_crlf = file.path.ends_with(" (crlf)");
                let text = file.text.get_or_insert_default();
                text.push_str(line);
                text.push_str(if is_crlf { "\r\n" } else { "\n" });
            }
        }
        for file in story.commits.iter_mut().flat_map(|c| &mut c.files) {
            file.path = file.path.trim_end_matches(" (crlf)").to_owned();
        }
        story
    }

    /// Makes the repository in an empty folder.
    pub fn make(&self, folder: &Path) {
        let git = |args: &[&str]| {
            let mut git = Command::new("git");
            git.current_dir(folder).args(["-c", "core.autocrlf=false"]).args(args);
            git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").stdout(Stdio::null());
            git
        };
        assert!(git(&["init", "-q", "-b", "main"]).status().unwrap().success());
        let mut import = git(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        import.stdin.take().unwrap().write_all(self.stream().as_bytes()).unwrap();
        assert!(import.wait().unwrap().success());
        assert!(git(&["checkout", "-q", "-f", "main"]).status().unwrap().success());
    }

    /// The history as `git fast-import` reads it.
    fn stream(&self) -> String {
        let mut out = String::new();
        for (at, commit) in self.commits.iter().enumerate() {
            let time = 1_700_000_000 + at * 3600;
            out.push_str("commit refs/heads/main\n");
            out.push_str(&format!("mark :{}\ncommitter t <t@example.com> {time} +0000\n", at + 1));
            out.push_str(&format!("data {}\n{}\n", commit.name.len(), commit.name));
            if at > 0 {
                out.push_str(&format!("from :{at}\n"));
            }
            for file in &commit.files {
                match &file.text {
                    None => out.push_str(&format!("D {}\n", file.path)),
                    Some(text) => {
                        out.push_str(&format!("M 100644 inline {}\n", file.path));
                        out.push_str(&format!("data {}\n{text}\n", text.len()));
                    }
                }
            }
            out.push_str(&format!("\nreset refs/tags/{}\nfrom :{}\n\n", commit.name, at + 1));
        }
        out
    }
}
