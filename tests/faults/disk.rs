//! A file system in memory that fails where it is told to: it knows what is on the medium and what is not
//! yet, so that a power cut can drop the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use contract_guard::edit::{Disk, Entry, Fault, Guard};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The operation fails with EIO.
    Eio,
    /// This and every later operation that needs room fails with ENOSPC.
    Full,
    /// The operation is interrupted once.
    Interrupted,
    /// A write takes only half of its bytes.
    Short,
    /// A write stores something else than it was given.
    Lie,
    /// A rename fails, and every later one to the same name, as at a mount point.
    Stuck,
    /// The process dies: what it did stays.
    Kill,
    /// The machine stops: what was not synced is gone, or not, as it happens.
    PowerCut,
}

impl Kind {
    pub(crate) const ALL: [Kind; 8] = [
        Kind::Eio,
        Kind::Full,
        Kind::Interrupted,
        Kind::Short,
        Kind::Lie,
        Kind::Stuck,
        Kind::Kill,
        Kind::PowerCut,
    ];
}

/// What a careless writer would leave out. The harness must notice each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    None,
    NoFileSync,
    NoFolderSync,
    NoReadBack,
    NoLock,
    IndexFirst,
    FollowLinks,
    ReplaceExisting,
    NoBackup,
}

/// Which of the operations that were not synced survive a power cut.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Survival {
    Nothing,
    Everything,
    /// A set of them, chosen by these bits.
    Some(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder,
    Link(String),
}

#[derive(Debug, Clone)]
enum Change {
    Put(String, Node),
    Remove(String),
    Move(String, String),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    now: Vec<u8>,
    /// What is on the medium.
    kept: Vec<u8>,
    /// What its writer wrote, whatever was stored.
    written: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
struct State {
    names: BTreeMap<String, Node>,
    kept: BTreeMap<String, Node>,
    pending: Vec<(String, Change)>,
    inodes: Vec<Inode>,
    locks: BTreeSet<String>,
    stuck: Option<String>,
    operations: usize,
    full: bool,
    dead: bool,
    fired: bool,
}

type Hook = Box<dyn FnOnce(&Memory) + Send>;

/// The file system.
pub(crate) struct Memory {
    state: Arc<Mutex<State>>,
    fault: Option<(usize, Kind)>,
    bug: Bug,
    hook: Mutex<Option<(usize, Hook)>>,
}

impl Memory {
    pub(crate) fn new(bug: Bug) -> Self {
        Memory { state: Arc::default(), fault: None, bug, hook: Mutex::new(None) }
    }

    /// The same file system, from here on failing at operation `at`.
    pub(crate) fn failing(&self, at: usize, kind: Kind) -> Self {
        let mut state = self.state().clone();
        state.operations = 0;
        state.fired = false;
        Memory {
            state: Arc::new(Mutex::new(state)),
            fault: Some((at, kind)),
            bug: self.bug,
            hook: Mutex::new(None),
        }
    }

    /// The same file system, with something happening before operation `at`.
    pub(crate) fn meanwhile(&self, at: usize, hook: Hook) -> Self {
        let disk = self.failing(usize::MAX, Kind::Eio);
        *disk.hook.lock().unwrap() = Some((at, hook));
        disk
    }

