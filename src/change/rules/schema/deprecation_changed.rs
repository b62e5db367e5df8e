//! A deprecation begins or ends.

use super::super::{Look, Rule};
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::document::{Data, Value};
use crate::finding::{Code, Explain};
use jiff::civil::Date;

pub(in crate::change) const CODE: Code = Code("deprecation-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "deprecation was changed",
    since: "0.1.0",
    explain: Explain {
        what: "`deprecated` is not what it was.",
        why: "A deprecation tells consumers to move away; what is deprecated may be removed later.",
        bad: "\"title\": {\"type\": \"string\"}",
        good: "\"title\": {\"type\": \"string\", \"deprecated\": true}",
        fix: "Nothing: say in the changelog what replaces it.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (old, new) = (pair.old.first("deprecated"), pair.new.first("deprecated"));
    let is_on =
        |v: &Option<(_, &Value)>| v.as_ref().is_some_and(|(_, v)| v.data == Data::Bool(true));
    let sunset = pair.new.first("x-sunset").and_then(|(_, v)| v.as_str());
    let is_date = |text: &str| text.get(..10).is_some_and(|t| t.parse::<Date>().is_ok());
    let of = pair.subject();
    let (impact, message) = match (is_on(&old), is_on(&new)) {
        (false, true) => match sunset.filter(|text| !is_date(text)) {
            Some(text) => {
                (Impact::Major, format!("{of} is deprecated until `{text}`, which is no date"))
            }
            None => (Impact::Minor, format!("{of} is deprecated now")),
        },
        (true, false) => (Impact::Minor, format!("{of} is not deprecated any more")),
        _ => return,
    };
    let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
    found.push(pair.propose((Nature::Fixed(impact), Edit::Whole), CODE, message, now, was));
}
