//! The tree that a command writes to, its freezes, and the lock over it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Global;
use super::output::Terminal;
use super::{Failure, Refused};
use crate::edit::{
    Disk, EditError, Entry, Real, Recovered, Session, has_leftovers, is_interrupted,
};
use crate::freeze::{
    Format, Freeze, Name, NewFile, Past, Record, Version, folder_of, format_of, is_foreign,
    lasting, plan_repair,
};
use crate::source::{self, Budget, FrozenFile, OpenFreeze, Request, Source, SourceError};
use crate::tree::{Artifact, ArtifactPath, Tree};

/// A contracts tree on disk.
pub(super) struct Place {
    pub base: PathBuf,
    pub root: String,
    pub disk: Real,
    pub budget: Budget,
}

impl Place {
    /// The tree around `path`, or around the current folder. Contracts that are gone can come back, so
    /// that there need not be any.
    pub(super) fn find(path: Option<&Path>, global: &Global) -> Result<Place, Failure> {
        let (base, root) = match source::discover(path) {
            Err(SourceError::NoTree { base }) => (base, source::USUAL_ROOT.to_owned()),
            other => other?,
        };
        let disk =
            Real::open(&base).map_err(|error| SourceError::Io { path: base.clone(), error })?;
        // Whatever a link leads to can be changed there, unseen.
        for folder in [root.clone(), folder_of(&root)] {
            if matches!(disk.entry(&folder), Ok(Some(Entry::Link))) {
                return Err(EditError::Link(folder).into());
            }
        }
        let tree_bytes = global.max_tree_bytes;
        // A freeze holds every file, also one that is too large to be checked.
        let budget = Budget { file_bytes: tree_bytes, tree_bytes, files: global.max_files };
        Ok(Place { base, root, disk, budget })
    }

    /// Ends what a killed restore left.
    pub(super) fn settle(&self, terminal: &Terminal) -> Result<(), Failure> {
        if is_interrupted(&self.disk) {
            drop(self.session(terminal)?);
        } else if has_leftovers(&self.disk) {
            // A lock that nobody holds goes away; one that is held is somebody's.
            if let Ok((session, _)) = Session::open(&self.disk, &self.root) {
                session.sweep(&folder_of(&self.root))?;
            }
        }
        Ok(())
    }

