//! The hook files of git itself: ours are known by a line, others are left alone.

use std::path::{Path, PathBuf};

use crate::cli::{Failure, Refused};
use crate::edit;
use crate::source;

/// The hooks that we write: a merge without conflicts calls the second one only.
pub(super) const NAMES: [&str; 2] = ["pre-commit", "pre-merge-commit"];

/// The line by which our files are known.
const MARK: &str = "# written by contract-guard";

/// Whose a hook file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// There is none.
    Nobody,
    /// `install` wrote it.
    Us,
    /// Somebody else wrote it, and it calls the gate.
    Caller,
    /// Somebody else wrote it.
    Other,
}

/// A hook file.
pub(super) struct HookFile {
    pub path: PathBuf,
    pub owner: Owner,
    pub text: String,
    /// Whether it can be run; git passes by any other.
    pub is_program: bool,
}

impl HookFile {
    /// Whether git calls the gate by it.
    pub(super) fn calls(&self) -> bool {
        self.is_program && matches!(self.owner, Owner::Us | Owner::Caller)
    }
}

/// The hook files of a repository.
pub(super) fn files(base: &Path) -> Result<Vec<HookFile>, Failure> {
    let folder = source::hooks_folder(base)?;
    if folder.exists() && !folder.is_dir() {
        let shown = super::shown(&folder);
        return Err(Failure::Refused(Refused {
            message: format!(
                "git looks for hooks in `{shown}`, which is no folder, and finds none"
            ),
            details: Vec::new(),
            help: Some(
                "`git config --show-origin core.hooksPath` tells who says so; take it out there"
                    .to_owned(),
            ),
            code: 1,
        }));
    }
    NAMES.iter().map(|name| look(folder.join(name))).collect()
}

fn look(path: PathBuf) -> Result<HookFile, Failure> {
    let text = source::text_of(&path)?;
    let owner = match text.as_deref() {
        None => Owner::Nobody,
        Some(text) if text.contains(MARK) => Owner::Us,
        Some(text) if super::entries::calls(text) => Owner::Caller,
        Some(_) => Owner::Other,
    };
    let is_program = source::is_program(&path);
    Ok(HookFile { path, owner, text: text.unwrap_or_default(), is_program })
}

/// Writes the hooks of git. Nobody else's is touched.
pub(super) fn install(base: &Path, below: &str) -> Result<Vec<PathBuf>, Failure> {
    let files = files(base)?;
    if let Some(other) = files.iter().find(|file| file.owner == Owner::Other) {
        return Err(Failure::Refused(Refused {
            message: format!("`{}` is there, and somebody else's", super::shown(&other.path)),
            details: Vec::new(),
            help: Some(format!("add this line to it: {} || exit $?", super::entries::CALL)),
            code: 1,
        }));
    }
    let is_still = |file: &&HookFile| file.owner == Owner::Caller && !file.is_program;
    if let Some(still) = files.iter().find(is_still) {
        let shown = super::shown(&still.path);
        return Err(Failure::Refused(Refused {
            message: format!("`{shown}` is not executable, so that git passes it by"),
            details: Vec::new(),
            help: Some(format!("somebody else wrote it: run `chmod +x {shown}`")),
            code: 1,
        }));
    }
    let own = files.into_iter().filter(|file| file.owner != Owner::Caller);
    let mut written = Vec::new();
    for HookFile { path, .. } in own {
        edit::write_program(&path, script(below).as_bytes())?;
        written.push(path);
    }
    Ok(written)
}

/// Takes our hooks out.
pub(super) fn uninstall(base: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut removed = Vec::new();
    // pre-commit keeps the hook that was there before it, and goes on calling it.
    let folder = source::hooks_folder(base)?;
    let kept = NAMES.iter().map(|name| look(folder.join(format!("{name}.legacy"))));
    let all = files(base)?.into_iter().map(Ok).chain(kept).collect::<Result<Vec<_>, _>>()?;
    for file in all.into_iter().filter(|file| file.owner == Owner::Us) {
        edit::remove_file(&file.path)?;
        removed.push(file.path);
    }
    Ok(removed)
}

/// The hook. Programs with windows start git with few folders in PATH, so that it knows where this one is.
/// `below` is where the contracts lie, from the folder in which git runs hooks.
fn script(below: &str) -> String {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let run = match below.trim_end_matches('/') {
        "" => "hook run".to_owned(),
        below => format!("hook run {}", quote(below)),
    };
    let here = std::env::current_exe().ok().and_then(|path| path.to_str().map(str::to_owned));
    let here = here.unwrap_or_default().replace('\\', "/");
    let quoted = quote(&here);
    format!(
        "#!/bin/sh\n{MARK}; `contract-guard hook uninstall` takes it out\n\
         if command -v contract-guard >/dev/null 2>&1; then\n  exec contract-guard {run}\n\
         elif [ -x {quoted} ]; then\n  exec {quoted} {run}\nfi\n\
         echo 'error: contract-guard is not there any more, so that nothing was checked' >&2\n\
         echo 'help: install it, or remove this hook: .git/hooks/'\"$(basename \"$0\")\" >&2\nexit 3\n"
    )
}
