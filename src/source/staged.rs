//! What the next commit changes, by names alone: enough to see that it is about something else.

use std::path::Path;

use super::{SourceError, git};

/// What the next commit changes.
#[derive(Debug)]
pub struct Staged {
    /// Paths from the folder that was asked about: new, changed and removed ones, of a rename both.
    pub paths: Vec<String>,
    /// Whether there is no commit before it.
    pub is_first: bool,
}

/// Compares the index with the last commit.
pub fn staged(base: &Path) -> Result<Staged, SourceError> {
    let what = "compare the index with the last commit";
    let args = ["--no-renames", "--relative", "--no-ext-diff", "--ita-invisible-in-index"];
    let first = ["diff", "--cached", "--name-only", "-z"];
    let listed = git::run(base, what, &[&first[..], &args].concat())?;
    let paths = listed.split(|b| *b == 0).filter(|path| !path.is_empty());
    let paths: Vec<String> = paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    let is_first = !paths.is_empty() && git::commit(base, "HEAD").is_err();
    Ok(Staged { paths, is_first })
}

/// Whether the index has anything below one of these folders.
pub fn index_has(base: &Path, folders: &[String]) -> Result<bool, SourceError> {
    let mut args = vec!["ls-files", "--cached", "-z", "--"];
    let specs: Vec<String> = folders.iter().map(|folder| format!(":(literal){folder}")).collect();
    args.extend(specs.iter().map(String::as_str));
    Ok(!git::run(base, "list the index", &args)?.is_empty())
}

/// The first of these references that a repository has.
pub fn first_ref(base: &Path, names: &[&str]) -> Option<String> {
    let args = [&["for-each-ref", "--format=%(refname)", "--"], names].concat();
    let found = git::run(base, "list references", &args).ok()?;
    let found = String::from_utf8(found).ok()?;
    names
        .iter()
        .find(|name| found.lines().any(|line| line == **name))
        .map(|name| (*name).to_owned())
}

/// The folder from which git runs hooks.
pub fn hooks_folder(base: &Path) -> Result<std::path::PathBuf, SourceError> {
    let args = ["rev-parse", "--path-format=absolute", "--git-path", "hooks"];
    let said = git::run(base, "find the folder of hooks", &args)?;
    let said = String::from_utf8_lossy(&said).trim_end_matches(['\r', '\n']).to_owned();
    Ok(std::path::PathBuf::from(said))
}

/// A small text file; `None` when there is none.
pub fn text_of(path: &Path) -> Result<Option<String>, SourceError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SourceError::Io { path: path.to_owned(), error }),
    }
}
