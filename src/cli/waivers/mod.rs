//! `waive` and `waivers`: findings accepted by name, for a reason, until a day.

mod accepted;
mod args;
mod list;
mod waive;

pub(super) use accepted::accepted;
pub(super) use args::{WAIVE_HELP, WAIVERS_HELP, Waive, WaiversArgs};
pub(super) use list::waivers;
pub(super) use waive::waive;

use super::Failure;
use super::args::{Check, Gate, Global};
use super::check::{Judged, judged};
use super::output::Terminal;
use super::place::Place;
use super::revise::Site;
use super::sides::LATEST;
use super::words::day;
use crate::document::Edit;
use crate::gate::{Waiver, Waivers};
use crate::tree::Revision;

/// Everything that `check` says of the working tree, compared with `against` or with the newest freeze.
fn findings(
    place: &Place,
    against: Option<&str>,
    now: Option<&str>,
    global: &Global,
    terminal: &Terminal,
) -> Result<Judged, Failure> {
    let newest = || place.freezes().map(|freezes| (!freezes.is_empty()).then(|| LATEST.to_owned()));
    let against = match against {
        Some(name) => Some(name.to_owned()),
        None => newest()?,
    };
    let path = Some(place.base.join(&place.root));
    let tree = Check { path, ..Check::default() };
    let now = now.map(str::to_owned);
    judged(&Gate { tree, against, now, ..Gate::default() }, global, terminal)
}

/// `waivers.yaml` with an edit.
fn changed(site: &Site<'_>, edits: &[Edit]) -> Result<Revision, Failure> {
    let path = Waivers::path(&site.tree.root);
    let bytes =
        site.tree.get(&path).map_or_else(|| b"waivers: []\n".to_vec(), |a| a.bytes.to_vec());
    let text = site.rewritten(&path, &bytes, edits)?;
    let mut revision = Revision::default();
    revision.write(path, text.into_bytes());
    Ok(revision)
}

/// The waiver that a user names by its fingerprint or the beginning of it.
fn find<'w>(waivers: &'w Waivers, name: &str) -> Result<&'w Waiver, Failure> {
    let found: Vec<&Waiver> = waivers
        .entries
        .iter()
        .filter(|w| !name.is_empty() && w.fingerprint.starts_with(name))
        .collect();
    match found.as_slice() {
        [waiver] => Ok(waiver),
        [] => {
            let message = format!("there is no waiver of `{name}`");
            Err(Failure::Usage(message, Some("`contract-guard waivers` lists them".to_owned())))
        }
        many => {
            let message = format!("`{name}` begins {} fingerprints", many.len());
            Err(Failure::Usage(message, Some("write more of it".to_owned())))
        }
    }
}
