//! Whether a journal is what was written, from the first byte to the last.

use std::path::Path;

use crate::error::Error;
use crate::line::Digest;
use crate::read::read;

/// What a journal holds that is what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Entries.
    pub entries: u64,
    /// The number that the next line will have.
    pub next: u64,
    /// The digest of the last line: whoever keeps it elsewhere can tell later that nothing before it changed.
    pub head: Digest,
    /// Bytes that dead writers left, and that later lines speak for.
    pub torn: u64,
    /// Bytes at the end of a line that is not ended: its writer died, or is at work.
    pub unfinished: u64,
}

/// Reads all of a journal and follows its chain.
///
/// # Errors
/// [`Error::Broken`] with the first line that is not what was written; those of the system.
pub fn verify(path: &Path) -> Result<Verified, Error> {
    let mut all = read(path)?;
    let mut entries = 0;
    for entry in all.by_ref() {
        entry?;
        entries += 1;
    }
    let (next, head) = all.end();
    Ok(Verified { entries, next, head, torn: all.torn, unfinished: all.unfinished() })
}