    /// The same file system after the process, or the machine, has come up again.
    pub(crate) fn restarted(&self, survival: Survival) -> Self {
        let mut state = self.state().clone();
        if self.fault.is_some_and(|(_, kind)| kind == Kind::PowerCut) && state.dead {
            let mut kept = state.kept.clone();
            for (n, (_, change)) in state.pending.iter().enumerate() {
                let lives = match survival {
                    Survival::Nothing => false,
                    Survival::Everything => true,
                    Survival::Some(bits) => (bits >> (n % 64)) & 1 == 1,
                };
                if lives {
                    apply(&mut kept, change);
                }
            }
            let is_reachable = |path: &String| {
                path.match_indices('/').all(|(at, _)| kept.get(&path[..at]) == Some(&Node::Folder))
            };
            let names = kept.iter().filter(|(path, _)| is_reachable(path));
            state.names = names.map(|(p, n)| (p.clone(), n.clone())).collect();
            for inode in &mut state.inodes {
                if !matches!(survival, Survival::Everything) {
                    inode.now = inode.kept.clone();
                }
            }
        }
        state.kept = state.names.clone();
        state.inodes.iter_mut().for_each(|inode| inode.kept = inode.now.clone());
        state.pending.clear();
        state.locks.clear();
        (state.dead, state.full, state.operations) = (false, false, 0);
        Memory {
            state: Arc::new(Mutex::new(state)),
            fault: None,
            bug: self.bug,
            hook: Mutex::new(None),
        }
    }

    /// Whether the fault has happened.
    pub(crate) fn fired(&self) -> bool {
        self.state().fired
    }

    /// Puts a file there, on the medium, folders and all.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let mut state = self.state();
        for (at, _) in path.match_indices('/') {
            state.names.entry(path[..at].to_owned()).or_insert(Node::Folder);
        }
        let bytes = bytes.to_vec();
        state.inodes.push(Inode { now: bytes.clone(), kept: bytes.clone(), written: bytes });
        let node = Node::File(state.inodes.len() - 1);
        state.names.insert(path.to_owned(), node);
        state.kept = state.names.clone();
    }

    /// Puts a link there.
    pub(crate) fn put_link(&self, path: &str, target: &str) {
        let mut state = self.state();
        state.names.insert(path.to_owned(), Node::Link(target.to_owned()));
        state.kept = state.names.clone();
    }

    /// All files with their bytes.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let bytes = |node: &Node| match node {
            Node::File(inode) => Some(state.inodes[*inode].now.clone()),
            _ => None,
        };
        state.names.iter().filter_map(|(p, n)| Some((p.clone(), bytes(n)?))).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Counts an operation; fails when it is the one.
    fn step(&self, needs_room: bool) -> Result<(), Fault> {
        let hook = {
            let mut hook = self.hook.lock().unwrap();
            let due = hook.as_ref().is_some_and(|(at, _)| *at == self.state().operations);
            if due { hook.take() } else { None }
        };
        if let Some((_, hook)) = hook {
            hook(self);
        }
        let mut state = self.state();
        if state.dead {
            return Err(error(ErrorKind::Other));
        }
        let number = state.operations;
        state.operations += 1;
        if state.full && needs_room {
            return Err(error(ErrorKind::StorageFull));
        }
        let Some((at, kind)) = self.fault.filter(|(at, _)| *at == number) else { return Ok(()) };
        assert_eq!(at, number);
        match kind {
            Kind::Short | Kind::Lie | Kind::Stuck => return Ok(()),
            Kind::Full if !needs_room => {
                (state.full, state.fired) = (true, true);
                return Ok(());
            }
            _ => {}
        }
        state.fired = true;
        match kind {
            Kind::Eio => Err(error(ErrorKind::Other)),
            Kind::Full => {
                state.full = true;
                Err(error(ErrorKind::StorageFull))
            }
            Kind::Interrupted => Err(error(ErrorKind::Interrupted)),
            _ => {
                state.dead = true;
                Err(error(ErrorKind::Other))
            }
        }
    }

    /// The path behind links; a fault where there is one, unless links are followed.
    fn real(&self, path: &str, with_end: bool) -> Result<String, Fault> {
        let state = self.state();
        let ends = path.match_indices('/').map(|(at, _)| at);
        for end in ends.chain(with_end.then_some(path.len())) {
            if let Some(Node::Link(target)) = state.names.get(&path[..end]) {
                if self.bug != Bug::FollowLinks {
                    return Err(Fault::Link(path[..end].to_owned()));
                }
                return Ok(format!("{target}{}", &path[end..]));
            }
        }
        Ok(path.to_owned())
    }

    fn change(&self, folder: &str, change: Change) {
        let mut state = self.state();
        apply(&mut state.names, &change);
        state.pending.push((folder.to_owned(), change));
    }
}

