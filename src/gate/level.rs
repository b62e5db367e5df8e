//! Which level a code has, and who said so.

use std::collections::BTreeMap;

use super::edition::Edition;
use crate::finding::{Code, Level};

/// Who set a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelOrigin {
    /// The rule's default.
    Default,
    /// `[levels]` of the configuration.
    Config,
    /// The law that the finding belongs to.
    Law,
}

impl LevelOrigin {
    /// As reports write it.
    pub fn name(self) -> &'static str {
        match self {
            LevelOrigin::Default => "default",
            LevelOrigin::Config => "contract-guard.toml",
            LevelOrigin::Law => "law",
        }
    }
}

/// The levels of a run.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// What the configuration says, by code.
    pub configured: BTreeMap<String, Level>,
    /// The pinned list of rules.
    pub edition: &'static Edition,
}

impl Levels {
    /// The level of a code.
    pub fn of(&self, code: Code) -> (Level, LevelOrigin) {
        let origin = match self.configured.contains_key(code.as_str()) {
            true => LevelOrigin::Config,
            false => LevelOrigin::Default,
        };
        (self.of_name(code.as_str()), origin)
    }

    /// The level of a code by its name.
    pub(super) fn of_name(&self, code: &str) -> Level {
        self.configured.get(code).copied().unwrap_or_else(|| self.edition.level(code))
    }

    /// What both demand: of each code the higher level, and the earlier edition. A change cannot lower what
    /// its baseline demands, and may ask for more.
    #[must_use]
    pub fn and(&self, other: &Levels) -> Levels {
        let mut configured = BTreeMap::new();
        for code in self.configured.keys().chain(other.configured.keys()) {
            configured.insert(code.clone(), self.of_name(code).max(other.of_name(code)));
        }
        let edition = if self.edition.name <= other.edition.name { self } else { other }.edition;
        Levels { configured, edition }
    }
}
