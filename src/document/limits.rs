//! How much a document may ask of us. Budgets in counts, never in time, so that verdicts repeat.

/// Budgets for reading and parsing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of the whole tree.
    pub tree_bytes: u64,
    /// Files of the tree.
    pub files: usize,
    /// Nesting of one document.
    pub depth: usize,
    /// Values of one document, those that YAML aliases repeat included.
    pub nodes: usize,
    /// Steps of one validation.
    pub steps: u64,
}

impl Limits {
    /// Deepest nesting that any setting may ask for: values are dropped recursively.
    pub const MAX_DEPTH: usize = 1_000;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes: 8 << 20,
            tree_bytes: 256 << 20,
            files: 200_000,
            depth: 128,
            nodes: 2_000_000,
            steps: 20_000_000,
        }
    }
}
