//! `hook`: the gate before each commit, and who calls it.

mod args;
mod entries;
mod git;
mod run;

pub(super) use args::{HOOK_HELP, Hook};
pub(super) use run::calls_the_gate;

use std::path::{Path, PathBuf};

use args::{HookCommand, Manager};
use entries::{MANAGERS, calls, with_call, without_call};
use git::{HookFile, Owner};

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

/// What a repository uses. A file that holds our call and nothing else, as `init` writes one, makes nobody a user
/// of a manager that was never set up here.
fn used(top: &Path, hooks: &[HookFile]) -> Result<Manager, Failure> {
    for (manager, _) in MANAGERS {
        let Some((_, text)) = file_of(manager, top)? else { continue };
        let is_ours = without_call(manager, &text).is_some_and(|rest| rest.is_empty());
        if !is_ours || is_set(manager, hooks) {
            return Ok(manager);
        }
    }
    Ok(Manager::Git)
}

/// Whether git calls a manager: what one puts into the hooks of git names it.
fn is_set(manager: Manager, hooks: &[HookFile]) -> bool {
    hooks.iter().any(|file| {
        file.owner == Owner::Other
            && file.is_program
            && file.text.to_lowercase().contains(manager.word())
    })
}

fn install(with: Option<Manager>, terminal: &Terminal) -> Answer {
    let top = top();
    let hooks = git::files(&top)?;
    let manager = with.map_or_else(|| used(&top, &hooks), Ok)?;
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
    let found = file_of(manager, &top)?;
    let has_call = |(_, text): &(&str, String)| text.contains(&below_call(&below));
    if !below.is_empty() && !found.as_ref().is_some_and(has_call) {
        let below = visible(below.trim_end_matches('/'));
        let message =
            format!("the contracts lie in `{below}`, and {} runs at the top", manager.name());
        let help = format!("add an entry that runs `{} {below}` by hand", entries::CALL);
        return Err(Failure::Usage(message, Some(help)));
    }
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
    let is_called = is_set(manager, &hooks) || hooks.iter().any(HookFile::calls);
    if let Some(then) = manager.then() {
        out.push_str(&match is_called {
            true => format!("Once on each machine: {then}\n"),
            false => {
                format!("Here nothing calls the gate yet: run `{then}`, once on each machine\n")
            }
        });
    }
    // Who names a manager has been given what was asked for.
    Ok(terminal.write(out.as_bytes(), u8::from(!is_called && with.is_none())))
}

/// The call of an entry for contracts below the top.
fn below_call(below: &str) -> String {
    format!("{} {}", entries::CALL, below.trim_end_matches('/'))
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
    // A hook that git passes by is a way for a commit to pass the gate by.
    let (mut is_called, mut is_halved) = (false, false);
    for file in &hooks {
        let said = match file.owner {
            Owner::Nobody => "is not there",
            _ if !file.is_program => "is not executable, so that git passes it by",
            Owner::Us => "calls the gate",
            Owner::Caller => "calls the gate; somebody else wrote it",
            Owner::Other => "is somebody else's, and does not call the gate itself",
        };
        let path = shown(&file.path);
        out.push_str(&format!("{path} {said}\n"));
        match file.owner {
            Owner::Nobody => continue,
            _ if file.is_program => {}
            Owner::Us => {
                let ours = "contract-guard hook install";
                out.push_str(&format!("  run `chmod +x {path}`, or `{ours}`\n"));
            }
            _ => out.push_str(&format!("  run `chmod +x {path}`\n")),
        }
        is_called |= file.calls();
        is_halved |= !file.is_program && file.owner != Owner::Other;
    }
    for (manager, _) in MANAGERS {
        let Some((name, text)) = file_of(manager, &top)? else { continue };
        let calls = calls(&text);
        let said = if calls { "calls the gate" } else { "does not call the gate" };
        out.push_str(&format!("{} ({}) {said}\n", shown(&top.join(name)), manager.name()));
        let is_set = is_set(manager, &hooks);
        is_called |= calls && is_set;
        let Some(then) = manager.then().filter(|_| calls && !is_set) else { continue };
        let name = manager.name();
        out.push_str(&match is_called {
            true => format!("  git does not call {name} here, and calls the gate itself\n"),
            false => format!("  but git does not call {name}: run `{then}`\n"),
        });
    }
    Ok(terminal.write(out.as_bytes(), u8::from(!is_called || is_halved)))
}
