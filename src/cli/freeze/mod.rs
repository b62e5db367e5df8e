//! `freeze`: from arguments to plans and back to words. What is planned is `freeze`'s, what is written is
//! `edit`'s.

pub(super) mod args;
mod create;
mod diff;
mod export;
mod import;
mod list;
mod restore;
mod show;
mod signers;
mod verify;

use super::args::Global;
use super::output::Terminal;
use super::{Answer, place, words};
use args::Command;
use place::Place;
pub(super) use restore::{refusal, rescued, would_lose};
pub(super) use signers::FILE as SIGNERS;

pub(super) fn run(freeze: &args::Freeze, global: &Global, terminal: &Terminal) -> Answer {
    let place = Place::find(freeze.tree.as_deref(), global)?;
    place.settle(terminal)?;
    match &freeze.command {
        Command::Create(create) => create::run(create, &place, global, terminal),
        Command::List(list) => list::run(list, &place, global, terminal),
        Command::Show(show) => show::run(show, &place, global, terminal),
        Command::Verify(verify) => verify::run(verify, &place, global, terminal),
        Command::Diff(diff) => diff::run(diff, &place, global, terminal),
        Command::Restore(restore) => restore::run(restore, &place, global, terminal),
        Command::Export(export) => export::run(export, &place, global, terminal),
        Command::Import(import) => import::run(import, &place, global, terminal),
        Command::Sign(sign) => verify::sign(sign, &place, global, terminal),
    }
}
