//! `waivers`: what is accepted, what is about to end, and what accepts nothing.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::json;

use super::consent::Judge;
use super::{WaiversArgs, changed, day, findings};
use crate::cli::Answer;
use crate::cli::args::{Global, OutputFormat};
use crate::cli::check::Judged;
use crate::cli::list::aligned;
use crate::cli::output::Terminal;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::cli::revise::Site;
use crate::cli::words::counted;
use crate::document::Edit;
use crate::gate::{Waiver, Waivers};
use crate::report::{render_difference, visible};

/// Days before its end from which a waiver is said to expire.
const SOON: i32 = 14;

/// `contract-guard waivers`
pub(in crate::cli) fn waivers(args: &WaiversArgs, global: &Global, terminal: &Terminal) -> Answer {
    let today = day(args.now.as_deref())?;
    let progress = Progress::start("looking at waivers");
    let place = Place::find(None, global)?;
    let judged = findings(&place, args.against.as_deref(), args.now.as_deref(), global, terminal)?;
    let waivers = Waivers::read(&judged.catalog);
    let judge = match waivers.entries.is_empty() {
        true => None,
        false => Judge::find(&place, args.against.as_deref(), global)?,
    };
    let unapproved = match &judge {
        Some(judge) => judge.unapproved(&judged.catalog, args.now.as_deref())?,
        None => BTreeSet::new(),
    };
    drop(progress);
    let state = |waiver: &Waiver| match state(waiver, &judged, today) {
        "open" | "expiring" if unapproved.contains(&waiver.fingerprint) => "unapproved",
        state => state,
    };
    let rows: Vec<(&str, &Waiver)> =
        waivers.entries.iter().map(|waiver| (state(waiver), waiver)).collect();
    if args.prune {
        return prune(&rows, args.dry_run, &place, global, terminal);
    }
    let text = match global.format {
        OutputFormat::Json => json_of(&rows, waivers.findings.len()),
        _ if rows.is_empty() && waivers.findings.is_empty() => "nothing is waived\n".to_owned(),
        _ => aligned(&rows.iter().map(|(state, waiver)| row(state, waiver)).collect::<Vec<_>>()),
    };
    match judge {
        Some(judge) if args.against.as_ref() != Some(&judge.name) => terminal.note(&format!(
            "signatures are those that `{}` asks for; `--against REF` asks another commit",
            judge.name
        )),
        None if !rows.is_empty() => {
            terminal.note("whether signatures are enough is shown by `--against REF`");
        }
        _ => {}
    }
    if !waivers.findings.is_empty() {
        let entries = counted(waivers.findings.len(), "problem");
        terminal.note(&format!("the file has {entries} more: `contract-guard check` shows them"));
    }
    Ok(terminal.write(text.as_bytes(), 0))
}

/// What became of a waiver, in a word.
fn state(waiver: &Waiver, judged: &Judged, today: Date) -> &'static str {
    let items = &judged.outcome.items;
    let said = items.iter().find(|item| {
        item.finding.code.as_str().starts_with("waiver-")
            && item.finding.subject.contains(&waiver.fingerprint)
    });
    match said.map(|item| item.finding.code.as_str()) {
        Some("waiver-expired") => return "expired",
        Some("waiver-stale") => return "stale",
        Some("waiver-unapproved") => return "unapproved",
        Some("waiver-unused") => return "unused",
        Some(_) => return "invalid",
        None => {}
    }
    // A difference of two days is counted in days, unless another unit is asked for.
    let left = waiver.until.and_then(|until| until.since(today).ok());
    let left = left.map_or(0, |span| span.get_days());
    if left <= SOON { "expiring" } else { "open" }
}

fn row(state: &str, waiver: &Waiver) -> Vec<String> {
    let until = waiver.until.map_or_else(|| "no day".to_owned(), |day| day.to_string());
    [
        state,
        &waiver.fingerprint,
        &waiver.code,
        &waiver.artifact,
        &format!("until {until}"),
        &waiver.owner,
        &waiver.reason,
    ]
    .into_iter()
    .map(visible)
    .collect()
}

fn json_of(rows: &[(&str, &Waiver)], problems: usize) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|(state, waiver)| {
            json!({
                "state": state,
                "fingerprint": waiver.fingerprint,
                "code": waiver.code,
                "artifact": waiver.artifact,
                "content": waiver.content,
                "reason": waiver.reason,
                "owner": waiver.owner,
                "until": waiver.until.map(|day| day.to_string()),
                "freeze": waiver.freeze,
                "signatures": waiver.signatures.len(),
            })
        })
        .collect();
    format!("{:#}\n", json!({ "waivers": rows, "problems": problems }))
}

/// Takes out what accepts nothing.
fn prune(
    rows: &[(&str, &Waiver)],
    is_dry: bool,
    place: &Place,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    let is_dead = |state: &str| ["expired", "stale", "unused"].contains(&state);
    let dead: Vec<&Waiver> =
        rows.iter().filter(|(state, _)| is_dead(state)).map(|(_, waiver)| *waiver).collect();
    if dead.is_empty() {
        return Ok(terminal.write(b"every waiver accepts something\n", 0));
    }
    let site = Site::open(place, is_dry, global, terminal)?;
    // From the end, so that the numbers of those before stay.
    let edits: Vec<Edit> =
        dead.iter().rev().map(|waiver| Edit::Remove(waiver.at.pointer.clone())).collect();
    let replacements = site.write("waivers taken out", &changed(&site, &edits)?, &[])?;
    let mut text = match is_dry {
        true => render_difference(&replacements, &site.tree, &site.style(terminal)),
        false => String::new(),
    };
    for waiver in dead.iter().filter(|_| !is_dry) {
        text.push_str(&format!("  removed  {}  {}\n", waiver.fingerprint, visible(&waiver.code)));
    }
    Ok(terminal.write(text.as_bytes(), 0))
}
