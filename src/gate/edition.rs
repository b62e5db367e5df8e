//! Editions: which rules there are, and their levels, pinned under a name, so that a newer tool gives no new
//! verdict until somebody chooses the newer edition. An edition that is out is never edited.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::change::CHANGE_RULES;
use crate::checks::CHECKS;
use crate::finding::Level;
use crate::laws::ABOUT_LAWS;

/// A pinned list of rules.
#[derive(Debug)]
pub struct Edition {
    /// Its name, a year and a number.
    pub name: &'static str,
    text: &'static str,
    levels: OnceLock<BTreeMap<&'static str, Level>>,
}

/// All editions, the oldest first.
static EDITIONS: [Edition; 1] = [Edition {
    name: "2026-1",
    text: include_str!("editions/2026-1.txt"),
    levels: OnceLock::new(),
}];

impl Edition {
    /// The edition of a name.
    pub fn find(name: &str) -> Option<&'static Edition> {
        EDITIONS.iter().find(|edition| edition.name == name)
    }

    /// The names of all, the oldest first.
    pub fn names() -> Vec<&'static str> {
        EDITIONS.iter().map(|edition| edition.name).collect()
    }

    /// The level that a code has in this edition; a rule that came later is off.
    pub fn level(&self, code: &str) -> Level {
        self.levels().get(code).copied().unwrap_or(Level::Off)
    }

    /// Whether a rule about changes is part of this edition.
    pub fn knows(&self, code: &str) -> bool {
        self.levels().contains_key(code)
    }

    fn levels(&self) -> &BTreeMap<&'static str, Level> {
        self.levels.get_or_init(|| self.text.lines().filter_map(read).collect())
    }
}

/// `<code> <level>`, or `<code> change` for a rule whose changes have their impact for a level.
fn read(line: &'static str) -> Option<(&'static str, Level)> {
    let (code, level) = line.split_once(' ')?;
    match level {
        _ if line.starts_with('#') => None,
        "change" => Some((code, Level::Error)),
        level => Some((code, Level::parse(level)?)),
    }
}

impl Default for &Edition {
    /// The newest.
    fn default() -> Self {
        let [.., newest] = &EDITIONS;
        newest
    }
}

/// What the newest edition says, made from the tables of rules.
pub fn newest_edition() -> (&'static str, String) {
    let name = <&Edition>::default().name;
    let checks = CHECKS.iter().map(|c| format!("{} {}", c.code, c.level.name()));
    let about = ABOUT_LAWS.iter().map(|r| format!("{} {}", r.code, r.level.name()));
    let changes = CHANGE_RULES.iter().map(|r| format!("{} change", r.code));
    let mut lines: Vec<String> = checks.chain(about).chain(changes).collect();
    lines.sort();
    let head =
        format!("# Edition {name}: every rule with its level. Never edited once it is out.\n");
    (name, head + &lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_came_later_is_off() {
        let edition =
            Edition { name: "t", text: "# t\na error\nb change\n", levels: OnceLock::new() };
        assert_eq!(edition.level("a"), Level::Error);
        assert_eq!(edition.level("c"), Level::Off);
        assert!(edition.knows("b") && !edition.knows("c"));
    }
}
