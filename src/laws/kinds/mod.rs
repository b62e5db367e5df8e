//! The kinds of rules, one small file each, listed in one table.
//!
//! Adding one is a file, a `mod` line, a line in [`LAW_KINDS`], and its fixtures.

mod additive_only;
mod append_only;
mod approval;
mod bump_on_change;
mod canonical_path;
mod check;
mod command;
mod companion;
mod crate_contracts;
mod crate_major;
mod crate_uses;
mod data;
mod dependencies;
mod endpoints;
mod endpoints_in_spec;
mod gate_job;
mod gate_wired;
mod import_safe;
mod invariant;
mod required_path;
mod routes;
pub(super) mod runtime;
mod source;

use super::LawKind;

/// All kinds, by name.
pub static LAW_KINDS: &[&LawKind] = &[
    &additive_only::KIND,
    &append_only::KIND,
    &approval::KIND,
    &bump_on_change::KIND,
    &canonical_path::KIND,
    &check::KIND,
    &command::KIND,
    &companion::KIND,
    &crate_contracts::KIND,
    &crate_major::KIND,
    &crate_uses::KIND,
    &data::KIND,
    &dependencies::KIND,
    &endpoints::KIND,
    &endpoints_in_spec::KIND,
    &gate_wired::KIND,
    &import_safe::KIND,
    &invariant::KIND,
    &required_path::KIND,
    &routes::KIND,
    &runtime::KIND,
    &source::KIND,
];

/// The text of a fixture below `fixtures/laws/`.
macro_rules! story {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/laws/", $path, ".story"))
    };
}
use story;
