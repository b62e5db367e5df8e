//! Which level a code has, and who said so.

use std::collections::BTreeMap;

use crate::checks;
use crate::finding::{Code, Level};
use crate::laws;

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
}

impl Levels {
    /// The level of a code.
    pub fn of(&self, code: Code) -> (Level, LevelOrigin) {
        match self.configured.get(code.as_str()) {
            Some(level) => (*level, LevelOrigin::Config),
            None => {
                let check = checks::find(code.as_str()).map(|c| c.level);
                let level = check.or_else(|| laws::about_laws(code).map(|rule| rule.level));
                (level.unwrap_or(Level::Error), LevelOrigin::Default)
            }
        }
    }
}
