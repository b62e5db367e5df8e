//! Plans a new freeze: what it holds, whether it may be made, and the files it consists of.

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

use super::alone::{clashes, is_foreign};
use super::format::{Freeze, FrozenArtifact, Imported, encode, frozen_path, is_legacy, root_of};
use super::index::Index;
use super::names::{folder_of, freeze_name, index_name};
use super::version::Version;
use crate::tree::{ArtifactPath, Refusal as Unread, Tree};

/// What the new freeze should be.
pub struct Wish<'w> {
    /// Its version.
    pub version: &'w Version,
    /// What it is for.
    pub description: Option<&'w str>,
    /// The time of its making, RFC 3339.
    pub created_at: String,
    /// Whether it may hold what the newest holds.
    pub allow_empty: bool,
}

/// What is there already.
#[derive(Default)]
pub struct Past {
    /// Versions of all freezes, those of the legacy tool included.
    pub versions: Vec<Version>,
    /// The newest freeze of the chain, verified.
    pub newest: Option<Freeze>,
}

/// A file to publish in `_frozen/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path from the repository root.
    pub path: ArtifactPath,
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
    /// Whether it may take the place of a file; otherwise it must be new.
    pub replaces: bool,
}

/// A freeze, planned. The first file is the freeze itself: once it is there, the freeze is made, and
/// everything after it can be made again from it.
#[derive(Debug)]
pub struct Publication {
    /// The freeze.
    pub freeze: Freeze,
    /// Its files, in the order in which they must appear.
    pub files: Vec<NewFile>,
}

/// Why a freeze may not be made.
#[derive(Debug)]
pub enum Refusal {
    /// The version is taken.
    Exists(String),
    /// A larger version is there: history only grows.
    NotLarger {
        /// The largest version.
        newest: String,
        /// The wanted one.
        wanted: String,
    },
    /// The newest freeze holds the same.
    Unchanged(String),
    /// Files that no freeze can hold, with the reason.
    Unfreezable(Vec<(String, String)>),
}

impl Refusal {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Refusal::Exists(_) => {
                "a freeze is never overwritten: choose a larger version".to_owned()
            }
            Refusal::NotLarger { newest, .. } => format!("choose a version larger than {newest}"),
            Refusal::Unchanged(_) => {
                "there is nothing to freeze; `freeze create --allow-empty` makes one all the same"
                    .to_owned()
            }
            Refusal::Unfreezable(_) => {
                "rename or remove these, or name them in `.contractignore`".to_owned()
            }
        }
    }
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Exists(version) => write!(f, "there is a freeze {version} already"),
            Refusal::NotLarger { newest, wanted } => {
                write!(f, "version {wanted} is not larger than the newest freeze, {newest}")
            }
            Refusal::Unchanged(version) => {
                write!(f, "nothing has changed since freeze {version}")
            }
            Refusal::Unfreezable(files) => {
                write!(f, "{} cannot be frozen", counted(files.len(), "file"))
            }
        }
    }
}

/// Plans the freeze of a tree. `kind` tells what an artifact is.
///
/// The freezes of the tree are no part of it. Same tree, same root: time, version and description are
/// outside of it.
pub fn plan_create(
    tree: &Tree,
    past: &Past,
    wish: &Wish<'_>,
    kind: impl Fn(&ArtifactPath) -> &'static str + Sync,
) -> Result<Publication, Refusal> {
    let folder = folder_of(&tree.root);
    let artifacts = artifacts_of(tree, &folder, kind)?;
    let freeze = Freeze {
        description: wish.description.map(str::to_owned),
        created_at: Some(wish.created_at.clone()),
        artifacts,
        ..Freeze::default()
    };
    publication(freeze, &folder, past, wish.version, wish.allow_empty)
}

/// Plans the publication of a freeze that was made elsewhere.
pub fn plan_import(
    freeze: Freeze,
    imported: Imported,
    root: &str,
    past: &Past,
    version: &Version,
) -> Result<Publication, Refusal> {
    let folder = folder_of(root);
    publication(Freeze { imported: Some(imported), ..freeze }, &folder, past, version, true)
}

fn artifacts_of(
    tree: &Tree,
    folder: &str,
    kind: impl Fn(&ArtifactPath) -> &'static str + Sync,
) -> Result<Vec<FrozenArtifact>, Refusal> {
    let is_frozen = |path: &ArtifactPath| path.as_str().starts_with(&format!("{folder}/"));
    let mut wrong: Vec<(String, String)> = Vec::new();
    for refused in tree.refused.iter().filter(|r| !is_frozen(&r.path)) {
        wrong.push((refused.path.to_string(), unread(refused.refusal)));
    }
    let inside = || tree.artifacts.iter().filter(|(path, _)| !is_frozen(path));
    for (path, _) in inside() {
        if let Some(problem) = path.unportable() {
            wrong.push((path.to_string(), problem.reason().to_owned()));
        } else if is_foreign(path, &tree.root) {
            wrong.push((
                path.to_string(),
                "is the folder of the freezes where case does not count".to_owned(),
            ));
        } else if frozen_path(path.as_str()).is_err() {
            wrong.push((path.to_string(), "leads to a folder that holds no contracts".to_owned()));
        }
    }
    for (path, other) in clashes(inside().map(|(path, _)| path)) {
        wrong.push((
            path.to_string(),
            format!("is the same as `{other}` where case does not count"),
        ));
    }
    if !wrong.is_empty() {
        wrong.sort();
        return Err(Refusal::Unfreezable(wrong));
    }
    let inside: Vec<_> = inside().collect();
    let frozen = inside.into_par_iter().map(|(path, artifact)| FrozenArtifact {
        path: path.clone(),
        kind: kind(path).to_owned(),
        size: artifact.bytes.len() as u64,
        sha256: artifact.digest().hex(),
        bytes: Arc::clone(&artifact.bytes),
        unproven: None,
    });
    Ok(frozen.collect())
}

