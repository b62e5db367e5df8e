//! Entries merged into documents that exist: what is new is added, what is there stays, and what would have
//! to be another is refused.

use serde_json::Value as Json;

use super::Blocked;
use crate::document::{Pointer, Rewrite, Spot, to_json};

/// Adds what `wanted` has and the value at `at` lacks. Members are merged by key; items of lists are
/// added at the end unless an equal one is there.
pub(super) fn merge(
    page: &mut Rewrite,
    at: &Pointer,
    wanted: &Json,
    file: &str,
) -> Result<(), Blocked> {
    let blocked = |why: String| {
        Blocked::new(
            format!("cannot add to `{file}`: {why}"),
            "write it by hand, or change the template",
        )
    };
    let there = page.value().at(at).map(to_json);
    match (wanted, there) {
        (_, None) => {
            let parent = at.parent().ok_or_else(|| blocked("there is nothing".to_owned()))?;
            let key = at.tokens().last().map(std::borrow::Cow::into_owned).unwrap_or_default();
            page.insert(&parent, &key, wanted, Spot::Last).map_err(|why| blocked(why.to_string()))
        }
        // A key without a value is an empty collection to whoever wrote it.
        (Json::Object(_) | Json::Array(_), Some(Json::Null)) => {
            page.set(at, wanted).map_err(|why| blocked(why.to_string()))
        }
        (Json::Object(members), Some(Json::Object(_))) => {
            members.iter().try_for_each(|(key, value)| merge(page, &at.join(key), value, file))
        }
        (Json::Array(items), Some(Json::Array(there))) => {
            for item in items.iter().filter(|item| !there.contains(item)) {
                if let Some(name) = name_of(item)
                    && there.iter().any(|other| name_of(other) == Some(name))
                {
                    return Err(Blocked::new(
                        format!("`{file}` has `{name}` already"),
                        "nothing is overwritten: take another name, or change what is there by hand",
                    ));
                }
                page.push(at, item).map_err(|why| blocked(why.to_string()))?;
            }
            Ok(())
        }
        (wanted, Some(there)) if *wanted == there => Ok(()),
        (_, Some(_)) => Err(Blocked::new(
            format!("`{file}` has something else at `{at}` already"),
            "nothing is overwritten: take another name, or change what is there by hand",
        )),
    }
}

/// What an item of a list is called.
fn name_of(item: &Json) -> Option<&str> {
    item.get("name").or_else(|| item.get("id")).and_then(Json::as_str)
}
