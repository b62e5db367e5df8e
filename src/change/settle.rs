//! What a change does: proposals get their impact from the proof, and what the proof knows beyond them is
//! said.

use serde_json::{Map, Value as Json};

use super::effects::Effect;
use super::pairs::{Both, Edit, Nature, Place, Proposal};
use super::schema::{Bundled, Lens};
use super::{Change, Direction, Impact, rules};
use crate::catalog::Bundle;
use crate::document::Part;

/// Gives a proposal its impact, or drops it when it changes nothing.
pub(super) fn settle(
    both: &Both<'_>,
    proposal: Proposal,
    whole: &Effect,
    (top, end, is_only): (&Place, &Place, bool),
    lens: &Lens,
) -> Option<Change> {
    let is_only = is_only && !proposal.is_said();
    let Proposal { nature, edit, mut change, part, old, new } = proposal;
    if let Nature::Fixed(_) | Nature::AtLeast(_) = nature {
        if is_only && let Effect::Breaks { witness, backward } = whole {
            change.impact = Impact::Major;
            change.direction = Some(direction(*backward));
            change.finding.witness = Some(rules::shown(witness, *backward));
            change.finding = change.finding.or_help(rules::BREAK_HELP);
        } else if edit != Edit::Whole && matches!(whole, Effect::Breaks { .. }) {
            let bundles = lens.bundles(both, &old, &new);
            let own = isolated(&bundles, &edit)
                .map(|alone| lens.effect(&bundles.0, &Ok(alone), Vec::new()));
            if let Some(Effect::Breaks { witness, backward }) = own {
                change.impact = Impact::Major;
                change.direction = Some(direction(backward));
                change.finding.witness =
                    part.map(|part| rules::shown_as(&witness, backward, &part));
                change.finding = change.finding.or_help(rules::BREAK_HELP);
            }
        }
        return Some(change);
    }
    // A part may change while the whole does not.
    if matches!(whole, Effect::Equal | Effect::Repaired(_) | Effect::Broken(_)) {
        return None;
    }
    let is_whole = (&old, &new) == (top, end);
    let own = if is_only {
        whole.clone()
    } else {
        let bundles = lens.bundles(both, &old, &new);
        match (isolated(&bundles, &edit), is_whole) {
            (Some(alone), _) => lens.effect(&bundles.0, &Ok(alone), Vec::new()),
            (None, true) => whole.clone(),
            (None, false) => lens.effect(&bundles.0, &bundles.1, Vec::new()),
        }
    };
    let part = if is_only { Some(String::new()) } else { part };
    match own {
        Effect::Breaks { backward, .. }
            if nature == if backward { Nature::Widens } else { Nature::Narrows } =>
        {
            change.impact = Impact::Minor;
        }
        Effect::Breaks { witness, backward } if !matches!(whole, Effect::Wider(_)) => {
            change.impact = Impact::Major;
            change.direction = Some(direction(backward));
            change.finding.witness = part.map(|part| rules::shown_as(&witness, backward, &part));
            change.finding = change.finding.or_help(rules::BREAK_HELP);
        }
        Effect::Wider(_) => change.impact = Impact::Minor,
        // The whole says what is not known.
        Effect::Unproven { .. } if matches!(whole, Effect::Unproven { .. }) => {
            change.impact = Impact::Unproven;
        }
        _ => return None,
    }
    Some(change)
}

/// The old node with nothing changed but what `edit` says; `None` when that cannot be done.
fn isolated(bundles: &(Bundled, Bundled), edit: &Edit) -> Option<Bundle> {
    let (Ok(old), Ok(new)) = bundles else { return None };
    let mut alone = old.clone();
    let map = alone.schema.as_object_mut()?;
    match edit {
        Edit::Whole => return None,
        Edit::Keyword(keyword) => {
            let (before, after) = (old.schema.get(keyword), new.schema.get(keyword));
            // Definitions have their names from both trees, and may differ.
            let is_plain = after.is_none_or(|value| !value.to_string().contains("\"$ref\""));
            if before == after || !is_plain {
                return None;
            }
            match after {
                Some(value) => map.insert((*keyword).to_owned(), value.clone()),
                None => map.shift_remove(*keyword),
            };
        }
        Edit::Condition(was, now) => {
            let is_plain = |part: &Option<Map<String, Json>>| {
                let refers =
                    |part: &Map<_, _>| Json::Object(part.clone()).to_string().contains("\"$ref\"");
                !part.as_ref().is_some_and(refers)
            };
            if !is_plain(was) || !is_plain(now) {
                return None;
            }
            if let Some(was) = was {
                drop_condition(map, was)?;
            }
            if let Some(now) = now {
                let parts = map.entry("allOf").or_insert_with(|| Json::Array(Vec::new()));
                parts.as_array_mut()?.push(Json::Object(now.clone()));
            }
        }
        Edit::With(name) => {
            let property = new.schema.get("properties")?.get(name)?.clone();
            if property.to_string().contains("\"$ref\"") {
                return None;
            }
            let properties = map.entry("properties").or_insert_with(|| Json::Object(Map::new()));
            properties.as_object_mut()?.insert(name.clone(), property);
        }
        Edit::Without(name) => {
            map.get_mut("properties")?.as_object_mut()?.shift_remove(name)?;
            if let Some(Json::Array(required)) = map.get_mut("required") {
                required.retain(|other| other.as_str() != Some(name));
            }
        }
    }
    Some(alone)
}

