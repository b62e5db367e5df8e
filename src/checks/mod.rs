//! Checks: pure functions from facts to findings, one small file each, listed in one table.
//!
//! A check has no level of its own but a default, renders nothing and touches nothing. Adding one is a
//! file, a line in its folder's `mod.rs`, a line in [`CHECKS`], and its fixtures.

mod api;
pub(crate) mod config;
mod consumer;
mod event;
mod example;
pub(crate) mod freeze;
pub(crate) mod gate;
mod judge;
mod observability;
mod policy;
mod schema;
mod syntax;
mod tree;
mod version;

pub use event::frozen::NAMES as FROZEN_NAMES;
pub use version::notice::{Standing, standings};

use rayon::prelude::*;

use crate::catalog::{Catalog, ItemId};
use crate::finding::{Explain, Finding, Level};

/// A rule that is built in.
pub struct Check {
    /// Its stable name, also its `CODE`.
    pub code: crate::finding::Code,
    /// What it says, in a few words.
    pub summary: &'static str,
    /// Its level where nobody says otherwise.
    pub level: Level,
    /// The version that brought it.
    pub since: &'static str,
    /// What `explain` tells.
    pub explain: Explain,
    /// What it does.
    pub run: Run,
}

/// How a check looks at the tree.
pub enum Run {
    /// At one artifact and what it refers to.
    Artifact(fn(&Catalog, ItemId) -> Vec<Finding>),
    /// At all of it.
    Tree(fn(&Catalog) -> Vec<Finding>),
    /// Not at all: the gate itself reports it.
    Gate,
}

/// All checks, by code.
pub static CHECKS: &[&Check] = &[
    &example::ambiguous_pair::CHECK,
    &api::ambiguous_path::CHECK,
    &syntax::ambiguous_scalar::CHECK,
    &api::api_example_invalid::CHECK,
    &api::api_schema_invalid::CHECK,
    &syntax::byte_order_mark::CHECK,
    &version::changelog_missing_version::CHECK,
    &config::config_invalid::CHECK,
    &schema::conflicting_id::CHECK,
    &consumer::consumer_invalid::CHECK,
    &schema::dangling_ref::CHECK,
    &schema::default_invalid::CHECK,
    &schema::duplicate_id::CHECK,
    &syntax::duplicate_key::CHECK,
    &observability::duplicate_metric::CHECK,
    &api::duplicate_operation_id::CHECK,
    &api::duplicate_parameter::CHECK,
    &policy::duplicate_policy_name::CHECK,
    &event::duplicate_topic::CHECK,
    &event::envelope_field_missing::CHECK,
    &event::envelope_field_undeclared::CHECK,
    &event::envelope_missing::CHECK,
    &event::envelope_open_type::CHECK,
    &event::envelope_unproven::CHECK,
    &api::error_schema_differs::CHECK,
    &example::example_invalid::CHECK,
    &example::example_too_costly::CHECK,
    &example::example_without_schema::CHECK,
    &freeze::freeze_altered::CHECK,
    &freeze::freeze_chain_broken::CHECK,
    &freeze::freeze_index_mismatch::CHECK,
    &freeze::freeze_latest_stale::CHECK,
    &freeze::freeze_legacy::CHECK,
    &freeze::freeze_malformed::CHECK,
    &gate::gate_weakened::CHECK,
    &version::history_not_monotone::CHECK,
    &version::hotfix_unapproved::CHECK,
    &schema::id_path_mismatch::CHECK,
    &tree::ignore_matches_nothing::CHECK,
    &syntax::invalid_encoding::CHECK,
    &example::invalid_example_accepted::CHECK,
    &syntax::invalid_json::CHECK,
    &syntax::invalid_yaml::CHECK,
    &event::invariant_malformed::CHECK,
    &event::invariant_unproven::CHECK,
    &event::invariant_violated::CHECK,
    &syntax::limit_exceeded::CHECK,
    &syntax::merge_key::CHECK,
    &observability::metric_name_malformed::CHECK,
    &version::migration_incomplete::CHECK,
    &version::migration_missing::CHECK,
    &api::missing_4xx_response::CHECK,
    &schema::missing_dialect::CHECK,
    &api::missing_global_security::CHECK,
    &schema::missing_id::CHECK,
    &api::missing_operation_id::CHECK,
    &version::module_mismatch::CHECK,
    &syntax::multiple_documents::CHECK,
    &event::obligation_missing::CHECK,
    &observability::observability_malformed::CHECK,
    &api::openapi_dialect_unsupported::CHECK,
    &api::openapi_malformed::CHECK,
    &api::openapi_outdated::CHECK,
    &api::operation_without_security::CHECK,
    &api::path_outside_planes::CHECK,
    &api::path_parameter_mismatch::CHECK,
    &event::payload_hash_mismatch::CHECK,
    &event::payload_invalid::CHECK,
    &policy::policy_malformed::CHECK,
    &schema::ref_by_path::CHECK,
    &api::ref_kind_mismatch::CHECK,
    &schema::ref_loop::CHECK,
    &schema::ref_outside_tree::CHECK,
    &schema::ref_siblings_ignored::CHECK,
    &schema::relative_id::CHECK,
    &schema::remote_ref::CHECK,
    &version::removed_without_notice::CHECK,
    &event::retention_malformed::CHECK,
    &policy::role_cycle::CHECK,
    &schema::schema_example_invalid::CHECK,
    &schema::schema_invalid::CHECK,
    &schema::schema_not_compiled::CHECK,
    &example::schema_without_example::CHECK,
    &tree::symlink_outside_tree::CHECK,
    &syntax::tab_indentation::CHECK,
    &event::topic_name_malformed::CHECK,
    &event::topic_not_in_envelope::CHECK,
    &event::topic_schema_missing::CHECK,
    &event::topic_without_example::CHECK,
    &event::topics_malformed::CHECK,
    &syntax::trailing_comma::CHECK,
    &observability::undeclared_label::CHECK,
    &api::undefined_security_scheme::CHECK,
    &observability::unit_mismatch::CHECK,
    &policy::unknown_attribute::CHECK,
    &policy::unknown_band::CHECK,
    &policy::unknown_capability::CHECK,
    &config::unknown_config_key::CHECK,
    &schema::unknown_dialect::CHECK,
    &schema::unknown_format::CHECK,
    &schema::unknown_keyword::CHECK,
    &event::unknown_obligation::CHECK,
    &policy::unknown_role::CHECK,
    &version::unknown_stability::CHECK,
    &event::unknown_topic::CHECK,
    &tree::unportable_path::CHECK,
    &tree::unreadable_entry::CHECK,
    &version::version_disagrees::CHECK,
    &version::version_malformed::CHECK,
    &gate::waiver_expired::CHECK,
    &gate::waiver_invalid::CHECK,
    &gate::waiver_stale::CHECK,
    &gate::waiver_unapproved::CHECK,
    &gate::waiver_unused::CHECK,
];

