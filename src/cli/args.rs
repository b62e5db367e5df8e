//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::help::{EXIT_CODES, with_codes};
use super::offer;
use super::outlets::ReportTo;
use crate::report::{Ci, Format};

const CHECK_HELP: &str = "\
Examples:
  contract-guard check                     the contracts/ of this repository
  contract-guard check path/to/tree        any folder of contracts
  contract-guard check --staged            what the next commit would hold
  contract-guard check --at origin/main    a commit, branch or tag
  contract-guard check freeze:1.2.0        a freeze below contracts/_frozen/
  contract-guard check --against main      also: no break that no version announces
  contract-guard check --format json | jq '.verdict, .findings'
  contract-guard check --format github --report sarif=findings.sarif --report comment=comment.md";

const DIFF_HELP: &str = "\
Trees: a version of a freeze, `freeze:1.2.0`, `latest`, a commit, a branch, a tag, `index`, `.` (the
working tree), a folder, a freeze file.

Examples:
  contract-guard diff                      the newest freeze against the working tree
  contract-guard diff origin/main          a branch against the working tree
  contract-guard diff 1.0.0 1.1.0          two freezes
  contract-guard diff HEAD index           what the next commit changes
  contract-guard diff --only major --exit-code
  contract-guard diff --format markdown > changes.md";

const BUMP_HELP: &str = "\
Examples:
  contract-guard bump                      since the newest freeze
  contract-guard bump --against origin/main
  contract-guard bump notes                one module
  contract-guard bump --write -m \"notes may be long\"
  contract-guard bump --write --pre rc";

const WORKFLOW_HELP: &str = "\
Examples:
  contract-guard workflow minor \"add user preferences\"
  contract-guard workflow major \"notes lose their colour\" --dry-run
  contract-guard workflow minor \"reasons of a retrieval\" --module retrieval";

/// Turns contracts into law: checks a contracts tree and gates what implements it.
#[derive(Debug, Parser)]
#[command(name = "contract-guard", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command has.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// How findings are written
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Human)]
    pub format: OutputFormat,
    /// When to use colour; `auto` is on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Exit 0 although the gate failed (never although there is no verdict)
    #[arg(long, global = true)]
    pub exit_zero: bool,
    /// Deepest nesting of a document
    #[arg(long, global = true, value_name = "N", default_value_t = 128, hide_short_help = true)]
    pub max_depth: usize,
    /// Most values of a document, YAML aliases expanded
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 2_000_000,
        hide_short_help = true
    )]
    pub max_nodes: usize,
    /// Most steps of one validation
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 20_000_000,
        hide_short_help = true
    )]
    pub max_steps: u64,
    /// Most bytes of a file
    #[arg(long, global = true, value_name = "N", default_value_t = 8 << 20, hide_short_help = true)]
    pub max_file_bytes: u64,
    /// Most bytes of a tree
    #[arg(long, global = true, value_name = "N", default_value_t = 256 << 20, hide_short_help = true)]
    pub max_tree_bytes: u64,
    /// Most files of a tree
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 200_000,
        hide_short_help = true
    )]
    pub max_files: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Source lines, labels and help
    Human,
    /// One line a finding
    Short,
    /// schemas/findings-1.schema.json, schemas/changes-1.schema.json
    Json,
    /// For pull requests and release notes
    Markdown,
    /// SARIF 2.1.0, of `check` and `diff`
    Sarif,
    /// Annotations, job summary and outputs of GitHub Actions, of `check` and `diff`
    Github,
    /// The code quality report of GitLab, of `check` and `diff`
    Gitlab,
    /// JUnit XML, of `check` and `diff`
    Junit,
    /// A page, of `laws status` and `report`
    Html,
    /// A picture for Markdown, of `graph`
    Mermaid,
    /// A picture for Graphviz, of `graph`
    Dot,
}

