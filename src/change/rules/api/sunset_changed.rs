//! A sunset is moved, missing or no date.

use super::super::{Look, Rule};
use crate::catalog::ApiPart;
use crate::change::api::ApiPair;
use crate::change::words::shown;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("sunset-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "sunset was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The `x-sunset` of a deprecated operation or parameter is earlier than it was, is gone, or is no date (RFC 8594 has one).",
        why: "Callers plan by the date that they were told.",
        bad: "x-sunset: 2027-06-30\n→ x-sunset: 2027-01-01",
        good: "x-sunset: 2027-06-30",
        fix: "Only move a sunset later, and write it as 2027-06-30.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        found.extend(sunset(pair, &new.name, &old.part, &new.part));
        for (key, before) in &old.parameters {
            if let Some(after) = new.parameters.get(key) {
                let of = format!("{}` parameter `{}", new.name, key.1);
                found.extend(sunset(pair, &of, before, after));
            }
        }
    }
}

fn sunset(
    pair: &ApiPair<'_, '_>,
    of: &str,
    old: &ApiPart<'_>,
    new: &ApiPart<'_>,
) -> Option<Change> {
    let text = |part: &ApiPart<'_>| {
        part.value.get("x-sunset").map(|v| shown(v).trim_matches('"').to_owned())
    };
    let (before, after) = (text(old), text(new));
    if before == after {
        return None;
    }
    let date = |text: &Option<String>| {
        text.as_ref().and_then(|t| t.get(..10)?.parse::<jiff::civil::Date>().ok())
    };
    let (impact, message) = match (&before, &after) {
        (_, Some(text)) if date(&after).is_none() => {
            (Impact::Major, format!("sunset of `{of}` is `{text}`, which is no date"))
        }
        (Some(was), None) if new.is_true("deprecated") => {
            (Impact::Major, format!("sunset of `{of}` was {was} and is gone"))
        }
        (Some(was), Some(is)) if date(&after) < date(&before) => {
            (Impact::Major, format!("sunset of `{of}` was {was} and is {is}"))
        }
        (Some(was), is) => {
            let is = is.as_deref().unwrap_or("gone");
            (Impact::Minor, format!("sunset of `{of}` was {was} and is {is}"))
        }
        (None, is) => {
            let is = is.as_deref().unwrap_or_default();
            (Impact::Minor, format!("sunset of `{of}` is {is}"))
        }
    };
    Some(pair.change((impact, CODE), message, &new.place, Some(&old.place)))
}
