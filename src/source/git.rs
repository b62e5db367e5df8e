//! The only caller of git: plumbing commands, no hooks, no filters, no text conversion.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use super::dir::{too_large, too_many};
use super::{Budget, CONFIG, IGNORE, Ignore, Request, SourceError, is_staged, links};
use crate::tree::{Artifact, ArtifactPath, PathProblem, Refusal, Refused, Tree};

/// An entry of the index or of a commit, path from `base`.
#[derive(Clone)]
pub(super) struct Entry {
    pub mode: String,
    pub object: String,
    pub path: Vec<u8>,
}

/// Variables that point git at a repository; a hook sets them for its own.
const LOCATION: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
];

/// Files that a repository holds must not become one, with a configuration that runs commands. Elsewhere a bare
/// repository is one that somebody made.
fn safely(base: &Path) -> &'static str {
    match super::is_in_repository(base) {
        true => "safe.bareRepository=explicit",
        false => "safe.bareRepository=all",
    }
}

/// git in `base`. Inside the repository that a hook runs for, its variables hold; in any other
/// repository they would point at the wrong one.
pub(super) fn command(base: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(base)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // What a commit holds is what its name says, and a folder of files is no repository that somebody made.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("LC_ALL", "C");
    git.args(["-c", "core.fsmonitor=false", "-c", safely(base)]).stdin(Stdio::null());
    if !is_known_own(base) {
        for name in LOCATION {
            git.env_remove(name);
        }
    }
    git
}

/// The same, asked once: every question of git would ask it twice again.
fn is_known_own(base: &Path) -> bool {
    let is_set = |name: &&str| std::env::var_os(name).is_some();
    // What a hook of the current folder's repository is told about it is true.
    let elsewhere = LOCATION.iter().filter(|name| !["GIT_INDEX_FILE", "GIT_PREFIX"].contains(name));
    if base == Path::new(".") && !elsewhere.copied().any(|name| is_set(&name)) {
        return !is_index_of_another();
    }
    static KNOWN: Mutex<BTreeMap<PathBuf, bool>> = Mutex::new(BTreeMap::new());
    let Ok(mut known) = KNOWN.lock() else { return is_own(base) };
    *known.entry(base.to_owned()).or_insert_with(|| is_own(base))
}

/// Whether the variables of the environment speak of the repository that holds `base`.
fn is_own(base: &Path) -> bool {
    if LOCATION.iter().all(|name| std::env::var_os(name).is_none()) {
        return true;
    }
    let here = git_dir(false, Path::new("."));
    here.is_some() && here == git_dir(true, base) && !is_index_of_another()
}

/// Whether the index that the environment names is that of another repository than the current folder's: a
/// hook of the repository around may call the gate in one that lies inside.
fn is_index_of_another() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let index = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
        let folder = index.filter(|index| index.is_absolute()).and_then(|index| {
            let folder = std::fs::canonicalize(index.parent()?).ok()?;
            folder.join("HEAD").is_file().then_some(folder)
        });
        let Some(folder) = folder else { return false };
        if std::fs::canonicalize(".git").is_ok_and(|own| own == folder) {
            return false;
        }
        let own = git_dir(true, Path::new(".")).map(std::fs::canonicalize);
        !own.is_some_and(|own| own.is_ok_and(|own| own == folder))
    })
}

/// The folder in which git keeps a repository, as the environment says, or the place alone.
fn git_dir(scrub: bool, at: &Path) -> Option<PathBuf> {
    let mut git = Command::new("git");
    git.arg("-C").arg(at).args(["-c", safely(at), "rev-parse", "--absolute-git-dir"]);
    git.stdin(Stdio::null()).stderr(Stdio::null());
    if scrub {
        for name in LOCATION {
            git.env_remove(name);
        }
    }
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\r', '\n'])))
}

