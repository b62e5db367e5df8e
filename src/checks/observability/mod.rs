//! Metrics, traces and logs.

pub(super) mod duplicate_metric;
pub(super) mod metric_name_malformed;
pub(super) mod observability_malformed;
mod signals;
pub(super) mod undeclared_label;
pub(super) mod unit_mismatch;
