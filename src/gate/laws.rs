//! Findings of laws, judged: their levels are those that the laws give them.

use std::collections::BTreeMap;

use super::{Accepted, Counts, Item, LevelOrigin, Levels, Outcome, outcome, position};
use crate::catalog::Catalog;
use crate::document::{self, Document, Limits, LineIndex, Syntax};
use crate::finding::{Finding, Level, Location, fingerprint};
use crate::tree::{ArtifactPath, Tree};

/// Judges what laws say about a repository. `texts` has the files that findings point to.
pub fn judge_laws(
    findings: Vec<Finding>,
    texts: &Tree,
    levels: &Levels,
    catalog: &Catalog,
    accepted: &Accepted,
) -> Outcome {
    let mut items = judged_laws(findings, texts, levels);
    accepted.mark(&mut items, catalog, texts);
    outcome(items, Counts::default())
}

/// The same, to be judged together with findings about contracts.
pub fn judged_laws(findings: Vec<Finding>, texts: &Tree, levels: &Levels) -> Vec<Item> {
    let mut lines: BTreeMap<ArtifactPath, LineIndex> = BTreeMap::new();
    let mut documents: BTreeMap<ArtifactPath, Option<Document>> = BTreeMap::new();
    let mut items = Vec::new();
    for mut finding in findings {
        let (level, origin) = match &finding.law {
            Some(rule) => (rule.level, LevelOrigin::Law),
            None => levels.of(finding.code),
        };
        if level == Level::Off {
            continue;
        }
        locate(&mut finding.primary, texts, &mut documents);
        let position = position(&finding.primary, texts, &mut lines);
        let fingerprint = fingerprint(&finding);
        items.push(Item {
            level,
            origin,
            fingerprint,
            position,
            finding,
            change: None,
            waived: None,
        });
    }
    items
}

fn locate(
    location: &mut Location,
    texts: &Tree,
    documents: &mut BTreeMap<ArtifactPath, Option<Document>>,
) {
    if location.span.is_some() || location.pointer.is_root() {
        return;
    }
    let document = documents.entry(location.artifact.clone()).or_insert_with(|| {
        let syntax = Syntax::of_extension(&location.artifact.extension())?;
        Some(document::parse(&texts.get(&location.artifact)?.bytes, syntax, &Limits::default()))
    });
    location.span = document.as_ref().and_then(|d| d.span(&location.pointer, location.part));
}
