//! `freeze show`

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Answer;
use super::super::args::{Global, OutputFormat};
use super::super::list::aligned;
use super::super::output::Terminal;
use super::args::Show;
use super::place::Place;
use super::words::{counted, size};
use crate::freeze::{Freeze, FrozenArtifact};
use crate::report::visible;

pub(super) fn run(show: &Show, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let opened = place.open(&place.resolve(show.version.as_deref())?)?;
    let freeze = &opened.freeze;
    if show.sums {
        return Ok(terminal.write(freeze.lines().as_bytes(), 0));
    }
    let text = match global.format {
        OutputFormat::Json => json_of(freeze),
        OutputFormat::Short => freeze.lines(),
        _ => text_of(freeze),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

fn text_of(freeze: &Freeze) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for artifact in &freeze.artifacts {
        *kinds.entry(&artifact.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    let count = counted(freeze.artifacts.len(), "artifact");
    let mut facts = vec![
        ("version", freeze.version.clone()),
        ("root", freeze.root.clone()),
        ("holds", format!("{count}, {} ({})", size(freeze.size()), kinds.join(", "))),
    ];
    if freeze.seq > 0 {
        let prev = freeze.prev.as_deref().unwrap_or("nothing");
        facts.push(("chain", format!("number {}, after {prev}", freeze.seq)));
    }
    let described = [
        ("made", &freeze.created_at),
        ("step", &freeze.bump),
        ("for", &freeze.description),
        ("from", &freeze.imported.as_ref().map(|from| format!("{} {}", from.format, from.sha256))),
    ];
    facts.extend(described.into_iter().filter_map(|(k, v)| Some((k, v.clone()?))));
    let mut out = String::new();
    for (name, value) in facts {
        out.push_str(&format!("{name:8} {}\n", visible(&value)));
    }
    out.push('\n');
    let row = |artifact: &FrozenArtifact| {
        let digest: String = artifact.sha256.chars().take(12).collect();
        let mark = if artifact.unproven.is_some() { "  (unproven)" } else { "" };
        let path = format!("{}{mark}", artifact.path);
        vec![digest, size(artifact.size), artifact.kind.clone(), path]
    };
    out.push_str(&aligned(&freeze.artifacts.iter().map(row).collect::<Vec<_>>()));
    out
}

fn json_of(freeze: &Freeze) -> String {
    let artifact = |a: &FrozenArtifact| json!({ "path": a.path.as_str(), "kind": a.kind, "size": a.size, "sha256": a.sha256, "unproven": a.unproven });
    let value = json!({
        "version": freeze.version,
        "root": freeze.root,
        "seq": freeze.seq,
        "prev": freeze.prev,
        "created_at": freeze.created_at,
        "bump": freeze.bump,
        "description": freeze.description,
        "imported": freeze.imported,
        "bytes": freeze.size(),
        "artifacts": freeze.artifacts.iter().map(artifact).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}