    /// Takes the lock.
    pub(super) fn session(&self, terminal: &Terminal) -> Result<Session<'_>, Failure> {
        let (session, recovered) = Session::open(&self.disk, &self.root)?;
        match recovered {
            Some(Recovered::Finished(what)) => {
                terminal.note(&format!("finished the {what} that was interrupted"));
            }
            Some(Recovered::Undone(what)) => {
                terminal.note(&format!("undid the {what} that was interrupted"));
            }
            None => {}
        }
        Ok(session)
    }

    /// A file of `_frozen/`, as a path from the repository root.
    pub(super) fn frozen_path(&self, name: &str) -> ArtifactPath {
        ArtifactPath::lossy(&format!("{}/{name}", folder_of(&self.root)))
    }

    pub(super) fn request(&self, source: Source) -> Request {
        let (base, root) = (self.base.clone(), self.root.clone());
        Request { source, base, root, frozen: false }
    }

    /// The contracts on disk, without freezes; empty when there are none.
    pub(super) fn contracts(&self) -> Result<Tree, Failure> {
        let entry = if self.root.is_empty() {
            Some(Entry::Folder)
        } else {
            self.disk.entry(&self.root).ok().flatten()
        };
        if entry.is_none() {
            return Ok(Tree { root: self.root.clone(), ..Tree::default() });
        }
        match source::read(&self.request(Source::Dir), &self.budget) {
            Err(SourceError::NoTree { .. }) => {
                Ok(Tree { root: self.root.clone(), ..Tree::default() })
            }
            other => Ok(other?),
        }
    }

    pub(super) fn files(&self) -> Result<Vec<FrozenFile>, Failure> {
        Ok(source::frozen_files(&self.base, &self.root)?)
    }

    /// The freezes among the files, in the order of their versions.
    pub(super) fn freezes(&self) -> Result<Vec<(Version, FrozenFile)>, Failure> {
        Ok(source::freezes(&self.base, &self.root)?)
    }

    pub(super) fn open(&self, path: &Path) -> Result<OpenFreeze, Failure> {
        source::open_freeze(path, &self.root, &self.budget).map_err(damaged)
    }

    /// The file of the freeze that a user means by `wanted`: a version, `latest`, or a path.
    pub(super) fn resolve(&self, wanted: Option<&str>) -> Result<PathBuf, Failure> {
        let freezes = self.freezes()?;
        let wanted = wanted.unwrap_or("latest");
        let text = wanted.strip_prefix("freeze:").unwrap_or(wanted);
        match source::meant(&freezes, text).as_slice() {
            [(_, file)] => return Ok(file.path.clone()),
            [] if text == "latest" => return Err(no_freeze_yet()),
            [] => {}
            many => {
                let names: Vec<String> = many.iter().map(|(v, _)| v.to_string()).collect();
                let message = format!("`{text}` may be {}", names.join(" or "));
                return Err(Failure::Usage(message, Some("write one of them".to_owned())));
            }
        }
        let named = self.files()?.into_iter().find(|file| {
            Name::of(&file.name) == Name::Rescue && file.name.strip_suffix(".json") == Some(text)
        });
        if let Some(rescue) = named {
            return Ok(rescue.path);
        }
        let path = PathBuf::from(wanted);
        match path.is_file() {
            true => Ok(path),
            false => Err(self.unknown(&format!("there is no freeze `{text}`"), &freezes)),
        }
    }

    fn unknown(&self, message: &str, freezes: &[(Version, FrozenFile)]) -> Failure {
        let names: Vec<&str> = freezes.iter().rev().take(5).map(|(v, _)| v.as_str()).collect();
        let help = match names.as_slice() {
            [] => "`contract-guard freeze create VERSION` makes one".to_owned(),
            [one] => format!("there is {one}"),
            _ => format!("the newest are {}", names.join(", ")),
        };
        Failure::Usage(message.to_owned(), Some(help))
    }

    /// What a new freeze follows. Only the newest of the chain is read; it is verified.
    pub(super) fn past(&self, with_legacy: bool) -> Result<(Past, Option<Newest>), Failure> {
        let mut past = Past::default();
        let mut newest = None;
        for (version, file) in self.freezes()?.into_iter().rev() {
            let bytes = source::file_bytes(&file.path, &self.budget)?;
            if format_of(&bytes) == Ok(Format::Legacy) {
                if with_legacy {
                    past.versions.push(version);
                }
                continue;
            }
            past.versions.push(version);
            if newest.is_none() {
                let OpenFreeze { freeze, bytes, .. } = self.open(&file.path)?;
                past.newest = Some(freeze.clone());
                newest = Some(Newest { freeze, bytes });
            }
        }
        Ok((past, newest))
    }

    /// Refuses to go on where freezes are damaged. What a crash can leave is no damage.
    pub(super) fn sound(&self) -> Result<(), Failure> {
        let files = self.files()?.into_iter().filter(|file| file.name.ends_with(".json"));
        let read = |file: FrozenFile| -> Result<_, Failure> {
            Ok((self.frozen_path(&file.name), source::file_bytes(&file.path, &self.budget)?))
        };
        let files: Vec<(ArtifactPath, Vec<u8>)> = files.map(read).collect::<Result<_, _>>()?;
        let record = |(path, bytes)| Record { path, bytes };
        let records: Vec<Record<'_>> =
            files.iter().map(|(path, bytes)| record((path.clone(), bytes.as_slice()))).collect();
        let defects = lasting(&records, &self.root);
        if defects.is_empty() {
            return Ok(());
        }
        Err(Failure::Refused(Refused {
            message: "the freezes are damaged, and nothing is built upon damage".to_owned(),
            details: defects.iter().map(|d| format!("{}: {}", d.file, d.message)).collect(),
            help: Some("take the files from version control; `contract-guard freeze verify` tells all of it".to_owned()),
            code: 4,
        }))
    }

    /// The same where a command may go on without it: a restore must work whatever else is broken.
    pub(super) fn mend(&self, session: &Session<'_>, terminal: &Terminal) -> Result<(), Failure> {
        let Ok((_, Some(newest))) = self.past(true) else { return Ok(()) };
        let read = |name: &str| self.disk.read(self.frozen_path(name).as_str()).ok();
        let is_whole = plan_repair(&newest.freeze, &newest.bytes, &self.root, read).is_empty();
        if is_whole || self.sound().is_err() {
            return Ok(());
        }
        self.repair(session, Some(&newest), terminal)
    }

    /// The contracts on disk, with those files of a freeze that the tree leaves out today.
    pub(super) fn contracts_beside(&self, freeze: &Freeze) -> Result<Tree, Failure> {
        let mut tree = self.contracts()?;
        for artifact in &freeze.artifacts {
            let path = &artifact.path;
            if tree.artifacts.contains_key(path) || is_foreign(path, &self.root) {
                continue;
            }
            if let Ok(Some(Entry::File)) = self.disk.entry(path.as_str())
                && let Ok(bytes) = self.disk.read(path.as_str())
            {
                tree.artifacts.insert(path.clone(), Artifact::new(bytes));
            }
        }
        Ok(tree)
    }

    /// Makes again what a crash left undone after the newest freeze was published.
    pub(super) fn repair(
        &self,
        session: &Session<'_>,
        newest: Option<&Newest>,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let Some(newest) = newest else { return Ok(()) };
        let read = |name: &str| self.disk.read(self.frozen_path(name).as_str()).ok();
        let files = plan_repair(&newest.freeze, &newest.bytes, &self.root, read);
        session.publish(&files)?;
        for file in files {
            terminal.note(&format!("repaired {}", file.path));
        }
        Ok(())
    }

    /// Copies of files named `latest` that are copies of nothing: only the legacy tool's are worth keeping.
    pub(super) fn displaced(&self) -> Result<Vec<NewFile>, Failure> {
        let files = self.files()?;
        let mut kept = Vec::new();
        for latest in files.iter().filter(|f| f.name.ends_with("-latest.json")) {
            let bytes = source::file_bytes(&latest.path, &self.budget)?;
            let mut others =
                files.iter().filter(|f| f.size == latest.size && f.name != latest.name);
            let has_copy =
                others.any(|f| source::file_bytes(&f.path, &self.budget).is_ok_and(|b| b == bytes));
            if !has_copy && format_of(&bytes) == Ok(Format::Legacy) {
                kept.extend(self.archived(&latest.name, bytes));
            }
        }
        Ok(kept)
    }

    /// A legacy file, kept as it was in `_frozen/legacy/`; `None` when it is there already.
    pub(super) fn archived(&self, name: &str, bytes: Vec<u8>) -> Option<NewFile> {
        let path = self.frozen_path(&format!("legacy/{name}"));
        let is_there = self.disk.read(path.as_str()).is_ok_and(|there| there == bytes);
        (!is_there).then(|| NewFile { path, bytes: Arc::new(bytes), replaces: false })
    }
}

/// Nobody named a freeze that is not there: there is none at all, so that nothing can be said.
pub(super) fn no_freeze(message: &str, help: &str) -> Failure {
    Failure::Refused(Refused {
        message: message.to_owned(),
        details: Vec::new(),
        help: Some(help.to_owned()),
        code: 3,
    })
}

pub(super) fn no_freeze_yet() -> Failure {
    no_freeze("there is no freeze yet", "`contract-guard freeze create VERSION` makes one")
}

/// What a restore of this freeze would refuse to write.
pub(super) fn not_ours(path: &ArtifactPath) -> String {
    format!("`{path}` is no contract of this tree")
}

/// The newest freeze of the chain.
pub(super) struct Newest {
    pub freeze: Freeze,
    pub bytes: Vec<u8>,
}

/// To the commands of this family a freeze that cannot be read is damaged, whatever it is.
fn damaged(error: SourceError) -> Failure {
    match error {
        SourceError::Freeze { .. } => Failure::Refused(Refused {
            message: error.to_string(),
            details: Vec::new(),
            help: Some("take the file from version control: freezes are never edited".to_owned()),
            code: 4,
        }),
        other => Failure::Source(other),
    }
}
