//! Stage, sync, publish by rename: every write of the crate.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::EditError;

fn io(path: &Path) -> impl Fn(std::io::Error) -> EditError {
    let path = path.to_owned();
    move |error| EditError::Io(path.clone(), error)
}

/// A name beside the target that no other run uses.
fn staging(target: &Path) -> PathBuf {
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

/// Makes a folder with files; it appears under its name when all of it is on the disk.
pub(super) fn folder(base: &Path, name: &str, files: &[(&str, &str)]) -> Result<(), EditError> {
    fs::create_dir_all(base).map_err(io(base))?;
    let target = base.join(name);
    let stage = staging(&target);
    let result =
        fill(&stage, files).and_then(|()| fs::rename(&stage, &target).map_err(io(&target)));
    if result.is_err() {
        let _ = fs::remove_dir_all(&stage);
    }
    result
}

fn fill(stage: &Path, files: &[(&str, &str)]) -> Result<(), EditError> {
    for (path, text) in files {
        let path = stage.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io(folder))?;
        }
        write(&path, text.as_bytes())?;
    }
    Ok(())
}

/// Writes a new file; `false` when there is one already, which stays.
pub(super) fn file(target: &Path, bytes: &[u8]) -> Result<bool, EditError> {
    if target.symlink_metadata().is_ok() {
        return Ok(false);
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    let stage = staging(target);
    write(&stage, bytes)?;
    // A hard link does not replace what somebody else has put there meanwhile, as a rename would.
    let published = fs::hard_link(&stage, target);
    let _ = fs::remove_file(&stage);
    match published {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // Some file systems have no hard links.
        Err(_) => write(target, bytes).map(|()| true),
    }
}

/// Writes a file, in place of the one that is there, if one is. A link is refused, not followed.
pub(super) fn replace(target: &Path, bytes: &[u8]) -> Result<(), EditError> {
    replace_with(target, bytes, |_| Ok(()))
}

/// The same for a file that can be run: whoever sees it may run it.
pub(super) fn program(target: &Path, bytes: &[u8]) -> Result<(), EditError> {
    replace_with(target, bytes, may_run)
}

fn replace_with(
    target: &Path,
    bytes: &[u8],
    prepare: fn(&Path) -> std::io::Result<()>,
) -> Result<(), EditError> {
    match target.symlink_metadata() {
        Ok(there) if there.file_type().is_symlink() => {
            return Err(EditError::Link(target.display().to_string()));
        }
        // A device or a pipe would be gone afterwards.
        Ok(there) if !there.is_file() => {
            let error = std::io::Error::new(ErrorKind::InvalidInput, "is no regular file");
            return Err(io(target)(error));
        }
        _ => {}
    }
    if let Some(folder) = target.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    let stage = staging(target);
    let _ = fs::remove_file(&stage);
    let written = write(&stage, bytes)
        .and_then(|()| prepare(&stage).map_err(io(&stage)))
        .and_then(|()| fs::rename(&stage, target).map_err(io(target)));
    if written.is_err() {
        let _ = fs::remove_file(&stage);
    }
    written
}

#[cfg(unix)]
fn may_run(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Elsewhere, what a file is tells whether it runs.
#[cfg(not(unix))]
fn may_run(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Appends in one write, so that a line of another program does not fall between.
pub(super) fn append(target: &Path, bytes: impl FnOnce(u64) -> Vec<u8>) -> Result<(), EditError> {
    let mut options = fs::OpenOptions::new();
    let opened = options.create(true).append(true).open(target);
    let appended = opened.and_then(|mut file| {
        let length = file.metadata()?.len();
        file.write_all(&bytes(length))
    });
    appended.map_err(io(target))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), EditError> {
    let mut file = fs::File::create_new(path).map_err(io(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io(path))
}
