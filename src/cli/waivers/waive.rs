//! `waive`: one finding accepted, with everything that makes the waiver exact.

use jiff::civil::Date;
use serde_json::json;

use super::consent::Judge;
use super::{Waive, changed, day, find, findings, sound};
use crate::cli::args::Global;
use crate::cli::check::Judged;
use crate::cli::load::configured;
use crate::cli::output::Terminal;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::cli::revise::Site;
use crate::cli::words::counted;
use crate::cli::{Answer, Failure, Refused};
use crate::document::Edit;
use crate::finding::Location;
use crate::freeze::Signature;
use crate::gate::{self, Item, WAIVER_NAMESPACE, Waiver, Waivers};
use crate::report::{render_difference, visible};
use crate::source;
use crate::tree::{ArtifactPath, Revision};

/// `contract-guard waive`
pub(in crate::cli) fn waive(args: &Waive, global: &Global, terminal: &Terminal) -> Answer {
    let place = Place::find(None, global)?;
    if let Some(name) = &args.approve {
        return approve(name, args, &place, global, terminal);
    }
    let given = |text: &Option<String>, flag: &str| {
        let text = text.as_deref().unwrap_or_default().trim().to_owned();
        let empty = || Failure::Usage(format!("`{flag}` is empty"), None);
        if text.is_empty() { Err(empty()) } else { Ok(text) }
    };
    let (reason, owner) = (given(&args.reason, "--reason")?, given(&args.owner, "--owner")?);
    let until = last_day(&given(&args.until, "--until")?, day(args.now.as_deref())?)?;
    let name = given(&args.finding, "FINDING")?;
    let progress = Progress::start("looking for the finding");
    let judged = findings(&place, args.against.as_deref(), args.now.as_deref(), global, terminal)?;
    drop(progress);
    let item = meant(&judged, &name)?;
    if gate::is_beyond_waiving(item, judged.sides()) {
        let message = format!("`{}` can be waived by nobody", item.finding.code);
        return Err(refused(message, "mend it: `contract-guard explain` says how"));
    }
    let site = Site::open(&place, args.dry_run, global, terminal)?;
    let given = Waiver {
        fingerprint: item.fingerprint.clone(),
        code: item.finding.code.to_string(),
        artifact: gate::waived_artifact(item).to_string(),
        content: gate::waived_content(item, &judged.catalog, judged.texts()),
        reason,
        owner,
        until: Some(until),
        freeze: site.newest.as_ref().map(|newest| newest.freeze.version.clone()),
        signatures: Vec::new(),
        at: Location::file(&path(&site)),
    };
    let judge = Judge::find(&place, args.against.as_deref(), global)?;
    let known = Waivers::read(&site.facts(&site.tree)).entries;
    let earlier = known.into_iter().find(|waiver| waiver.fingerprint == given.fingerprint);
    match earlier {
        // What was signed is what is asked for: the signatures stay, and so does the file.
        Some(earlier) if earlier.message() == given.message() => {
            let said = told(&earlier, judge.as_ref())?;
            let text = format!("{said}  kept     {}, which says so already\n", path(&site));
            Ok(terminal.write(text.as_bytes(), 0))
        }
        earlier => {
            let revision = changed(&site, &entered(earlier.as_ref(), &given))?;
            let said = told(&given, judge.as_ref())?;
            let code = write(&site, &revision, "waiver", &said, args.dry_run, terminal)?;
            warn(earlier.as_ref(), judge.as_ref(), &given, terminal)?;
            Ok(code)
        }
    }
}

/// The edits that put an entry in, in the place of an earlier one for the same finding.
fn entered(earlier: Option<&Waiver>, given: &Waiver) -> Vec<Edit> {
    let mut entry = json!({
        "fingerprint": given.fingerprint,
        "code": given.code,
        "artifact": given.artifact,
        "content": given.content,
        "reason": given.reason,
        "owner": given.owner,
        "until": given.until.map(|day| day.to_string()),
        "freeze": given.freeze,
    });
    if let Some(members) = entry.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let list = crate::document::Pointer::root().join("waivers");
    let mut edits: Vec<Edit> =
        earlier.map(|waiver| Edit::Remove(waiver.at.pointer.clone())).into_iter().collect();
    edits.push(Edit::Merge(list, json!([entry])));
    edits
}

/// What a waiver does, and what it lacks, as far as anybody can know who judges it.
fn told(waiver: &Waiver, judge: Option<&Judge>) -> Result<String, Failure> {
    let until = waiver.until.map(|day| day.to_string()).unwrap_or_default();
    let accepted = format!(
        "{} in {} is accepted until {until}",
        visible(&waiver.code),
        visible(&waiver.artifact)
    );
    let consent = judge.map(|judge| judge.consent(waiver)).transpose()?.unwrap_or_default();
    let missing = consent.needed.saturating_sub(consent.names.len());
    let Some(judge) = judge.filter(|_| missing > 0) else { return Ok(format!("{accepted}\n")) };
    let what = if consent.names.is_empty() { "signature" } else { "more signature" };
    Ok(format!(
        "{accepted} once it is signed, as `{}` asks\n  needs    {}: `contract-guard waive --approve {} --key FILE`\n",
        visible(&judge.name),
        counted(missing, what),
        waiver.fingerprint
    ))
}

/// Says which signatures a new waiver has lost, and whether anybody can sign it.
fn warn(
    earlier: Option<&Waiver>,
    judge: Option<&Judge>,
    given: &Waiver,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let lost = earlier.map_or(0, |waiver| waiver.signatures.len());
    if lost > 0 {
        let count = if lost == 1 { "counts" } else { "count" };
        terminal.warning(&format!(
            "{} no longer {count}: something else was signed than what the waiver says now",
            counted(lost, "signature")
        ));
    }
    if let Some(judge) = judge
        && judge.consent(given)?.needed > 0
        && let Some(path) = judge.lacks_signers()
    {
        terminal.warning(&format!("`{}` has no `{path}`, so that nobody may sign", judge.name));
    }
    Ok(())
}

