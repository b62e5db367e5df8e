//! Names of state files: paths below the data folder that are the same on every system.

use std::fmt;
use std::path::{Path, PathBuf};

/// The name of a state file, such as `worker/heartbeat.json`: lower case, digits, `_`, `-`, and `/` between folders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// A text that names no state file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadName(String);

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` names no state file: write lower case, digits, `_`, `-` and `/`, ending in `.json`",
            self.0
        )
    }
}

impl std::error::Error for BadName {}

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// When the contracts allow no such name in STATE_FILE_HEALED, or a part of it is empty.
    pub fn new(text: &str) -> Result<Self, BadName> {
        let bad = || BadName(text.to_owned());
        let stem = text.strip_suffix(".json").ok_or_else(bad)?;
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        let is_good = stem.split('/').all(|part| !part.is_empty() && part.chars().all(is_allowed));
        let begins = stem.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if is_good && begins { Ok(Name(text.to_owned())) } else { Err(bad()) }
    }

    /// As it was written, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without `.json`.
    pub(crate) fn stem(&self) -> &str {
        self.0.strip_suffix(".json").unwrap_or(&self.0)
    }

    /// Where a name lies below a folder.
    pub(crate) fn below(folder: &Path, name: &str) -> PathBuf {
        name.split('/').fold(folder.to_owned(), |path, part| path.join(part))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
