//! A parameter is written in another way.

use super::super::{Look, Rule};
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("parameter-style-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "style of a parameter was changed",
    since: "0.2.0",
    explain: Explain {
        what: "`style`, `explode`, `allowReserved` or `allowEmptyValue` of a parameter is not what it was, with the defaults of OpenAPI 3.1, section 4.8.12.",
        why: "The same value is sent as another text.",
        bad: "style: form\n→ style: pipeDelimited",
        good: "style: form",
        fix: "Keep it, or add another parameter.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        for (key, before) in &old.parameters {
            let Some(after) = new.parameters.get(key) else { continue };
            let (was, is) = (style(before), style(after));
            if was == is {
                continue;
            }
            let name = after.value.str_at("name").unwrap_or_default();
            let of = &new.name;
            let message =
                format!("parameter `{name}` of `{of}` was written as {was} and is as {is}");
            let place = Some(&before.place);
            found.push(pair.change((Impact::Major, CODE), message, &after.place, place));
        }
    }
}

fn style(part: &ApiPart<'_>) -> String {
    let usual = match part.value.str_at("in") {
        Some("query" | "cookie") => "form",
        _ => "simple",
    };
    let style = part.value.str_at("style").unwrap_or(usual);
    let explode = part.value.get("explode").map_or(style == "form", |_| part.is_true("explode"));
    let mut words = vec![style];
    words.extend(explode.then_some("exploded"));
    words.extend(part.is_true("allowReserved").then_some("with reserved characters"));
    words.join(" ")
}
