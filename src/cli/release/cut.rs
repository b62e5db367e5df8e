//! `workflow` and `release`: check, changes, step, versions, changelog, migration guide, check again,
//! freeze; then the tag to set. One transaction: any step that fails leaves everything as it was.

use std::collections::BTreeSet;

use serde_json::json;

use super::args::{Release, Setting, Workflow};
use super::{
    Since, blocked, consumers, json_of, named_pre, restates, shown, since_newest, stamp,
    versions_line, written,
};
use crate::catalog::{self, Catalog};
use crate::cli::args::{Global, OutputFormat};
use crate::cli::output::Terminal;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::cli::revise::Site;
use crate::cli::words::{counted, refused, size};
use crate::cli::{Answer, Failure};
use crate::freeze::{Freeze, Refusal, Version, Wish as FreezeWish, plan_create, root_of};
use crate::release::{self, Before, Blocked, Planned, Wish};
use crate::report::visible;
use crate::source::{Repository, State};
use crate::tree::{ArtifactPath, Files, Replacement, Revision};

pub(in crate::cli) fn workflow(args: &Workflow, global: &Global, terminal: &Terminal) -> Answer {
    if args.summary.trim().is_empty() {
        let help = "write one sentence: it goes into history, changelog and freeze".to_owned();
        return Err(Failure::Usage("nobody says what the release is for".to_owned(), Some(help)));
    }
    let wish = Wish {
        step: Some(args.step.step()),
        summary: args.summary.trim(),
        module: args.module.as_deref(),
        pre: args.pre.as_deref(),
        restate: true,
        ..Wish::default()
    };
    cut(&wish, &args.setting, Extra::NoDebts, global, terminal)
}

pub(in crate::cli) fn release(args: &Release, global: &Global, terminal: &Terminal) -> Answer {
    let wish = Wish {
        summary: args.summary.as_deref().unwrap_or_default().trim(),
        declared_only: true,
        restate: true,
        ..Wish::default()
    };
    cut(&wish, &args.setting, Extra::NoDebts, global, terminal)
}

/// What one release has and another has not.
#[derive(Clone, Copy)]
pub(super) enum Extra<'e> {
    /// Nothing may be owed from before.
    NoDebts,
    /// Something is owed afterwards: what is written for a version and a day.
    Debt(&'e dyn Fn(&Site<'_>, &str, &str) -> Result<Revision, Failure>),
}