/// The check of a code.
pub fn find(code: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.code.as_str() == code).copied()
}

/// Whether what a rule finds may keep a schema, or an example, from being checked.
pub fn keeps_from_checking(code: &str) -> bool {
    let keeps = [
        "conflicting-id",
        "dangling-ref",
        "invalid-encoding",
        "invalid-json",
        "invalid-yaml",
        "limit-exceeded",
        "multiple-documents",
        "ref-loop",
        "ref-outside-tree",
        "remote-ref",
        "schema-invalid",
        "schema-not-compiled",
        "tab-indentation",
        "unknown-dialect",
        "unreadable-entry",
    ];
    keeps.contains(&code) && find(code).is_some_and(|check| check.level == Level::Error)
}

/// Runs the checks that `wanted` picks, over the whole catalog.
pub fn run(catalog: &Catalog, wanted: impl Fn(&Check) -> bool) -> Vec<Finding> {
    run_on(catalog, (0..catalog.items.len()).collect(), wanted)
}

/// The same, where only these artifacts are looked at one by one.
pub fn run_on(
    catalog: &Catalog,
    items: Vec<ItemId>,
    wanted: impl Fn(&Check) -> bool,
) -> Vec<Finding> {
    let wanted: Vec<&Check> = CHECKS.iter().copied().filter(|check| wanted(check)).collect();
    let mut findings: Vec<Finding> = items
        .into_par_iter()
        .flat_map_iter(|id| {
            wanted.iter().flat_map(move |check| match check.run {
                Run::Artifact(run) => run(catalog, id),
                Run::Tree(_) | Run::Gate => Vec::new(),
            })
        })
        .collect();
    findings.par_extend(wanted.par_iter().flat_map_iter(|check| match check.run {
        Run::Tree(run) => run(catalog),
        Run::Artifact(_) | Run::Gate => Vec::new(),
    }));
    findings
}
