//! A response is new.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("response-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "response is new",
    since: "0.1.0",
    explain: Explain {
        what: "An operation has a response with a status that it did not have.",
        why: "Callers may meet it. A success that callers do not know is one they may take for a failure.",
        bad: "responses: {200: …}",
        good: "responses: {200: …, 404: …}",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let was = old.responses(pair.both.old);
        let is = new.responses(pair.both.new);
        let (_, _, added) = ApiPair::keys(&was, &is);
        for (status, part) in added.iter().filter_map(|status| Some((status, is.get(status)?))) {
            let message = format!("response {status} of `{}` is new", new.name);
            found.push(pair.change((Impact::Minor, CODE), message, &part.place, None));
        }
    }
}
