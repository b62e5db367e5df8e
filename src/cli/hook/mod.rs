//! `hook`: the gate before each commit, and who calls it.

mod args;
mod entries;
mod git;
mod run;

pub(super) use args::{HOOK_HELP, Hook};

use std::path::{Path, PathBuf};

use args::{HookCommand, Manager};
use entries::{MANAGERS, calls, with_call, without_call};
use git::Owner;

use super::args::Global;
use super::output::Terminal;
use super::{Answer, Failure};
use crate::edit::{self, EditError};
use crate::report::visible;
use crate::source;

pub(super) fn hook(hook: &Hook, global: &Global, terminal: &Terminal) -> Answer {
    match &hook.command {
        HookCommand::Run(args) => run::run(args, global, terminal),
        HookCommand::Install(args) => install(args.with, terminal),
        HookCommand::Uninstall(args) => uninstall(args.with, terminal),
        HookCommand::Status => status(terminal),
    }
}

/// The top of the repository, which has the files of managers.
fn top() -> PathBuf {
    source::top_of_repository()
}

/// A path as the user would write it: from the current folder where it lies below that.
fn shown(path: &Path) -> String {
    let beneath = || {
        let folder = source::canonical(path.parent()?)?;
        let below = folder.strip_prefix(source::canonical(Path::new("."))?).ok()?;
        Some(below.join(path.file_name()?))
    };
    let path = beneath().unwrap_or_else(|| path.to_owned());
    visible(&path.display().to_string().replace('\\', "/"))
}

/// The file of a manager that is there.
fn file_of(manager: Manager, top: &Path) -> Result<Option<(&'static str, String)>, Failure> {
    let of = MANAGERS.iter().find(|(other, _)| *other == manager);
    for name in of.map(|(_, names)| *names).unwrap_or_default() {
        if let Some(text) = source::text_of(&top.join(name))? {
            return Ok(Some((name, text)));
        }
    }
    Ok(None)
}

/// What a repository uses.
fn used(top: &Path) -> Result<Manager, Failure> {
    for (manager, _) in MANAGERS {
        if file_of(manager, top)?.is_some() {
            return Ok(manager);
        }
    }
    Ok(Manager::Git)
}

fn install(with: Option<Manager>, terminal: &Terminal) -> Answer {
    let top = top();
    let manager = with.map_or_else(|| used(&top), Ok)?;
    // git runs hooks in the top folder; the contracts may lie below it.
    let below = source::below_top(&source::discover(None)?.0);
    let mut out = String::new();
    if manager == Manager::Git {
        for path in git::install(&top, &below)? {
            out.push_str(&format!("wrote {}\n", shown(&path)));
        }
        if out.is_empty() {
            out.push_str("the hooks of git call the gate already\n");
        }
        return Ok(terminal.write(out.as_bytes(), 0));
    }
    if !below.is_empty() {
        let below = visible(below.trim_end_matches('/'));
        let message =
            format!("the contracts lie in `{below}`, and {} runs at the top", manager.name());
        let help = format!("add an entry that runs `{} {below}` by hand", entries::CALL);
        return Err(Failure::Usage(message, Some(help)));
    }
    let found = file_of(manager, &top)?;
    let first = MANAGERS.iter().find(|(other, _)| *other == manager).and_then(|(_, n)| n.first());
    let name = found.as_ref().map(|(name, _)| *name).or(first.copied()).unwrap_or_default();
    let text = found.as_ref().map(|(_, text)| text.as_str());
    let path = top.join(name);
    let unwritable = |why: String| {
        let help = format!("add an entry that runs `{}` by hand", entries::CALL);
        Failure::Usage(format!("cannot write into `{}`: {why}", shown(&path)), Some(help))
    };
    match with_call(manager, text).map_err(unwritable)? {
        None => out.push_str(&format!("`{}` calls the gate already\n", shown(&path))),
        Some(text) => {
            write(manager, &path, &text)?;
            out.push_str(&format!("wrote {}\n", shown(&path)));
        }
    }
    if let Some(then) = manager.then() {
        out.push_str(&format!("Once on each machine: {then}\n"));
    }
    Ok(terminal.write(out.as_bytes(), 0))
}

/// Writes the file of a manager.
fn write(manager: Manager, path: &Path, text: &str) -> Result<(), EditError> {
    match manager {
        Manager::Husky => edit::write_program(path, text.as_bytes()),
        _ => edit::write_file(path, text.as_bytes()),
    }
}

fn uninstall(with: Option<Manager>, terminal: &Terminal) -> Answer {
    let top = top();
    let mut out = String::new();
    if with.is_none_or(|manager| manager == Manager::Git) {
        for path in git::uninstall(&top)? {
            out.push_str(&format!("removed {}\n", shown(&path)));
        }
    }
    for (manager, _) in MANAGERS {
        if with.is_some_and(|wanted| wanted != manager) {
            continue;
        }
        let Some((name, text)) = file_of(manager, &top)? else { continue };
        let path = top.join(name);
        let shown = shown(&path);
        match without_call(manager, &text) {
            Some(text) if text.is_empty() => {
                edit::remove_file(&path)?;
                if let Some(folder) = path.parent() {
                    edit::remove_empty_folder(folder);
                }
                out.push_str(&format!("removed {shown}\n"));
            }
            Some(text) => {
                write(manager, &path, &text)?;
                out.push_str(&format!("changed {shown}\n"));
            }
            None if calls(&text) => {
                out.push_str(&format!("kept    {shown}: its call was not written by `install`\n"));
            }
            None => {}
        }
    }
    if out.is_empty() {
        out.push_str("nobody calls the gate\n");
    }
    Ok(terminal.write(out.as_bytes(), 0))
}

fn status(terminal: &Terminal) -> Answer {
    let top = top();
    let mut out = String::new();
    let hooks = git::files(&top)?;
    let mut is_called = false;
    for file in &hooks {
        let said = match file.owner {
            Owner::Nobody => "is not there",
            Owner::Us => "calls the gate",
            Owner::Caller => "calls the gate; somebody else wrote it",
            Owner::Other => "is somebody else's, and does not call the gate itself",
        };
        is_called |= matches!(file.owner, Owner::Us | Owner::Caller);
        out.push_str(&format!("{} {said}\n", shown(&file.path)));
    }
    for (manager, _) in MANAGERS {
        let Some((name, text)) = file_of(manager, &top)? else { continue };
        let calls = calls(&text);
        let said = if calls { "calls the gate" } else { "does not call the gate" };
        out.push_str(&format!("{} ({}) {said}\n", shown(&top.join(name)), manager.name()));
        // What a manager puts into the hooks of git names the manager.
        let is_set = hooks.iter().any(|file| {
            file.owner == Owner::Other && file.text.to_lowercase().contains(manager.word())
        });
        is_called |= calls && is_set;
        if let (Some(then), true, false) = (manager.then(), calls, is_set) {
            out.push_str(&format!("  but git does not call {}: run `{then}`\n", manager.name()));
        }
    }
    Ok(terminal.write(out.as_bytes(), u8::from(!is_called)))
}
