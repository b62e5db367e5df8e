//! The journal of a run: what it was about to do when it was killed, so that the next one ends it.
//!
//! Before the first file is staged the journal says `staging`: such a run is undone. When every new file
//! lies on the medium beside its target, and every old one has a second name, the journal says
//! `publishing`: such a run is finished. It is removed last.

use serde::{Deserialize, Serialize};

use super::EditError;
use super::disk::{Disk, Entry, Fault, Fresh, at, beside, folder_of};
use super::stage::{WORK, has_no_links, lay_down};
use crate::freeze::{FOLDER, JOURNAL, Name, WORK_PREFIX, is_machinery};
use crate::tree::{ArtifactPath, Digest};

const FORMAT: &str = "contract-guard-journal/1";

/// How far a run had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// No target was touched.
    Staging,
    /// Everything that is needed lies beside the targets.
    Publishing,
}

/// One file of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Step {
    /// The target.
    pub path: String,
    /// Number in the names of the new file and of the old one's second name.
    pub number: usize,
    /// SHA-256 of what was there; `None` for nothing.
    pub before: Option<String>,
    /// SHA-256 of what comes; `None` for nothing.
    pub after: Option<String>,
}

impl Step {
    /// The new file, until it is published.
    pub(super) fn stage(&self) -> String {
        beside(&self.path, &format!("{WORK_PREFIX}-{}.new", self.number))
    }

    /// The old file's second name, until the run is over.
    pub(super) fn backup(&self) -> String {
        beside(&self.path, &format!("{WORK_PREFIX}-{}.old", self.number))
    }
}

/// A run, as its journal knows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Journal {
    format: String,
    /// The deed, such as `restore of 1.2.0`.
    pub what: String,
    /// The contracts root: no step leads out of it.
    pub root: String,
    pub state: State,
    /// Folders that are made, topmost first.
    pub folders: Vec<String>,
    /// Folders that may be empty at the end, deepest first.
    pub emptied: Vec<String>,
    pub steps: Vec<Step>,
}

/// What was done about a killed run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// This deed is done.
    Finished(String),
    /// This deed left nothing behind.
    Undone(String),
}

fn path() -> String {
    format!("{WORK}/{JOURNAL}")
}

fn stage() -> String {
    format!("{WORK}/journal.tmp")
}

/// Whether a killed run waits to be ended.
pub fn is_interrupted(disk: &dyn Disk) -> bool {
    matches!(disk.entry(&path()), Ok(Some(_)))
}

/// Whether a run is at work, or was killed.
pub fn has_leftovers(disk: &dyn Disk) -> bool {
    matches!(disk.entry(WORK), Ok(Some(Entry::Folder)))
}

impl Journal {
    pub(super) fn new(what: &str, root: &str, steps: Vec<Step>) -> Self {
        Journal {
            format: FORMAT.to_owned(),
            what: what.to_owned(),
            root: root.to_owned(),
            state: State::Staging,
            folders: Vec::new(),
            emptied: Vec::new(),
            steps,
        }
    }