/// The last day of a waiver: one that is not over.
fn last_day(text: &str, today: Date) -> Result<Date, Failure> {
    let help = Some("write a day such as 2026-12-31".to_owned());
    match text.parse::<Date>() {
        Ok(day) if text.len() == 10 && day >= today => Ok(day),
        Ok(day) if text.len() == 10 => Err(Failure::Usage(format!("{day} is over"), help)),
        _ => Err(Failure::Usage(format!("`{}` is no day", visible(text)), help)),
    }
}

/// The one finding that a user names.
fn meant<'j>(judged: &'j Judged, name: &str) -> Result<&'j Item, Failure> {
    let is_meant =
        |item: &&Item| item.fingerprint.starts_with(name) || item.finding.code.as_str() == name;
    let counts = |item: &&Item| !item.finding.code.as_str().starts_with("waiver-");
    let found: Vec<&Item> = judged.outcome.items.iter().filter(is_meant).filter(counts).collect();
    match found.as_slice() {
        [item] => Ok(item),
        [] => {
            let message = format!("nothing that `check` finds is called `{}`", visible(name));
            let help = "`contract-guard check --format json` shows fingerprints; with \
                        `--against REF` also those of changes";
            Err(Failure::Usage(message, Some(help.to_owned())))
        }
        many => Err(Failure::Refused(Refused {
            message: format!("`{}` means {} findings", visible(name), many.len()),
            details: many.iter().take(20).map(|item| line(item)).collect(),
            help: Some("name one of them by its fingerprint; a waiver is for one".to_owned()),
            code: 2,
        })),
    }
}

fn line(item: &Item) -> String {
    let finding = &item.finding;
    let message = visible(&finding.message);
    format!("{}  {}  {}: {message}", item.fingerprint, finding.code, gate::waived_artifact(item))
}

fn refused(message: String, help: &str) -> Failure {
    Failure::Refused(Refused { message, details: Vec::new(), help: Some(help.to_owned()), code: 1 })
}

/// Adds a signature to a waiver.
fn approve(
    name: &str,
    args: &Waive,
    place: &Place,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    let site = Site::open(place, args.dry_run, global, terminal)?;
    let catalog = site.facts(&site.tree);
    configured(&site.config, &catalog)?;
    sound(&catalog)?;
    let waivers = Waivers::read(&catalog);
    let waiver = find(&waivers, name)?;
    let judge = Judge::find(place, args.against.as_deref(), global)?;
    let key = args.key.as_deref().unwrap_or(std::path::Path::new(""));
    let signature = source::sign(key, WAIVER_NAMESPACE, waiver.message().as_bytes())?;
    let signature = String::from_utf8_lossy(&signature).into_owned();
    if let Some(known) = signed_by(waiver, &signature) {
        return Err(refused(format!("{known} has signed this waiver already"), "let another sign"));
    }
    let (count, why) = match &judge {
        Some(judge) => counts(judge, waiver, &signature)?,
        None => (String::new(), None),
    };
    let list = json!({ "signatures": [signature] });
    let revision = changed(&site, &[Edit::Merge(waiver.at.pointer.clone(), list)])?;
    let said = format!("the waiver of {} {} is signed{count}\n", waiver.code, waiver.fingerprint);
    let code = write(&site, &revision, "approval of a waiver", &said, args.dry_run, terminal)?;
    if let Some(why) = why {
        terminal.warning(&why);
    }
    Ok(code)
}

/// How many of the signatures that are needed a waiver has with one more, and why that one adds none, if it
/// does not.
fn counts(
    judge: &Judge,
    waiver: &Waiver,
    signature: &str,
) -> Result<(String, Option<String>), Failure> {
    let before = judge.consent(waiver)?;
    if before.needed == 0 {
        return Ok((String::new(), None));
    }
    let mut signed = waiver.clone();
    signed.signatures.push(signature.to_owned());
    let after = judge.consent(&signed)?.names.len();
    let count = format!(
        ": it has {after} of {} that `{}` asks for",
        counted(before.needed, "signature"),
        visible(&judge.name)
    );
    let why = match judge.why_not(waiver, signature)? {
        Some(why) => Some(format!("this signature will not count: {why}")),
        None if after == before.names.len() => {
            signed.signatures = vec![signature.to_owned()];
            let name = judge.consent(&signed)?.names.into_iter().collect::<String>();
            Some(format!("this signature adds nothing: `{name}` has signed by another key"))
        }
        None => None,
    };
    Ok((count, why))
}

/// The key of a signature, when the waiver has one by it.
fn signed_by(waiver: &Waiver, signature: &str) -> Option<String> {
    let key = |text: &str| Signature::parse(text.as_bytes()).ok().map(|s| s.fingerprint());
    let own = key(signature)?;
    waiver.signatures.iter().any(|text| key(text).as_ref() == Some(&own)).then_some(own)
}

fn write(
    site: &Site<'_>,
    revision: &Revision,
    what: &str,
    said: &str,
    is_dry: bool,
    terminal: &Terminal,
) -> Answer {
    let replacements = site.write(what, revision, &[])?;
    let text = match is_dry {
        true => render_difference(&replacements, &site.tree, &site.style(terminal)),
        false => format!("{said}  wrote    {}\n", path(site)),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

fn path(site: &Site<'_>) -> ArtifactPath {
    Waivers::path(&site.tree.root)
}
