//! A command of the repository succeeds.

use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("command"),
    summary: "a command that must succeed failed",
    since: "0.1.0",
    explain: Explain {
        what: "The command of the rule ended with another exit code than 0, could not be started, or took longer than its limit.",
        why: "The contract says that it succeeds before anything is accepted.",
        bad: story!("command/fail/exits-with-1"),
        good: story!("command/pass/succeeds"),
        fix: "Run the command by hand and mend what it says.",
    },
    looks_back: false,
    read,
};

struct Command {
    run: Vec<String>,
    folder: String,
    seconds: u64,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let run = fields.texts("run");
    if run.is_empty() {
        fields.required("run");
    }
    let folder = fields.text("in").unwrap_or_default();
    if folder.starts_with('/') || folder.split('/').any(|s| s == "..") {
        fields.wrong(
            "in",
            format!("`{folder}` is no folder of the repository"),
            "write a path below it",
        );
    }
    let timeout = fields.text("timeout").unwrap_or_else(|| "600s".to_owned());
    let seconds = timeout
        .parse::<jiff::Span>()
        .ok()
        .and_then(|span| {
            span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).ok()
        })
        .filter(|seconds| *seconds >= 1.0);
    if seconds.is_none() {
        fields.wrong(
            "timeout",
            format!("`{timeout}` is no length of time"),
            "write `600s` or `10m`",
        );
    }
    Box::new(Command { run, folder, seconds: seconds.unwrap_or(600.0) as u64 })
}

impl Demand for Command {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn is_command(&self) -> bool {
        true
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        match world.hands.command(&self.run, &self.folder, self.seconds) {
            None | Some(Ok(())) => Vec::new(),
            Some(Err(why)) => {
                let message = format!("`{}` {why}", self.run.join(" "));
                let at = if self.folder.is_empty() { "." } else { &self.folder };
                vec![rule.about_file(at, message).about(self.run.join(" "))]
            }
        }
    }
}