impl OutputFormat {
    /// The format of findings and changes; nobody asks for these as a page.
    pub(super) fn of_report(self) -> Format {
        match self {
            OutputFormat::Human
            | OutputFormat::Html
            | OutputFormat::Mermaid
            | OutputFormat::Dot => Format::Human,
            OutputFormat::Short => Format::Short,
            OutputFormat::Json => Format::Json,
            OutputFormat::Markdown => Format::Markdown,
            OutputFormat::Sarif => Format::Ci(Ci::Sarif),
            OutputFormat::Github => Format::Ci(Ci::Github),
            OutputFormat::Gitlab => Format::Ci(Ci::Gitlab),
            OutputFormat::Junit => Format::Ci(Ci::Junit),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check a contracts tree: everything (the default)
    #[command(after_help = with_codes(CHECK_HELP))]
    Check(Gate),
    /// Check examples against their schemas, and nothing else
    #[command(after_help = with_codes("Examples:\n  contract-guard validate\n  contract-guard validate contracts/storage/examples"))]
    Validate(Validate),
    /// Check that the event envelope keeps its frozen fields
    #[command(after_help = with_codes("Examples:\n  contract-guard envelope\n  contract-guard envelope --staged"))]
    Envelope(Check),
    /// Hold recorded data, JSON Lines, against a schema or the event topics
    #[command(after_help = with_codes(super::audit::AUDIT_HELP))]
    Audit(super::audit::Audit),
    /// Show every change between two trees: what it means, for whom, and a document that breaks
    #[command(after_help = with_codes(DIFF_HELP))]
    Diff(Diff),
    /// Show which consumers a change breaks, which not, and of which nobody knows
    #[command(after_help = with_codes(super::consumers::CAN_I_RELEASE_HELP))]
    CanIRelease(super::consumers::CanIRelease),
    /// Show the version step that the changes demand and whether it is declared; declare it
    #[command(after_help = with_codes(BUMP_HELP))]
    Bump(super::release::args::Bump),
    /// Release a change: raise versions, write changelog and migration guide, check, freeze
    #[command(after_help = with_codes(WORKFLOW_HELP))]
    Workflow(super::release::args::Workflow),
    /// Release the version that is declared: check, changelog, migration guide, freeze
    #[command(after_help = with_codes("Examples:\n  contract-guard release\n  contract-guard release --dry-run"))]
    Release(super::release::args::Release),
    /// Release a fix that cannot wait for its approval, which is owed afterwards
    #[command(after_help = with_codes("Examples:\n  contract-guard hotfix \"tokens leaked through the pattern\"\n  contract-guard hotfix --approve 1.1.1 --by grace"))]
    Hotfix(super::release::hotfix::Hotfix),
    /// Go back to the contracts of an earlier freeze, under a new version
    #[command(after_help = with_codes("Examples:\n  contract-guard rollback 1.1.0 --reason \"readers failed\"\n  contract-guard rollback 1.1.0 --dry-run"))]
    Rollback(super::release::args::Rollback),
    /// Make or check ULIDs
    #[command(subcommand)]
    Ulid(Ulid),
    /// Explain a rule: what, why, a bad and a good example, how to fix
    #[command(
        after_help = "Examples:\n  contract-guard explain\n  contract-guard explain dangling-ref"
    )]
    Explain {
        /// The code of a rule; without it all are listed
        #[arg(value_parser = offer::codes(), hide_possible_values = true)]
        code: Option<String>,
    },
    /// Freeze contracts byte for byte; list, verify, compare, restore freezes
    Freeze(super::freeze::args::Freeze),
    /// Hold a repository to its laws: written contracts as rules
    Laws(super::laws::args::Laws),
    /// Hold crates to what their manifests say of contracts, and to the laws that look at them
    #[command(after_help = with_codes(super::laws::CRATES_HELP))]
    Crates(super::laws::Crates),
    /// Show what refers to what: schemas, topics, operations, modules, crates
    #[command(after_help = with_codes(super::graph::args::GRAPH_HELP))]
    Graph(super::graph::args::Graph),
    /// Show who is hit when an artifact, or a part of it, changes
    #[command(after_help = with_codes(super::graph::args::IMPACT_HELP))]
    Impact(super::graph::args::Impact),
    /// Write the contract health page: one HTML file, readable without a network
    #[command(after_help = with_codes(super::report::args::REPORT_HELP))]
    Report(super::report::args::Report),
    /// Make a small valid contracts tree, with hook and workflow
    #[command(
        after_help = "Examples:\n  contract-guard init\n  contract-guard init path/to/repository"
    )]
    Init {
        /// The repository [default: the current folder]
        path: Option<PathBuf>,
    },
    /// Write the guide and the steps to a new major version; carry them out on documents
    Migrate(super::migrate::Migrate),
    /// Mark what is to go: a schema, a property, a topic, an operation
    #[command(after_help = with_codes(super::deprecate::DEPRECATE_HELP))]
    Deprecate(super::deprecate::Deprecate),
    /// Repair what can be repaired without a decision
    #[command(after_help = with_codes(super::fix::FIX_HELP))]
    Fix(super::fix::FixArgs),
    /// Make a schema, event, endpoint, module, policy, invariant or law from a template
    #[command(after_help = with_codes(super::new::NEW_HELP))]
    New(super::new::New),
    /// Check each commit before it is made: install, remove and show the hook, or run it
    #[command(after_help = with_codes(super::hook::HOOK_HELP))]
    Hook(super::hook::Hook),
    /// Accept one finding, for a reason, until a day; or sign what another has accepted
    #[command(after_help = with_codes(super::waivers::WAIVE_HELP))]
    Waive(super::waivers::Waive),
    /// List what is waived: open, expiring, unused; take out what accepts nothing
    #[command(after_help = with_codes(super::waivers::WAIVERS_HELP))]
    Waivers(super::waivers::WaiversArgs),
    /// Serve an editor: findings, explanations and repairs while you write (LSP)
    #[command(after_help = super::lsp::LSP_HELP)]
    Lsp(Lsp),
    /// Write the completions of a shell
    #[command(after_help = super::shell::COMPLETIONS_HELP)]
    Completions(super::shell::Completions),
    /// Write manual pages
    #[command(after_help = super::shell::MAN_HELP)]
    Man(super::shell::Man),
    /// List schemas, examples, topics, what is deprecated, or codes
    #[command(
        after_help = "Examples:\n  contract-guard list examples\n  contract-guard list codes --format json"
    )]
    List(List),
}

