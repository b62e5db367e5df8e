//! `diff`: two trees, every change between them, and the version steps they demand.

use super::args::{self, Global, Only};
use super::load::Loaded;
use super::outlets::{NO_VERDICT, Outlets};
use super::output::Terminal;
use super::progress::Progress;
use super::sides::{LATEST, side};
use super::waivers;
use super::{Answer, Failure};
use crate::gate::{self, Comparison, Impact, Item, Verdict};
use crate::report::{self, Format, Told};

/// Two trees and what changed between them.
pub(super) struct Compared {
    old: Loaded,
    new: Loaded,
    comparison: Comparison,
}

pub(super) fn compare_sides(
    base: Option<&str>,
    head: Option<&str>,
    global: &Global,
) -> Result<Compared, Failure> {
    let old = side(base.unwrap_or(LATEST), global)?;
    let new = side(head.unwrap_or("."), global)?;
    let accepted = waivers::accepted(&new.catalog, None, None)?;
    let comparison = gate::compare(&old.catalog, &new.catalog, &old.config, &accepted);
    Ok(Compared { old, new, comparison })
}

/// `contract-guard diff`
pub(super) fn diff(args: &args::Diff, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("comparing contracts");
    let Compared { old, new, mut comparison } =
        compare_sides(args.base.as_deref(), args.head.as_deref(), global)?;
    let modules: Vec<&str> = new
        .catalog
        .items
        .iter()
        .chain(&old.catalog.items)
        .filter_map(|i| i.module.as_deref())
        .collect();
    if let Some(module) = args.module.as_deref().filter(|m| !modules.contains(m)) {
        let message = format!("neither tree has a module `{module}`");
        return Err(Failure::Usage(message, None));
    }
    let all = comparison.items.len();
    comparison.items.retain(|item| is_wanted(item, args));
    let hidden = all - comparison.items.len();
    if let Some(module) = &args.module {
        comparison.bumps.retain(|bump| bump.module.as_ref() == Some(module));
    }
    let tree = gate::side_by_side(&old.catalog.tree, &new.catalog.tree);
    drop(progress);
    let breaks = comparison.count(Impact::Major) + comparison.count(Impact::Unproven);
    let code = u8::from(args.exit_code && breaks > 0);
    let style = terminal.style(new.prefix, 0.0);
    if hidden > 0 {
        let (noun, verb) = if hidden == 1 { ("change", "is") } else { ("changes", "are") };
        terminal.note(&format!("{hidden} other {noun} {verb} not shown"));
    }
    // Without a gate a comparison has no verdict.
    let verdict = match (args.exit_code, code) {
        (false, _) => NO_VERDICT,
        (true, 0) => Verdict::Pass.name(),
        (true, _) => Verdict::Fail.name(),
    };
    let outlets = Outlets { format: global.format.of_report(), reports: &args.report };
    let told = Told::Compared { comparison: &comparison, tree: &tree };
    Ok(outlets.tell(&told, verdict, code, &style, terminal))
}

fn unshown(error: std::io::Error) -> Failure {
    Failure::Source(crate::source::SourceError::Io { path: "-".into(), error })
}

fn is_wanted(item: &Item, args: &args::Diff) -> bool {
    let Some(change) = &item.change else { return false };
    let only = args.only.is_empty()
        || args.only.iter().any(|only| match only {
            Only::Major => change.impact == Impact::Major,
            Only::Unproven => change.impact == Impact::Unproven,
            Only::Minor => change.impact == Impact::Minor,
            Only::Patch => change.impact == Impact::Patch,
        });
    only && (args.module.is_none() || change.module == args.module)
}

/// Shows the steps of every module and of the set, and the changes that force them. Exit 1 when a step is
/// too small, or not known to be large enough.
pub(super) fn show_bumps(
    compared: Compared,
    module: Option<&str>,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    let Compared { old, new, mut comparison } = compared;
    if let Some(module) = module {
        if !comparison.bumps.iter().any(|bump| bump.module.as_deref() == Some(module)) {
            let message = format!("there is no version of a module `{module}`");
            let help = "a tree to compare with is named by `--against`".to_owned();
            return Err(Failure::Usage(message, Some(help)));
        }
        comparison.bumps.retain(|bump| bump.module.as_deref() == Some(module));
    }
    let concerns = |item: &Item| {
        module.is_none() || item.change.as_ref().is_some_and(|c| c.module.as_deref() == module)
    };
    let too_small = comparison.bumps.iter().any(gate::Bump::is_too_small);
    let is_unproven = |item: &Item| {
        concerns(item) && item.change.as_ref().is_some_and(|c| c.impact == Impact::Unproven)
    };
    let is_open = comparison.items.iter().any(is_unproven);
    // Only what forces a step is shown, and what may.
    let mut forcing: Vec<usize> =
        comparison.bumps.iter().flat_map(|bump| bump.forced_by.iter().copied()).collect();
    let items = comparison.items.iter().enumerate();
    forcing.extend(items.filter(|(_, item)| is_unproven(item)).map(|(i, _)| i));
    let items = std::mem::take(&mut comparison.items).into_iter().enumerate();
    comparison.items = items.filter(|(i, _)| forcing.contains(i)).map(|(_, item)| item).collect();
    let format = match global.format.of_report() {
        Format::Human => Format::Short,
        other => other,
    };
    let tree = gate::side_by_side(&old.catalog.tree, &new.catalog.tree);
    let style = terminal.style(new.prefix, 0.0);
    let mut bytes = Vec::new();
    report::render_comparison(&comparison, &tree, format, &style, &mut bytes).map_err(unshown)?;
    Ok(terminal.write(&bytes, u8::from(too_small || is_open)))
}
