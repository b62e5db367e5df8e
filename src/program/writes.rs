//! Which files code reads, writes and deletes, by the calls that do so.

use super::facts::{Call, PlaceId, Program};
use super::{Expression, Language, Programs};
use crate::document::Span;

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Its content is read.
    Read,
    /// Its content is replaced, cut or removed.
    Write,
    /// Something is added at its end, or it is made anew.
    Append,
}

/// One use of a file.
#[derive(Debug, Clone)]
pub struct FileUse {
    /// What is done.
    pub deed: Deed,
    /// The paths that the file may have, as [`Programs::paths`] tells them.
    pub paths: Vec<String>,
    /// Where it stands.
    pub place: PlaceId,
    /// The call.
    pub span: Span,
}

/// The files that a program uses.
pub(super) fn file_uses(programs: &Programs, program: &Program) -> Vec<FileUse> {
    let mut uses = Vec::new();
    for call in &program.calls {
        for name in programs.names_of(program, call) {
            let found = uses_of(call, name, program.language);
            if found.is_empty() {
                continue;
            }
            uses.extend(found.into_iter().map(|(deed, file)| FileUse {
                deed,
                paths: programs.paths(program, call.place, &file),
                place: call.place,
                span: call.span,
            }));
            break;
        }
    }
    uses
}

type Uses = Vec<(Deed, Expression)>;

fn uses_of(call: &Call, name: &str, language: Language) -> Uses {
    let last = name.rsplit('.').next().unwrap_or(name);
    let uses = match language {
        Language::Python => python(call, name, last),
        Language::Rust => rust(call, name, last),
        Language::Go => go(call, name, last),
        Language::Java => java(call, name, last),
        Language::Shell => shell(call, name),
        _ => ecma(call, name, last),
    };
    uses.into_iter().filter_map(|(deed, file)| Some((deed, file?))).collect()
}

type Maybe = Vec<(Deed, Option<Expression>)>;

fn nth(call: &Call, at: usize) -> Option<Expression> {
    call.positional(at).map(|a| a.value.clone())
}

fn python(call: &Call, name: &str, last: &str) -> Maybe {
    let receiver = || call.receiver.clone();
    let file = || nth(call, 0).or_else(|| call.keyword("file").map(|a| a.value.clone()));
    let opens = [
        "open",
        "io.open",
        "codecs.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "aiofiles.open",
        "os.fdopen",
    ];
    let mode = |at: usize| {
        let mode = call.keyword("mode").or_else(|| call.positional(at));
        deed_of_mode(mode.map(|m| &m.value))
    };
    match last {
        _ if opens.contains(&name) => vec![(mode(1), file())],
        "open" if call.receiver.is_some() && name != "os.open" && name != "webbrowser.open" => {
            vec![(mode(0), receiver())]
        }
        "write_text" | "write_bytes" => vec![(Deed::Write, receiver())],
        "read_text" | "read_bytes" => vec![(Deed::Read, receiver())],
        "unlink" if name != "os.unlink" => vec![(Deed::Write, receiver())],
        "remove" | "unlink" | "truncate" if name.starts_with("os.") => {
            vec![(Deed::Write, nth(call, 0))]
        }
        "rename" | "replace" | "renames" if name.starts_with("os.") => {
            vec![(Deed::Write, nth(call, 1)), (Deed::Write, nth(call, 0))]
        }
        "rename" | "replace" if call.receiver.is_some() && call.arguments.len() == 1 => {
            vec![(Deed::Write, nth(call, 0)), (Deed::Write, receiver())]
        }
        "move" if name == "shutil.move" => {
            vec![(Deed::Write, nth(call, 1)), (Deed::Write, nth(call, 0))]
        }
        "copy" | "copy2" | "copyfile" if name.starts_with("shutil.") => {
            vec![(Deed::Write, nth(call, 1)), (Deed::Read, nth(call, 0))]
        }
        "to_json" | "to_csv" | "to_parquet" | "to_pickle" if call.receiver.is_some() => {
            vec![(Deed::Write, nth(call, 0))]
        }
        "read_json" | "read_csv" | "read_parquet" => vec![(Deed::Read, nth(call, 0))],
        _ => Vec::new(),
    }
}

/// Python's and C's modes.
fn deed_of_mode(mode: Option<&Expression>) -> Deed {
    let Some(Expression::Text(mode)) = mode else { return Deed::Read };
    if mode.contains('w') || (mode.contains('r') && mode.contains('+')) {
        Deed::Write
    } else if mode.contains(['a', 'x']) {
        Deed::Append
    } else {
        Deed::Read
    }
}

