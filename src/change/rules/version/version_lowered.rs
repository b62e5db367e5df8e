//! A declared version fell.

use super::super::{Look, Rule};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::{Code, Explain, Location};

pub(in crate::change) const CODE: Code = Code("version-lowered");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "declared version fell",
    since: "0.1.0",
    explain: Explain {
        what: "The version that `versions.yaml` declares is smaller than it was, or is gone.",
        why: "Versions only grow; consumers that have the larger one cannot go back.",
        bad: "version: \"1.2.0\"\n→ version: \"1.1.0\"",
        good: "version: \"1.2.1\"",
        fix: "Declare a version that is larger than the last.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for old in &both.old.versions {
        let Some(before) = &old.current.version else { continue };
        let Some(new) = both.new.versions.iter().find(|v| v.folder == old.folder) else {
            // A module that is gone as a whole has a rule of its own.
            if old.folder.is_none() {
                let at = Location::file(&both.old.path(old.item));
                let was = both.was(old.item, &old.current.at, Part::Value);
                let message = format!("declared version was {before}, and none is declared now");
                let change = both.change(Impact::Major, CODE, message, at).labelled("missing here");
                found
                    .push(change.was(was).helped("declare a version that is larger than the last"));
            }
            continue;
        };
        if new.current.version.as_ref().is_some_and(|after| after >= before) {
            continue;
        }
        let after = new.current.text.as_deref().unwrap_or("not said");
        let message = format!("declared version was {before} and is {after}");
        let at = both.now(new.item, &new.current.at, Part::Value);
        let was = both.was(old.item, &old.current.at, Part::Value);
        let change = both.change(Impact::Major, CODE, message, at).labelled("it is").was(was);
        found.push(change.helped("declare a version that is larger than the last"));
    }
}
