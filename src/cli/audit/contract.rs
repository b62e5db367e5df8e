//! What records are held against: the schema or topic that was named, now and before.

use super::args::Audit;
use crate::audit::{Auditor, NoAudit, Task};
use crate::catalog::{Catalog, ItemId};
use crate::cli::graph::{From, look_up, tree_of};
use crate::cli::{Failure, Refused};
use crate::graph;
use crate::report::visible;
use crate::tree::ArtifactPath;

/// What the arguments ask for.
pub(super) fn task(args: &Audit, catalog: &Catalog) -> Result<Task, Failure> {
    match (&args.schema, &args.topic) {
        (Some(name), _) => schema(catalog, name).map(Task::Schema),
        (None, Some(name)) => Ok(Task::Topic(name.clone())),
        (None, None) => Ok(Task::Events),
    }
}

/// What a report calls it.
pub(super) fn title(task: &Task, catalog: &Catalog) -> (&'static str, Option<String>) {
    match task {
        Task::Schema(schema) => ("schema", Some(catalog.path(*schema).to_string())),
        Task::Topic(name) => ("topic", Some(name.clone())),
        Task::Events => ("auto", None),
    }
}

/// The schema of a path, from the repository root or the contracts root, or of the stem of its file.
fn schema(catalog: &Catalog, name: &str) -> Result<ItemId, Failure> {
    let is_path = |id: &ItemId| {
        let path = catalog.path(*id);
        path.as_str() == name || catalog.tree.below_root(&path) == name
    };
    let all = || catalog.schemas.keys().copied();
    if let Some(found) = all().find(is_path) {
        return Ok(found);
    }
    let has_stem = |id: &ItemId| catalog.item(*id).is_some_and(|item| item.stem() == name);
    match all().filter(has_stem).collect::<Vec<_>>().as_slice() {
        [one] => return Ok(*one),
        [] => {}
        several => {
            let names: Vec<String> =
                several.iter().map(|id| format!("`{}`", catalog.path(*id))).collect();
            let message = format!("`{name}` may be {}", names.join(" or "));
            return Err(Failure::Usage(message, Some("write one of them".to_owned())));
        }
    }
    let graph = graph::build(catalog, &[]);
    let (_, words) = tree_of(&[name.to_owned()], &From::default())?;
    let found = words.first().map(|word| look_up(&graph, catalog, word)).transpose()?;
    let place = found.iter().flat_map(|f| &f.places).find(|place| place.at.is_root());
    let id = place.and_then(|p| catalog.find(&ArtifactPath::lossy(graph.path(p.file))));
    id.filter(|id| catalog.schemas.contains_key(id)).ok_or_else(|| {
        let help = "`contract-guard list schemas` shows what there is".to_owned();
        Failure::Usage(format!("`{}` is no schema", visible(name)), Some(help))
    })
}

/// Prepares to ask the contracts now.
pub(super) fn auditor<'c>(catalog: &'c Catalog, task: &Task) -> Result<Auditor<'c>, Failure> {
    Auditor::new(catalog, task).map_err(|why| match &why {
        NoAudit::NotCompiled(_) => unusable(&why, ""),
        NoAudit::NoTopic(_, names) => {
            let shown: Vec<String> = names.iter().take(12).map(|n| format!("`{n}`")).collect();
            Failure::Usage(why.to_string(), Some(format!("there are {}", shown.join(", "))))
        }
        NoAudit::NoPayload(_) | NoAudit::NoTopics => {
            let help = "`contract-guard list topics` shows what there is".to_owned();
            Failure::Usage(why.to_string(), Some(help))
        }
    })
}

/// The same question to the contracts before: a schema is the one of the same path, or of the same `$id`.
/// `None` when they say nothing about it, so that there is nothing to break.
pub(super) fn auditor_before<'c>(
    before: &'c Catalog,
    task: &Task,
    now: &Catalog,
) -> Result<Option<Auditor<'c>>, Failure> {
    let task = match task {
        Task::Schema(schema) => match schema_before(before, *schema, now) {
            Some(schema) => Task::Schema(schema),
            None => return Ok(None),
        },
        other => other.clone(),
    };
    match Auditor::new(before, &task) {
        Ok(auditor) => Ok(Some(auditor)),
        Err(why @ NoAudit::NotCompiled(_)) => Err(unusable(&why, " of the tree before")),
        Err(_) => Ok(None),
    }
}

fn schema_before(before: &Catalog, schema: ItemId, now: &Catalog) -> Option<ItemId> {
    let path = now.path(schema);
    let below = now.tree.below_root(&path);
    let is_same = |id: &ItemId| before.tree.below_root(&before.path(*id)) == below;
    if let Some(same) = before.schemas.keys().copied().find(is_same) {
        return Some(same);
    }
    let mut claims = now.claims.iter();
    let (uri, _) = claims
        .find(|(_, claims)| claims.iter().any(|c| c.item == schema && c.pointer.is_root()))?;
    let claims = before.claims.get(uri)?;
    claims.iter().find(|claim| claim.pointer.is_root()).map(|claim| claim.item)
}

/// No verdict: nothing can be said with a broken schema.
fn unusable(why: &NoAudit, of: &str) -> Failure {
    Failure::Refused(Refused {
        message: format!("{why}{of}"),
        details: Vec::new(),
        help: Some("`contract-guard check` tells what is wrong with it".to_owned()),
        code: 3,
    })
}
