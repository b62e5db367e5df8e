//! `bump`: the steps that changes demand beside those that are declared, and with `--write` the files that
//! declare them.

use super::args::Bump;
use super::{blocked, consumers, json_of, named_pre, restates, stamp, told};
use crate::cli::args::{Global, OutputFormat};
use crate::cli::diff::{compare_sides, show_bumps};
use crate::cli::output::Terminal;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::cli::revise::Site;
use crate::cli::sides::{LATEST, side};
use crate::cli::waivers;
use crate::cli::{Answer, Failure};
use crate::gate;
use crate::release::{self, Before, Wish};

pub(in crate::cli) fn bump(args: &Bump, global: &Global, terminal: &Terminal) -> Answer {
    if args.write {
        return write(args, global, terminal);
    }
    let progress = Progress::start("comparing contracts");
    let newest = match &args.against {
        Some(against) => Some(against.clone()),
        None => newest_final(args, global)?,
    };
    let compared = compare_sides(newest.as_deref(), args.head.as_deref(), global)?;
    drop(progress);
    show_bumps(compared, args.module.as_deref(), global, terminal)
}

/// The newest freeze that is no pre-release.
fn newest_final(args: &Bump, global: &Global) -> Result<Option<String>, Failure> {
    let freezes = Place::find(args.setting.path.as_deref(), global)?.freezes()?;
    let is_final = |version: &&crate::freeze::Version| version.number().pre.is_empty();
    let mut versions = freezes.iter().map(|(version, _)| version).filter(is_final);
    Ok(versions.next_back().map(|version| format!("freeze:{version}")))
}

fn write(args: &Bump, global: &Global, terminal: &Terminal) -> Answer {
    named_pre(args.pre.as_deref())?;
    let (_, day) = stamp(args.setting.now.as_deref())?;
    let progress = Progress::start("raising versions");
    let place = Place::find(args.setting.path.as_deref(), global)?;
    let site = Site::open(&place, args.setting.dry_run, global, terminal)?;
    let newest = match &args.against {
        Some(_) => None,
        None => site.baseline()?.map(|freeze| format!("freeze:{}", freeze.version)),
    };
    let old = side(args.against.as_deref().or(newest.as_deref()).unwrap_or(LATEST), global)?;
    let facts = site.facts(&site.tree);
    let accepted = waivers::accepted(&facts, None, args.setting.now.as_deref())?;
    let comparison = gate::compare(&old.catalog, &facts, &old.config, &accepted);
    let declared = old.catalog.versions.iter().find(|v| v.folder.is_none());
    let Some(version) = declared.and_then(|v| v.current.version.clone()) else {
        let message = "the tree before declares no version of the set".to_owned();
        let help = "`contract-guard workflow` makes the first release".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    };
    let wish = Wish {
        summary: args.message.as_deref().unwrap_or_default().trim(),
        module: args.module.as_deref(),
        pre: args.pre.as_deref(),
        date: &day,
        restate: restates(&site),
        released: site.released()?,
        ..Wish::default()
    };
    let consumers = consumers(&site, &old.catalog, &comparison.items, terminal);
    let before = Before {
        version: &version,
        catalog: &old.catalog,
        comparison: &comparison,
        consumers: &consumers,
    };
    let planned = release::plan(&facts, Some(&before), &wish).map_err(blocked)?;
    let what = format!("bump to {}", planned.version);
    let replacements = site.write(&what, &planned.revision, &[])?;
    drop(progress);
    if global.format == OutputFormat::Json {
        let members = json_of(&planned, &replacements, args.setting.dry_run);
        let value = serde_json::Value::Object(members);
        return Ok(terminal.write(format!("{value:#}\n").as_bytes(), 0));
    }
    let mut out = told(&site, &planned, &replacements, args.setting.dry_run, terminal);
    if replacements.is_empty() {
        out.push_str("nothing to write: everything says so already\n");
    }
    Ok(terminal.write(out.as_bytes(), 0))
}
