//! `waive` and `waivers`: findings accepted by name, for a reason, until a day.

mod accepted;
mod args;
mod consent;
mod list;
mod waive;

pub(super) use accepted::accepted;
pub(super) use args::{WAIVE_HELP, WAIVERS_HELP, Waive, WaiversArgs};
pub(super) use list::waivers;
pub(super) use waive::waive;

use super::args::{self as arguments, Gate, Global};
use super::check::{Judged, judged};
use super::load::{NOT_READ, configured, limits, wrong};
use super::output::Terminal;
use super::place::Place;
use super::revise::Site;
use super::sides::LATEST;
use super::words::day;
use super::{Failure, Refused};
use crate::catalog::Catalog;
use crate::checks::{self, Check};
use crate::document::Edit;
use crate::finding::Finding;
use crate::gate::{self, Levels, Waiver, Waivers};
use crate::report::visible;
use crate::source::{self, SourceError};
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
    let path = place.base.join(&place.root);
    if source::canonical(&path).is_none() {
        return Err(Failure::Source(SourceError::NoTree { base: place.base.clone() }));
    }
    let path = Some(path);
    let tree = arguments::Check { path, ..arguments::Check::default() };
    let now = now.map(str::to_owned);
    let judged = judged(&Gate { tree, against, now, ..Gate::default() }, global, terminal)?;
    let config = gate::read_config(&judged.catalog.tree, limits(global));
    configured(&config, &judged.catalog)?;
    sound(&judged.catalog)?;
    Ok(judged)
}

/// Whether `waivers.yaml` can be read as a whole. What is wrong with one entry leaves the others as they are.
///
/// # Errors
/// When it cannot: a file that nobody can read is not one without waivers.
fn sound(catalog: &Catalog) -> Result<(), Failure> {
    let path = Waivers::path(&catalog.tree.root);
    let mut findings: Vec<Finding> = Waivers::read(catalog).findings;
    findings.retain(|finding| finding.primary.pointer.is_root());
    let items: Vec<_> = catalog.find(&path).into_iter().collect();
    let is_wanted = |check: &Check| {
        matches!(check.run, checks::Run::Artifact(_)) || NOT_READ.contains(&check.code.as_str())
    };
    let mut own = checks::run_on(catalog, items, is_wanted);
    own.retain(|finding| finding.primary.artifact == path);
    findings.extend(own);
    let details = wrong(findings, catalog, &Levels::default());
    if details.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(Refused {
        message: format!("`{path}` is broken, and accepts nothing"),
        details,
        help: Some("mend the file, then run this again".to_owned()),
        code: 1,
    }))
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
    let found: Vec<&Waiver> =
        waivers.entries.iter().filter(|w| w.fingerprint.starts_with(name)).collect();
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if name.is_empty() || name.len() > 16 || !name.bytes().all(is_digit) {
        let message = format!("`{}` is no fingerprint", visible(name));
        let help = "it has 16 hexadecimal digits, or is the beginning of them; \
                    `contract-guard waivers` lists them";
        return Err(Failure::Usage(message, Some(help.to_owned())));
    }
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
