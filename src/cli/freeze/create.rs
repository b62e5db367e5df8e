//! `freeze create`

use std::collections::HashMap;

use serde_json::json;

use super::super::args::{Global, OutputFormat};
use super::super::check::limits;
use super::super::output::Terminal;
use super::super::progress::Progress;
use super::super::{Answer, Failure};
use super::args::Create;
use super::place::Place;
use super::words::{counted, refused, size, time};
use crate::catalog::{self, Kind};
use crate::freeze::{Version, Wish, plan_create};
use crate::gate;
use crate::tree::{ArtifactPath, Tree};

pub(super) fn run(create: &Create, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let created_at = time(create.now.as_deref())?;
    let progress = Progress::start("freezing contracts");
    let session = place.session(terminal)?;
    let (past, newest) = place.past(true)?;
    let tree = place.contracts()?;
    if tree.artifacts.is_empty() && tree.refused.is_empty() {
        return Err(Failure::Source(crate::source::SourceError::NoTree {
            base: place.base.clone(),
        }));
    }
    let (kinds, declared) = survey(&tree, global);
    let text = create.version.clone().or(declared).ok_or_else(|| {
        let help = "name it: `contract-guard freeze create 1.0.0`".to_owned();
        Failure::Usage("contracts/versions.yaml declares no version".to_owned(), Some(help))
    })?;
    let version = Version::parse(&text).map_err(|reason| {
        Failure::Usage(reason, Some("write MAJOR.MINOR.PATCH, with a name after `-`".to_owned()))
    })?;
    let description = create.description.as_deref();
    let wish = Wish { version: &version, description, created_at, allow_empty: create.allow_empty };
    let kind = |path: &ArtifactPath| kinds.get(path).copied().unwrap_or(Kind::Other).name();
    let planned = plan_create(&tree, &past, &wish, kind).map_err(|refusal| refused(&refusal))?;
    place.repair(&session, newest.as_ref(), terminal)?;
    session.publish(&place.displaced()?)?;
    session.publish(&planned.files)?;
    drop((session, progress));
    let freeze = &planned.freeze;
    let files: Vec<String> = planned.files.iter().map(|file| file.path.to_string()).collect();
    let text = match global.format {
        OutputFormat::Json => {
            let value = json!({
                "version": freeze.version, "seq": freeze.seq, "prev": freeze.prev,
                "root": freeze.root, "bump": freeze.bump, "created_at": freeze.created_at,
                "artifacts": freeze.artifacts.len(), "bytes": freeze.size(), "files": files,
            });
            format!("{value:#}\n")
        }
        _ => format!(
            "froze {}: {}, {}\n  {}\n  {}\n",
            freeze.version,
            counted(freeze.artifacts.len(), "artifact"),
            size(freeze.size()),
            freeze.root,
            files.first().map_or("", String::as_str),
        ),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

/// What the artifacts are, and the version that the tree declares for itself.
pub(super) fn survey(
    tree: &Tree,
    global: &Global,
) -> (HashMap<ArtifactPath, Kind>, Option<String>) {
    let config = gate::read_config(tree, limits(global));
    catalog::survey(tree, &config.layout, &config.limits)
}
