//! Two APIs, side by side.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Api, Operation};
use crate::change::pairs::{Both, Place};
use crate::change::{Change, Impact};
use crate::document::Part as Where;
use crate::finding::Code;

/// Two APIs.
pub(crate) struct ApiPair<'b, 'c> {
    pub both: &'b Both<'c>,
    pub old: Api<'c>,
    pub new: Api<'c>,
}

impl<'b, 'c> ApiPair<'b, 'c> {
    pub(crate) fn new(both: &'b Both<'c>) -> Self {
        ApiPair { both, old: Api::of(both.old), new: Api::of(both.new) }
    }

    /// Operations that both have, and the calls back of such.
    pub(crate) fn common(&self) -> impl Iterator<Item = (&Operation<'c>, &Operation<'c>)> {
        let calls = self.old.operations.iter();
        let calls = calls.filter_map(|(key, old)| Some((old, self.new.operations.get(key)?)));
        let back = self.old.callbacks.iter();
        calls.chain(back.filter_map(|(key, old)| Some((old, self.new.callbacks.get(key)?))))
    }

    /// A change at an object of the new tree, which was another in the old one.
    pub(crate) fn change(
        &self,
        (impact, code): (Impact, Code),
        message: String,
        now: &Place,
        was: Option<&Place>,
    ) -> Change {
        let at = self.both.now(now.0, &now.1, Where::Key);
        let mut change = self.both.change(impact, code, message, at).labelled("here");
        if let Some((item, at)) = was {
            change = change.was(self.both.was(*item, at, Where::Key));
        }
        change
    }

    /// Keys that both, only the old, and only the new of two maps have.
    pub(crate) fn keys<K: Ord + Clone, V>(
        old: &BTreeMap<K, V>,
        new: &BTreeMap<K, V>,
    ) -> (Vec<K>, Vec<K>, Vec<K>) {
        let all: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
        let of = |in_old, in_new| {
            let fits = |k: &&&K| old.contains_key(**k) == in_old && new.contains_key(**k) == in_new;
            all.iter().filter(fits).map(|k| (*k).clone()).collect()
        };
        (of(true, true), of(true, false), of(false, true))
    }
}

/// What it means that something must be sent now, or need not be any more.
pub(crate) fn demand(operation: &Operation<'_>, is_required: bool) -> Impact {
    if is_required == operation.sends { Impact::Minor } else { Impact::Major }
}