    /// Writes the journal, whole or not at all.
    pub(super) fn write(&self, disk: &dyn Disk) -> Result<(), EditError> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let stage = stage();
        discard(disk, &stage)?;
        let fresh = Fresh { path: &stage, like: None, bytes: &bytes };
        let staged =
            lay_down(disk, &[fresh]).and_then(|()| at(&path(), disk.rename(&stage, &path())));
        if staged.is_err() {
            let _ = disk.remove(&stage);
        }
        staged?;
        at(WORK, disk.sync_folder(WORK))?;
        at("", disk.sync_folder(""))
    }

    /// The journal of a run in the contracts of `root`.
    fn read(disk: &dyn Disk, root: &str) -> Result<Option<Journal>, EditError> {
        match at(&path(), disk.entry(&path()))? {
            None => return Ok(None),
            Some(Entry::File) => {}
            Some(_) => return Err(EditError::Link(path())),
        }
        let bytes = at(&path(), disk.read(&path()))?;
        let wrong = |reason: String| EditError::Journal(path().into(), reason);
        let journal: Journal =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        // Whoever wrote it, it reaches nothing but contracts, and of freezes nothing that is there.
        let prefix =
            if journal.root.is_empty() { String::new() } else { format!("{}/", journal.root) };
        let frozen = ArtifactPath::lossy(&format!("{prefix}{FOLDER}")).folded();
        let is_inside = |path: &String| {
            ArtifactPath::new(path).is_ok_and(|p| !p.folded().split('/').any(is_machinery))
                && (path.starts_with(&prefix) || *path == journal.root)
        };
        let is_frozen = |path: &String| ArtifactPath::lossy(path).folded().starts_with(&frozen);
        let is_fine = |step: &Step| {
            is_inside(&step.path)
                && (!is_frozen(&step.path) || is_published(&step.path, &prefix, &step.before))
        };
        let is_root_fine = journal.root.is_empty() || ArtifactPath::new(&journal.root).is_ok();
        let mut folders = journal.folders.iter().chain(&journal.emptied);
        let folders_fine = folders.all(|p| is_inside(p) && (!is_frozen(p) || made_for(p, &prefix)));
        let steps_fine = journal.steps.iter().all(is_fine);
        if journal.format != FORMAT
            || journal.root != root
            || !is_root_fine
            || !folders_fine
            || !steps_fine
        {
            return Err(wrong("it was not written by this tool".to_owned()));
        }
        Ok(Some(journal))
    }

    /// Gives every target its new file. Can be run again from wherever it stopped.
    pub(super) fn publish(&self, disk: &dyn Disk) -> Result<(), EditError> {
        for step in &self.steps {
            let (stage, target) = (step.stage(), step.path.as_str());
            match &step.after {
                Some(_) if at(&stage, disk.entry(&stage))?.is_some() => {
                    unchanged(disk, step)?;
                    at(target, disk.rename(&stage, target))?;
                }
                Some(after) if digest(disk, target)?.as_ref() != Some(after) => {
                    return Err(EditError::Changed(target.into()));
                }
                Some(_) => {}
                None if at(target, disk.entry(target))?.is_some() => {
                    unchanged(disk, step)?;
                    at(target, disk.remove(target))?;
                }
                None => {}
            }
        }
        self.sync(disk)
    }

    /// Ends a run that is published. From here there is no way back.
    pub(super) fn close(&self, disk: &dyn Disk) -> Result<(), EditError> {
        self.drop_backups(disk)?;
        for folder in &self.emptied {
            // Somebody may have put something there meanwhile.
            let _ = disk.remove_folder(folder);
        }
        self.remove(disk)
    }

    /// Puts everything back as it was, or nothing. Can be run again from wherever it stopped. Freezes go
    /// again only when this very run has made them: whatever a journal says, none is ever removed.
    pub(super) fn undo(&self, disk: &dyn Disk, is_own: bool) -> Result<(), EditError> {
        let mut back = Vec::new();
        // Before everything is staged no target is touched.
        let touched = match self.state {
            State::Staging => &[][..],
            State::Publishing => self.steps.as_slice(),
        };
        for step in touched.iter().filter(|step| is_own || !is_freeze(&step.path)) {
            let (now, backup) = (digest(disk, &step.path)?, step.backup());
            if now == step.before {
                continue;
            }
            // Ours, or nothing; anything else is somebody's, came meanwhile, and stays.
            let is_ours = now == step.after || now.is_none();
            let has_backup = step.before.is_none() || at(&backup, disk.entry(&backup))?.is_some();
            if !is_ours {
                continue;
            }
            if !has_backup {
                return Err(EditError::Changed(step.path.clone().into()));
            }
            back.push(step);
        }
        for step in back {
            match step.before {
                Some(_) => at(&step.path, disk.rename(&step.backup(), &step.path))?,
                None => at(&step.path, disk.remove(&step.path))?,
            }
        }
        self.sync(disk)?;
        self.steps.iter().try_for_each(|step| discard(disk, &step.stage()))?;
        self.drop_backups(disk)?;
        for folder in self.folders.iter().rev() {
            let _ = disk.remove_folder(folder);
        }
        self.remove(disk)
    }

    /// Gives each old file a second name, or a copy where there are no links.
    pub(super) fn back_up(&self, disk: &dyn Disk) -> Result<(), EditError> {
        for step in self.steps.iter().filter(|step| step.before.is_some()) {
            let (target, backup) = (step.path.as_str(), step.backup());
            discard(disk, &backup)?;
            match disk.link(target, &backup) {
                Err(Fault::Io(error)) if has_no_links(&error) => {
                    let bytes = at(target, disk.read(target))?;
                    let name = target.rsplit('/').next();
                    lay_down(disk, &[Fresh { path: &backup, like: name, bytes: &bytes }])?;
                }
                other => at(target, other)?,
            }
        }
        Ok(())
    }

    pub(super) fn sync(&self, disk: &dyn Disk) -> Result<(), EditError> {
        let mut folders: Vec<&str> = self.steps.iter().map(|step| folder_of(&step.path)).collect();
        folders.extend(self.folders.iter().map(|folder| folder_of(folder)));
        folders.sort_unstable();
        folders.dedup();
        for folder in folders {
            if folder.is_empty() || at(folder, disk.entry(folder))?.is_some() {
                at(folder, disk.sync_folder(folder))?;
            }
        }
        Ok(())
    }

    fn drop_backups(&self, disk: &dyn Disk) -> Result<(), EditError> {
        self.steps.iter().try_for_each(|step| discard(disk, &step.backup()))?;
        self.sync(disk)
    }

    fn remove(&self, disk: &dyn Disk) -> Result<(), EditError> {
        at(&path(), disk.remove(&path()))?;
        at(WORK, disk.sync_folder(WORK))
    }
}

