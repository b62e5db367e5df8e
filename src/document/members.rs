//! The members of an object.

use super::Member;

/// Members in the order of the file; of many, found without looking at all of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Members {
    list: Vec<Member>,
    /// Numbers of the members by key, where there are more than a few; empty otherwise.
    by_key: Box<[u32]>,
}

/// Members up to which comparing all keys is cheaper than an order of them.
const FEW: usize = 16;

impl Members {
    pub(super) fn into_list(self) -> Vec<Member> {
        self.list
    }

    pub(super) fn find(&self, key: &str) -> Option<&Member> {
        if self.by_key.is_empty() {
            return self.list.iter().rev().find(|m| m.key == key);
        }
        let key_of = |number: &u32| self.list.get(*number as usize).map(|m| m.key.as_str());
        let after = self.by_key.partition_point(|number| key_of(number) <= Some(key));
        let last = self.by_key.get(after.checked_sub(1)?)?;
        self.list.get(*last as usize).filter(|m| m.key == key)
    }
}

impl From<Vec<Member>> for Members {
    fn from(list: Vec<Member>) -> Self {
        let mut by_key: Vec<u32> = Vec::new();
        if list.len() > FEW {
            by_key.extend(0..u32::try_from(list.len()).unwrap_or(u32::MAX));
            // Stable: equal keys stay in file order, so that the last of them is the one that counts.
            by_key.sort_by_key(|number| list.get(*number as usize).map(|m| m.key.as_str()));
        }
        Members { list, by_key: by_key.into() }
    }
}

impl std::ops::Deref for Members {
    type Target = [Member];

    fn deref(&self) -> &[Member] {
        &self.list
    }
}
