//! Setting a file aside: under a name that nothing has yet, by renaming it, so that no byte of it is read or lost.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::Name;
use crate::replace::sync_folder;

/// How many seconds later than it is a name may say, when the earlier ones are taken.
const TRIES: i64 = 3600;

/// `worker/heartbeat.corrupted.20261122T093000Z.json`.
fn named(name: &Name, at: Timestamp) -> String {
    format!("{}.corrupted.{}.json", name.stem(), at.strftime("%Y%m%dT%H%M%SZ"))
}

/// Renames what stands at a name, whatever it is, and returns its new name.
///
/// # Errors
/// What the system says; the file is then where it was.
pub(crate) fn set_aside(folder: &Path, name: &Name, now: Timestamp) -> io::Result<String> {
    let from = Name::below(folder, name.as_str());
    let is_folder = fs::symlink_metadata(&from)?.is_dir();
    for second in 0..TRIES {
        let at = now.checked_add(SignedDuration::from_secs(second)).unwrap_or(now);
        let aside = named(name, at);
        let to = Name::below(folder, &aside);
        // Taking the name first: renaming alone would overwrite what another process has set aside meanwhile.
        let taken = if is_folder {
            fs::create_dir(&to)
        } else {
            OpenOptions::new().write(true).create_new(true).open(&to).map(drop)
        };
        match taken {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        if let Err(error) = fs::rename(&from, &to) {
            let _ = if is_folder { fs::remove_dir(&to) } else { fs::remove_file(&to) };
            return Err(error);
        }
        if let Some(parent) = from.parent() {
            sync_folder(parent)?;
        }
        return Ok(aside);
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}
