//! `graph` and `impact`: a tree and the manifests of the repository become a graph, a part of it is shown.

pub(super) mod args;
mod words;

use std::path::Path;

use self::args::{Graph as GraphArgs, Impact as ImpactArgs};

pub(super) use self::args::From;
pub(super) use self::words::{Word, look_up, tree_of};
use super::args::{Check, Global, OutputFormat};
use super::check::request;
use super::load::{Loaded, load_to_compare};
use super::output::Terminal;
use super::{Answer, Failure};
use crate::graph::{self, Direction, Graph, Manifest, NodeKind};
use crate::laws;
use crate::report::{self, GraphFormat, Style};
use crate::source::{Repository, Request, Source, State};

/// `contract-guard graph`
pub(super) fn graph(args: &GraphArgs, global: &Global, terminal: &Terminal) -> Answer {
    let (check, words) = tree_of(&args.what, &args.from)?;
    let hidden = args.hide.iter().map(|name| kind(name)).collect::<Result<Vec<_>, _>>()?;
    let read = read(&check, global, terminal)?;
    let mut roots = Vec::new();
    for word in &words {
        roots.extend(look_up(&read.graph, &read.loaded.catalog, word)?.nodes);
    }
    if let Some(module) = &args.module {
        must_have_module(&read.graph, module)?;
        let word = Word::name(&format!("module:{module}"));
        roots.extend(look_up(&read.graph, &read.loaded.catalog, &word)?.nodes);
    }
    roots.sort_unstable();
    roots.dedup();
    let direction = if args.reverse { Direction::Reverse } else { Direction::Forward };
    let selection = graph::select(&read.graph, &roots, direction, args.depth, &hidden);
    let format = format(global.format);
    let style = read.style(terminal);
    let text = report::render_graph(&read.graph, &selection, args.depth, format, &style);
    // The defaults of Mermaid: https://mermaid.js.org/config/schema-docs/config.html
    if format == GraphFormat::Mermaid && (text.len() > 50_000 || selection.edges.len() > 500) {
        terminal.note(
            "Mermaid draws at most 500 references and 50,000 characters unless it is configured; \
             `--module`, `--depth` and `--hide example` make the graph smaller, and `--format dot` has no limit",
        );
    }
    Ok(terminal.write(text.as_bytes(), 0))
}

/// `contract-guard impact`
pub(super) fn impact(args: &ImpactArgs, global: &Global, terminal: &Terminal) -> Answer {
    let (check, words) = tree_of(std::slice::from_ref(&args.what), &args.from)?;
    let read = read(&check, global, terminal)?;
    // The whole tree was named: everything changes.
    let whole = || Word::name(&format!("{}/", read.graph.root));
    let word = words.into_iter().next().unwrap_or_else(whole);
    let changed = look_up(&read.graph, &read.loaded.catalog, &word)?;
    let found = graph::impact(&read.graph, &changed);
    let (format, style) = (format(global.format), read.style(terminal));
    let text = report::render_impact(&read.graph, &changed, &found, format, &style);
    Ok(terminal.write(text.as_bytes(), 0))
}

/// A tree and its graph.
pub(super) struct Read {
    pub loaded: Loaded,
    pub graph: Graph,
}

impl Read {
    fn style(&self, terminal: &Terminal) -> Style {
        Style { seconds: None, ..terminal.style(self.loaded.prefix.clone(), 0.0) }
    }
}

fn read(check: &Check, global: &Global, terminal: &Terminal) -> Result<Read, Failure> {
    let request = Request { frozen: false, ..request(check)? };
    let loaded = load_to_compare(&request, global)?;
    let manifests = manifests(&request, terminal);
    let graph = graph::build(&loaded.catalog, &manifests);
    Ok(Read { loaded, graph })
}

/// The Cargo.toml files of the repository around a tree. Without a repository there are none, and a freeze
/// holds no code.
pub(super) fn manifests(request: &Request, terminal: &Terminal) -> Vec<Manifest> {
    let state = match &request.source {
        Source::Dir => State::WorkTree,
        Source::Index => State::Index,
        Source::Commit(name) => State::Commit(name.clone()),
        Source::Freeze(_) => return Vec::new(),
    };
    let read = |base: &Path| {
        let repository = Repository::open(base)?;
        if !repository.is_git() {
            return Ok(Vec::new());
        }
        let found = {
            use crate::tree::Files;
            let files = repository.files(&state)?;
            let read = |path: &String| {
                let bytes = files.read(path);
                if laws::may_name_contracts(bytes.as_deref())
                    && let Err((_, why)) = laws::manifest(bytes.as_deref())
                {
                    terminal.note(&format!("the crate of `{path}` is left out: {why}"));
                }
                Some(Manifest { path: path.clone(), bytes: bytes? })
            };
            laws::manifests(&files).filter_map(read).collect()
        };
        repository.failure().map_or(Ok(found), Err)
    };
    read(&request.base).unwrap_or_else(|error: crate::source::SourceError| {
        terminal.note(&format!("crates are left out: {error}"));
        Vec::new()
    })
}

fn format(format: OutputFormat) -> GraphFormat {
    match format {
        OutputFormat::Json => GraphFormat::Json,
        OutputFormat::Short => GraphFormat::Short,
        OutputFormat::Mermaid => GraphFormat::Mermaid,
        OutputFormat::Dot => GraphFormat::Dot,
        _ => GraphFormat::Human,
    }
}

fn kind(name: &str) -> Result<NodeKind, Failure> {
    let is_named = |kind: &&NodeKind| kind.name() == name || kind.plural() == name;
    NodeKind::ALL.iter().find(is_named).copied().ok_or_else(|| {
        let names: Vec<&str> = NodeKind::ALL.iter().map(|kind| kind.name()).collect();
        let help = format!("kinds are {}", names.join(", "));
        Failure::Usage(format!("there is no kind of node `{name}`"), Some(help))
    })
}

fn must_have_module(graph: &Graph, name: &str) -> Result<(), Failure> {
    let modules = || graph.of_kind(NodeKind::Module).filter_map(|id| graph.node(id));
    if modules().any(|node| node.name == name) {
        return Ok(());
    }
    let near = modules().min_by_key(|node| strsim::damerau_levenshtein(&node.name, name));
    let help = match near {
        Some(near) => format!("the nearest is `{}`", near.name),
        None => "a module is a folder below `modules/`, or has a `versions.yaml`".to_owned(),
    };
    Err(Failure::Usage(format!("there is no module `{name}`"), Some(help)))
}

/// Whether a source was named by an option.
fn is_elsewhere(from: &From) -> bool {
    from.staged || from.at.is_some()
}
