//! The arguments of `audit`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use crate::cli::graph::From;

pub(in crate::cli) const AUDIT_HELP: &str = "\
Examples:
  contract-guard audit --schema storage/note notes.jsonl.zst
  contract-guard audit --topic NOTE_CREATED@1.0 events/*.jsonl.gz
  contract-guard audit --auto events/*.gz --format json
  contract-guard audit --auto --against origin/main events/*.gz
  contract-guard audit --auto --emit invalid events.gz > broken.jsonl

Files are JSON Lines, plain, gzip or zstd, told apart by their first bytes. With --against, the exit code is
1 when a record was valid and is not any more, and 0 when there is none.";

/// An error would tell it with the files as if they were needed, whenever some were named.
const USAGE: &str = "\
contract-guard audit [OPTIONS] <--schema <SCHEMA>|--topic <NAME>|--auto> [FILES]...";

/// Recorded data, and what it is held against.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("contract").required(true).args(["schema", "topic", "auto"])),
    override_usage = USAGE
)]
pub(in crate::cli) struct Audit {
    /// Files of JSON Lines; `-` for standard input [default: standard input, unless it is a terminal]
    pub files: Vec<PathBuf>,
    /// Each line is an instance of this schema: a path, the stem of a file, an `$id`
    #[arg(long, value_name = "SCHEMA")]
    pub schema: Option<String>,
    /// Each line is an event of this topic, `NAME` or `NAME@MAJOR.MINOR`: envelope and payload are checked
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Each line is an event of the topic that it names
    #[arg(long)]
    pub auto: bool,
    /// Ask the contracts of this tree, too, and show which records the change breaks and mends
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Compare with REF itself, not with the last commit that both share
    #[arg(long, requires = "against")]
    pub tip: bool,
    #[command(flatten)]
    pub from: From,
    /// Write these records to standard output as they are, and the summary to standard error
    #[arg(long, value_enum, value_name = "WHICH")]
    pub emit: Option<Emit>,
    /// Show the first N records that are not valid
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub first: u16,
    /// Nothing to read is no failure: of a partition, which may be empty
    #[arg(long)]
    pub allow_empty: bool,
    /// Threads that validate [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Most bytes of a line
    #[arg(
        long,
        value_name = "N",
        default_value_t = 8 << 20,
        value_parser = clap::value_parser!(u32).range(1..=(1 << 30)),
        hide_short_help = true
    )]
    pub max_line_bytes: u32,
}

/// Which records are passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Emit {
    /// Records that are valid
    Valid,
    /// All others
    Invalid,
}