/// Leaves a condition out of a schema, wherever that has it.
fn drop_condition(map: &mut Map<String, Json>, condition: &Map<String, Json>) -> Option<()> {
    let has = |map: &Map<String, Json>| {
        ["if", "then", "else"].iter().all(|word| map.get(*word) == condition.get(*word))
    };
    let drop = |map: &mut Map<String, Json>| map.retain(|key, _| !condition.contains_key(key));
    if has(map) {
        drop(map);
        return Some(());
    }
    let parts = map.get_mut("allOf")?.as_array_mut()?;
    drop(parts.iter_mut().filter_map(Json::as_object_mut).find(|part| has(part))?);
    Some(())
}

pub(super) fn direction(backward: bool) -> Direction {
    if backward { Direction::Backward } else { Direction::Forward }
}

/// What the proof knows and no rule has said.
pub(super) fn explain_the_rest(
    both: &Both<'_>,
    new: &Place,
    whole: Effect,
    about: &str,
    found: &mut Vec<Change>,
) {
    let at = both.now(new.0, &new.1, Part::Value);
    let change = |impact, code, message: String| {
        both.change(impact, code, message, at.clone()).labelled("this schema")
    };
    match whole {
        Effect::Breaks { witness, backward } => {
            let majors = found.iter().filter(|c| c.impact == Impact::Major);
            let is_shown = majors.clone().any(|c| c.finding.witness.is_some());
            let text = rules::shown(&witness, backward);
            let mut bare: Vec<&mut Change> =
                found.iter_mut().filter(|c| c.impact == Impact::Major).collect();
            match bare.as_mut_slice() {
                _ if is_shown => {}
                [one] => {
                    one.direction = Some(direction(backward));
                    one.finding.witness = Some(text);
                }
                _ => {
                    let mut change = change(
                        Impact::Major,
                        rules::schema::schema_narrowed::CODE,
                        rules::narrowed(&witness, backward, about),
                    );
                    change.direction = Some(direction(backward));
                    change.finding.witness = Some(text);
                    change.finding = change.finding.or_help(rules::BREAK_HELP);
                    found.push(change);
                }
            }
        }
        Effect::Wider(witness) if found.iter().all(|c| c.impact < Impact::Minor) => {
            let mut change = change(
                Impact::Minor,
                rules::schema::schema_widened::CODE,
                format!("the schema of {about} accepts what it did not accept"),
            );
            change.finding.note = witness.map(|w| format!("such as {}", rules::instance(&w)));
            found.push(change);
        }
        Effect::Unproven { construct, reason } => {
            found.retain(|c| c.impact != Impact::Unproven);
            let message = format!("whether {about} breaks is not proven: `{construct}`: {reason}");
            found.push(
                change(Impact::Unproven, rules::schema::schema_unproven::CODE, message).helped(
                    "write the construct in a way that can be compared, or settle it by a waiver",
                ),
            );
        }
        Effect::Repaired(reason) => {
            let message = format!("the schema can be compiled now: {reason}");
            found.push(change(Impact::Patch, rules::schema::schema_repaired::CODE, message));
        }
        Effect::Broken(reason) => {
            let message = format!("the new schema cannot be compiled: {reason}");
            found.push(
                change(Impact::Unproven, rules::schema::schema_unproven::CODE, message)
                    .helped("`contract-guard check` says what is wrong with it"),
            );
        }
        Effect::Equal | Effect::Wider(_) => {}
    }
}
