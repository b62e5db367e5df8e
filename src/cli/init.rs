//! `init`: a small valid contracts tree where there is none, with hook and workflow.

use std::path::{Path, PathBuf};

use super::output::Terminal;
use super::{Answer, Failure};
use crate::edit::{self, Applied};
use crate::report::visible;
use crate::scaffold::{self, CALLERS, Start};
use crate::source;

/// What the workflow does not know by itself.
const TO_FILL_IN: &str = "CONTRACT_GUARD_URL and CONTRACT_GUARD_COMMIT";

pub(super) fn run(path: Option<&Path>, terminal: &Terminal) -> Answer {
    let base = path.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let below = below_top(&base);
    let below = below.trim_end_matches('/');
    let up = below.split('/').filter(|name| !name.is_empty()).map(|_| "../").collect::<String>();
    let Start { folder: (name, contracts), files } = scaffold::init(below);
    let plan = edit::Plan { folder: (name.to_owned(), contracts), up: up.clone(), files };
    let applied = edit::apply(&plan, &base).map_err(Failure::Edit)?;
    let mut out = String::new();
    for path in &applied.written {
        out.push_str(&format!("wrote {}\n", visible(path)));
    }
    for path in &applied.kept {
        out.push_str(&format!("kept  {} (it was there)\n", visible(path)));
    }
    out.push_str(&left_to_do(&base, below, &up, &applied)?);
    let place = if path.is_some() {
        format!(" {}", visible(&base.display().to_string()))
    } else {
        String::new()
    };
    out.push_str(&format!("\nNow run: contract-guard check{place}\n"));
    Ok(terminal.write(out.as_bytes(), 0))
}

/// What leads from the top of the repository to a folder that may not be there yet.
fn below_top(base: &Path) -> String {
    let mut missing = Vec::new();
    let mut folder = base;
    while source::canonical(folder).is_none()
        && let (Some(parent), Some(name)) = (folder.parent(), folder.file_name())
    {
        missing.push(name.to_string_lossy().into_owned());
        folder = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    }
    // Outside of a repository there is no other top than the folder itself.
    match source::is_in_repository(folder) {
        false => String::new(),
        true => {
            let missing = missing.iter().rev().map(|name| format!("{name}/"));
            source::below_top(folder) + &missing.collect::<String>()
        }
    }
}

/// What has to be done by hand before hook and workflow judge anything.
fn left_to_do(base: &Path, below: &str, up: &str, applied: &Applied) -> Result<String, Failure> {
    let mut out = String::new();
    for (path, call) in CALLERS {
        let path = format!("{up}{path}");
        let shown = visible(&path);
        let is_written = applied.written.contains(&path);
        if is_written && call.ends_with("check") {
            out.push_str(&format!("\nFor CI, fill in {TO_FILL_IN} at the top of {shown}\n"));
        }
        // Where contracts lie below the top, what is there may call the gate for others.
        let call = format!("{call} {below}");
        let calls = |text: String| text.contains(&call);
        let is_there = || source::text_of(&base.join(&path)).map(|text| text.is_some_and(calls));
        if !is_written && !below.is_empty() && !is_there()? {
            out.push_str(&format!("\nLet {shown} run: {}\n", quoted(&call, below)));
        }
    }
    Ok(out)
}

/// A command with a folder that a shell may take for something else.
fn quoted(call: &str, below: &str) -> String {
    if scaffold::is_plain(below) {
        return visible(call);
    }
    let command = call.strip_suffix(below).unwrap_or(call);
    visible(&format!("{command}'{}'", below.replace('\'', "'\\''")))
}
