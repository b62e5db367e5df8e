//! The only writer. A plan says what; this floor does it so that a failure leaves the old state or the
//! new one.
#![expect(clippy::disallowed_methods, reason = "this floor is the one that writes")]

mod atomic;
mod scaffold;

pub use scaffold::scaffold;

use std::fmt;
use std::path::{Path, PathBuf};

/// What to write.
#[derive(Debug, Clone)]
pub struct Plan {
    /// A folder that appears whole or not at all: its name, and its files by path within it.
    pub folder: (String, Vec<(&'static str, &'static str)>),
    /// Single files, written only where there is none.
    pub files: Vec<(&'static str, &'static str)>,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Applied {
    /// Paths that were written.
    pub written: Vec<String>,
    /// Paths that were there before and stay as they are.
    pub kept: Vec<String>,
}

/// Writing failed; what was there is still there.
#[derive(Debug)]
pub enum EditError {
    /// The folder is there already.
    Exists(PathBuf),
    /// The system refused.
    Io(PathBuf, std::io::Error),
}

impl EditError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            EditError::Exists(_) => {
                Some("run `contract-guard check` to see how it stands".to_owned())
            }
            EditError::Io(..) => None,
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Exists(path) => {
                write!(f, "there is a `{}` already; nothing was written", path.display())
            }
            EditError::Io(path, error) => write!(f, "cannot write `{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for EditError {}

/// Carries a plan out below `base`.
pub fn apply(plan: &Plan, base: &Path) -> Result<Applied, EditError> {
    let (name, files) = &plan.folder;
    let target = base.join(name);
    if target.symlink_metadata().is_ok() {
        return Err(EditError::Exists(target));
    }
    atomic::folder(base, name, files)?;
    let mut applied = Applied::default();
    applied.written.extend(files.iter().map(|(path, _)| format!("{name}/{path}")));
    for (path, text) in &plan.files {
        let written = atomic::file(&base.join(path), text.as_bytes())?;
        let list = if written { &mut applied.written } else { &mut applied.kept };
        list.push((*path).to_owned());
    }
    Ok(applied)
}
