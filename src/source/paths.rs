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

/// An absolute path as it is written from the current folder, `/`-separated; any other as it is.
pub(super) fn from_here(path: &Path) -> String {
    let here = std::path::absolute(".").ok().filter(|_| path.is_absolute());
    let shared = |here: &PathBuf| here.iter().zip(path.iter()).take_while(|(a, b)| a == b).count();
    // The first part is the root, which on Windows may be another drive.
    let found = here.map(|here| (here.iter().count(), shared(&here))).filter(|(_, n)| *n > 0);
    let (up, from) = found.map_or((0, 0), |(all, shared)| (all - shared, shared));
    let up = std::iter::repeat_n("..".into(), up);
    let parts = up.chain(path.iter().skip(from).map(|part| part.to_string_lossy()));
    parts.collect::<Vec<_>>().join("/")
}
