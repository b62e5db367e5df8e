//! Staging: files that are on the medium before anybody sees them.

use std::io::ErrorKind;

use super::EditError;
use super::disk::{Disk, Fresh, at};
use crate::freeze::WORK_PREFIX;

/// The folder of lock and journal, in the base; there only while a run goes on, or after one was killed.
pub(super) const WORK: &str = WORK_PREFIX;

/// FAT, some network and some overlay file systems.
pub(super) fn has_no_links(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unsupported
            | ErrorKind::PermissionDenied
            | ErrorKind::CrossesDevices
            | ErrorKind::TooManyLinks
    )
}

/// Makes files; on return they are on the medium and read as they were given.
pub(super) fn lay_down(disk: &dyn Disk, files: &[Fresh<'_>]) -> Result<(), EditError> {
    disk.stage(files)?;
    let paths: Vec<&str> = files.iter().map(|file| file.path).collect();
    at(paths.first().copied().unwrap_or_default(), disk.sync_files(&paths))?;
    match disk.unlike(files)? {
        Some(path) => Err(EditError::NotKept(path.into())),
        None => Ok(()),
    }
}
