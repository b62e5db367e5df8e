//! A media type is new.

use super::super::{Look, Rule};
use super::media_type_removed::bodies;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("media-type-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "media type is new",
    since: "0.1.0",
    explain: Explain {
        what: "A request is accepted, or a response given, in a media type that was not there.",
        why: "Callers may use it.",
        bad: "content: {application/json: …}",
        good: "content: {application/json: …, text/plain: …}",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for bodies in bodies(pair) {
        let was = bodies.old.contents(pair.both.old);
        let is = bodies.new.contents(pair.both.new);
        let (_, _, added) = ApiPair::keys(&was, &is);
        for part in added.iter().filter_map(|media| Some((media, is.get(media)?))) {
            let message = format!("{} has `{}` now", bodies.about, part.0);
            found.push(pair.change((Impact::Minor, CODE), message, &part.1.place, None));
        }
    }
}
