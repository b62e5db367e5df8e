//! `can-i-release`: the files of consumers are found, the trees are compared as each of them sees it, and who
//! breaks is told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::args::{Global, OutputFormat};
use super::load::{Loaded, budget};
use super::output::Terminal;
use super::progress::Progress;
use super::sides::{LATEST, side};
use super::{Answer, Failure, Refused, waivers};
use crate::catalog::{self, Catalog, is_consumer_name};
use crate::checks;
use crate::consumer::{self, Fate, Files, Seen};
use crate::finding::Level;
use crate::gate::{self, Accepted, Levels, Outcome};
use crate::report::{self, Asked, ConsumersFormat};
use crate::source;
use crate::tree::{ArtifactPath, Tree};

pub(super) const CAN_I_RELEASE_HELP: &str = "\
Consumers say what they read and write in files that end in `.consumer.yaml`; docs/consumers.md tells how.
Copies below the contracts are found by themselves.

Examples:
  contract-guard can-i-release                          since the newest freeze
  contract-guard can-i-release --against origin/main
  contract-guard can-i-release --consumers ../web       the contracts.consumer.yaml of a repository
  contract-guard can-i-release --consumers ..           those of all repositories beside this one
  contract-guard can-i-release --format markdown > consumers.md

Exit code 0 means that every consumer that is known goes on as before. A consumer of which nobody knows is
no yes: the exit code is 1, as for one that breaks. Without any consumer there is no answer: 3.";

#[derive(Debug, Args)]
pub(super) struct CanIRelease {
    /// The tree before: a version, a commit, a folder [default: the newest freeze]
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Further consumers: a file, a folder of files, a folder of repositories; can be given again
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub consumers: Vec<PathBuf>,
}

pub(super) fn run(args: &CanIRelease, global: &Global, terminal: &Terminal) -> Answer {
    let format = match global.format {
        OutputFormat::Json => ConsumersFormat::Json,
        OutputFormat::Markdown => ConsumersFormat::Markdown,
        _ => ConsumersFormat::Human,
    };
    let progress = Progress::start("looking at consumers");
    let against = args.against.as_deref().unwrap_or(LATEST);
    let old = side(against, global)?;
    let new = side(".", global)?;
    new.configured()?;
    let tree = files(&new, args, global)?;
    let catalog = catalog::build_uncompiled(&tree, &new.config.layout, &new.config.limits);
    let outcome = looked_at(&catalog);
    let files = Files { catalog: &catalog, broken: broken(&outcome, &tree) };
    let seen = seen(&old, &new, &files)?;
    let answers = consumer::answers(&old.catalog, &new.catalog, &files, &seen);
    drop(progress);
    if answers.is_empty() {
        return Err(nobody("no file says what a consumer reads or writes"));
    }
    let version = |catalog: &Catalog| {
        let set = catalog.versions.iter().find(|versions| versions.folder.is_none());
        set.and_then(|versions| versions.current.text.clone())
    };
    let asked = Asked {
        against,
        before: version(&old.catalog),
        after: version(&new.catalog),
        answers: &answers,
        findings: &outcome.items,
    };
    let style = terminal.style(new.prefix, 0.0);
    let text = report::render_consumers(&asked, format, &style);
    let code = u8::from(answers.iter().any(|answer| answer.fate != Fate::Fine));
    Ok(terminal.write(text.as_bytes(), code))
}

/// There is nothing to answer about.
fn nobody(message: &str) -> Failure {
    let help = "write `contracts/consumers/NAME.consumer.yaml`, or name files and folders by \
                `--consumers PATH`; docs/consumers.md shows what stands in them";
    Failure::Refused(Refused {
        message: format!("nothing matched: {message}"),
        details: Vec::new(),
        help: Some(help.to_owned()),
        code: 3,
    })
}

/// The files of consumers: those below the contracts, and those that were named.
fn files(new: &Loaded, args: &CanIRelease, global: &Global) -> Result<Tree, Failure> {
    let is_consumer = |path: &ArtifactPath| is_consumer_name(path.file_name());
    let own = &new.catalog.tree;
    let mut tree = Tree { root: own.root.clone(), ..Tree::default() };
    for item in new.catalog.of_kind(catalog::Kind::Consumer).map(|(_, item)| item) {
        tree.artifacts.extend(own.get(&item.path).map(|a| (item.path.clone(), a.clone())));
    }
    tree.refused.extend(own.refused.iter().filter(|r| is_consumer(&r.path)).cloned());
    for path in &args.consumers {
        let found = source::consumer_files(path, &budget(global))?;
        if found.artifacts.is_empty() && found.refused.is_empty() {
            let message = format!("`{}` has no file of a consumer", path.display());
            return Err(nobody(&message));
        }
        if let Some(other) = found.artifacts.keys().find(|path| !is_consumer(path)) {
            let message = format!("`{other}` is no file of a consumer");
            let help = "its name ends in `.consumer.yaml`, `.consumer.yml` or `.consumer.json`";
            return Err(Failure::Usage(message, Some(help.to_owned())));
        }
        tree.artifacts.extend(found.artifacts);
        tree.refused.extend(found.refused);
    }
    Ok(tree)
}

/// What is wrong with the files, at the levels that rules have by themselves: nobody makes a file readable by
/// configuring that it is.
fn looked_at(catalog: &Catalog) -> Outcome {
    let findings = checks::run(catalog, |_| true).into_iter().filter(|finding| {
        let path = &finding.primary.artifact;
        let is_file = catalog.tree.artifacts.contains_key(path);
        let is_file = is_file || catalog.tree.refused.iter().any(|r| r.path == *path);
        // Of a file elsewhere the path only says where it was read.
        let is_elsewhere = catalog.tree.below_root(path) == path.as_str();
        is_file && !(is_elsewhere && finding.code.as_str() == "unportable-path")
    });
    let (findings, levels) = (findings.collect(), Levels::default());
    gate::judge(findings, Vec::new(), catalog, &catalog.tree, &levels, &Accepted::default())
}

/// The files with errors, and those that were not read.
fn broken(outcome: &Outcome, tree: &Tree) -> BTreeMap<ArtifactPath, String> {
    let mut broken = BTreeMap::new();
    for item in outcome.items.iter().filter(|item| item.level == Level::Error) {
        let place = item.position.map_or(String::new(), |(start, _)| {
            format!(" at line {}, column {}", start.line, start.column)
        });
        let reason = format!("its file is wrong{place}: {}", item.finding.message);
        broken.entry(item.finding.primary.artifact.clone()).or_insert(reason);
    }
    for refused in &tree.refused {
        broken.entry(refused.path.clone()).or_insert_with(|| "its file was not read".to_owned());
    }
    broken
}

/// The changes as each kind of consumer sees them; what nobody looks at is not compared.
fn seen(old: &Loaded, new: &Loaded, files: &Files<'_>) -> Result<Seen, Failure> {
    let accepted = waivers::accepted(&new.catalog, None, None)?;
    let compare = |eyes| {
        let (old, new, config) = (&old.catalog, &new.catalog, &old.config);
        (eyes, gate::compare_through(old, new, config, &accepted, Some(eyes)).items)
    };
    Ok(consumer::eyes(files).into_iter().map(compare).collect())
}
