//! A server is gone or new.

use super::super::{Look, Rule};
use crate::catalog::{Catalog, ItemId, Kind};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::document::{Pointer, Value};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("server-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "servers were changed",
    since: "0.2.0",
    explain: Explain {
        what: "A server of a document is gone, or new.",
        why: "Callers who use the address of one that is gone reach nobody.",
        bad: "servers: [{url: https://a.example}]\n→ servers: [{url: https://b.example}]",
        good: "servers: [{url: https://a.example}, {url: https://b.example}]",
        fix: "Keep the old one until callers have moved.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.both.common(|kind| kind == Kind::OpenApi) {
        let (was, is) = (urls(pair.both.old, old), urls(pair.both.new, new));
        let at = Pointer::root().join("servers");
        let place = Some((old, at.clone()));
        for url in was.iter().filter(|url| !is.contains(url)) {
            let message = format!("server `{url}` is gone");
            let now = (new, at.clone());
            found.push(pair.change((Impact::Major, CODE), message, &now, place.as_ref()));
        }
        for url in is.iter().filter(|url| !was.contains(url)) {
            let message = format!("server `{url}` is new");
            found.push(pair.change((Impact::Minor, CODE), message, &(new, at.clone()), None));
        }
    }
}

fn urls(catalog: &Catalog, item: ItemId) -> Vec<String> {
    let servers = catalog.item(item).and_then(|i| i.value()).and_then(|v| v.get("servers"));
    let all = servers.map(Value::items).unwrap_or_default();
    all.iter().filter_map(|s| s.str_at("url").map(str::to_owned)).collect()
}
