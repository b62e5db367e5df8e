//! The real file system, entered folder by folder from one open handle: a link that appears between two
//! operations is met, not followed.

use std::fs::TryLockError;
use std::io::{self, Read, Write};
use std::path::Path;

use cap_fs_ext::{DirExt, FollowSymlinks, MetadataExt, OpenOptionsFollowExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use rayon::prelude::*;

use super::EditError;
use super::disk::{Disk, Entry, Fault, Fresh, Guard, at, folder_of, stage_one};

/// A folder on disk and everything below it.
pub struct Real {
    base: Dir,
}

impl Real {
    /// Opens a folder.
    pub fn open(base: &Path) -> io::Result<Self> {
        Ok(Real { base: Dir::open_ambient_dir(base, ambient_authority())? })
    }

    fn folder(&self, path: &str) -> Result<Dir, Fault> {
        #[cfg(target_os = "linux")]
        if let Some(dir) = self.folder_at_once(path) {
            return Ok(dir);
        }
        self.folder_by_steps(path)
    }

    /// One system call for the whole way, where the kernel has it (Linux 5.6, openat2(2)).
    #[cfg(target_os = "linux")]
    fn folder_at_once(&self, path: &str) -> Option<Dir> {
        use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let folder = openat2(&self.base, path, flags, Mode::empty(), resolve).ok()?;
        Some(Dir::from_std_file(folder.into()))
    }

    fn folder_by_steps(&self, path: &str) -> Result<Dir, Fault> {
        let mut dir = self.base.try_clone()?;
        let mut walked = String::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            walked =
                if walked.is_empty() { segment.to_owned() } else { format!("{walked}/{segment}") };
            dir = match dir.open_dir_nofollow(segment) {
                Ok(next) => next,
                Err(_) if is_link(&dir, segment) => return Err(Fault::Link(walked)),
                Err(error) => return Err(Fault::Io(error)),
            };
        }
        Ok(dir)
    }

    /// The folder of a path, open, and the name in it.
    fn place<'p>(&self, path: &'p str) -> Result<(Dir, &'p str), Fault> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Ok((self.folder(folder)?, name))
    }

    fn file(&self, path: &str) -> Result<File, Fault> {
        let (dir, name) = self.place(path)?;
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No);
        // Windows flushes what it may write only.
        options.write(cfg!(windows));
        match dir.open_with(name, &options) {
            Err(_) if is_link(&dir, name) => Err(Fault::Link(path.to_owned())),
            other => Ok(other?),
        }
    }
}

/// From this number of files on, the file system is synced as a whole.
#[cfg(target_os = "linux")]
const MANY: usize = 128;

/// The name of `to`, if it lies in the folder of `from`.
fn name_beside<'p>(from: &str, to: &'p str) -> Option<&'p str> {
    let (folder, name) = to.rsplit_once('/').unwrap_or(("", to));
    (folder_of(from) == folder).then_some(name)
}

fn reads_as(mut file: File, bytes: &[u8]) -> io::Result<bool> {
    let mut rest = bytes;
    let mut buffer = vec![0; (1 << 18).min(bytes.len() + 1)];
    loop {
        let n = match file.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        let read = buffer.get(..n).unwrap_or_default();
        match rest.strip_prefix(read) {
            Some([]) if n == 0 => return Ok(true),
            Some(after) if n > 0 => rest = after,
            _ => return Ok(false),
        }
    }
}

fn is_link(dir: &Dir, name: &str) -> bool {
    dir.symlink_metadata(name).is_ok_and(|found| found.is_symlink())
}

