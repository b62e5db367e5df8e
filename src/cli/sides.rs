//! The trees that a user means by `1.2.0`, `freeze:1.2.0`, `origin/main`, `index`, `.`, or a path.

use std::path::Path;

use super::Failure;
use super::args::Global;
use super::load::{Loaded, load, load_to_compare};
use super::place::no_freeze;
use crate::source::{self, Request, Source, SourceError, USUAL_ROOT};

/// The newest freeze, which is what one compares with unless told otherwise.
pub(super) const LATEST: &str = "latest";

/// What to do without a freeze.
const ELSE: &str = "name a commit, such as `HEAD` or `origin/main`; or make a freeze first: \
                    `contract-guard freeze create`";

/// Reads and understands the tree that `text` names.
pub(super) fn side(text: &str, global: &Global) -> Result<Loaded, Failure> {
    load_to_compare(&request(text)?, global)
}

/// The same with its schemas compiled, so that documents can be checked against them.
pub(super) fn side_to_validate(text: &str, global: &Global) -> Result<Loaded, Failure> {
    load(&request(text)?, global)
}

pub(super) fn request(text: &str) -> Result<Request, Failure> {
    let (base, root) = match source::discover(None) {
        // What is gone from the folder may be in a commit or a freeze.
        Err(SourceError::NoTree { base }) => (base, USUAL_ROOT.to_owned()),
        other => other?,
    };
    request_at(text, &base, &root, Paths::Any)
}

/// Which paths are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paths {
    /// Whatever lies there.
    Any,
    /// Those that are plainly paths: what is meant for a branch must not be a folder that the change brings.
    Plain,
}

/// What a name means where the contracts lie below `base` and `root`: a commit before anything that lies on disk.
pub(super) fn request_at(
    text: &str,
    base: &Path,
    root: &str,
    paths: Paths,
) -> Result<Request, Failure> {
    let of = |source: Source| Request {
        source,
        base: base.to_owned(),
        root: root.to_owned(),
        frozen: false,
    };
    let version = text.strip_prefix("freeze:");
    match text {
        "." | "worktree" => return Ok(of(Source::Dir)),
        "index" => return Ok(of(Source::Index).configured()),
        _ => {}
    }
    let starts = ["./", "../", ".\\", "..\\", "~"];
    let is_path = text == ".." || starts.iter().any(|start| text.starts_with(start));
    let is_path = is_path || Path::new(text).is_absolute();
    if version.is_none() && text != LATEST && !is_path && source::is_commit(base, text)? {
        return Ok(of(Source::Commit(text.to_owned())).configured());
    }
    let freezes = source::freezes(base, root)?;
    match source::meant(&freezes, version.unwrap_or(text)).as_slice() {
        [(_, file)] => return Ok(of(Source::Freeze(file.path.clone()))),
        [] if version.unwrap_or(text) == LATEST => {
            return Err(no_freeze("there is no freeze to compare with", ELSE));
        }
        [] if version.is_some() => {
            let message = format!("there is no freeze `{}`", version.unwrap_or(text));
            let names: Vec<&str> = freezes.iter().rev().take(5).map(|(v, _)| v.as_str()).collect();
            let known = match names.as_slice() {
                [] => ELSE.to_owned(),
                [one] => format!("there is {one}"),
                _ => format!("the newest are {}", names.join(", ")),
            };
            return Err(Failure::Usage(message, Some(known)));
        }
        [] => {}
        many => {
            let names: Vec<String> = many.iter().map(|(v, _)| v.to_string()).collect();
            let message = format!("`{text}` may be {}", names.join(" or "));
            return Err(Failure::Usage(message, Some("write one of them".to_owned())));
        }
    }
    let path = Path::new(text);
    if !is_path && paths == Paths::Plain {
        return Ok(of(Source::Commit(text.to_owned())).configured());
    }
    // A bare repository has a file of that name, which is no freeze.
    if path.is_file() && text != "HEAD" {
        return Ok(of(Source::Freeze(path.to_owned())));
    }
    if path.is_dir() {
        let (base, root) = source::discover(Some(path))?;
        return Ok(Request { source: Source::Dir, base, root, frozen: false });
    }
    Ok(of(Source::Commit(text.to_owned())).configured())
}
