//! `fix`: repairs that findings bring, shown first on a terminal, written in one run.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::args::{Global, OutputFormat};
use super::output::Terminal;
use super::place::Place;
use super::progress::Progress;
use super::revise::Site;
use super::{Answer, Failure};
use crate::catalog;
use crate::checks;
use crate::finding::{Finding, Level};
use crate::repair::{self, Repaired, Wish};
use crate::report::{render_difference, visible};
use crate::source;
use crate::tree::{ArtifactPath, Replacement, Tree};

pub(super) const FIX_HELP: &str = "\
Examples:
  contract-guard fix                               everything that is safe
  contract-guard fix --check                       exit 1 when there is something to fix
  contract-guard fix --dry-run                     show the difference
  contract-guard fix missing-4xx-response          one rule
  contract-guard fix contracts/storage             one folder
  contract-guard fix --unsafe unknown-keyword      also what may be a decision";

#[derive(Debug, Args)]
pub(super) struct FixArgs {
    /// Codes of rules, files, folders [default: all]
    pub what: Vec<String>,
    /// Write nothing; exit 1 when there is something to fix
    #[arg(long)]
    pub check: bool,
    /// Show the difference, and write nothing
    #[arg(long, conflicts_with = "check")]
    pub dry_run: bool,
    /// Also repairs that may be a decision
    #[arg(long = "unsafe")]
    pub risky: bool,
    /// Write without asking, also on a terminal
    #[arg(long, short)]
    pub yes: bool,
    /// The repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
}

pub(super) fn run(args: &FixArgs, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("repairing contracts");
    let place = Place::find(args.path.as_deref(), global)?;
    let is_dry = args.check || args.dry_run;
    let site = Site::open(&place, is_dry, global, terminal)?;
    let (codes, paths) = chosen(args, &site)?;
    let wish = Wish { codes: &codes, paths: &paths, risky: args.risky };
    let judge = |tree: &Tree| findings(&site, tree);
    let repaired = repair::repair(&site.tree, &wish, &site.config.limits, judge);
    drop(progress);
    let planned = repaired.revision.replacements(&site.tree);
    let asks = !is_dry && !args.yes && !planned.is_empty();
    if asks && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let shown = render_difference(&planned, &site.tree, &site.style(terminal));
        let _ = std::io::stderr().lock().write_all(shown.as_bytes());
        if !agreed(planned.len())? {
            return Ok(terminal.write(b"nothing was written\n", 0));
        }
    }
    let replacements = site.write("repair", &repaired.revision, &[])?;
    let text = match global.format {
        OutputFormat::Json => json_of(&repaired, &replacements, is_dry),
        _ => text_of(&repaired, &replacements, args, &site, terminal),
    };
    let is_open = args.check && !replacements.is_empty() && !global.exit_zero;
    Ok(terminal.write(text.as_bytes(), u8::from(is_open)))
}

/// What the checks say, as far as the configuration does not silence it.
fn findings(site: &Site<'_>, tree: &Tree) -> Vec<Finding> {
    let catalog = catalog::build(tree, &site.config.layout, &site.config.limits);
    let mut findings = checks::run(&catalog, |_| true);
    findings.retain(|finding| site.config.levels.of(finding.code).0 != Level::Off);
    findings
}

/// Codes and paths among the arguments.
fn chosen(args: &FixArgs, site: &Site<'_>) -> Result<(Vec<String>, Vec<String>), Failure> {
    let (mut codes, mut paths) = (Vec::new(), Vec::new());
    for text in &args.what {
        if checks::find(text).is_some() {
            codes.push(text.clone());
            continue;
        }
        let below = below(Path::new(text), &site.place.base);
        let names_something = |path: &String| {
            let folder = format!("{path}/");
            let known = site.tree.artifacts.keys();
            path.is_empty()
                || known.map(ArtifactPath::as_str).any(|p| p == path || p.starts_with(&folder))
        };
        match below.filter(names_something) {
            Some(path) if path.is_empty() => {}
            Some(path) => paths.push(path),
            None => {
                let near = checks::CHECKS.iter().map(|c| c.code.as_str());
                let near = near.min_by_key(|c| strsim::damerau_levenshtein(c, text));
                let help = near.map(|near| format!("the nearest rule is `{near}`"));
                let message = format!("`{text}` is neither a rule nor a contract");
                return Err(Failure::Usage(message, help));
            }
        }
    }
    Ok((codes, paths))
}

/// A path that is there, from the repository root.
fn below(path: &Path, base: &Path) -> Option<String> {
    let path = source::canonical(path)?;
    let below = path.strip_prefix(source::canonical(base)?).ok()?;
    let segments: Vec<_> = below.iter().map(|s| s.to_string_lossy()).collect();
    Some(segments.join("/"))
}

fn agreed(files: usize) -> Result<bool, Failure> {
    let noun = if files == 1 { "this file" } else { "these files" };
    let asked = dialoguer::Confirm::new().with_prompt(format!("Change {noun}?")).default(true);
    asked.interact().map_err(|error| Failure::Usage(format!("there was no answer: {error}"), None))
}

fn text_of(
    repaired: &Repaired,
    replacements: &[Replacement],
    args: &FixArgs,
    site: &Site<'_>,
    terminal: &Terminal,
) -> String {
    let mut out = String::new();
    if args.dry_run {
        out.push_str(&render_difference(replacements, &site.tree, &site.style(terminal)));
    }
    let is_dry = args.check || args.dry_run;
    let verb = if is_dry { "would change" } else { "changed" };
    if !args.dry_run {
        for replacement in replacements {
            out.push_str(&format!("{verb} {}\n", visible(replacement.path.as_str())));
        }
    }
    let count: usize = repaired.settled.values().sum();
    let list: Vec<String> =
        repaired.settled.iter().map(|(code, n)| format!("{n} {code}")).collect();
    match (count, is_dry) {
        (0, _) => out.push_str("nothing to fix\n"),
        (n, true) => out.push_str(&format!("{n} to fix: {}\n", list.join(", "))),
        (n, false) => out.push_str(&format!("{n} fixed: {}\n", list.join(", "))),
    }
    if repaired.left > 0 {
        let (noun, verb) = if repaired.left == 1 { ("finding", "is") } else { ("findings", "are") };
        out.push_str(&format!(
            "{} {noun} {verb} left to you: `contract-guard check` shows them\n",
            repaired.left
        ));
    }
    if repaired.risky > 0 && !args.risky {
        let noun = if repaired.risky == 1 { "repair" } else { "repairs" };
        out.push_str(&format!("{} {noun} may be a decision: `--unsafe`\n", repaired.risky));
    }
    out
}

fn json_of(repaired: &Repaired, replacements: &[Replacement], is_dry: bool) -> String {
    let files: Vec<String> = replacements.iter().map(|r| r.path.to_string()).collect();
    let value = json!({
        "dry_run": is_dry, "files": files, "settled": repaired.settled, "unsafe": repaired.risky, "left": repaired.left,
    });
    format!("{value:#}\n")
}
