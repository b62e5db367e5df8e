//! The three signals and their entries, which have the same form: a list of entries that use names
//! which another list declares.

use crate::catalog::{Catalog, ItemId, Kind};
use crate::document::{Pointer, Value};

/// A kind of signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Metrics,
    Traces,
    Logs,
}

impl Signal {
    pub(super) const ALL: [Signal; 3] = [Signal::Metrics, Signal::Traces, Signal::Logs];

    pub(super) fn kind(self) -> Kind {
        match self {
            Signal::Metrics => Kind::Metrics,
            Signal::Traces => Kind::Traces,
            Signal::Logs => Kind::Logs,
        }
    }

    /// The list of entries.
    pub(super) fn entries(self) -> &'static str {
        match self {
            Signal::Metrics => "metrics",
            Signal::Traces => "spans",
            Signal::Logs => "events",
        }
    }

    /// The list of what entries may use; each entry has a list of that name too.
    pub(super) fn declarations(self) -> &'static str {
        match self {
            Signal::Metrics => "labels",
            Signal::Traces => "attributes",
            Signal::Logs => "fields",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Signal::Metrics => "metric",
            Signal::Traces => "span",
            Signal::Logs => "event",
        }
    }

    /// One of the declarations.
    pub(super) fn part(self) -> &'static str {
        match self {
            Signal::Metrics => "label",
            Signal::Traces => "attribute",
            Signal::Logs => "field",
        }
    }
}

/// A named entry.
pub(super) struct Entry<'c> {
    pub item: ItemId,
    pub at: Pointer,
    pub name: &'c str,
    pub value: &'c Value,
}

/// All named entries of a signal.
pub(super) fn entries(catalog: &Catalog, signal: Signal) -> Vec<Entry<'_>> {
    listed(catalog, signal, signal.entries())
}

/// All names that a signal declares, over all of its files.
pub(super) fn declared(catalog: &Catalog, signal: Signal) -> Vec<String> {
    listed(catalog, signal, signal.declarations())
        .into_iter()
        .map(|entry| entry.name.to_owned())
        .collect()
}

fn listed<'c>(catalog: &'c Catalog, signal: Signal, key: &'static str) -> Vec<Entry<'c>> {
    let mut found = Vec::new();
    for (item, file) in catalog.of_kind(signal.kind()) {
        let list = file.value().and_then(|v| v.get(key)).map(Value::items).unwrap_or_default();
        let at = Pointer::root().join(key);
        for (i, value) in list.iter().enumerate() {
            if let Some(name) = value.str_at("name") {
                found.push(Entry { item, at: at.index(i), name, value });
            }
        }
    }
    found
}
