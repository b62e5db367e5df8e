//! What a release writes: versions, changelog, migration guide. Pure: from two trees and what changed
//! between them to a [`crate::tree::Revision`], or to the reason why there is none. `edit` writes it, `freeze` freezes
//! it, and the check that everything holds afterwards is the caller's.

mod changelog;
mod deed;
mod migration;
mod steps;
mod text;
mod versions;

pub use deed::{Before, Blocked, Planned, Raised, Released, Scope, Wish, plan};

use std::collections::BTreeMap;

use semver::Version;

use crate::gate::Item;
use crate::tree::ArtifactPath;

/// Who says that it relies on an artifact, by name: crates, for example.
pub type Consumers = BTreeMap<ArtifactPath, Vec<String>>;

/// The git tag of a version of the set, or of a module: `contracts-v1.2.0`, `contracts-notes-0.2.0`.
pub fn tag(module: Option<&str>, version: &Version) -> String {
    match module {
        Some(module) => format!("contracts-{module}-{version}"),
        None => format!("contracts-v{version}"),
    }
}

/// The guide from one version to the next: what breaks, for whom, what to do, the way back. `breaks` are the
/// changes that break, or may.
pub fn guide(
    (from, to): (&Version, &Version),
    date: &str,
    breaks: &[&Item],
    consumers: &Consumers,
) -> String {
    migration::guide(&migration::Guide { from, to, date, summary: "", breaks, consumers })
}
