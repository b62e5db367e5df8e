//! The name and version that every JSON format carries, and how a report that was written is known again.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    pub(super) const THIS: Tool =
        Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
}

/// Whether a file that begins so was written by a report: only formats with a mark of their own are known.
pub fn is_former_report(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let starts = ["<!-- contract-guard -->", "## Contract check: ", "## Contract changes"];
    // A file that a program made to be written to.
    text.trim().is_empty()
        || starts.iter().any(|start| text.starts_with(start))
        || (text.starts_with('{') && text.contains("\"format\": \"contract-guard/"))
        || (text.contains("/sarif-schema-") && text.contains("\"name\": \"contract-guard\""))
        || (text.starts_with("<?xml") && text.contains("<testsuites name=\"contract-guard\""))
        || text.contains("<meta name=\"generator\" content=\"contract-guard ")
}
