//! What the next commit changes, by names alone: enough to see that it is about something else.

use std::path::Path;

use super::{CONFIG, SourceError, git};

/// What the next commit changes.
#[derive(Debug)]
pub struct Staged {
    /// Paths from the folder that was asked about: new, changed and removed ones, of a rename both.
    pub paths: Vec<String>,
    /// The same of what lies outside that folder, from the top of the repository.
    pub outside: Vec<String>,
    /// The commit before it, if there is one.
    pub head: Option<String>,
    /// The contracts root that it has.
    pub root: String,
    /// The contracts root that the commit before it has.
    pub root_before: String,
    /// Whether the commit before it has laws.
    pub has_laws: bool,
}

/// Compares the index with the last commit; `None` when they are the same.
pub fn staged(base: &Path) -> Result<Option<Staged>, SourceError> {
    let what = "compare the index with the last commit";
    let args = ["--no-renames", "--no-ext-diff", "--ita-invisible-in-index"];
    let first = ["-c", "diff.relative=false", "diff", "--cached", "--name-only", "-z"];
    let listed = git::run(base, what, &[&first[..], &args].concat())?;
    let paths = listed.split(|b| *b == 0).filter(|path| !path.is_empty());
    let paths: Vec<String> = paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    if paths.is_empty() {
        return Ok(None);
    }
    let (paths, outside) = parted(paths, &prefix_of(base)?);
    let (now, then) = (format!(":./{CONFIG}"), format!("HEAD:./{CONFIG}"));
    let laws = "HEAD:./contracts/laws";
    let found = git::objects(base, &["HEAD^{commit}", &now, &then, laws]);
    let mut found = found.map_err(|error| without_index(base, what, error))?.into_iter();
    let mut next = || found.next().flatten();
    let head = next().map(|(name, _)| name);
    let root = |config: Option<git::Object>| super::root_of(&config.unwrap_or_default().1);
    let (root, root_before) = (root(next()), root(next()));
    let has_laws = match root_before.as_str() {
        "contracts" => next().is_some(),
        root => git::objects(base, &[&format!("HEAD:./{root}/laws")])?.iter().any(Option::is_some),
    };
    Ok(Some(Staged { paths, outside, head, root, root_before, has_laws }))
}

/// Why nothing can be said of the next commit: a bare repository makes none.
fn without_index(base: &Path, what: &str, error: SourceError) -> SourceError {
    let bare = git::run(base, what, &["rev-parse", "--is-bare-repository"]);
    if !bare.is_ok_and(|said| said.starts_with(b"true")) {
        return error;
    }
    let stderr = "it is a bare repository, which has no index".to_owned();
    SourceError::Git { what: what.to_owned(), stderr }
}

/// Those of the paths that lie below a folder, from there, and the others.
fn parted(paths: Vec<String>, prefix: &str) -> (Vec<String>, Vec<String>) {
    let (within, outside): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|path| path.starts_with(prefix));
    let below = |path: String| path.strip_prefix(prefix).map(str::to_owned).unwrap_or(path);
    (within.into_iter().map(below).collect(), outside)
}

/// What leads from the top of the repository to a folder.
fn prefix_of(base: &Path) -> Result<String, SourceError> {
    // At the top, where git runs hooks, there is nothing to ask.
    if base.join(".git").exists() {
        return Ok(String::new());
    }
    let said = git::run(base, "find the top of the repository", &["rev-parse", "--show-prefix"])?;
    Ok(String::from_utf8_lossy(&said).trim_end_matches(['\r', '\n']).to_owned())
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

/// Whether the system runs a file; elsewhere than on Unix, what stands in it tells.
#[cfg(unix)]
pub fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
}

/// Whether the system runs a file; elsewhere than on Unix, what stands in it tells.
#[cfg(not(unix))]
pub fn is_program(_: &Path) -> bool {
    true
}
