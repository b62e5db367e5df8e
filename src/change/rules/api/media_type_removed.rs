//! A media type is gone.

use super::super::{Look, Rule};
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("media-type-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "media type is gone",
    since: "0.1.0",
    explain: Explain {
        what: "A request is accepted, or a response given, in a media type no longer.",
        why: "Callers who send or ask for it get 415 or 406.",
        bad: "content: {application/json: …, text/plain: …}\n→ content: {application/json: …}",
        good: "content: {application/json: …, text/plain: …}",
        fix: "Deprecate it first, with a sunset date, and remove it with a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for bodies in bodies(pair) {
        let was = bodies.old.contents(pair.both.old);
        let is = bodies.new.contents(pair.both.new);
        let (_, gone, _) = ApiPair::keys(&was, &is);
        for media in gone.iter().filter(|media| !is.keys().any(|other| covers(other, media))) {
            let message = format!("{} has no `{media}` any more", bodies.about);
            let place = was.get(media).map(|part| &part.place);
            found.push(pair.change((Impact::Major, CODE), message, &bodies.new.place, place));
        }
    }
}

/// Whether a media range (RFC 9110, section 12.5.1) has a type in it.
pub(super) fn covers(range: &str, media: &str) -> bool {
    let parts = |text: &str| -> Option<(String, String)> {
        let text = text.split(';').next()?;
        text.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    match (parts(range), parts(media)) {
        (Some((a, b)), Some((c, d))) => (a == "*" || a == c) && (b == "*" || b == d),
        _ => range == media,
    }
}

/// Two versions of what is sent or answered.
pub(super) struct Bodies<'c> {
    pub old: ApiPart<'c>,
    pub new: ApiPart<'c>,
    pub about: String,
}

/// All requests and responses that both APIs have.
pub(super) fn bodies<'c>(pair: &ApiPair<'_, 'c>) -> Vec<Bodies<'c>> {
    let mut found = Vec::new();
    for (old, new) in pair.common() {
        let before = old.part.member(pair.both.old, "requestBody");
        let after = new.part.member(pair.both.new, "requestBody");
        if let (Some(old), Some(after)) = (before, after) {
            found.push(Bodies { old, new: after, about: format!("request of `{}`", new.name) });
        }
        let mut after = new.responses(pair.both.new);
        for (status, old) in old.responses(pair.both.old) {
            if let Some(after) = after.remove(&status) {
                let about = format!("response {status} of `{}`", new.name);
                found.push(Bodies { old, new: after, about });
            }
        }
    }
    found
}
