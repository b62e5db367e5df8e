//! The declared step is smaller than the changes demand.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("bump-too-small");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "declared version step is too small",
    since: "0.1.0",
    explain: Explain {
        what: "The step from the old declared version to the new one is smaller than the largest change demands.",
        why: "A consumer that trusts the version takes the change for harmless.",
        bad: "version: 1.0.0 → 1.0.1, with a property that is required now",
        good: "version: 1.0.0 → 2.0.0",
        fix: "Declare the version that the message names.",
    },
    look: Look::Proof,
};
