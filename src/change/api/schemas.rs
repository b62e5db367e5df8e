//! The schemas of an API: what is sent must stay accepted, what is answered must stay understood.

use rayon::prelude::*;

use super::pair::ApiPair;
use crate::catalog::Area;
use crate::catalog::{ApiPart as Part, Operation};
use crate::change::Change;
use crate::change::effects::Mode;
use crate::change::pairs::Place;
use crate::change::schema::{Lens, Role, compare, dedup};
use crate::document::Pointer;

/// Two versions of a schema in its role.
struct Task {
    old: Place,
    new: Place,
    role: Role,
    /// `the request of POST /notes`
    about: String,
}

/// Changes of all schemas that both APIs have.
pub(super) fn changes(pair: &ApiPair<'_, '_>) -> Vec<Change> {
    if pair.both.options.mode(Area::Api) == Mode::None {
        return Vec::new();
    }
    let tasks: Vec<Task> = pair.common().flat_map(|(old, new)| tasks(pair, old, new)).collect();
    let found = tasks.into_par_iter().flat_map_iter(|task| {
        // A request is read with the new contract, an answer with the old one.
        let mode = if task.role == Role::Response { Mode::Forward } else { Mode::Backward };
        let lens = Lens { mode, role: task.role, about: task.about };
        let mut changes = compare(pair.both, (task.old, task.new), "", &lens, Vec::new());
        for change in &mut changes {
            change.affects.push(lens.about.clone());
        }
        changes
    });
    let mut found = dedup(found.collect());
    for change in &mut found {
        if change.affects.len() > 1 {
            let note = format!("it is part of {}", crate::change::words::plainly(&change.affects));
            change.finding.note.get_or_insert(note);
        }
    }
    found
}

fn tasks(pair: &ApiPair<'_, '_>, old: &Operation<'_>, new: &Operation<'_>) -> Vec<Task> {
    let mut found = Vec::new();
    // Who calls writes what is sent; who is called writes what is answered.
    let (sent, answered) = match new.sends {
        true => (Role::Response, Role::Request),
        false => (Role::Request, Role::Response),
    };
    for (key, before) in &old.parameters {
        if let Some(after) = new.parameters.get(key) {
            let name = after.value.str_at("name").unwrap_or_default();
            let about = format!("parameter `{name}` of `{}`", new.name);
            found.extend(of_parameter(pair, before, after, sent, &about));
        }
    }
    let body = |operation: &Operation<'_>, of_new| {
        let catalog = if of_new { pair.both.new } else { pair.both.old };
        operation.part.value.get("requestBody").map(|_| catalog)
    };
    if let (Some(was), Some(is)) = (body(old, false), body(new, true))
        && let (Some(before), Some(after)) =
            (old.part.member(was, "requestBody"), new.part.member(is, "requestBody"))
    {
        let about = format!("the request of `{}`", new.name);
        found.extend(of_contents(pair, &before, &after, sent, &about));
    }
    let after = new.responses(pair.both.new);
    for (status, before) in old.responses(pair.both.old) {
        let Some(after) = after.get(&status) else { continue };
        let about = format!("response {status} of `{}`", new.name);
        found.extend(of_contents(pair, &before, after, answered, &about));
        let headers = after.headers(pair.both.new);
        for (name, before) in before.headers(pair.both.old) {
            if let Some(after) = headers.get(&name) {
                let about = format!("header `{name}` of response {status} of `{}`", new.name);
                found.extend(of_parameter(pair, &before, after, answered, &about));
            }
        }
    }
    found
}

/// A parameter or header has a schema, or contents.
fn of_parameter(
    pair: &ApiPair<'_, '_>,
    before: &Part<'_>,
    after: &Part<'_>,
    role: Role,
    about: &str,
) -> Vec<Task> {
    let mut found = of_contents(pair, before, after, role, about);
    found.extend(of_schema(before, after, role, about));
    found
}

fn of_contents(
    pair: &ApiPair<'_, '_>,
    before: &Part<'_>,
    after: &Part<'_>,
    role: Role,
    about: &str,
) -> Vec<Task> {
    let now = after.contents(pair.both.new);
    let was = before.contents(pair.both.old);
    let both = was.iter().filter_map(|(media, before)| Some((before, now.get(media)?)));
    both.filter_map(|(before, after)| of_schema(before, after, role, about)).collect()
}

fn of_schema(before: &Part<'_>, after: &Part<'_>, role: Role, about: &str) -> Option<Task> {
    let place = |part: &Part<'_>| -> Option<(usize, Pointer)> {
        part.value.get("schema")?;
        Some((part.place.0, part.place.1.join("schema")))
    };
    let (old, new) = (place(before)?, place(after)?);
    Some(Task { old, new, role, about: about.to_owned() })
}
