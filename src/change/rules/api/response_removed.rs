//! A response is gone.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("response-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "response is gone",
    since: "0.1.0",
    explain: Explain {
        what: "An operation has a response with that status no longer.",
        why: "Callers wait for an answer that does not come any more.",
        bad: "responses: {200: …, 404: …}\n→ responses: {200: …}",
        good: "responses: {200: …, 404: …}",
        fix: "Keep it, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let was = old.responses(pair.both.old);
        let is = new.responses(pair.both.new);
        let (_, gone, _) = ApiPair::keys(&was, &is);
        for status in &gone {
            let message = format!("response {status} of `{}` is gone", new.name);
            let place = was.get(status).map(|part| &part.place);
            found.push(pair.change((Impact::Major, CODE), message, &new.part.place, place));
        }
    }
}
