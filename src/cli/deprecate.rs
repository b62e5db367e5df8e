//! `deprecate`: marks what is to go, or takes the mark away.

use std::path::PathBuf;

use clap::Args;
use semver::Version;
use serde_json::json;

use super::args::Global;
use super::graph::{From, Word, look_up, tree_of};
use super::output::Terminal;
use super::place::Place;
use super::revise::Site;
use super::{Answer, Failure};
use crate::catalog::{Catalog, Kind, is_deprecated};
use crate::document::{Edit, Pointer, Rewrite, Syntax, Unwritable};
use crate::gate::Step;
use crate::graph;
use crate::report::{render_difference, visible};
use crate::tree::{ArtifactPath, Revision};

pub(super) const DEPRECATE_HELP: &str = "\
Examples:
  contract-guard deprecate note.schema.json#/properties/colour
  contract-guard deprecate NOTE_CREATED --remove-in 3.0.0
  contract-guard deprecate \"GET /v1/notes\" --sunset 2027-06-30
  contract-guard deprecate note.schema.json#/properties/colour --undo
  contract-guard list deprecated                   what is marked, and what may go now";

#[derive(Debug, Args)]
pub(super) struct Deprecate {
    /// A path with a pointer, a path, a topic, an operation
    pub what: String,
    /// The version since which it is [default: the next]
    #[arg(long, value_name = "VERSION")]
    pub since: Option<String>,
    /// The version in which it goes [default: the next major]
    #[arg(long, value_name = "VERSION")]
    pub remove_in: Option<String>,
    /// The day until which an operation answers
    #[arg(long, value_name = "DAY")]
    pub sunset: Option<String>,
    /// Take the mark away
    #[arg(long, conflicts_with_all = ["since", "remove_in", "sunset"])]
    pub undo: bool,
    /// Show the difference, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
}

pub(super) fn run(args: &Deprecate, global: &Global, terminal: &Terminal) -> Answer {
    let place = Place::find(args.path.as_deref(), global)?;
    let site = Site::open(&place, args.dry_run, global, terminal)?;
    let facts = site.facts(&site.tree);
    let (path, at, label) = target(&args.what, &facts)?;
    let kind = facts.find(&path).and_then(|id| facts.item(id)).map_or(Kind::Other, |i| i.kind);
    if !(kind.is_schema() || matches!(kind, Kind::OpenApi | Kind::Topics)) {
        let help = "name a schema, a property, a topic, an operation".to_owned();
        return Err(Failure::Usage(format!("a {} cannot be deprecated", kind.name()), Some(help)));
    }
    let (since, remove_in) = versions(args, &site, &facts)?;
    let mark =
        Mark { kind, at, since: &since, remove_in: &remove_in, sunset: args.sunset.as_deref() };
    let bytes = site.tree.artifacts.get(&path).map(|a| a.bytes.to_vec()).unwrap_or_default();
    let syntax = Syntax::of_extension(&path.extension()).unwrap_or(Syntax::Json);
    let unwritable = |why: Unwritable| {
        Failure::Usage(
            format!("cannot mark {label} in `{path}`: {why}"),
            Some("mark it by hand: `deprecated: true`".to_owned()),
        )
    };
    let mut page = Rewrite::open(&bytes, syntax, &site.config.limits).map_err(unwritable)?;
    if args.undo { mark.undo(&mut page) } else { mark.set(&mut page) }.map_err(unwritable)?;
    let mut revision = Revision::default();
    revision.write(path, page.text().as_bytes());
    let revised = revision.over(&site.tree);
    let worse = site.outcome(&revised)?.beyond(&site.outcome(&site.tree)?);
    site.demand(&worse, &revised, "what would be marked", global, terminal)?;
    let replacements = site.write("deprecation", &revision, &[])?;
    let mut out = String::new();
    if args.dry_run {
        out = render_difference(&replacements, &site.tree, &site.style(terminal));
    } else if replacements.is_empty() {
        out.push_str(&format!("{} is marked already\n", visible(&label)));
    } else if args.undo {
        out.push_str(&format!("{} is not deprecated any more\n", visible(&label)));
    } else {
        let releases = site.config.layout.notice.releases;
        out.push_str(&format!(
            "{} is deprecated since {since}, to go in {remove_in}\nit may go once {releases} releases had the mark; `contract-guard list deprecated` counts them\n",
            visible(&label)
        ));
    }
    Ok(terminal.write(out.as_bytes(), 0))
}

