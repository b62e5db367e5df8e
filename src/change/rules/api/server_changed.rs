//! A server is gone or new.

use super::super::{Look, Rule};
use crate::catalog::{Catalog, Kind, Operation};
use crate::change::api::ApiPair;
use crate::change::pairs::Place;
use crate::change::{Change, Impact};
use crate::document::{Pointer, Value};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("server-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "servers were changed",
    since: "0.1.0",
    explain: Explain {
        what: "A server of a document, a path or an operation is gone, or new, its variables at their defaults.",
        why: "Callers who use the address of one that is gone reach nobody.",
        bad: "servers: [{url: https://a.example}]\n→ servers: [{url: https://b.example}]",
        good: "servers: [{url: https://a.example}, {url: https://b.example}]",
        fix: "Keep the old one until callers have moved.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.both.common(|kind| kind == Kind::OpenApi) {
        let top = |catalog: &Catalog, item| catalog.item(item).and_then(|i| i.value()).map(urls);
        let was = top(pair.both.old, old).unwrap_or_default();
        let is = top(pair.both.new, new).unwrap_or_default();
        let at = Pointer::root().join("servers");
        compare(pair, (&was, &is), "", ((old, at.clone()), (new, at)), found);
    }
    for (old, new) in pair.common() {
        let own = |operation: &Operation<'_>| {
            let parts = [&operation.part, &operation.shared];
            parts
                .into_iter()
                .find(|part| part.value.get("servers").is_some())
                .map(|p| urls(p.value))
        };
        let (was, is) = (own(old), own(new));
        if was.is_none() && is.is_none() {
            continue;
        }
        let was = was.unwrap_or_else(|| urls(old.document.value));
        let is = is.unwrap_or_else(|| urls(new.document.value));
        let of = format!(" of `{}`", new.name);
        compare(pair, (&was, &is), &of, (old.part.place.clone(), new.part.place.clone()), found);
    }
}

fn compare(
    pair: &ApiPair<'_, '_>,
    (was, is): (&[String], &[String]),
    of: &str,
    (before, now): (Place, Place),
    found: &mut Vec<Change>,
) {
    for url in was.iter().filter(|url| !is.contains(url)) {
        let message = format!("server `{url}`{of} is gone");
        found.push(pair.change((Impact::Major, CODE), message, &now, Some(&before)));
    }
    for url in is.iter().filter(|url| !was.contains(url)) {
        let message = format!("server `{url}`{of} is new");
        found.push(pair.change((Impact::Minor, CODE), message, &now, None));
    }
}

/// The addresses of `servers`, with the defaults of their variables; without any it is `/` (OpenAPI 3.1,
/// section 4.8.1).
fn urls(holder: &Value) -> Vec<String> {
    let all = holder.get("servers").map(Value::items).unwrap_or_default();
    let url = |server: &Value| {
        let mut url = server.str_at("url")?.to_owned();
        for variable in server.get("variables").map(Value::members).unwrap_or_default() {
            let default = variable.value.str_at("default").unwrap_or_default();
            url = url.replace(&format!("{{{}}}", variable.key), default);
        }
        Some(url)
    };
    let urls: Vec<String> = all.iter().filter_map(url).collect();
    if urls.is_empty() { vec!["/".to_owned()] } else { urls }
}
