//! The parts of a form are written in another way.

use super::super::{Look, Rule};
use super::media_type_removed::bodies;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::document::to_json;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("encoding-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "encoding of a body was changed",
    since: "0.3.0",
    explain: Explain {
        what: "`encoding` of a media type is not what it was: media type, style or headers of the parts of a form (OpenAPI 3.1, section 4.8.15).",
        why: "The same value is sent as other bytes.",
        bad: "encoding: {photo: {contentType: image/png}}\n→ encoding: {photo: {contentType: image/webp}}",
        good: "encoding: {photo: {contentType: image/png}}",
        fix: "Keep it, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for bodies in bodies(pair) {
        let is = bodies.new.contents(pair.both.new);
        for (media, before) in bodies.old.contents(pair.both.old) {
            let Some(after) = is.get(&media) else { continue };
            let (old, new) = (before.value.get("encoding"), after.value.get("encoding"));
            if old.map(to_json) == new.map(to_json) {
                continue;
            }
            let message = format!("encoding of `{media}` in {} was changed", bodies.about);
            let place = Some(&before.place);
            found.push(pair.change((Impact::Major, CODE), message, &after.place, place));
        }
    }
}
