//! A catalog, a policy or an API that cannot be read: what it held is not gone, it is unknown.

use std::collections::BTreeSet;

use super::super::{Look, Rule};
use super::document_changed;
use crate::catalog::{Catalog, ItemId, Kind};
use crate::change::pairs::Both;
use crate::change::{BASE, Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::{Code, Explain};
use crate::tree::ArtifactPath;

pub(in crate::change) const CODE: Code = Code("document-unreadable");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "file cannot be read any more",
    since: "0.1.0",
    explain: Explain {
        what: "A file of topics, versions, policies, signals or APIs was JSON or YAML, and is not any more.",
        why: "Nobody knows what it says now; a conflict that nobody resolved must not look as though everything in it were removed.",
        bad: "version: \"1.2.0\"\n→ <<<<<<< HEAD\n  version: \"1.2.0\"",
        good: "version: \"1.2.0\"",
        fix: "Mend the file; `contract-guard check` says what is wrong with it.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for (new, is_broken) in unreadable(both) {
        let at = both.now(new, &Pointer::root(), Part::Value);
        let path = both.new.path(new);
        found.push(match is_broken {
            true => {
                let message =
                    format!("`{path}` cannot be read, so that nothing is known of its changes");
                let change = both.change(Impact::Unproven, CODE, message, at).labelled("this file");
                change.helped("`contract-guard check` says what is wrong with it")
            }
            false => {
                let message = format!("`{path}` can be read now, and could not before");
                both.change(Impact::Patch, document_changed::CODE, message, at)
                    .labelled("this file")
            }
        });
    }
}

/// Files that one side alone can read, and whether that is the old one. Schemas have rules of their own.
fn unreadable(both: &Both<'_>) -> Vec<(ItemId, bool)> {
    let is_wanted = |kind| {
        matches!(
            kind,
            Kind::Topics
                | Kind::Versions
                | Kind::OpenApi
                | Kind::Policy
                | Kind::Metrics
                | Kind::Traces
                | Kind::Logs
        )
    };
    let is_broken = |catalog: &Catalog, id| {
        let document = catalog.item(id).and_then(|item| item.document.as_ref());
        document.is_some_and(|document| document.unreadable().is_some())
    };
    let sides = |(old, new): (ItemId, ItemId)| {
        let (was, is) = (is_broken(both.old, old), is_broken(both.new, new));
        (was != is).then_some((new, is))
    };
    both.common(is_wanted).into_iter().filter_map(sides).collect()
}

/// Takes out what other rules say of files that cannot be read: it is not gone.
pub(in crate::change) fn silence(found: &mut Vec<Change>) {
    let is_ours = |change: &Change| change.finding.code == CODE;
    let ours = found.iter().filter(|change| is_ours(change));
    let files: BTreeSet<ArtifactPath> =
        ours.map(|change| change.finding.primary.artifact.clone()).collect();
    found.retain(|change| {
        let path = change.finding.primary.artifact.as_str();
        let path = ArtifactPath::lossy(path.strip_prefix(BASE).unwrap_or(path));
        is_ours(change) || !files.contains(&path)
    });
}