fn ecma(call: &Call, name: &str, last: &str) -> Maybe {
    let is_fs = name.starts_with("fs.")
        || name.starts_with("fs/")
        || name.contains("fs.promises")
        || name.starts_with("fsp.")
        || name.starts_with("Deno.")
        || name.starts_with("Bun.");
    if !is_fs {
        return Vec::new();
    }
    match last {
        "writeFile" | "writeFileSync" | "write" | "truncate" | "truncateSync" | "unlink"
        | "unlinkSync" | "rm" | "rmSync" | "writeTextFile" | "remove" | "outputFile" => {
            vec![(Deed::Write, nth(call, 0))]
        }
        "createWriteStream" => {
            // Options are objects, which are no expression here: flags are looked for in none.
            vec![(if call.arguments.len() > 1 { Deed::Append } else { Deed::Write }, nth(call, 0))]
        }
        "appendFile" | "appendFileSync" => vec![(Deed::Append, nth(call, 0))],
        "rename" | "renameSync" => vec![(Deed::Write, nth(call, 1)), (Deed::Write, nth(call, 0))],
        "copyFile" | "copyFileSync" | "cp" | "cpSync" => {
            vec![(Deed::Write, nth(call, 1)), (Deed::Read, nth(call, 0))]
        }
        "open" | "openSync" => vec![(deed_of_mode(nth(call, 1).as_ref()), nth(call, 0))],
        "readFile" | "readFileSync" | "createReadStream" | "readTextFile" => {
            vec![(Deed::Read, nth(call, 0))]
        }
        _ => Vec::new(),
    }
}

fn rust(call: &Call, name: &str, last: &str) -> Maybe {
    let is_fs = name.contains("fs.");
    match last {
        "write" | "remove_file" if is_fs => vec![(Deed::Write, nth(call, 0))],
        "create" | "create_new"
            if name.ends_with("File.create") || name.ends_with("File.create_new") =>
        {
            vec![(Deed::Write, nth(call, 0))]
        }
        "open"
            if name.contains("OpenOptions")
                || name.contains(".append.")
                || name.contains(".write.") =>
        {
            let deed = if name.contains(".append.") {
                Deed::Append
            } else if name.contains(".write.") || name.contains(".truncate.") {
                Deed::Write
            } else {
                Deed::Read
            };
            vec![(deed, nth(call, 0))]
        }
        "open" if name.ends_with("File.open") => vec![(Deed::Read, nth(call, 0))],
        "read" | "read_to_string" if is_fs => vec![(Deed::Read, nth(call, 0))],
        "rename" if is_fs => vec![(Deed::Write, nth(call, 1)), (Deed::Write, nth(call, 0))],
        "copy" if is_fs => vec![(Deed::Write, nth(call, 1)), (Deed::Read, nth(call, 0))],
        _ => Vec::new(),
    }
}

fn go(call: &Call, name: &str, last: &str) -> Maybe {
    let is_os = name.starts_with("os.") || name.contains("ioutil.");
    if !is_os {
        return Vec::new();
    }
    match last {
        "WriteFile" | "Create" | "Remove" | "RemoveAll" | "Truncate" => {
            vec![(Deed::Write, nth(call, 0))]
        }
        "OpenFile" => {
            let flags = call.positional(1).map(|a| format!("{:?}", a.value)).unwrap_or_default();
            let deed = if flags.contains("O_APPEND") { Deed::Append } else { Deed::Write };
            vec![(deed, nth(call, 0))]
        }
        "Rename" => vec![(Deed::Write, nth(call, 1)), (Deed::Write, nth(call, 0))],
        "ReadFile" | "Open" => vec![(Deed::Read, nth(call, 0))],
        _ => Vec::new(),
    }
}

fn java(call: &Call, name: &str, last: &str) -> Maybe {
    let appends = call.arguments.iter().skip(1).any(|a| {
        let text = format!("{:?}", a.value);
        text.contains("APPEND") || text.contains("\"true\"")
    });
    let written = if appends { Deed::Append } else { Deed::Write };
    match last {
        "write" | "writeString" if name.ends_with(&format!("Files.{last}")) => {
            vec![(written, nth(call, 0))]
        }
        "FileWriter" | "FileOutputStream" | "PrintWriter" => vec![(written, nth(call, 0))],
        "delete" | "deleteIfExists" if name.contains("Files.") => vec![(Deed::Write, nth(call, 0))],
        "move" if name.contains("Files.") => {
            vec![(Deed::Write, nth(call, 1)), (Deed::Write, nth(call, 0))]
        }
        "copy" if name.contains("Files.") => vec![(Deed::Write, nth(call, 1))],
        "readString" | "readAllBytes" | "readAllLines" | "FileReader" | "FileInputStream" => {
            vec![(Deed::Read, nth(call, 0))]
        }
        _ => Vec::new(),
    }
}

fn shell(call: &Call, name: &str) -> Maybe {
    let is_flag = |e: &Expression| e.literal().is_some_and(|t| t.starts_with('-'));
    let has_flag = |flag: &str| call.arguments.iter().any(|a| a.value.literal() == Some(flag));
    let files: Vec<Expression> =
        call.arguments.iter().map(|a| a.value.clone()).filter(|e| !is_flag(e)).collect();
    let all = |deed: Deed| files.iter().map(|f| (deed, Some(f.clone()))).collect();
    match name {
        ">" | ">|" | "&>" => all(Deed::Write),
        ">>" | "&>>" => all(Deed::Append),
        "rm" | "truncate" | "shred" | "mv" => all(Deed::Write),
        "cp" => vec![(Deed::Write, files.last().cloned())],
        "tee" => all(if has_flag("-a") { Deed::Append } else { Deed::Write }),
        "sed" if has_flag("-i") => vec![(Deed::Write, files.last().cloned())],
        "cat" | "head" | "tail" | "jq" | "grep" => all(Deed::Read),
        _ => Vec::new(),
    }
}
