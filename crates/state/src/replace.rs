//! Replacing a file as a whole: its readers see the old bytes or the new ones, whenever the writer dies.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Puts bytes in the place of a file, or makes it; folders above it are made as well. The bytes are on the disk
/// before the name points at them (rename(2); on Windows `MoveFileExW` with replacing).
///
/// # Errors
/// What the system says. The file is then as it was; what was written beside it is taken away where that is possible,
/// and overwritten the next time where it is not. When no more than the folder could not be synced, the file has the
/// new bytes, and a power cut may give the old ones back.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, Readers::AsBefore)
}

/// Who may read a file that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever could; of a new file, whoever the system lets.
    AsBefore,
    /// Its owner only. Windows knows no such rights: there the folder decides.
    Owner,
}

pub(crate) fn put(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let beside = path.with_file_name(format!(".{}.new", name.to_string_lossy()));
    let written = write(&beside, path, bytes, readers).and_then(|_file| fs::rename(&beside, path));
    if let Err(error) = written {
        // What matters is the first error.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    sync_folder(folder.unwrap_or(Path::new(".")))
}

/// Writes the bytes beside the file, with its permissions or those that are wanted. The file stays locked while it is
/// open, so that two writers never mix their bytes.
fn write(beside: &Path, path: &Path, bytes: &[u8], readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    if readers == Readers::Owner {
        // Whoever opened the file while others could read it would read what is written later, too.
        let _ = fs::remove_file(beside);
        own(options.create_new(true));
    }
    let mut file = options.open(beside)?;
    file.lock()?;
    file.set_len(0)?;
    file.write_all(bytes)?;
    if readers == Readers::AsBefore
        && let Ok(there) = fs::symlink_metadata(path)
        && there.is_file()
    {
        file.set_permissions(there.permissions())?;
    }
    file.sync_all()?;
    Ok(file)
}

/// Takes the right to read a file from all but its owner. Anything else stays as it is.
#[cfg(unix)]
pub(crate) fn close(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::symlink_metadata(path).is_ok_and(|there| there.is_file()) {
        // Whoever does not own it can do nothing about it, and may read it all the same.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    }
}

#[cfg(not(unix))]
pub(crate) fn close(_: &Path) {}

/// The owner's alone from the first moment.
#[cfg(unix)]
fn own(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn own(_: &mut OpenOptions) {}

/// A new name is on the disk only when its folder is.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows writes names with the file, and opens no folders.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
