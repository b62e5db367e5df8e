//! `crates`: the crates of a repository are held to what their manifests say of contracts, and to the laws of the
//! repository that look at them.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::args::Select;
use super::court::Court;
use super::held::Judged;
use super::show;
use crate::catalog::{Package, Role};
use crate::cli::args::{Global, OutputFormat};
use crate::cli::output::Terminal;
use crate::cli::progress::Progress;
use crate::cli::{Answer, Failure};
use crate::finding::Finding;
use crate::laws;
use crate::report::{self, CrateRow};
use crate::source::SourceError;
use crate::tree::Files;

pub(in crate::cli) const HELP: &str = "\
Examples:
  contract-guard crates
  contract-guard crates --against origin/main     also: a contract that breaks is a major step of its crates
  contract-guard crates --staged --format json
  contract-guard impact note.schema.json          which crates a change of it hits";

/// Which repository, and in which state.
#[derive(Debug, Args)]
pub(in crate::cli) struct Crates {
    /// The repository [default: the current one]
    #[arg(value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// Compare with the commit that this branch and REF share, a tag, or `freeze:VERSION`
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Look at the git index: what the next commit would hold
    #[arg(long, conflicts_with = "at")]
    pub staged: bool,
    /// Look at a commit, branch or tag
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
    /// The time by which waivers end, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

/// A crate that names contracts.
struct Named {
    /// The folder of its manifest, with a slash at its end unless it is the top.
    folder: String,
    /// Nothing where the manifest cannot be read: then it may name some.
    package: Option<Package>,
    version: Option<String>,
}

/// `contract-guard crates`
pub(in crate::cli) fn crates(args: &Crates, global: &Global, terminal: &Terminal) -> Answer {
    let started = Instant::now();
    let progress = Progress::start("reading crates");
    let select = Select {
        path: args.path.clone(),
        against: args.against.clone(),
        staged: args.staged,
        at: args.at.clone(),
        now: args.now.clone(),
        may_be_lawless: true,
        ..Select::default()
    };
    let mut court = Court::open(&select, global)?;
    court.pack(laws::packs::CRATES, global)?;
    let (all, files) = {
        let files = court.repository.files(&court.state)?;
        (named(&files), files.paths().to_vec())
    };
    if all.is_empty() {
        return Err(Failure::Source(SourceError::TooMuch {
            what: "no crate of this repository names contracts".to_owned(),
            help: "add `[package.metadata.contracts]` to a Cargo.toml; docs/crates.md shows how"
                .to_owned(),
        }));
    }
    let inside: Vec<&String> = files.iter().filter(|path| is_inside(&all, path)).collect();
    for law in &mut court.laws {
        law.rules.retain(|rule| inside.iter().any(|path| rule.concerns(path)));
    }
    let mut judged = court.hold(&select, global)?;
    drop(progress);
    // What was the manifest of such a crate may be none any more.
    let is_own = |finding: &Finding| {
        let path = finding.primary.artifact.as_str();
        is_inside(&all, path) || laws::is_manifest(path)
    };
    judged.findings.retain(|finding| is_own(finding) || court.wrong.contains(finding));
    let head = match global.format {
        OutputFormat::Human => report::render_crates(&rows(&all, &judged)),
        _ => String::new(),
    };
    show(&court, judged, &select, global, terminal, (started, &head))
}

fn named(files: &dyn Files) -> Vec<Named> {
    let mut all = Vec::new();
    for path in laws::manifests(files) {
        let folder = path.strip_suffix("Cargo.toml").unwrap_or_default().to_owned();
        let bytes = files.read(path);
        match laws::manifest(bytes.as_deref()) {
            Ok(Some(package)) if package.table.is_some() => {
                let version = laws::crate_version(&package, &folder, files);
                all.push(Named { folder, package: Some(package), version });
            }
            Ok(_) => {}
            Err(_) if !laws::may_name_contracts(bytes.as_deref()) => {}
            Err(_) => all.push(Named { folder, package: None, version: None }),
        }
    }
    all
}

fn is_inside(all: &[Named], path: &str) -> bool {
    all.iter().any(|one| path.starts_with(&one.folder))
}

fn rows(all: &[Named], judged: &Judged) -> Vec<CrateRow> {
    let row = |one: &Named| {
        let package = one.package.as_ref()?;
        let names = |role: Role| {
            let named = package.named.iter().filter(|named| named.role == role);
            named
                .map(|named| format!("{} {}", named.name, named.requirement).trim_end().to_owned())
                .collect()
        };
        let is_own =
            |finding: &&Finding| finding.primary.artifact.as_str().starts_with(&one.folder);
        Some(CrateRow {
            name: package.name.clone(),
            version: one.version.clone(),
            contracts: Role::ALL.map(|(name, role)| (name, names(role))),
            findings: judged.findings.iter().filter(is_own).count(),
        })
    };
    all.iter().filter_map(row).collect()
}