/// Whether a step publishes a freeze: a new file, or the copy of the newest.
fn is_published(path: &str, prefix: &str, before: &Option<String>) -> bool {
    let name = path.strip_prefix(prefix).and_then(|p| p.strip_prefix(FOLDER));
    match Name::of(name.and_then(|n| n.strip_prefix('/')).unwrap_or_default()) {
        Name::Freeze(_) | Name::Index(_) => before.is_none(),
        Name::LatestFreeze | Name::LatestIndex => true,
        Name::Signature(_) | Name::Rescue | Name::Other => false,
    }
}

/// Whether a path is that of a freeze or its index, and no copy of one.
fn is_freeze(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(Name::of(name), Name::Freeze(_) | Name::Index(_))
}

/// The folder of the freezes itself, which the first freeze makes.
fn made_for(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix) == Some(FOLDER)
}

/// Ends what a killed run left.
pub(super) fn recover(disk: &dyn Disk, root: &str) -> Result<Option<Recovered>, EditError> {
    discard(disk, &stage())?;
    let Some(journal) = Journal::read(disk, root)? else { return Ok(None) };
    let what = journal.what.clone();
    if journal.state == State::Staging {
        journal.undo(disk, false)?;
        return Ok(Some(Recovered::Undone(what)));
    }
    match journal.publish(disk) {
        Ok(()) => {
            journal.close(disk)?;
            Ok(Some(Recovered::Finished(what)))
        }
        // What keeps it from being finished may not keep it from being undone.
        Err(error) => match journal.undo(disk, false) {
            Ok(()) => Ok(Some(Recovered::Undone(what))),
            Err(_) => Err(error),
        },
    }
}

/// The target must still be what it was when the run was planned.
fn unchanged(disk: &dyn Disk, step: &Step) -> Result<(), EditError> {
    match digest(disk, &step.path)? == step.before {
        true => Ok(()),
        false => Err(EditError::Changed(step.path.clone().into())),
    }
}

/// SHA-256 of a file; `None` when there is none.
fn digest(disk: &dyn Disk, path: &str) -> Result<Option<String>, EditError> {
    match at(path, disk.entry(path))? {
        None => Ok(None),
        Some(Entry::File) => Ok(Some(Digest::of(&at(path, disk.read(path))?).hex())),
        Some(Entry::Link) => Err(EditError::Link(path.to_owned())),
        Some(_) => Err(EditError::Exists(path.into())),
    }
}

fn discard(disk: &dyn Disk, path: &str) -> Result<(), EditError> {
    match at(path, disk.entry(path))? {
        None => Ok(()),
        Some(_) => at(path, disk.remove(path)),
    }
}
