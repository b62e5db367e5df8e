//! One run that writes: it holds the lock, ends what a killed run left, stages, publishes.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use super::EditError;
use super::disk::{Disk, Entry, Fault, Fresh, Guard, at, beside, folder_of};
use super::journal::{self, Recovered};
use super::stage::{WORK, has_no_links, lay_down};
use crate::freeze::{NewFile, WORK_PREFIX};

/// How the names of staged files end.
const STAGED: &str = ".tmp";

/// Times a lock is tried that vanishes under our hands.
const LOCK_TRIES: usize = 32;

/// A run that may write. Ends, and gives the lock back, when it is dropped.
pub struct Session<'d> {
    pub(super) disk: &'d dyn Disk,
    lock: Option<Guard>,
}

impl<'d> Session<'d> {
    /// Takes the lock, then finishes or undoes what a killed run left in the contracts of `root`; says
    /// which.
    pub fn open(disk: &'d dyn Disk, root: &str) -> Result<(Self, Option<Recovered>), EditError> {
        let session = Session { disk, lock: Some(take(disk)?) };
        let recovered = journal::recover(disk, root)?;
        Ok((session, recovered))
    }

    /// Removes what a killed run staged in a folder.
    pub fn sweep(&self, folder: &str) -> Result<(), EditError> {
        if at(folder, self.disk.entry(folder))? != Some(Entry::Folder) {
            return Ok(());
        }
        for name in at(folder, self.disk.list(folder))? {
            if name.starts_with(WORK_PREFIX) && name.ends_with(STAGED) {
                at(folder, self.disk.remove(&format!("{folder}/{name}")))?;
            }
        }
        Ok(())
    }

    /// Publishes files in their order: each appears whole or not at all, and after the first one nothing
    /// is left that could not be made again from it. On return all of them are on the medium.
    pub fn publish(&self, files: &[NewFile]) -> Result<(), EditError> {
        for file in files {
            self.vacant(file)?;
            make_folders(self.disk, folder_of(file.path.as_str()))?;
        }
        let stages: Vec<String> = files
            .iter()
            .enumerate()
            .map(|(n, file)| beside(file.path.as_str(), &format!("{WORK_PREFIX}-{n}{STAGED}")))
            .collect();
        let result =
            stage_all(self, files, &stages).and_then(|()| self.publish_staged(files, &stages));
        for stage in &stages {
            // What could not be published, or the second name of what was.
            let _ = self.disk.remove(stage);
        }
        result
    }

    fn vacant(&self, file: &NewFile) -> Result<(), EditError> {
        let path = file.path.as_str();
        match at(path, self.disk.entry(path))? {
            None => Ok(()),
            Some(Entry::File) if file.replaces => Ok(()),
            Some(Entry::Link) => Err(EditError::Link(path.to_owned())),
            Some(_) => Err(EditError::Exists(path.into())),
        }
    }

    fn publish_staged(&self, files: &[NewFile], stages: &[String]) -> Result<(), EditError> {
        for (file, stage) in files.iter().zip(stages) {
            let path = file.path.as_str();
            if file.replaces {
                at(path, self.disk.rename(stage, path))?;
            } else {
                self.publish_new(stage, path)?;
            }
            // In this order on the medium, too: a copy must not outlive what it is a copy of.
            at(path, self.disk.sync_folder(folder_of(path)))?;
        }
        Ok(())
    }

    /// Unlike a rename, a link takes nobody's place.
    fn publish_new(&self, stage: &str, path: &str) -> Result<(), EditError> {
        match self.disk.link(stage, path) {
            Ok(()) => Ok(()),
            Err(Fault::Io(error)) if error.kind() == ErrorKind::AlreadyExists => {
                Err(EditError::Exists(path.into()))
            }
            Err(Fault::Link(link)) => Err(EditError::Link(link)),
            Err(Fault::Io(error)) if !has_no_links(&error) => {
                Err(EditError::Io(path.into(), error))
            }
            // Some file systems have no links. Nobody else writes: the lock is ours.
            Err(_) => match at(path, self.disk.entry(path))? {
                None => at(path, self.disk.rename(stage, path)),
                Some(_) => Err(EditError::Exists(path.into())),
            },
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        drop(self.lock.take());
        // Stays when a journal is in it, or another run has come.
        let _ = self.disk.remove_folder(WORK);
    }
}

fn take(disk: &dyn Disk) -> Result<Guard, EditError> {
    let path = format!("{WORK}/lock");
    for _ in 0..LOCK_TRIES {
        match disk.create_folder(WORK) {
            Err(Fault::Io(error)) if error.kind() == ErrorKind::AlreadyExists => {}
            other => at(WORK, other)?,
        }
        match disk.lock(&path) {
            Ok(Some(guard)) => return Ok(guard),
            Ok(None) => return Err(EditError::Busy),
            // The run before has just removed the folder.
            Err(Fault::Io(error)) if error.kind() == ErrorKind::NotFound => {}
            Err(fault) => return at(&path, Err(fault)),
        }
    }
    Err(EditError::Busy)
}

/// Makes a folder and those above it; gives the ones that were not there, topmost first.
pub(super) fn make_folders(disk: &dyn Disk, folder: &str) -> Result<Vec<String>, EditError> {
    let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
    let mut made = Vec::new();
    for path in ends.filter_map(|end| folder.get(..end)).filter(|path| !path.is_empty()) {
        match at(path, disk.entry(path))? {
            Some(Entry::Folder) => continue,
            Some(Entry::Link) => return Err(EditError::Link(path.to_owned())),
            Some(_) => return Err(EditError::Exists(path.into())),
            None => at(path, disk.create_folder(path))?,
        }
        at(path, disk.sync_folder(folder_of(path)))?;
        made.push(path.to_owned());
    }
    Ok(made)
}

fn stage_all(session: &Session<'_>, files: &[NewFile], stages: &[String]) -> Result<(), EditError> {
    let folders: BTreeSet<&str> = stages.iter().map(|stage| folder_of(stage)).collect();
    for folder in folders {
        session.sweep(folder)?;
    }
    let fresh: Vec<Fresh<'_>> = files
        .iter()
        .zip(stages)
        .map(|(file, stage)| Fresh { path: stage, like: None, bytes: &file.bytes })
        .collect();
    lay_down(session.disk, &fresh)
}
