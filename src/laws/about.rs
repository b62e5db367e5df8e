//! What is said about laws themselves, and about what they cannot see.

use crate::finding::{Code, Explain, Level};

/// A rule about laws.
pub struct AboutLaws {
    /// Its code.
    pub code: Code,
    /// What it says, in a few words.
    pub summary: &'static str,
    /// Its level where nobody says otherwise.
    pub level: Level,
    /// The version that brought it.
    pub since: &'static str,
    /// What `explain` tells.
    pub explain: Explain,
}

/// All of them, by code.
pub static ABOUT_LAWS: &[&AboutLaws] = &[
    &LAW_BASELINE_GREW,
    &LAW_BASELINE_STALE,
    &LAW_INVALID,
    &LAW_SOURCE_NOT_FROZEN,
    &PROGRAM_UNPARSED,
];

/// The rule of a code.
pub fn about_laws(code: Code) -> Option<&'static AboutLaws> {
    ABOUT_LAWS.iter().find(|rule| rule.code == code).copied()
}

/// A law file that cannot be held.
pub(super) static LAW_INVALID: AboutLaws = AboutLaws {
    code: Code("law-invalid"),
    summary: "law file is wrong",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A law file does not parse, names a kind of rule that does not exist, leaves out what its kind needs, or has a key that means nothing.",
        why: "A rule that is not understood holds nothing, and nobody would notice.",
        bad: "law: upgrade\nrules:\n  - id: files-stay\n    kind: additive\n    why: operators call these files by name\n    remedy: restore the file\n",
        good: "law: upgrade\nrules:\n  - id: files-stay\n    kind: additive-only\n    of: files\n    why: operators call these files by name\n    remedy: restore the file\n",
        fix: "Correct what the message names. `docs/laws.md` lists all kinds and their keys.",
    },
};

/// A written contract that can be rewritten unseen.
static LAW_SOURCE_NOT_FROZEN: AboutLaws = AboutLaws {
    code: Code("law-source-not-frozen"),
    summary: "the document of a law is in no freeze",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The document that a law comes from lies outside of the contracts folder, so that freezes do not keep it.",
        why: "A sentence that is taken out of the document takes its rule along, and nobody can tell what was promised.",
        bad: "law: upgrade\nsource: docs/UPGRADE.md\n",
        good: "law: upgrade\nsource: contracts/UPGRADE.md\n",
        fix: "Move the document below `contracts/`, and name it there in `source`.",
    },
};

/// Source code that a law cannot see.
pub(super) static PROGRAM_UNPARSED: AboutLaws = AboutLaws {
    code: Code("program-unparsed"),
    summary: "source file does not parse",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A law looks at source code, and a file of it has a part that is no valid program.",
        why: "What is not understood is not held to the law; the functions around it are.",
        bad: "def load(:\n    return 1\n",
        good: "def load():\n    return 1\n",
        fix: "Correct the syntax, or take the file out of the rules by `except`.",
    },
};

/// More violations are accepted than were.
pub(super) static LAW_BASELINE_GREW: AboutLaws = AboutLaws {
    code: Code("law-baseline-grew"),
    summary: "the record of accepted violations grew",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The record of violations that were there when a law was adopted has entries that the baseline does not have, for rules that were adopted before.",
        why: "The record can only shrink; who could add to it could break any law.",
        bad: "\"accepted\": {\"a1b2\": {\"rule\": \"upgrade/files-stay\", \"path\": \"a.py\", \"count\": 2}}\n",
        good: "\"accepted\": {\"a1b2\": {\"rule\": \"upgrade/files-stay\", \"path\": \"a.py\", \"count\": 1}}\n",
        fix: "Mend the violation, or waive its rule for a time in the law.",
    },
};

/// Violations of the record are gone.
pub(super) static LAW_BASELINE_STALE: AboutLaws = AboutLaws {
    code: Code("law-baseline-stale"),
    summary: "recorded violations are fixed",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The record of accepted violations has entries that no rule finds any more.",
        why: "As long as they stand there, the same violations may come back unseen.",
        bad: "\"accepted\": {\"a1b2\": {\"rule\": \"upgrade/files-stay\", \"path\": \"a.py\", \"count\": 1}}\n",
        good: "\"accepted\": {}\n",
        fix: "`contract-guard laws baseline` takes them out.",
    },
};
