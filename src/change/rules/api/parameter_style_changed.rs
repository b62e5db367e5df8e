//! A parameter is written in another way.

use super::super::{Look, Rule};
use crate::catalog::{ApiPart, Catalog};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("parameter-style-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "style of a parameter was changed",
    since: "0.1.0",
    explain: Explain {
        what: "`style`, `explode`, `allowReserved`, `allowEmptyValue` or the media type of a parameter or response header is not what it was, with the defaults of OpenAPI 3.1, section 4.8.12.",
        why: "The same value is sent as another text.",
        bad: "style: form\n→ style: pipeDelimited",
        good: "style: form",
        fix: "Keep it, or add another parameter.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    let mut say = |before: &ApiPart<'_>, after: &ApiPart<'_>, what: &str| {
        let (old, new) = (pair.both.old, pair.both.new);
        // What has no parts is not taken apart.
        let may_explode = has_parts(old, before) && has_parts(new, after);
        let (was, is) = (style(old, before, may_explode), style(new, after, may_explode));
        if was != is {
            let message = format!("{what} was written as {was} and is as {is}");
            let place = Some(&before.place);
            found.push(pair.change((Impact::Major, CODE), message, &after.place, place));
        }
        let may_be_empty = |part: &ApiPart<'_>| part.is_true("allowEmptyValue");
        let (impact, now) = match (may_be_empty(before), may_be_empty(after)) {
            (true, false) => (Impact::Major, "may not be empty any more"),
            (false, true) => (Impact::Minor, "may be empty now"),
            _ => return,
        };
        let message = format!("{what} {now}");
        found.push(pair.change((impact, CODE), message, &after.place, Some(&before.place)));
    };
    for (old, new) in pair.common() {
        for (key, before) in &old.parameters {
            let Some(after) = new.parameters.get(key) else { continue };
            let name = after.value.str_at("name").unwrap_or_default();
            say(before, after, &format!("parameter `{name}` of `{}`", new.name));
        }
        let after = new.responses(pair.both.new);
        for (status, before) in old.responses(pair.both.old) {
            let headers = after.get(&status).map(|part| part.headers(pair.both.new));
            let headers = headers.unwrap_or_default();
            for (name, before) in before.headers(pair.both.old) {
                let Some(after) = headers.get(&name) else { continue };
                say(
                    &before,
                    after,
                    &format!("header `{name}` of response {status} of `{}`", new.name),
                );
            }
        }
    }
}

fn has_parts(catalog: &Catalog, part: &ApiPart<'_>) -> bool {
    let schema = part.member(catalog, "schema");
    let kind = schema.as_ref().and_then(|schema| schema.value.str_at("type"));
    !matches!(kind, Some("string" | "number" | "integer" | "boolean"))
}

fn style(catalog: &Catalog, part: &ApiPart<'_>, may_explode: bool) -> String {
    let contents = part.contents(catalog);
    if !contents.is_empty() {
        return contents.into_keys().collect::<Vec<_>>().join(", ");
    }
    let usual = match part.value.str_at("in") {
        Some("query" | "cookie") => "form",
        _ => "simple",
    };
    let style = part.value.str_at("style").unwrap_or(usual);
    let explode = part.value.get("explode").map_or(style == "form", |_| part.is_true("explode"));
    let mut words = vec![style];
    words.extend((explode && may_explode).then_some("exploded"));
    words.extend(part.is_true("allowReserved").then_some("with reserved characters"));
    words.join(" ")
}
