//! The command lines of `graph` and `impact`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct Graph {
    /// Where to begin: files, folders, `FILE#/pointer`, topics, operations, modules, crates; or the folder of
    /// the tree [default: everything]
    #[arg(value_name = "PATH|NAME")]
    pub what: Vec<String>,
    /// Only what belongs to this module, and what it refers to
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,
    /// Follow at most so many references [default: all; 1 where everything is shown as text]
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Show who refers to it, instead of what it refers to
    #[arg(long)]
    pub reverse: bool,
    /// Leave nodes of this kind out, such as `example`; can be given again
    #[arg(long, value_name = "KIND")]
    pub hide: Vec<String>,
    #[command(flatten)]
    pub from: From,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Impact {
    /// What changes: `FILE`, `FILE#/pointer`, a folder, a topic, an operationId, `METHOD /path`, a module, a
    /// crate
    #[arg(value_name = "PATH|NAME")]
    pub what: String,
    #[command(flatten)]
    pub from: From,
}

/// Where the contracts are read from.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct From {
    /// A folder of contracts, a freeze file, or `freeze:VERSION` [default: the contracts/ of this repository]
    #[arg(long, value_name = "PATH")]
    pub tree: Option<PathBuf>,
    /// Look at the git index: what the next commit would hold
    #[arg(long, conflicts_with = "at")]
    pub staged: bool,
    /// Look at a commit, branch, tag, or `freeze:VERSION`
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
}

pub(in crate::cli) const GRAPH_HELP: &str = "\
Examples:
  contract-guard graph                                       what everything refers to
  contract-guard graph contracts/events/topics.yaml          what topics carry, and what that refers to
  contract-guard graph note.schema.json --reverse            who refers to it
  contract-guard graph NOTE_CREATED --depth 2
  contract-guard graph --module notes --format mermaid
  contract-guard graph --hide example --format dot | dot -Tsvg > contracts.svg
  contract-guard graph --format json | jq '.cycles'";

pub(in crate::cli) const IMPACT_HELP: &str = "\
Examples:
  contract-guard impact contracts/storage/schemas/note.schema.json
  contract-guard impact 'note.schema.json#/properties/title'
  contract-guard impact 'common.schema.json#/$defs/Ulid'
  contract-guard impact NOTE_CREATED
  contract-guard impact 'GET /v1/notes'
  contract-guard impact note.schema.json --format json | jq '.hits[].node.id'";
