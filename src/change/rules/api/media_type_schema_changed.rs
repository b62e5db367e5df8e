//! A schema comes or goes.

use super::super::{Look, Rule};
use super::media_type_removed::bodies;
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("media-type-schema-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "a schema is new, or gone",
    since: "0.1.0",
    explain: Explain {
        what: "The content of a request or response has a schema where it had none, or none where it had one.",
        why: "Without a schema anything may come: readers lose what they were promised; senders who sent anything are bound by a new one.",
        bad: "application/json: {}\n→ application/json: {schema: …}",
        good: "application/json: {schema: …}",
        fix: "Describe contents from the start.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for bodies in bodies(pair) {
        let was = bodies.old.contents(pair.both.old);
        let is = bodies.new.contents(pair.both.new);
        let is_request = bodies.about.starts_with("request");
        for (media, before) in &was {
            let Some(after) = is.get(media) else { continue };
            let has = |part: &ApiPart<'_>| part.value.get("schema").is_some();
            let (is_new, what) = match (has(before), has(after)) {
                (false, true) => (true, "is new"),
                (true, false) => (false, "is gone"),
                _ => continue,
            };
            let impact = if is_new == is_request { Impact::Major } else { Impact::Minor };
            let message = format!("schema of `{media}` in {} {what}", bodies.about);
            found.push(pair.change((impact, CODE), message, &after.place, Some(&before.place)));
        }
    }
}
