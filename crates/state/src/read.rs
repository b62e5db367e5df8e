//! Reading what stands at a name, without ever waiting for it or taking more memory than a bound.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use contract_embed::HealedProblem;
use serde_json::{Map, Value};

/// The largest state file that is read, in bytes.
pub(crate) const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What was found.
pub(crate) enum Found {
    /// A JSON object.
    Object(Map<String, Value>),
    /// Something that can never be a state.
    Problem(HealedProblem, String),
    /// The system could not read it now, which says nothing about the file.
    Unread(io::Error),
}

pub(crate) fn read(path: &Path) -> Found {
    match content(path) {
        Ok(Ok(bytes)) => parse(&bytes),
        Ok(Err(why)) => corrupted(&why),
        Err(error) if error.kind() == io::ErrorKind::NotFound => missing(path),
        Err(error) => refused(error),
    }
}

/// The bytes of a file, or why it can hold no state.
fn content(path: &Path) -> io::Result<Result<Vec<u8>, String>> {
    // Opening a pipe would wait for a writer, and a device may never end.
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Ok(Err("it is no regular file".to_owned()));
    }
    if found.len() > MOST_BYTES {
        return Ok(Err(format!("it has more than {MOST_BYTES} bytes")));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(Ok(bytes))
}

/// A link that leads nowhere is something that is there.
fn missing(path: &Path) -> Found {
    if fs::symlink_metadata(path).is_ok() {
        return corrupted("it is a link that leads nowhere");
    }
    Found::Problem(HealedProblem::Missing, "the file was not there".to_owned())
}

/// What this process may not read it never will; anything else may pass.
fn refused(error: io::Error) -> Found {
    match error.kind() {
        io::ErrorKind::PermissionDenied => corrupted("this process may not read it"),
        io::ErrorKind::NotADirectory => corrupted("a part of its path is a file"),
        _ => Found::Unread(error),
    }
}

fn parse(bytes: &[u8]) -> Found {
    // Editors on Windows write a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Found::Problem(HealedProblem::Empty, "the file was empty".to_owned());
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(object)) => Found::Object(object),
        Ok(other) => corrupted(&format!("it holds {}, not an object", kind(&other))),
        Err(error) => corrupted(&format!("it is no JSON: {error}")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn corrupted(why: &str) -> Found {
    Found::Problem(HealedProblem::Corrupted, why.to_owned())
}