/// Runs a command to its end.
pub(super) fn run(base: &Path, what: &str, args: &[&str]) -> Result<Vec<u8>, SourceError> {
    let output = command(base).args(args).output();
    let output = output.map_err(|error| failed(what, &error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let mut stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    // Some commands have another meaning outside of a repository, and explain that one.
    if stderr.contains("usage: git ")
        && let Ok(asked) = command(base).args(["rev-parse", "--git-dir"]).output()
        && !asked.status.success()
    {
        stderr = String::from_utf8_lossy(&asked.stderr).into_owned();
    }
    Err(SourceError::Git { what: what.to_owned(), stderr })
}

/// Why git did not run to its end.
pub(super) fn failed(what: &str, error: &std::io::Error) -> SourceError {
    let what = what.to_owned();
    match error.kind() {
        // It runs in the current folder, so that nothing else can be missing.
        std::io::ErrorKind::NotFound => SourceError::NoGit { what },
        _ => SourceError::Git { what, stderr: error.to_string() },
    }
}

/// Refuses a name that is one of a tag and of a branch: git would take the tag, which others may set.
pub(super) fn unambiguous(base: &Path, name: &str) -> Result<(), SourceError> {
    let stem = name.split(['~', '^', '@', ':']).next().unwrap_or_default();
    let is_full = matches!(stem.len(), 40 | 64) && stem.bytes().all(|b| b.is_ascii_hexdigit());
    if is_full || stem.starts_with("refs/") || matches!(stem, "" | "HEAD") {
        return Ok(());
    }
    let all = ["tags", "heads", "remotes"].map(|kind| format!("refs/{kind}/{stem}"));
    let mut args = vec!["for-each-ref", "--format=%(refname)", "--"];
    args.extend(all.iter().map(String::as_str));
    let listed = run(base, "list references", &args).unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let found: Vec<&str> = listed.lines().filter(|line| all.iter().any(|r| r == line)).collect();
    match found.as_slice() {
        [] | [_] => Ok(()),
        many => Err(SourceError::Git {
            what: format!("tell what `{name}` means"),
            stderr: format!("there is {}; write the whole name", many.join(" and ")),
        }),
    }
}

/// The full name of the commit that `name` means.
pub(super) fn commit(base: &Path, name: &str) -> Result<String, SourceError> {
    unambiguous(base, name)?;
    meant(base, name)
}

/// The same for a name that is known to mean one thing.
pub(super) fn meant(base: &Path, name: &str) -> Result<String, SourceError> {
    let wanted = format!("{name}^{{commit}}");
    let find = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
    let found =
        run(base, &format!("find the commit `{name}`"), &find).map_err(|error| match error {
            SourceError::Git { what, stderr } if stderr.trim().is_empty() => SourceError::Git {
                what,
                stderr: "there is no such commit, branch or tag".to_owned(),
            },
            other => other,
        })?;
    Ok(String::from_utf8_lossy(&found).trim().to_owned())
}

/// The process that answers names of objects with their contents.
fn batch(base: &Path) -> std::io::Result<Child> {
    let mut git = command(base);
    git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    git.stderr(Stdio::null()).spawn()
}

/// An object: its own name and its content.
pub(super) type Object = (String, Vec<u8>);

/// The objects of these names, each with its own name and content; one question for all.
pub(super) fn objects(base: &Path, names: &[&str]) -> Result<Vec<Option<Object>>, SourceError> {
    let fail = |error: &dyn std::fmt::Display| SourceError::Git {
        what: "look objects up".to_owned(),
        stderr: error.to_string(),
    };
    let mut child = batch(base).map_err(|e| failed("look objects up", &e))?;
    // A few lines fit into any pipe.
    let asked = names.iter().map(|name| format!("{name}\n")).collect::<String>();
    if let Some(mut input) = child.stdin.take() {
        input.write_all(asked.as_bytes()).map_err(|e| fail(&e))?;
    }
    let output = child.wait_with_output().map_err(|e| fail(&e))?.stdout;
    let mut rest = output.as_slice();
    let mut found = Vec::with_capacity(names.len());
    for _ in names {
        let end = rest.iter().position(|b| *b == b'\n').ok_or_else(|| fail(&"no answer"))?;
        let (header, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let header = String::from_utf8_lossy(header).into_owned();
        let mut words = header.split(' ');
        let (name, size) = (words.next(), words.nth(1).and_then(|n| n.parse::<usize>().ok()));
        found.push(match (name, size, header.ends_with(" missing")) {
            (Some(name), Some(size), false) => {
                let content = rest.get(..size).ok_or_else(|| fail(&"answer is cut off"))?;
                rest = rest.get(size + 1..).unwrap_or_default();
                Some((name.to_owned(), content.to_vec()))
            }
            _ => None,
        });
    }
    Ok(found)
}

/// Reads what two lists have in common once.
pub(super) fn trees(
    requests: [&Request; 2],
    entries: [Vec<Entry>; 2],
    budget: &Budget,
) -> Result<[Tree; 2], SourceError> {
    let objects = Objects::default();
    let mut seen = HashSet::new();
    let paths = entries.iter().flatten().filter(|entry| entry.mode != "160000");
    let wanted: Vec<(ArtifactPath, Entry)> = paths
        .filter(|entry| seen.insert(entry.object.clone()))
        .map(|entry| (ArtifactPath::lossy(&String::from_utf8_lossy(&entry.path)), entry.clone()))
        .filter(|(path, _)| !path.as_str().contains("_frozen/"))
        .collect();
    contents(&requests[0].base, &wanted, budget, &objects)?;
    let [first, second] = entries;
    Ok([tree(requests[0], first, budget, &objects)?, tree(requests[1], second, budget, &objects)?])
}

/// The paths to list: the contracts root and the configuration.
pub(super) fn pathspecs(request: &Request) -> Vec<String> {
    if request.root.is_empty() {
        return vec![":(literal).".to_owned()];
    }
    vec![format!(":(literal){}", request.root), format!(":(literal){CONFIG}")]
}

/// Contents that were read already, by the names of their objects: two states of one repository have most of
/// them in common.
#[derive(Debug, Default)]
pub(super) struct Objects(Mutex<HashMap<String, Arc<[u8]>>>);

impl Objects {
    fn get(&self, object: &str) -> Option<Arc<[u8]>> {
        self.0.lock().ok()?.get(object).cloned()
    }

    fn keep(&self, object: &str, bytes: &Arc<[u8]>) {
        if let Ok(mut known) = self.0.lock() {
            known.insert(object.to_owned(), Arc::clone(bytes));
        }
    }
}

/// A tree of listed entries, their contents read from the object store.
pub(super) fn tree(
    request: &Request,
    entries: Vec<Entry>,
    budget: &Budget,
    objects: &Objects,
) -> Result<Tree, SourceError> {
    if entries.len() > budget.files {
        return Err(too_many(budget));
    }
    let prefix = if request.root.is_empty() { String::new() } else { format!("{}/", request.root) };
    let mut tree = Tree { root: request.root.clone(), ..Tree::default() };
    let mut wanted = Vec::new();
    for entry in entries {
        let text = String::from_utf8_lossy(&entry.path).into_owned();
        let below = text.strip_prefix(&prefix).unwrap_or(&text);
        if text != CONFIG && (request.skips(below) || is_staged(below)) {
            continue;
        }
        let mut refuse = |refusal| {
            tree.refused.push(Refused { path: ArtifactPath::lossy(&text), refusal });
        };
        let is_unicode = std::str::from_utf8(&entry.path).is_ok();
        match ArtifactPath::new(&text) {
            // What another repository holds is neither frozen nor compared.
            _ if entry.mode == "160000" => refuse(Refusal::Submodule),
            Ok(path) if is_unicode => wanted.push((path, entry)),
            Ok(_) => refuse(Refusal::Name(PathProblem::NotUnicode)),
            Err(problem) => refuse(Refusal::Name(problem)),
        }
    }
    let contents = contents(&request.base, &wanted, budget, objects)?;
    let config = ArtifactPath::lossy(CONFIG);
    let mut found_links = BTreeMap::new();
    for ((path, entry), content) in wanted.into_iter().zip(contents) {
        match content {
            Content::TooLarge(size) => {
                tree.refused.push(Refused { path, refusal: Refusal::TooLarge(size) });
            }
            Content::Bytes(bytes) if entry.mode == "120000" => {
                found_links.insert(path, String::from_utf8_lossy(&bytes).into_owned());
            }
            Content::Bytes(bytes) if path == config => {
                tree.config = Some((path, Artifact::new(bytes)))
            }
            Content::Bytes(bytes) => {
                tree.artifacts.insert(path, Artifact::new(bytes));
            }
        }
    }
    let ignore_path = ArtifactPath::below(&request.root, IGNORE);
    // Links come later: none is followed for this.
    if let Some(file) = tree.artifacts.get(&ignore_path) {
        let ignore = Ignore::parse(&String::from_utf8_lossy(&file.bytes));
        let is_kept = |path: &ArtifactPath| {
            !ignore.covers(path.as_str().strip_prefix(&prefix).unwrap_or_default())
        };
        tree.artifacts.retain(|path, _| is_kept(path));
        found_links.retain(|path, _| is_kept(path));
        tree.refused.retain(|refused| is_kept(&refused.path));
    }
    links::resolve(&mut tree, &found_links);
    links::refuse_folders(&mut tree, &[]);
    Ok(tree)
}

/// What git would check out for a path of the index, filters applied.
pub(super) fn checked_out(base: &Path, path: &ArtifactPath) -> Option<Vec<u8>> {
    let object = format!(":./{path}");
    run(base, "check a file out", &["cat-file", "--filters", &object]).ok()
}

enum Content {
    Bytes(Arc<[u8]>),
    TooLarge(u64),
}

/// Asks one `git cat-file --batch` for everything, in order.
fn contents(
    base: &Path,
    wanted: &[(ArtifactPath, Entry)],
    budget: &Budget,
    objects: &Objects,
) -> Result<Vec<Content>, SourceError> {
    let known: Vec<_> = wanted.iter().map(|(_, entry)| objects.get(&entry.object)).collect();
    if known.iter().all(Option::is_some) {
        return Ok(known.into_iter().flatten().map(Content::Bytes).collect());
    }
    let fail = |error: &dyn std::fmt::Display| SourceError::Git {
        what: "read the contents of the tree".to_owned(),
        stderr: error.to_string(),
    };
    let mut child = batch(base).map_err(|e| failed("read the contents of the tree", &e))?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(fail(&"no pipe"));
    };
    let unknown = wanted.iter().zip(&known).filter(|(_, known)| known.is_none());
    let request: String = unknown.map(|((_, entry), _)| format!("{}\n", entry.object)).collect();
    // A thread of its own: git answers while it is still being asked.
    let writer = std::thread::spawn(move || input.write_all(request.as_bytes()));
    let mut output = BufReader::with_capacity(1 << 16, output);
    let mut contents = Vec::with_capacity(wanted.len());
    let mut total = 0;
    for ((path, entry), known) in wanted.iter().zip(known) {
        if let Some(bytes) = known {
            contents.push(Content::Bytes(bytes));
            continue;
        }
        let mut header = String::new();
        output.read_line(&mut header).map_err(|e| fail(&e))?;
        let size: Option<u64> = header.split_whitespace().nth(2).and_then(|n| n.parse().ok());
        let size =
            size.ok_or_else(|| fail(&format!("no object for `{path}`: {}", header.trim())))?;
        if size > budget.file_bytes && !path.as_str().contains("_frozen/") {
            std::io::copy(&mut (&mut output).take(size + 1), &mut std::io::sink())
                .map_err(|e| fail(&e))?;
            contents.push(Content::TooLarge(size));
            continue;
        }
        // Freezes add up over the years; each is bounded, their sum is not.
        let is_freeze = path.as_str().contains("_frozen/");
        total += if is_freeze { 0 } else { size };
        if total.max(size) > budget.tree_bytes {
            let _ = child.kill();
            let _ = child.wait();
            return Err(too_large(budget));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        (&mut output).take(size).read_to_end(&mut bytes).map_err(|e| fail(&e))?;
        output.read_line(&mut String::new()).map_err(|e| fail(&e))?;
        let bytes = Arc::from(bytes);
        objects.keep(&entry.object, &bytes);
        contents.push(Content::Bytes(bytes));
    }
    drop(output);
    let _ = writer.join();
    child.wait().map_err(|e| fail(&e))?;
    Ok(contents)
}

/// Who works in a repository, as git knows them.
pub fn user(base: &Path) -> Option<String> {
    let name = run(base, "read the user", &["config", "user.name"]).ok()?;
    let name = String::from_utf8(name).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}