/// How to serve an editor.
#[derive(Debug, Args)]
pub(super) struct Lsp {
    /// What many editors add; there is no other way
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// What to check, and what it must be compatible with.
#[derive(Debug, Default, Args)]
pub(super) struct Gate {
    #[command(flatten)]
    pub tree: Check,
    /// Compare with this tree, too: breaks must be announced by versions
    ///
    /// Of a commit it is the last one that both share. What judges is that tree's: levels, laws, waivers,
    /// signers; whatever the change loosens of it is a finding.
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Compare with REF itself, not with the last commit that both share
    #[arg(long, requires = "against")]
    pub tip: bool,
    /// The time by which waivers end, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
    /// Write this format of the same answer to a file, too; can be given again, `comment` is a format here
    #[arg(long, value_name = "FORMAT=FILE", value_parser = offer::reports(), hide_possible_values = true)]
    pub report: Vec<ReportTo>,
}

/// What to check.
#[derive(Debug, Default, Args)]
pub(super) struct Check {
    /// A folder, a freeze file, or `freeze:VERSION` [default: the contracts/ of this repository]
    pub path: Option<PathBuf>,
    /// Check the git index: what the next commit would hold
    #[arg(long, conflicts_with = "at")]
    pub staged: bool,
    /// Check a commit, branch, tag, or `freeze:VERSION`
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
}

/// Two trees to compare.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The tree before [default: the newest freeze]
    pub base: Option<String>,
    /// The tree after [default: the working tree]
    pub head: Option<String>,
    /// Show changes of this impact only; can be given again
    #[arg(long, value_enum, value_name = "IMPACT")]
    pub only: Vec<Only>,
    /// Show changes of this module only
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,
    /// Exit 1 when something that is shown breaks, or is not proven
    #[arg(long)]
    pub exit_code: bool,
    /// Write this format of the same answer to a file, too; can be given again, `comment` is a format here
    #[arg(long, value_name = "FORMAT=FILE", value_parser = offer::reports(), hide_possible_values = true)]
    pub report: Vec<ReportTo>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Only {
    Major,
    Unproven,
    Minor,
    Patch,
}

/// Which examples to check.
#[derive(Debug, Args)]
pub(super) struct Validate {
    /// Example files or folders [default: all of this repository's contracts/]
    pub paths: Vec<PathBuf>,
    /// Check the git index: what the next commit would hold
    #[arg(long, conflicts_with = "at")]
    pub staged: bool,
    /// Check a commit, branch, tag, or `freeze:VERSION`
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Ulid {
    /// Make ULIDs, in increasing order
    #[command(
        after_help = "Examples:\n  contract-guard ulid new\n  contract-guard ulid new -n 3 --at 2026-11-20T12:00:00Z"
    )]
    New {
        /// How many
        #[arg(short, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        n: u32,
        /// Their time, as RFC 3339 has it [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Check ULIDs: strict Crockford base32
    #[command(
        after_help = "Examples:\n  contract-guard ulid check 01ARZ3NDEKTSV4RRFFQ69G5FAV\n  contract-guard ulid check < ids.txt"
    )]
    Check {
        /// The ULIDs; without any, one a line from standard input
        ids: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// What to list
    #[arg(value_enum)]
    pub what: Listing,
    #[command(flatten)]
    pub tree: Check,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listing {
    /// Schemas with dialect and identifier
    Schemas,
    /// Examples with their schemas, and why they belong together
    Examples,
    /// Topics with payload schemas
    Topics,
    /// What is marked to go, since when, and whether it may
    Deprecated,
    /// Rules with levels
    Codes,
}
