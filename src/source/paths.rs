//! Paths as the system sees them. What lies at them is read elsewhere.

use std::path::{Component, Path, PathBuf};

use super::canonical;

/// The path without links, `.` and `..`, also where the end of it is not there yet.
pub fn resolved(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut found = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(found.pop()),
            Component::Normal(name) => {
                found.push(name);
                // A link is taken before the `..` behind it, as the system does.
                found = canonical(&found).unwrap_or(found);
            }
            other => found.push(other),
        }
    }
    found
}
