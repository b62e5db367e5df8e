//! One supervisor for a data folder: a lock that the system gives back when its holder dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// Holds the lock as long as it lives.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not used")] File);

/// Why there is no lock.
#[derive(Debug)]
pub(crate) enum NoLock {
    Held,
    Io(std::io::Error),
}

/// Takes the lock.
///
/// # Errors
/// When another process has it, or the system says no.
pub(crate) fn lock(path: &Path) -> Result<Lock, NoLock> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path);
    let file = file.map_err(NoLock::Io)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(NoLock::Held),
        Err(TryLockError::Error(error)) => Err(NoLock::Io(error)),
    }
}
