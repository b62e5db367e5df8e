//! One state file: loading, which always gives a state, and saving, which replaces the file as a whole.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract_embed::HealedProblem;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aside::set_aside;
use crate::happened::{Happened, Healed, Left};
use crate::read::{Found, read};
use crate::replace::{Readers, close, put};
use crate::{Error, Name, Shape};

type Listener = Box<dyn Fn(&Happened) + Send + Sync>;

/// A state file.
pub struct StateFile<T> {
    folder: PathBuf,
    name: Name,
    shape: Shape<T>,
    clock: fn() -> Timestamp,
    listener: Option<Listener>,
    readers: Readers,
    /// Why saving would lose what is on the disk.
    barred: Mutex<Option<Bar>>,
}

/// Why a file must not be replaced.
enum Bar {
    Newer(u64),
    Unread(String),
}

/// A state, and what happened on the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// The state: what was on the disk, or the default.
    pub state: T,
    /// What else happened, in order; empty when the file was as it should be.
    pub happened: Vec<Happened>,
}

impl<T: Serialize + DeserializeOwned + Clone> StateFile<T> {
    /// A state file below a data folder. Nothing is read or written yet.
    pub fn new(folder: &Path, name: Name, shape: Shape<T>) -> Self {
        let (clock, barred) = (Timestamp::now as fn() -> Timestamp, Mutex::new(None));
        let (folder, readers) = (folder.to_owned(), Readers::AsBefore);
        StateFile { folder, name, shape, clock, listener: None, readers, barred }
    }

    /// Lets nobody but the owner read the file: the state holds a secret. On Windows the folder decides.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.readers = Readers::Owner;
        self
    }

    /// Who is told what happened, beside the caller. One that panics keeps nobody from its state.
    #[must_use]
    pub fn listener(mut self, listener: impl Fn(&Happened) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Where the time comes from; the clock of the system when nothing else is said.
    #[must_use]
    pub fn clock(mut self, clock: fn() -> Timestamp) -> Self {
        self.clock = clock;
        self
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        Name::below(&self.folder, self.name.as_str())
    }

    /// Loads the state. Whatever is on the disk, there is one, and `happened` says how it came about.
    pub fn load(&self) -> Loaded<T> {
        let mut happened = Vec::new();
        *self.bar() = None;
        if self.readers == Readers::Owner {
            close(&self.path());
        }
        let state = match read(&self.path()) {
            Found::Object(file) => match self.shape.understand(file.clone()) {
                Ok(understood) => {
                    self.keep_up(
                        understood.found,
                        understood.filled,
                        &understood.state,
                        &mut happened,
                    );
                    understood.state
                }
                Err(why) => self.heal(HealedProblem::Corrupted, &why, &mut happened),
            },
            Found::Problem(problem, why) => self.heal(problem, &why, &mut happened),
            Found::Unread(error) => {
                let problem = format!("the system could not read it: {error}");
                let why =
                    "the file stays as it is, and is not saved to until it can be read".to_owned();
                *self.bar() = Some(Bar::Unread(error.to_string()));
                happened.push(self.left(problem, None, why));
                self.shape.default()
            }
        };
        for one in &happened {
            self.tell(one);
        }
        Loaded { state, happened }
    }

    /// Saves a state in the place of what is there.
    ///
    /// # Errors
    /// When the state is not what its shape allows, the file is of a later program or could not be read, or the
    /// system refuses. The file is then as it was.
    pub fn save(&self, state: &T) -> Result<(), Error> {
        let name = || self.name.clone();
        match &*self.bar() {
            Some(Bar::Newer(found)) => {
                let (found, known) = (*found, self.shape.version());
                return Err(Error::Newer { name: name(), found, known });
            }
            Some(Bar::Unread(why)) => {
                return Err(Error::Unread { name: name(), why: why.clone() });
            }
            None => {}
        }
        let file = self.shape.to_file(state).map_err(|why| Error::Invalid { name: name(), why })?;
        let text = format!("{file:#}\n");
        put(&self.path(), text.as_bytes(), self.readers)
            .map_err(|source| Error::Io { path: self.path(), source })
    }

    fn bar(&self) -> MutexGuard<'_, Option<Bar>> {
        self.barred.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a file of an earlier version anew, after keeping a copy; one of a later version is only read.
    fn keep_up(&self, found: u64, filled: Vec<String>, state: &T, happened: &mut Vec<Happened>) {
        let (file, to) = (self.name.clone(), self.shape.version());
        if !filled.is_empty() {
            happened.push(Happened::Filled { file: file.clone(), keys: filled });
        }
        if found > to {
            *self.bar() = Some(Bar::Newer(found));
            happened.push(Happened::Newer { file: file.clone(), found, known: to });
        }
        if found < to {
            let kept_as = self.keep_copy(found);
            match self.save(state) {
                Ok(()) => happened.push(Happened::Migrated { file, from: found, to, kept_as }),
                Err(error) => {
                    let problem = format!("schema_version {found} was migrated in memory only");
                    happened.push(self.left(problem, kept_as, error.to_string()));
                }
            }
        }
    }

    /// `worker/settings.version-1.json`, when nothing has that name yet.
    fn keep_copy(&self, version: u64) -> Option<String> {
        let name = format!("{}.version-{version}.json", self.name.stem());
        let copy = Name::below(&self.folder, &name);
        if fs::symlink_metadata(&copy).is_ok() {
            return None;
        }
        fs::copy(self.path(), copy).ok().map(|_| name)
    }

    /// Sets aside what is there and puts the default in its place.
    fn heal(&self, problem: HealedProblem, found: &str, happened: &mut Vec<Happened>) -> T {
        let (state, now) = (self.shape.default(), (self.clock)());
        let aside = match problem {
            HealedProblem::Corrupted => set_aside(&self.folder, &self.name, now).map(Some),
            _ => Ok(None),
        };
        happened.push(match aside {
            Ok(quarantined_as) => match self.save(&state) {
                Ok(()) => Happened::Healed(Healed {
                    file: self.name.clone(),
                    problem,
                    reason: reason(found, quarantined_as.as_deref()),
                    quarantined_as,
                    healed_at: now,
                }),
                Err(error) => self.left(found.to_owned(), quarantined_as, error.to_string()),
            },
            Err(error) => {
                // Saving would take the name of what could not be set aside.
                *self.bar() = Some(Bar::Unread(found.to_owned()));
                self.left(found.to_owned(), None, format!("it cannot be set aside: {error}"))
            }
        });
        state
    }

    fn left(&self, problem: String, quarantined_as: Option<String>, why: String) -> Happened {
        Happened::Left(Left { file: self.name.clone(), problem, quarantined_as, why })
    }

    fn tell(&self, happened: &Happened) {
        if let Some(listener) = &self.listener {
            // A log that fails must not take the state with it.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| listener(happened)));
        }
    }
}

/// A sentence of 20 to 500 characters, as STATE_FILE_HEALED wants it.
fn reason(found: &str, quarantined_as: Option<&str>) -> String {
    let found: String = found.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: String = found.chars().take(200).collect();
    match quarantined_as {
        Some(name) => {
            let name: String = name.chars().take(200).collect();
            format!("{found}; the old bytes are in {name}, the default is in force")
        }
        None => format!("{found}; the default was written and is in force"),
    }
}