pub(super) fn cut(
    wish: &Wish<'_>,
    setting: &Setting,
    extra: Extra<'_>,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    named_pre(wish.pre)?;
    let (created_at, day) = stamp(setting.now.as_deref())?;
    let progress = Progress::start("releasing contracts");
    let place = Place::find(setting.path.as_deref(), global)?;
    let site = Site::open(&place, setting.dry_run, global, terminal)?;
    let facts = site.facts(&site.tree);
    let since = since_newest(&site)?;
    let consumers = since
        .as_ref()
        .map(|since| consumers(&site, &since.old, &since.comparison.items, terminal))
        .unwrap_or_default();
    let before = since.as_ref().map(|Since { version, old, comparison }| Before {
        version,
        catalog: old,
        comparison,
        consumers: &consumers,
    });
    let wish =
        Wish { date: &day, restate: restates(&site), released: site.released()?, ..wish.clone() };
    let mut planned = release::plan(&facts, before.as_ref(), &wish).map_err(blocked)?;
    match extra {
        Extra::NoDebts => settled(&facts)?,
        Extra::Debt(owe) => {
            let owed = owe(&site, &planned.version.to_string(), &day)?;
            planned.revision = std::mem::take(&mut planned.revision).then(&owed);
        }
    }
    unchanged(&site)?;
    let revised = planned.revision.over(&site.tree);
    let of = format!("release {}", planned.version);
    site.demand(&site.outcome(&revised)?, &revised, &of, global, terminal)?;
    if let Some((outcome, texts)) = site.laws(global)? {
        site.demand(&outcome, &texts, "the repository", global, terminal)?;
    }
    let version = Version::parse(&planned.version.to_string())
        .map_err(|reason| Failure::Usage(reason, None))?;
    let kinds = catalog::survey(&revised, &site.config.layout, &site.config.limits).0;
    let kind = |path: &ArtifactPath| kinds.get(path).map_or("other", |kind| kind.name());
    let freeze_wish = FreezeWish {
        version: &version,
        description: Some(planned.summary.as_str()).filter(|text| !text.is_empty()),
        created_at,
        allow_empty: false,
    };
    let publication =
        plan_create(&revised, &site.past, &freeze_wish, kind).map_err(|r| refused(&r))?;
    tell_ignored(&site, terminal);
    site.keep_displaced()?;
    let replacements = site.write(&of, &planned.revision, &publication.files)?;
    drop(progress);
    let is_owed = matches!(extra, Extra::Debt(_));
    let told = Told {
        is_owed,
        planned: &planned,
        freeze: &publication.freeze,
        replacements: &replacements,
    };
    let text = match global.format {
        OutputFormat::Json => told.json(setting.dry_run),
        _ => told.text(&site, setting.dry_run, terminal),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

/// Says which files are frozen that git would not keep: a clone has other contracts, and a freeze is for all
/// to read.
fn tell_ignored(site: &Site<'_>, terminal: &Terminal) {
    let Ok(repository) = Repository::open(&site.place.base) else { return };
    let Ok(files) = repository.files(&State::WorkTree).map(|files| files.paths().to_vec()) else {
        return;
    };
    let known: BTreeSet<String> = files.into_iter().collect();
    let mut ignored = site.tree.artifacts.keys().filter(|path| !known.contains(path.as_str()));
    if let Some(first) = ignored.next().filter(|_| repository.is_git()) {
        let more = ignored.count();
        let others = if more > 0 { format!(" and {more} more") } else { String::new() };
        terminal.note(&format!(
            "git ignores `{first}`{others}, and the freeze holds it; `.contractignore` leaves files out"
        ));
    }
}

/// Refuses to release while an approval is owed.
pub(in crate::cli) fn settled(facts: &Catalog) -> Result<(), Failure> {
    let debts = facts.debts();
    let open: Vec<&str> = debts
        .iter()
        .filter(|d| !d.is_settled())
        .map(|d| d.version.as_deref().unwrap_or("?"))
        .collect();
    let Some(first) = open.first() else { return Ok(()) };
    Err(blocked(Blocked {
        message: match open.as_slice() {
            [one] => format!("hotfix {one} waits for its approval"),
            many => format!("hotfixes {} wait for their approval", many.join(", ")),
        },
        details: Vec::new(),
        help: format!(
            "`contract-guard hotfix --approve {first} --by NAME`; what cannot wait either is another hotfix"
        ),
    }))
}

/// Refuses to release what is released.
fn unchanged(site: &Site<'_>) -> Result<(), Failure> {
    // What was tried as a pre-release may go out as it is.
    let is_final = |text: &str| Version::parse(text).is_ok_and(|v| v.number().pre.is_empty());
    let newest = site.newest.as_ref().filter(|n| is_final(&n.freeze.version));
    let Some(newest) = newest else { return Ok(()) };
    let digests: Vec<(&str, String)> =
        site.tree.artifacts.iter().map(|(path, a)| (path.as_str(), a.digest().hex())).collect();
    if root_of(digests.iter().map(|(path, hex)| (*path, hex.as_str()))) != newest.freeze.root {
        return Ok(());
    }
    Err(refused(&Refusal::Unchanged(newest.freeze.version.clone())))
}

/// What there is to say about a release.
struct Told<'t> {
    /// Whether somebody has to approve it.
    is_owed: bool,
    planned: &'t Planned,
    freeze: &'t Freeze,
    replacements: &'t [Replacement],
}

impl Told<'_> {
    fn tags(&self) -> Vec<String> {
        let changed =
            |r: &&release::Raised| r.scope.module().is_none() || r.from.as_ref() != Some(&r.to);
        let raised = self.planned.raised.iter().filter(changed);
        raised.map(|r| release::tag(r.scope.module(), &r.to)).collect()
    }

    fn text(&self, site: &Site<'_>, is_dry: bool, terminal: &Terminal) -> String {
        let Freeze { version, artifacts, root, .. } = self.freeze;
        let mut out = String::new();
        if is_dry {
            out.push_str(&shown(site, self.replacements, terminal));
            out.push('\n');
        }
        out.push_str(&versions_line(self.planned));
        let verb = if is_dry { "would freeze" } else { "froze" };
        out.push_str(&format!(
            "{verb} {version}: {}, {}\n  {root}\n",
            counted(artifacts.len(), "artifact"),
            size(self.freeze.size())
        ));
        out.push_str(&written(self.replacements, is_dry));
        if !is_dry {
            out.push_str("\nNow run:\n  git add ");
            out.push_str(&visible(if site.tree.root.is_empty() { "." } else { &site.tree.root }));
            out.push_str(&format!(" && git commit -m \"contracts: release {version}\"\n"));
            for tag in self.tags() {
                out.push_str(&format!("  git tag {}\n", visible(&tag)));
            }
            if self.is_owed {
                out.push_str(&format!(
                    "It waits for the approval of somebody else:\n  contract-guard hotfix --approve {version} --by NAME\n"
                ));
            }
        }
        out
    }

    fn json(&self, is_dry: bool) -> String {
        let mut members = json_of(self.planned, self.replacements, is_dry);
        members.insert("root".to_owned(), json!(self.freeze.root));
        members.insert("artifacts".to_owned(), json!(self.freeze.artifacts.len()));
        members.insert("tags".to_owned(), json!(self.tags()));
        format!("{:#}\n", serde_json::Value::Object(members))
    }
}