fn apply(names: &mut BTreeMap<String, Node>, change: &Change) {
    match change {
        Change::Put(path, node) => drop(names.insert(path.clone(), node.clone())),
        Change::Remove(path) => drop(names.remove(path)),
        Change::Move(from, to) => {
            if let Some(node) = names.remove(from) {
                names.insert(to.clone(), node);
            }
        }
    }
}

fn error(kind: ErrorKind) -> Fault {
    Fault::Io(io::Error::from(kind))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

struct Handle<'d> {
    disk: &'d Memory,
    inode: usize,
}

impl Write for Handle<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let number = self.disk.state().operations;
        self.disk.step(true).map_err(|fault| match fault {
            Fault::Io(error) => error,
            Fault::Link(_) => io::Error::from(ErrorKind::Other),
        })?;
        let mut bytes = bytes.to_vec();
        bytes.truncate(1 << 16);
        let given = bytes.clone();
        let mut state = self.disk.state();
        match self.disk.fault {
            Some((at, Kind::Short)) if at == number => {
                state.fired = true;
                bytes.truncate(bytes.len() / 2);
            }
            Some((at, Kind::Lie)) if at == number && !bytes.is_empty() => {
                state.fired = true;
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
            _ => {}
        }
        let inode = &mut state.inodes[self.inode];
        inode.now.extend_from_slice(&bytes);
        inode.written.extend_from_slice(&given[..bytes.len()]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Lock {
    state: Arc<Mutex<State>>,
    path: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap();
        state.locks.remove(&self.path);
        if !state.dead {
            state.names.remove(&self.path);
        }
    }
}

impl Disk for Memory {
    fn entry(&self, path: &str) -> Result<Option<Entry>, Fault> {
        self.step(false)?;
        let path = self.real(path, false)?;
        Ok(self.state().names.get(&path).map(|node| match node {
            Node::File(_) => Entry::File,
            Node::Folder => Entry::Folder,
            Node::Link(_) if self.bug == Bug::FollowLinks => Entry::Folder,
            Node::Link(_) => Entry::Link,
        }))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Fault> {
        self.step(false)?;
        let path = self.real(path, true)?;
        let state = self.state();
        match state.names.get(&path) {
            Some(Node::File(inode)) => {
                let inode = &state.inodes[*inode];
                let is_fresh = path.contains(".contract-guard");
                let lies = self.bug == Bug::NoReadBack && is_fresh;
                Ok(if lies { inode.written.clone() } else { inode.now.clone() })
            }
            _ => Err(error(ErrorKind::NotFound)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Fault> {
        self.step(false)?;
        let folder = self.real(folder, true)?;
        let state = self.state();
        if !folder.is_empty() && state.names.get(&folder) != Some(&Node::Folder) {
            return Err(error(ErrorKind::NotFound));
        }
        let inside = state.names.keys().filter(|path| folder_of(path) == folder);
        Ok(inside.map(|path| path.rsplit('/').next().unwrap().to_owned()).collect())
    }

    fn create(&self, path: &str, _like: Option<&str>) -> Result<Box<dyn Write + '_>, Fault> {
        self.step(true)?;
        let path = self.real(path, true)?;
        let inode = {
            let mut state = self.state();
            let folder = folder_of(&path);
            if !folder.is_empty() && state.names.get(folder) != Some(&Node::Folder) {
                return Err(error(ErrorKind::NotFound));
            }
            if state.names.contains_key(&path) {
                return Err(error(ErrorKind::AlreadyExists));
            }
            state.inodes.push(Inode::default());
            state.inodes.len() - 1
        };
        self.change(folder_of(&path), Change::Put(path.clone(), Node::File(inode)));
        Ok(Box::new(Handle { disk: self, inode }))
    }

    fn sync_files(&self, paths: &[&str]) -> Result<(), Fault> {
        for path in paths {
            self.step(false)?;
            let path = self.real(path, true)?;
            let mut state = self.state();
            let Some(Node::File(inode)) = state.names.get(&path).cloned() else {
                return Err(error(ErrorKind::NotFound));
            };
            if self.bug != Bug::NoFileSync {
                state.inodes[inode].kept = state.inodes[inode].now.clone();
            }
        }
        Ok(())
    }

    fn create_folder(&self, path: &str) -> Result<(), Fault> {
        self.step(true)?;
        let path = self.real(path, true)?;
        if self.state().names.contains_key(&path) {
            return Err(error(ErrorKind::AlreadyExists));
        }
        self.change(folder_of(&path), Change::Put(path.clone(), Node::Folder));
        Ok(())
    }

    fn remove_folder(&self, path: &str) -> Result<(), Fault> {
        self.step(false)?;
        let path = self.real(path, true)?;
        let prefix = format!("{path}/");
        {
            let state = self.state();
            if state.names.keys().any(|p| p.starts_with(&prefix)) {
                return Err(error(ErrorKind::DirectoryNotEmpty));
            }
            if state.names.get(&path) != Some(&Node::Folder) {
                return Err(error(ErrorKind::NotFound));
            }
        }
        self.change(folder_of(&path), Change::Remove(path.clone()));
        Ok(())
    }

    fn sync_folder(&self, folder: &str) -> Result<(), Fault> {
        self.step(false)?;
        let folder = self.real(folder, true)?;
        if self.bug == Bug::NoFolderSync {
            return Ok(());
        }
        let mut state = self.state();
        let state = &mut *state;
        let (done, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.pending).into_iter().partition(|(at, _)| *at == folder);
        done.iter().for_each(|(_, change)| apply(&mut state.kept, change));
        state.pending = left;
        Ok(())
    }

    fn link(&self, from: &str, to: &str) -> Result<(), Fault> {
        self.step(true)?;
        let (from, to) = (self.real(from, true)?, self.real(to, true)?);
        if self.bug == Bug::NoBackup && to.ends_with(".old") {
            return Ok(());
        }
        let node = {
            let state = self.state();
            if state.names.contains_key(&to) && self.bug != Bug::ReplaceExisting {
                return Err(error(ErrorKind::AlreadyExists));
            }
            state.names.get(&from).cloned().ok_or_else(|| error(ErrorKind::NotFound))?
        };
        self.change(folder_of(&to), Change::Put(to.clone(), node));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Fault> {
        let number = self.state().operations;
        self.step(true)?;
        let (from, to) = (self.real(from, true)?, self.real(to, false)?);
        {
            let mut state = self.state();
            if self.fault == Some((number, Kind::Stuck)) {
                (state.fired, state.stuck) = (true, Some(to.clone()));
            }
            if state.stuck.as_ref() == Some(&to) {
                return Err(error(ErrorKind::CrossesDevices));
            }
        }
        if !self.state().names.contains_key(&from) {
            return Err(error(ErrorKind::NotFound));
        }
        self.change(folder_of(&to), Change::Move(from, to.clone()));
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), Fault> {
        self.step(false)?;
        let path = self.real(path, false)?;
        if !self.state().names.contains_key(&path) {
            return Err(error(ErrorKind::NotFound));
        }
        self.change(folder_of(&path), Change::Remove(path.clone()));
        Ok(())
    }

    fn lock(&self, path: &str) -> Result<Option<Guard>, Fault> {
        self.step(true)?;
        let path = self.real(path, true)?;
        let mut state = self.state();
        if self.bug == Bug::NoLock {
            return Ok(Some(Box::new(())));
        }
        if !state.locks.insert(path.clone()) {
            return Ok(None);
        }
        state.inodes.push(Inode::default());
        let node = Node::File(state.inodes.len() - 1);
        state.names.insert(path.clone(), node);
        Ok(Some(Box::new(Lock { state: Arc::clone(&self.state), path })))
    }
}
