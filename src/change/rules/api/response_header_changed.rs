//! A response header comes, goes, or is optional.

use super::super::{Look, Rule};
use super::media_type_removed::bodies;
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("response-header-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "response header was changed",
    since: "0.1.0",
    explain: Explain {
        what: "A header of a response is gone, new, or may be left out now.",
        why: "Callers read headers: pages, limits, locations.",
        bad: "headers: {Location: {required: true}}\n→ headers: {}",
        good: "headers: {Location: {required: true}}",
        fix: "Keep it, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for bodies in bodies(pair).iter().filter(|b| b.about.starts_with("response")) {
        let was = bodies.old.headers(pair.both.old);
        let is = bodies.new.headers(pair.both.new);
        let (both, gone, added) = ApiPair::keys(&was, &is);
        let mut say = |name: &str, impact, what: &str| {
            let message = format!("header `{name}` of {} {what}", bodies.about);
            let now = is.get(name).map_or(&bodies.new.place, |part| &part.place);
            let before = was.get(name).map(|part| &part.place);
            found.push(pair.change((impact, CODE), message, now, before));
        };
        gone.iter().for_each(|name| say(name, Impact::Major, "is gone"));
        added.iter().for_each(|name| say(name, Impact::Minor, "is new"));
        for name in &both {
            let required = |part: Option<&ApiPart<'_>>| part.is_some_and(|p| p.is_true("required"));
            match (required(was.get(name)), required(is.get(name))) {
                (true, false) => say(name, Impact::Major, "may be left out now"),
                (false, true) => say(name, Impact::Minor, "is always there now"),
                _ => {}
            }
        }
    }
}
