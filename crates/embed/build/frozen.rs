//! The newest freeze, and whether the files beside it are what it holds. What they mean is not asked here.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Where the contracts lie, below the repository.
pub(crate) const ROOT: &str = "contracts";

/// What programs are made from; the rest of a freeze is for people.
const KINDS: [&str; 10] = [
    "envelope",
    "example",
    "invariant",
    "logs",
    "metrics",
    "openapi",
    "policy",
    "schema",
    "topics",
    "traces",
];

/// A freeze, as `contract-freeze/2` has it.
#[derive(Deserialize)]
pub(crate) struct Freeze {
    format: String,
    /// The version of the set.
    pub(crate) version: String,
    /// The digest of all that it holds.
    pub(crate) root: String,
    /// Every file.
    pub(crate) artifacts: Vec<Artifact>,
}

/// A frozen file.
#[derive(Deserialize)]
pub(crate) struct Artifact {
    /// From the repository.
    pub(crate) path: String,
    /// What it is, such as `schema`.
    pub(crate) kind: String,
    sha256: String,
    encoding: String,
    /// Its text.
    pub(crate) content: String,
}

impl Artifact {
    /// The path below the contracts.
    pub(crate) fn below(&self) -> &str {
        self.path.strip_prefix(ROOT).map_or(&self.path, |rest| rest.trim_start_matches('/'))
    }

    /// Whether programs are made from it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.encoding == "utf-8" && KINDS.contains(&self.kind.as_str())
    }
}

/// The newest freeze of the repository.
///
/// # Errors
/// A line for each file that is not as it was frozen, with the command to run.
pub(crate) fn read(repository: &Path) -> Result<Freeze, Vec<String>> {
    let freeze = newest(repository).map_err(|problem| vec![problem])?;
    let version = &freeze.version;
    let mut problems = Vec::new();
    for artifact in freeze.artifacts.iter().filter(|artifact| artifact.is_wanted()) {
        let path = &artifact.path;
        let say = match std::fs::read(repository.join(path)) {
            Ok(bytes) if is_same(&bytes, &artifact.content) => continue,
            Ok(_) => format!("`{path}` is not what freeze {version} holds"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                format!("`{path}` is gone, and freeze {version} holds it")
            }
            Err(error) => format!("cannot read `{path}`: {error}"),
        };
        problems.push(say);
    }
    let known: BTreeSet<&str> = freeze.artifacts.iter().map(|a| a.path.as_str()).collect();
    let schemas = schemas(&repository.join(ROOT), ROOT);
    problems.extend(
        schemas
            .into_iter()
            .filter(|path| !known.contains(path.as_str()))
            .map(|path| format!("`{path}` is in no freeze")),
    );
    if problems.is_empty() {
        return Ok(freeze);
    }
    let help = "code is built from frozen contracts only: release the change with \
                `contract-guard workflow minor \"what changed\"`, or take it back with \
                `git checkout -- contracts`";
    problems.push(help.to_owned());
    Err(problems)
}

fn newest(repository: &Path) -> Result<Freeze, String> {
    let path = format!("{ROOT}/_frozen/freeze-latest.json");
    let make = "make one: `contract-guard freeze create VERSION`";
    let bytes = std::fs::read(repository.join(&path))
        .map_err(|error| format!("cannot read `{path}`: {error}; {make}"))?;
    let broken = |why: String| format!("`{path}` {why}; restore it from version control");
    let freeze: Freeze =
        serde_json::from_slice(&bytes).map_err(|error| broken(format!("is no freeze: {error}")))?;
    if freeze.format != "contract-freeze/2" {
        return Err(broken(format!("is a `{}`", freeze.format)));
    }
    let mut lines = String::new();
    for artifact in &freeze.artifacts {
        if artifact.encoding == "utf-8" && hex(artifact.content.as_bytes()) != artifact.sha256 {
            return Err(broken(format!("was edited: `{}` has another digest", artifact.path)));
        }
        lines.push_str(&format!("{}  {}\n", artifact.sha256, artifact.path));
    }
    match format!("sha256:{}", hex(lines.as_bytes())) == freeze.root {
        true => Ok(freeze),
        false => Err(broken("was edited: its root is another".to_owned())),
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Line endings are the business of whoever checked the file out.
fn is_same(bytes: &[u8], content: &str) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n");
    bytes == content.as_bytes()
        || std::str::from_utf8(bytes).is_ok_and(|text| lines(text) == lines(content))
}

/// Schemas on disk, from the repository.
fn schemas(folder: &Path, below: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{below}/{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !name.starts_with('_') => {
                found.extend(schemas(&entry.path(), &path));
            }
            Ok(kind) if kind.is_file() && name.ends_with(".schema.json") => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}
