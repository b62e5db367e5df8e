//! Trees, read and understood, within the budgets of the command line.

use super::args::Global;
use super::{Failure, Refused};
use crate::catalog::{self, Catalog, Layout};
use crate::checks::{self, Check};
use crate::document::Limits;
use crate::finding::{Finding, Level};
use crate::gate::{self, Accepted, Config, Levels, Side};
use crate::source::{self, Budget, Request, Source};
use crate::tree::Tree;

/// What is said of entries that were not read.
pub(super) const NOT_READ: [&str; 2] = ["symlink-outside-tree", "unreadable-entry"];

/// A tree, read and understood.
pub(super) struct Loaded {
    pub catalog: Catalog,
    pub config: Config,
    /// What leads from the current folder to the repository root, for messages.
    pub prefix: String,
}

impl Loaded {
    /// This tree as a side of a comparison.
    pub(super) fn side(&self) -> Side<'_> {
        Side { catalog: &self.catalog, config: &self.config }
    }

    /// Whether the configuration says what it means.
    ///
    /// # Errors
    /// When it does not: no command goes on as if there were none.
    pub(super) fn configured(&self) -> Result<(), Failure> {
        configured(&self.config, &self.catalog)
    }
}

/// The same for a tree that was understood elsewhere.
pub(super) fn configured(config: &Config, catalog: &Catalog) -> Result<(), Failure> {
    let mut findings = config.findings.clone();
    // What stands in its place is none either.
    let is_about_place = |check: &Check| NOT_READ.contains(&check.code.as_str());
    let mut refused = checks::run_on(catalog, Vec::new(), is_about_place);
    refused.retain(|finding| finding.primary.artifact.as_str() == source::CONFIG);
    findings.extend(refused);
    let details = wrong(findings, catalog, &config.levels);
    if details.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(Refused {
        message: format!("`{}` is broken", source::CONFIG),
        details,
        help: Some(
            "mend it, then run this again: `docs/configuration.md` lists what is allowed"
                .to_owned(),
        ),
        code: 2,
    }))
}

/// Those of some findings that are errors, a line each.
pub(super) fn wrong(findings: Vec<Finding>, catalog: &Catalog, levels: &Levels) -> Vec<String> {
    if findings.is_empty() {
        return Vec::new();
    }
    let accepted = Accepted::default();
    let outcome = gate::judge(findings, Vec::new(), catalog, &catalog.tree, levels, &accepted);
    let errors = outcome.items.iter().filter(|item| item.level == Level::Error);
    let line = |item: &gate::Item| {
        let finding = &item.finding;
        let (line, column) = item.position.map_or((1, 1), |(start, _)| (start.line, start.column));
        let (path, code) = (&finding.primary.artifact, finding.code);
        format!("{path}:{line}:{column}: error[{code}]: {}", finding.message)
    };
    errors.map(line).collect()
}

/// The budgets of the command line.
pub(super) fn limits(global: &Global) -> Limits {
    Limits {
        file_bytes: global.max_file_bytes,
        tree_bytes: global.max_tree_bytes,
        files: global.max_files,
        depth: global.max_depth.min(Limits::MAX_DEPTH),
        nodes: global.max_nodes,
        steps: global.max_steps,
    }
}

/// How much is read.
pub(super) fn budget(global: &Global) -> Budget {
    Budget {
        file_bytes: global.max_file_bytes,
        tree_bytes: global.max_tree_bytes,
        files: global.max_files,
    }
}

/// Reads and understands a tree.
pub(super) fn load(request: &Request, global: &Global) -> Result<Loaded, Failure> {
    load_by(request, global, catalog::build)
}

/// The same for a tree that is compared and not checked.
pub(super) fn load_to_compare(request: &Request, global: &Global) -> Result<Loaded, Failure> {
    load_by(request, global, catalog::build_uncompiled)
}

/// The same for a tree that was read already, in the current folder.
pub(super) fn understood_to_compare(tree: &Tree, global: &Global) -> Loaded {
    let config = gate::read_config(tree, limits(global));
    let catalog = catalog::build_uncompiled(tree, &config.layout, &config.limits);
    Loaded { catalog, config, prefix: String::new() }
}

fn load_by(
    request: &Request,
    global: &Global,
    build: fn(&Tree, &Layout, &Limits) -> Catalog,
) -> Result<Loaded, Failure> {
    let tree = source::read(request, &budget(global))?;
    let config = gate::read_config(&tree, limits(global));
    let catalog = build(&tree, &config.layout, &config.limits);
    let prefix = match (&request.source, request.base.to_str()) {
        (Source::Freeze(_), _) | (_, None | Some(".")) => String::new(),
        (_, Some(base)) => format!("{}/", base.replace('\\', "/").trim_end_matches('/')),
    };
    Ok(Loaded { catalog, config, prefix })
}
