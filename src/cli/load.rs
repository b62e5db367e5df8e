//! Trees, read and understood, within the budgets of the command line.

use super::Failure;
use super::args::Global;
use crate::catalog::{self, Catalog, Layout};
use crate::document::Limits;
use crate::gate::{self, Config, Side};
use crate::source::{self, Budget, Request, Source};
use crate::tree::Tree;

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