impl Disk for Real {
    fn entry(&self, path: &str) -> Result<Option<Entry>, Fault> {
        let (dir, name) = match self.place(path) {
            Err(Fault::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        match dir.symlink_metadata(name) {
            Ok(found) if found.is_symlink() => Ok(Some(Entry::Link)),
            Ok(found) if found.is_dir() => Ok(Some(Entry::Folder)),
            Ok(found) if found.is_file() => Ok(Some(Entry::File)),
            Ok(_) => Ok(Some(Entry::Special)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.file(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Fault> {
        let mut names = Vec::new();
        for entry in self.folder(folder)?.entries()? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn create(&self, path: &str, like: Option<&str>) -> Result<Box<dyn Write + '_>, Fault> {
        let (dir, name) = self.place(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).follow(FollowSymlinks::No);
        let file = dir.open_with(name, &options)?;
        let like = like
            .and_then(|like| dir.symlink_metadata(like).ok())
            .filter(cap_std::fs::Metadata::is_file);
        // A read-only file of Windows cannot be renamed; there, only content is restored.
        if let Some(like) = like.filter(|_| cfg!(unix)) {
            file.set_permissions(like.permissions())?;
        }
        Ok(Box::new(file))
    }

    fn stage(&self, files: &[Fresh<'_>]) -> Result<(), EditError> {
        files.par_iter().try_for_each(|file| stage_one(self, file))
    }

    fn unlike(&self, files: &[Fresh<'_>]) -> Result<Option<String>, EditError> {
        let results = files.par_iter().map(|file| {
            let same = self.file(file.path).and_then(|open| Ok(reads_as(open, file.bytes)?));
            Ok((!at(file.path, same)?).then(|| file.path.to_owned()))
        });
        let found: Result<Vec<Option<String>>, EditError> = results.collect();
        Ok(found?.into_iter().flatten().next())
    }

    fn sync_files(&self, paths: &[&str]) -> Result<(), Fault> {
        // One wait for all of them; since Linux 5.8 it tells of failed writes as fsync(2) does.
        #[cfg(target_os = "linux")]
        if paths.len() >= MANY {
            use rustix::io::Errno;
            match rustix::fs::syncfs(self.base.open(".")?) {
                // A sandbox that does not know it or does not want it.
                Err(Errno::NOSYS | Errno::PERM | Errno::ACCESS) => {}
                other => return Ok(other.map_err(io::Error::from)?),
            }
        }
        paths.par_iter().try_for_each(|path| Ok(self.file(path)?.sync_all()?))
    }

    fn create_folder(&self, path: &str) -> Result<(), Fault> {
        let (dir, name) = self.place(path)?;
        Ok(dir.create_dir(name)?)
    }

    fn remove_folder(&self, path: &str) -> Result<(), Fault> {
        let (dir, name) = self.place(path)?;
        Ok(dir.remove_dir(name)?)
    }

    fn sync_folder(&self, folder: &str) -> Result<(), Fault> {
        let dir = self.folder(folder)?;
        // Windows has no such operation: NTFS journals names by itself.
        if cfg!(unix) {
            dir.open(".")?.sync_all()?;
        }
        Ok(())
    }

    fn link(&self, from: &str, to: &str) -> Result<(), Fault> {
        let (dir, name) = self.place(from)?;
        if let Some(to) = name_beside(from, to) {
            return Ok(dir.hard_link(name, &dir, to)?);
        }
        let (to_dir, to) = self.place(to)?;
        Ok(dir.hard_link(name, &to_dir, to)?)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Fault> {
        let (dir, name) = self.place(from)?;
        if let Some(to) = name_beside(from, to) {
            return Ok(dir.rename(name, &dir, to)?);
        }
        let (to_dir, to) = self.place(to)?;
        Ok(dir.rename(name, &to_dir, to)?)
    }

    fn remove(&self, path: &str) -> Result<(), Fault> {
        let (dir, name) = self.place(path)?;
        Ok(dir.remove_file(name)?)
    }

    fn lock(&self, path: &str) -> Result<Option<Guard>, Fault> {
        let (dir, name) = self.place(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).follow(FollowSymlinks::No);
        let file = dir.open_with(name, &options)?;
        let own = file.metadata()?;
        let file = file.into_std();
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // The run that held it may have removed it between our opening and our locking.
        match dir.symlink_metadata(name) {
            Ok(there) if (there.dev(), there.ino()) == (own.dev(), own.ino()) => {}
            _ => return Ok(None),
        }
        Ok(Some(Box::new(Locked { dir, name: name.to_owned(), _file: file })))
    }
}

struct Locked {
    dir: Dir,
    name: String,
    /// Locked until it is closed.
    _file: std::fs::File,
}

impl Drop for Locked {
    fn drop(&mut self) {
        // While it is still locked, so that nobody can hold what has no name.
        let _ = self.dir.remove_file(&self.name);
    }
}
