//! `init`: a small valid contracts tree where there is none, with hook and workflow.

use std::path::{Path, PathBuf};

use super::output::Terminal;
use super::{Answer, Failure};
use crate::edit::{self, Applied};
use crate::report::visible;
use crate::scaffold::{self, Start};

pub(super) fn run(path: Option<&Path>, terminal: &Terminal) -> Answer {
    let base = path.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let Start { folder: (name, contracts), files } = scaffold::init();
    let plan = edit::Plan { folder: (name.to_owned(), contracts), files };
    let applied = edit::apply(&plan, &base).map_err(Failure::Edit)?;
    let Applied { written, kept } = applied;
    let mut out = String::new();
    for path in written {
        out.push_str(&format!("wrote {}\n", visible(&path)));
    }
    for path in kept {
        out.push_str(&format!("kept  {} (it was there)\n", visible(&path)));
    }
    let place = if path.is_some() {
        format!(" {}", visible(&base.display().to_string()))
    } else {
        String::new()
    };
    out.push_str(&format!("\nNow run: contract-guard check{place}\n"));
    Ok(terminal.write(out.as_bytes(), 0))
}