/// The one place that a user means.
fn target(what: &str, facts: &Catalog) -> Result<(ArtifactPath, Pointer, String), Failure> {
    let graph = graph::build(facts, &[]);
    let words = tree_of(&[what.to_owned()], &From::default())?.1;
    let word = words.into_iter().next().unwrap_or_else(|| Word::name(what));
    let found = look_up(&graph, facts, &word)?;
    match found.places.as_slice() {
        [place] => {
            let path = ArtifactPath::lossy(graph.path(place.file));
            let id = facts.find(&path).unwrap_or(usize::MAX);
            if !facts.value_at(id, &place.at).is_some_and(crate::document::Value::is_object) {
                let message =
                    format!("there is no object at `{}` that could be marked", found.label);
                return Err(Failure::Usage(
                    message,
                    Some("name a schema, a property, a topic, an operation".to_owned()),
                ));
            }
            Ok((path, place.at.clone(), found.label))
        }
        places => {
            let message = format!("`{what}` means {} places", places.len());
            Err(Failure::Usage(
                message,
                Some("name one of them, by its path and pointer".to_owned()),
            ))
        }
    }
}

/// Since when, and when it goes.
fn versions(
    args: &Deprecate,
    site: &Site<'_>,
    facts: &Catalog,
) -> Result<(Version, Version), Failure> {
    let parse = |text: &str| {
        Version::parse(text.strip_prefix('v').unwrap_or(text)).map_err(|_| {
            Failure::Usage(
                format!("`{text}` is no version"),
                Some("write one such as 2.0.0".to_owned()),
            )
        })
    };
    let set = facts.versions.iter().find(|v| v.folder.is_none());
    let declared = set.and_then(|v| v.current.version.clone()).unwrap_or(Version::new(0, 1, 0));
    let since = match &args.since {
        Some(text) => parse(text)?,
        // What is declared and not out yet is the next.
        None if site.newest.is_some()
            && !site.past.versions.iter().any(|v| *v.number() == declared) =>
        {
            declared
        }
        None => Step::Minor.after(&declared),
    };
    let remove_in = match &args.remove_in {
        Some(text) => parse(text)?,
        None => Step::Major.after(&since),
    };
    if remove_in <= since {
        let message = format!("it cannot go in {remove_in} when it is deprecated since {since}");
        return Err(Failure::Usage(message, None));
    }
    if let Some(day) =
        args.sunset.as_deref().filter(|day| day.parse::<jiff::civil::Date>().is_err())
    {
        return Err(Failure::Usage(
            format!("`{day}` is no day"),
            Some("write one such as 2027-06-30".to_owned()),
        ));
    }
    Ok((since, remove_in))
}

struct Mark<'m> {
    kind: Kind,
    at: Pointer,
    since: &'m Version,
    remove_in: &'m Version,
    sunset: Option<&'m str>,
}

impl Mark<'_> {
    /// The keys of since when, and of when it goes.
    fn keys(&self) -> [&'static str; 3] {
        match self.kind {
            Kind::Topics => ["deprecated_since", "remove_in", "sunset"],
            _ => ["x-deprecated-since", "x-remove-in", "x-sunset"],
        }
    }

    fn set(&self, page: &mut Rewrite) -> Result<(), Unwritable> {
        let is_marked = page.value().at(&self.at).is_some_and(is_deprecated);
        let [since, remove_in, sunset] = self.keys();
        let mut members = vec![("deprecated", json!(true))];
        // A mark that is there already began when it began.
        if !is_marked || page.value().at(&self.at.join(since)).is_none() {
            members.push((since, json!(self.since.to_string())));
        }
        members.push((remove_in, json!(self.remove_in.to_string())));
        members.extend(self.sunset.map(|day| (sunset, json!(day))));
        for (key, value) in members {
            let at = self.at.join(key);
            let edit = match page.value().at(&at) {
                Some(_) => Edit::Set(at, value),
                None => Edit::Merge(at, value),
            };
            page.apply(&edit)?;
        }
        Ok(())
    }

    fn undo(&self, page: &mut Rewrite) -> Result<(), Unwritable> {
        for key in ["deprecated"].into_iter().chain(self.keys()) {
            let at = self.at.join(key);
            if page.value().at(&at).is_some() {
                page.remove(&at)?;
            }
        }
        Ok(())
    }
}
