//! `hotfix`: the emergency path. Nothing is added, the reason is written down, the freeze is made at once,
//! and the approval that was left out is owed until it follows.

use clap::Args;
use serde_json::json;

use super::args::Setting;
use super::cut::{Extra, cut};
use super::{Since, since_newest, stamp, written};
use crate::cli::args::Global;
use crate::cli::output::Terminal;
use crate::cli::place::Place;
use crate::cli::revise::Site;
use crate::cli::{Answer, Failure, Refused};
use crate::document::{Edit, Pointer};
use crate::gate::{Impact, Step};
use crate::release::Wish;
use crate::source;
use crate::tree::{ArtifactPath, Revision};

#[derive(Debug, Args)]
pub(in crate::cli) struct Hotfix {
    /// Why it cannot wait, one sentence
    #[arg(required_unless_present = "approve")]
    pub reason: Option<String>,
    /// Who makes it, or approves it [default: the user of git]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Approve a hotfix that went out
    #[arg(long, value_name = "VERSION", conflicts_with = "reason")]
    pub approve: Option<String>,
    #[command(flatten)]
    pub setting: Setting,
}

const NAMES: [&str; 3] = ["debts.yaml", "debts.yml", "debts.json"];

pub(in crate::cli) fn hotfix(args: &Hotfix, global: &Global, terminal: &Terminal) -> Answer {
    let place = Place::find(args.setting.path.as_deref(), global)?;
    let by = args.by.clone().or_else(|| source::user(&place.base));
    let by = by.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let by = by.ok_or_else(|| {
        let help = "write `--by NAME`, or set `user.name` in git".to_owned();
        Failure::Usage("nobody is named".to_owned(), Some(help))
    })?;
    if let Some(version) = &args.approve {
        return approve(version, &by, args, &place, global, terminal);
    }
    let reason = args.reason.as_deref().unwrap_or_default().trim();
    if reason.is_empty() {
        return Err(Failure::Usage("a hotfix needs a reason".to_owned(), None));
    }
    let step = {
        let site = Site::open(&place, true, global, terminal)?;
        smallest(&site)?
    };
    let wish = Wish { step: Some(step), summary: reason, restate: true, ..Wish::default() };
    let owe = |site: &Site<'_>, version: &str, day: &str| {
        let entry = json!({
            "kind": "hotfix", "version": version, "date": day, "reason": reason, "by": by,
        });
        owed(site, &entry)
    };
    cut(&wish, &args.setting, Extra::Debt(&owe), global, terminal)
}

/// The step that the changes demand; none of them may add something.
fn smallest(site: &Site<'_>) -> Result<Step, Failure> {
    let Some(Since { version: from, comparison, .. }) = since_newest(site)? else {
        let message = "nothing was released yet: there is nothing to fix".to_owned();
        return Err(Failure::Usage(message, Some("`contract-guard workflow` releases".to_owned())));
    };
    let of = |impact: Impact| {
        let items = comparison.items.iter();
        items.filter(move |i| i.change.as_ref().is_some_and(|c| c.impact == impact))
    };
    let additions: Vec<String> = of(Impact::Minor)
        .take(8)
        .map(|i| format!("{}: {}", i.finding.primary.artifact, i.finding.message))
        .collect();
    if !additions.is_empty() {
        return Err(Failure::Refused(Refused {
            message: "a hotfix adds nothing, and this does".to_owned(),
            details: additions,
            help: Some("take the additions out, and release them afterwards".to_owned()),
            code: 1,
        }));
    }
    let impacts = comparison.items.iter().filter_map(|i| i.change.as_ref()).map(|c| c.impact);
    let impacts: Vec<Impact> = impacts.collect();
    let unproven = impacts.contains(&Impact::Unproven).then_some(Impact::Major);
    Ok(Step::required(impacts.into_iter().chain(unproven), &from).max(Step::Patch))
}

/// The file of debts with one more.
fn owed(site: &Site<'_>, entry: &serde_json::Value) -> Result<Revision, Failure> {
    let mut revision = Revision::default();
    let (path, bytes) = file(site);
    let bytes = bytes.unwrap_or_else(|| b"debts: []\n".to_vec());
    let list = Pointer::root().join("debts");
    let page = site.rewritten(&path, &bytes, &[Edit::Merge(list, json!([entry]))])?;
    revision.write(path, page.into_bytes());
    Ok(revision)
}

fn file(site: &Site<'_>) -> (ArtifactPath, Option<Vec<u8>>) {
    let at = |name: &str| ArtifactPath::below(&site.tree.root, name);
    let there = NAMES.iter().map(|name| at(name)).find(|p| site.tree.artifacts.contains_key(p));
    let path = there.unwrap_or_else(|| at("debts.yaml"));
    let bytes = site.tree.artifacts.get(&path).map(|a| a.bytes.to_vec());
    (path, bytes)
}

/// Writes down who approved a hotfix.
fn approve(
    version: &str,
    by: &str,
    args: &Hotfix,
    place: &Place,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    let (_, day) = stamp(args.setting.now.as_deref())?;
    let site = Site::open(place, args.setting.dry_run, global, terminal)?;
    let facts = site.facts(&site.tree);
    let debts = facts.debts();
    let bare = |text: &str| text.trim_start_matches('v').to_owned();
    let wanted = debts.iter().find(|d| d.version.as_deref().map(bare) == Some(bare(version)));
    let Some(debt) = wanted else {
        let open: Vec<&str> =
            debts.iter().filter(|d| !d.is_settled()).filter_map(|d| d.version.as_deref()).collect();
        let help = match open.as_slice() {
            [] => "no hotfix waits for an approval".to_owned(),
            open => format!("{} waits", open.join(", ")),
        };
        return Err(Failure::Usage(format!("there is no hotfix {version}"), Some(help)));
    };
    let approval = json!({"approved_by": by, "approved_on": day});
    let settled = crate::catalog::Debt { approved_by: Some(by.to_owned()), ..debt.clone() };
    if !settled.is_settled() {
        return Err(Failure::Refused(Refused {
            message: format!("`{by}` made hotfix {version} and cannot approve it"),
            details: Vec::new(),
            help: Some("it takes a second person: `--by NAME`".to_owned()),
            code: 1,
        }));
    }
    let path = facts.path(debt.item);
    let bytes = site.tree.artifacts.get(&path).map(|a| a.bytes.to_vec());
    let text = site.rewritten(
        &path,
        &bytes.unwrap_or_default(),
        &[Edit::Merge(debt.at.clone(), approval)],
    )?;
    let mut revision = Revision::default();
    revision.write(path, text.into_bytes());
    let replacements = site.write("approval of a hotfix", &revision, &[])?;
    let mut out = format!("hotfix {version} is approved by {}\n", crate::report::visible(by));
    out.push_str(&written(&replacements, args.setting.dry_run));
    Ok(terminal.write(out.as_bytes(), 0))
}