fn unread(refusal: Unread) -> String {
    match refusal {
        Unread::LinkAtRoot => "is a link in the place of the contracts".to_owned(),
        Unread::LinkOutside => "is a link to something outside of the tree".to_owned(),
        Unread::LinkNotTaken => "is a link where only a file is taken".to_owned(),
        Unread::Submodule => "is a repository of its own".to_owned(),
        Unread::FolderNotTaken => "is a folder where only a file is taken".to_owned(),
        Unread::LinkToFolder => "is a link to a folder".to_owned(),
        Unread::LinkBroken => "is a link to nothing".to_owned(),
        Unread::Name(problem) => problem.reason().to_owned(),
        Unread::TooLarge(size) => format!("has {size} bytes, which is over the limit"),
        Unread::Special => "is neither file nor folder".to_owned(),
    }
}

/// Gives a freeze its place in the chain and its files.
fn publication(
    mut freeze: Freeze,
    folder: &str,
    past: &Past,
    version: &Version,
    allow_empty: bool,
) -> Result<Publication, Refusal> {
    if let Some(taken) = past.versions.iter().find(|v| *v == version) {
        return Err(Refusal::Exists(taken.to_string()));
    }
    if let Some(newest) = past.versions.iter().max().filter(|newest| *newest > version) {
        return Err(Refusal::NotLarger { newest: newest.to_string(), wanted: version.to_string() });
    }
    freeze.root = root_of(freeze.artifacts.iter().map(|a| (a.path.as_str(), a.sha256.as_str())));
    let before = past.newest.as_ref().and_then(|f| Version::parse(&f.version).ok());
    if let (Some(newest), Some(before)) = (&past.newest, &before)
        && newest.root == freeze.root
        && !allow_empty
    {
        return Err(Refusal::Unchanged(before.to_string()));
    }
    freeze.version = version.to_string();
    freeze.seq = past.newest.as_ref().map_or(1, |newest| newest.seq.saturating_add(1));
    freeze.prev = past.newest.as_ref().map(|newest| newest.root.clone());
    freeze.bump = Some(version.bump_from(before.as_ref()).to_owned());
    let files = files_of(&freeze, folder);
    Ok(Publication { freeze, files })
}

fn files_of(freeze: &Freeze, folder: &str) -> Vec<NewFile> {
    let at = |name: &str| ArtifactPath::lossy(&format!("{folder}/{name}"));
    let (bytes, index) = (Arc::new(encode(freeze)), Arc::new(Index::of(freeze).encode()));
    let file = |name: &str, bytes: &Arc<Vec<u8>>, replaces| NewFile {
        path: at(name),
        bytes: Arc::clone(bytes),
        replaces,
    };
    vec![
        file(&freeze_name(&freeze.version), &bytes, false),
        file(&index_name(&freeze.version), &index, false),
        file("freeze-latest.json", &bytes, true),
        file("sha-index-latest.json", &index, true),
    ]
}

/// What a crash left undone after the newest freeze was published: its index, the copies named `latest`.
/// `read` gives the bytes of a file of the folder. An index that is there is never replaced: a crash does
/// not alter files.
pub fn plan_repair(
    newest: &Freeze,
    newest_bytes: &[u8],
    root: &str,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Vec<NewFile> {
    let index = Index::of(newest).encode();
    let folder = folder_of(root);
    let at = |name: &str| ArtifactPath::lossy(&format!("{folder}/{name}"));
    let mut files = Vec::new();
    let own = read(&index_name(&newest.version));
    // One of the legacy tool was about to be replaced by an import that kept it before.
    let replaces = own.as_deref().is_some_and(is_legacy);
    let own = own.filter(|_| !replaces);
    if own.is_none() {
        let path = at(&index_name(&newest.version));
        files.push(NewFile { path, bytes: Arc::new(index.clone()), replaces });
    }
    let index = own.unwrap_or(index);
    for (name, bytes) in
        [("freeze-latest.json", newest_bytes), ("sha-index-latest.json", index.as_slice())]
    {
        if read(name).as_deref() != Some(bytes) {
            files.push(NewFile { path: at(name), bytes: Arc::new(bytes.to_vec()), replaces: true });
        }
    }
    files
}

/// A freeze outside of the chain, named for what it holds: what a forced restore is about to replace.
pub fn rescue(tree: &Tree, created_at: String) -> Result<NewFile, Refusal> {
    let folder = folder_of(&tree.root);
    let artifacts = artifacts_of(tree, &folder, |_| "other")?;
    let root = root_of(artifacts.iter().map(|a| (a.path.as_str(), a.sha256.as_str())));
    let name: String = root.trim_start_matches("sha256:").chars().take(16).collect();
    let freeze = Freeze {
        version: format!("rescue-{name}"),
        root,
        created_at: Some(created_at),
        description: Some("what a forced restore replaced".to_owned()),
        artifacts,
        ..Freeze::default()
    };
    let path = ArtifactPath::lossy(&format!("{folder}/rescue-{name}.json"));
    Ok(NewFile { path, bytes: Arc::new(encode(&freeze)), replaces: true })
}
