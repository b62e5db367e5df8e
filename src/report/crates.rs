//! The crates of a repository and the contracts that they name, as a list.

use std::fmt::Write;

use super::visible;

/// A crate.
#[derive(Debug, Clone)]
pub struct CrateRow {
    /// Its name.
    pub name: String,
    /// Its version, which may be the one of the workspace.
    pub version: Option<String>,
    /// What it does with contracts, and with which.
    pub contracts: [(&'static str, Vec<String>); 3],
    /// How many findings there are about it.
    pub findings: usize,
}

/// One paragraph a crate.
pub fn render_crates(rows: &[CrateRow]) -> String {
    let mut out = String::new();
    for row in rows {
        let version = row.version.as_deref().unwrap_or("without a version");
        let _ = write!(out, "{} {}", visible(&row.name), visible(version));
        let _ = match row.findings {
            0 => writeln!(out),
            1 => writeln!(out, ": 1 finding"),
            count => writeln!(out, ": {count} findings"),
        };
        for (role, names) in row.contracts.iter().filter(|(_, names)| !names.is_empty()) {
            let _ = writeln!(out, "  {role:<10} {}", visible(&names.join(", ")));
        }
    }
    out.push('\n');
    out
}
