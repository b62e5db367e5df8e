//! Writes what leaves the repository: a folder or a file that appears whole or not at all.

use std::collections::BTreeSet;

use super::EditError;
use super::disk::{Disk, Entry, Fresh, at, folder_of};
use super::stage::lay_down;
use crate::freeze::WORK_PREFIX;

/// Makes a folder of files, given by path within it. It may be there, empty.
pub fn export_folder(
    disk: &dyn Disk,
    name: &str,
    files: &[(&str, &[u8])],
) -> Result<(), EditError> {
    match at(name, disk.entry(name))? {
        None => {}
        Some(Entry::Folder) if at(name, disk.list(name))?.is_empty() => {
            at(name, disk.remove_folder(name))?;
        }
        Some(Entry::Link) => return Err(EditError::Link(name.to_owned())),
        Some(_) => return Err(EditError::Exists(name.into())),
    }
    let stage = format!("{WORK_PREFIX}-export-{}", std::process::id());
    let staged: Vec<(String, &[u8])> =
        files.iter().map(|(path, bytes)| (format!("{stage}/{path}"), *bytes)).collect();
    let mut folders: BTreeSet<&str> = BTreeSet::from([stage.as_str()]);
    for (path, _) in &staged {
        let mut folder = folder_of(path);
        while folders.insert(folder) {
            folder = folder_of(folder);
        }
    }
    let result = fill(disk, &folders, &staged).and_then(|()| at(name, disk.rename(&stage, name)));
    if result.is_err() {
        staged.iter().for_each(|(path, _)| drop(disk.remove(path)));
        folders.iter().rev().for_each(|folder| drop(disk.remove_folder(folder)));
    }
    result.and_then(|()| at(name, disk.sync_folder("")))
}

fn fill(
    disk: &dyn Disk,
    folders: &BTreeSet<&str>,
    files: &[(String, &[u8])],
) -> Result<(), EditError> {
    folders.iter().try_for_each(|folder| at(folder, disk.create_folder(folder)))?;
    let fresh: Vec<Fresh<'_>> =
        files.iter().map(|(path, bytes)| Fresh { path, like: None, bytes }).collect();
    lay_down(disk, &fresh)?;
    folders.iter().try_for_each(|folder| at(folder, disk.sync_folder(folder)))
}

/// Makes a file; fails where something is.
pub fn export_file(disk: &dyn Disk, name: &str, bytes: &[u8]) -> Result<(), EditError> {
    if at(name, disk.entry(name))?.is_some() {
        return Err(EditError::Exists(name.into()));
    }
    let stage = format!("{WORK_PREFIX}-export-{}.tmp", std::process::id());
    let result = lay_down(disk, &[Fresh { path: &stage, like: None, bytes }])
        .and_then(|()| at(name, disk.rename(&stage, name)));
    if result.is_err() {
        let _ = disk.remove(&stage);
    }
    result.and_then(|()| at(name, disk.sync_folder("")))
}
