//! What is known about a code, whichever table has it.

use crate::change::CHANGE_RULES;
use crate::checks;
use crate::finding::{Code, Explain};
use crate::laws::{LAW_KINDS, about_laws};

/// What a rule says in a few words, and its explanation.
pub fn explained(code: Code) -> Option<(&'static str, &'static Explain)> {
    let check = checks::find(code.as_str()).map(|check| (check.summary, &check.explain));
    let change = || CHANGE_RULES.iter().find(|r| r.code == code).map(|r| (r.summary, &r.explain));
    let kind = || LAW_KINDS.iter().find(|k| k.code == code).map(|k| (k.summary, &k.explain));
    let about = || about_laws(code).map(|rule| (rule.summary, &rule.explain));
    check.or_else(change).or_else(kind).or_else(about)
}
