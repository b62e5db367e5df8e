//! Events are kept for another time.

use super::super::{Look, Rule};
use crate::catalog::{Catalog, Topic};
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("retention-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "retention was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The `retention` of a topic is not what it was.",
        why: "A consumer that reads late finds nothing when events are kept for a shorter time.",
        bad: "retention: P2Y\n→ retention: P90D",
        good: "retention: P2Y",
        fix: "Only lengthen it, or release a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for topic in &both.new.topics {
        let is_same = |old: &&Topic| old.name.is_some() && old.name == topic.name;
        let Some(old) = both.old.topics.iter().find(is_same) else { continue };
        let text = |catalog: &Catalog, t: &Topic| {
            let value = catalog.value_at(t.item, &t.at.join("retention"))?;
            value.as_str().map(str::to_owned)
        };
        let (before, after) = (text(both.old, old), text(both.new, topic));
        let Some(before) = before.filter(|b| Some(b) != after.as_ref()) else { continue };
        let days = |text: &str| days(text).unwrap_or(f64::INFINITY);
        let is_shorter = after.as_deref().is_none_or(|after| days(after) < days(&before));
        let impact = if is_shorter { Impact::Major } else { Impact::Minor };
        let after = after.unwrap_or_else(|| "not said".to_owned());
        let name = topic.full_name();
        let message = format!("retention of topic `{name}` was {before} and is {after}");
        let at = both.now(topic.item, &topic.at.join("retention"), Part::Value);
        let was = both.was(old.item, &old.at.join("retention"), Part::Value);
        found.push(both.change(impact, CODE, message, at).labelled("it is").was(was));
    }
}

/// An ISO 8601 duration in days; years and months as they are on average.
fn days(text: &str) -> Option<f64> {
    let (mut total, mut number, mut is_time) = (0.0, String::new(), false);
    for c in text.strip_prefix('P')?.chars() {
        let unit = match (c, is_time) {
            ('T', _) => {
                is_time = true;
                continue;
            }
            ('0'..='9', _) => {
                number.push(c);
                continue;
            }
            ('Y', _) => 365.25,
            ('M', false) => 30.4375,
            ('W', _) => 7.0,
            ('D', _) => 1.0,
            ('H', true) => 1.0 / 24.0,
            ('M', true) => 1.0 / 1440.0,
            ('S', true) => 1.0 / 86_400.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * unit;
        number.clear();
    }
    number.is_empty().then_some(total)
}
