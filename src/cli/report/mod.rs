//! `report`: everything that is known about a tree, on one page.

pub(super) mod args;

use std::path::Path;

use self::args::Report;
use super::args::Global;
use super::check::request;
use super::graph::manifests;
use super::laws::standings;
use super::load::load;
use super::output::Terminal;
use super::progress::Progress;
use super::target::Grounds;
use super::{Answer, Failure};
use crate::catalog::{Catalog, Kind};
use crate::checks;
use crate::cli::waivers;
use crate::freeze::{Format, Name, Version, decode, format_of, legacy_facts};
use crate::report::{self, FrozenFacts, Page};
use crate::source::{self, Request, Source, State};
use crate::{edit, gate, graph};

/// `contract-guard report`
pub(super) fn report(args: &Report, global: &Global, terminal: &Terminal) -> Answer {
    if let Some(now) = &args.now
        && now.parse::<jiff::Timestamp>().is_err()
    {
        let help = "write it as 2026-11-20T12:00:00Z".to_owned();
        return Err(Failure::Usage(format!("`{now}` is no time"), Some(help)));
    }
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = output {
        Grounds::of(args.tree.path.as_deref()).may_be_written(path)?;
    }
    let progress = Progress::start("writing the report");
    let request = request(&args.tree)?;
    let loaded = load(&request, global)?;
    let catalog = &loaded.catalog;
    let mut findings = checks::run(catalog, |_| true);
    let found = findings.clone();
    findings.extend(loaded.config.findings);
    let laws = match state(&request.source) {
        Some(state) => {
            standings(&request.base, &catalog.tree, &state, args.now.as_deref(), global)?
        }
        None => None,
    }
    .unwrap_or_default();
    let mut texts = catalog.tree.clone();
    for (path, artifact) in laws.texts.artifacts {
        texts.artifacts.entry(path).or_insert(artifact);
    }
    let accepted = waivers::accepted(catalog, None, args.now.as_deref())?;
    let of_laws = gate::judged_laws(laws.findings, &texts, &loaded.config.levels);
    let outcome = gate::judge(findings, of_laws, catalog, &texts, &loaded.config.levels, &accepted);
    let graph = graph::build(catalog, &manifests(&request, terminal));
    let page = report::render_page(&Page {
        title: &title(&request),
        catalog,
        graph: &graph,
        found: &found,
        outcome: &outcome,
        laws: &laws.titles,
        statuses: &laws.statuses,
        freezes: &freezes(catalog),
        now: args.now.as_deref(),
    })
    .map_err(|error| {
        let error = std::io::Error::other(error);
        Failure::Source(source::SourceError::Io { path: "page.html".into(), error })
    })?;
    drop(progress);
    match output {
        None => Ok(terminal.write(page.as_bytes(), 0)),
        Some(path) => {
            edit::write_file(path, page.as_bytes())?;
            let name = report::visible(&path.display().to_string());
            let said = format!("wrote {name} ({} kB)\n", page.len().div_ceil(1000));
            Ok(terminal.write(said.as_bytes(), 0))
        }
    }
}

fn state(source: &Source) -> Option<State> {
    match source {
        Source::Dir => Some(State::WorkTree),
        Source::Index => Some(State::Index),
        Source::Commit(name) => Some(State::Commit(name.clone())),
        // A freeze holds contracts and no code.
        Source::Freeze(_) => None,
    }
}

/// The name of the folder that the contracts lie in.
fn title(request: &Request) -> String {
    if let Source::Freeze(path) = &request.source {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        return name.unwrap_or_else(|| "a freeze".to_owned());
    }
    let base = source::canonical(&request.base);
    let name = base.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
    name.map_or_else(|| "this repository".to_owned(), std::borrow::Cow::into_owned)
}

/// What the freezes beside the contracts say of themselves, the oldest first.
fn freezes(catalog: &Catalog) -> Vec<FrozenFacts> {
    let mut found: Vec<(Version, FrozenFacts)> = Vec::new();
    for (_, item) in catalog.of_kind(Kind::Freeze) {
        let Name::Freeze(version) = Name::of(item.path.file_name()) else { continue };
        let bytes = catalog.tree.get(&item.path).map(|artifact| artifact.bytes.as_ref());
        let facts = match facts(bytes.unwrap_or_default()) {
            Ok(facts) => FrozenFacts { version: version.to_string(), ..facts },
            Err(reason) => FrozenFacts {
                version: version.to_string(),
                damaged: Some(reason),
                ..FrozenFacts::default()
            },
        };
        found.push((version, facts));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut before: Option<Version> = None;
    for (version, facts) in &mut found {
        // An old freeze does not say which step it is.
        if facts.bump.is_empty() {
            version.bump_from(before.as_ref()).clone_into(&mut facts.bump);
        }
        before = Some(version.clone());
    }
    found.into_iter().map(|(_, facts)| facts).collect()
}

fn facts(bytes: &[u8]) -> Result<FrozenFacts, String> {
    if format_of(bytes)? == Format::Legacy {
        let (created_at, artifacts, _) = legacy_facts(bytes)?;
        return Ok(FrozenFacts { created_at, artifacts, ..FrozenFacts::default() });
    }
    let freeze = decode(bytes)?;
    Ok(FrozenFacts {
        created_at: freeze.created_at,
        bump: freeze.bump.unwrap_or_default(),
        description: freeze.description,
        artifacts: freeze.artifacts.len(),
        ..FrozenFacts::default()
    })
}
