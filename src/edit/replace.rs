//! Replaces several files at once: everything is staged beside its target before the first target
//! changes.

use std::collections::BTreeSet;

use super::EditError;
use super::disk::{Entry, Fresh, at, folder_of};
use super::journal::{Journal, State, Step};
use super::session::Session;
use super::stage::lay_down;
use crate::freeze::RestorePlan;
use crate::tree::{Digest, Replacement};

impl Session<'_> {
    /// Restores a freeze.
    pub fn restore(&self, plan: &RestorePlan, root: &str) -> Result<(), EditError> {
        self.replace(&format!("restore of {}", plan.version), &plan.replacements(), root)
    }

    /// Replaces files below the contracts root; `what` names the deed to whoever has to end it. On return
    /// everything is on the medium; on an error nothing has changed, or the journal stays and the next run
    /// ends what this one began.
    pub fn replace(
        &self,
        what: &str,
        replacements: &[Replacement],
        root: &str,
    ) -> Result<(), EditError> {
        let steps = steps(replacements);
        if steps.is_empty() {
            return Ok(());
        }
        for step in &steps {
            self.preflight(step)?;
        }
        let mut journal = Journal::new(what, root, steps);
        journal.folders = self.missing_folders(replacements)?;
        journal.emptied = self.emptied_folders(replacements, root)?;
        journal.write(self.disk)?;
        let staged = self.stage(replacements, &journal).and_then(|()| {
            journal.state = State::Publishing;
            journal.write(self.disk)
        });
        if let Err(error) = staged.and_then(|()| journal.publish(self.disk)) {
            // If this fails, too, the journal stays, and the next run tries again.
            let _ = journal.undo(self.disk, true);
            return Err(error);
        }
        journal.close(self.disk)
    }

    /// The target is what the plan was made for, and no link leads to it.
    fn preflight(&self, step: &Step) -> Result<(), EditError> {
        let path = step.path.as_str();
        // Whatever bears the name of our own work is somebody else's.
        for name in [step.stage(), step.backup()] {
            if at(&name, self.disk.entry(&name))?.is_some() {
                return Err(EditError::InTheWay(name.into()));
            }
        }
        let now = match at(path, self.disk.entry(path))? {
            None => None,
            Some(Entry::File) => Some(Digest::of(&at(path, self.disk.read(path))?).hex()),
            Some(Entry::Link) => return Err(EditError::Link(path.to_owned())),
            Some(_) => return Err(EditError::InTheWay(path.into())),
        };
        match now == step.before {
            true => Ok(()),
            false => Err(EditError::Changed(path.into())),
        }
    }

    fn stage(&self, replacements: &[Replacement], journal: &Journal) -> Result<(), EditError> {
        for folder in &journal.folders {
            at(folder, self.disk.create_folder(folder))?;
        }
        let stages: Vec<String> = journal.steps.iter().map(Step::stage).collect();
        let fresh: Vec<Fresh<'_>> = replacements
            .iter()
            .zip(stages.iter().zip(&journal.steps))
            .filter_map(|(replacement, (stage, step))| {
                let bytes = replacement.after.as_deref()?;
                Some(Fresh { path: stage, like: step.path.rsplit('/').next(), bytes })
            })
            .collect();
        lay_down(self.disk, &fresh)?;
        journal.back_up(self.disk)?;
        journal.sync(self.disk)
    }

    /// Folders to make, topmost first.
    fn missing_folders(&self, replacements: &[Replacement]) -> Result<Vec<String>, EditError> {
        let mut missing = BTreeSet::new();
        for new in replacements.iter().filter(|r| r.after.is_some()) {
            let mut folder = folder_of(new.path.as_str());
            while !folder.is_empty() && !missing.contains(folder) {
                match at(folder, self.disk.entry(folder))? {
                    Some(Entry::Folder) => break,
                    None => missing.insert(folder.to_owned()),
                    Some(Entry::Link) => return Err(EditError::Link(folder.to_owned())),
                    Some(_) => return Err(EditError::InTheWay(folder.into())),
                };
                folder = folder_of(folder);
            }
        }
        Ok(missing.into_iter().collect())
    }

    /// Folders in which nothing is left, deepest first.
    fn emptied_folders(
        &self,
        replacements: &[Replacement],
        root: &str,
    ) -> Result<Vec<String>, EditError> {
        let mut gone: BTreeSet<String> = BTreeSet::new();
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        for Replacement { path, after, .. } in replacements {
            if after.is_none() {
                gone.insert(path.to_string());
                continue;
            }
            let ends = path.as_str().match_indices('/').map(|(end, _)| end);
            kept.extend(ends.filter_map(|end| path.as_str().get(..end)));
        }
        let mut folders: Vec<String> = Vec::new();
        let mut next: BTreeSet<String> =
            gone.iter().map(|path| folder_of(path).to_owned()).collect();
        while let Some(folder) = next.pop_last() {
            if folder == root || folder.is_empty() || kept.contains(folder.as_str()) {
                continue;
            }
            let names = at(&folder, self.disk.list(&folder))?;
            if names.iter().all(|name| gone.contains(&format!("{folder}/{name}"))) {
                next.insert(folder_of(&folder).to_owned());
                gone.insert(folder.clone());
                folders.push(folder);
            }
        }
        Ok(folders)
    }
}

fn steps(replacements: &[Replacement]) -> Vec<Step> {
    let step = |(number, replacement): (usize, &Replacement)| Step {
        path: replacement.path.to_string(),
        number,
        before: replacement.before.map(|digest| digest.hex()),
        after: replacement.after.as_deref().map(|bytes| Digest::of(bytes).hex()),
    };
    replacements.iter().enumerate().map(step).collect()
}
