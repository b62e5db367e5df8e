//! References that no `$id` answers, but a file does.
use crate::catalog::{Catalog, ItemId, Target};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$ref` resolves only as a file path",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "By its URI a `$ref` leads nowhere; only the file that lies at that path relative to this one was meant.",
        why: "A validator that knows schemas by `$id`, as the specification asks, does not find it. It was followed here so that the rest could be checked.",
        bad: fixture!("ref-by-path/fail/basic/contracts/storage/schemas/common.schema.json"),
        good: fixture!("ref-by-path/pass/basic/contracts/storage/schemas/common.schema.json"),
        fix: "Make the `$id`s of both files agree with their paths, or refer to the other schema by its `$id`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ref-by-path");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let by_path = super::refs_of(catalog, id).filter_map(|reference| match &reference.target {
        Target::ByPath(item, pointer) => Some((reference, *item, pointer)),
        _ => None,
    });
    by_path
        .map(|(reference, item, pointer)| {
            let other = catalog.path(item);
            let base = catalog.schemas.get(&item).map_or("", |s| s.base.as_str());
            let message = format!(
                "`{}` resolves only as the file path `{other}`, by no `$id`",
                reference.text
            );
            let location = Location::value(&catalog.path(id), reference.at());
            let finding = Finding::new(CODE, message, location)
                .label("found by path only")
                .about(&reference.text);
            finding.help(if base.starts_with("tree:") {
                format!("give `{other}` an absolute `$id` that agrees with its path")
            } else {
                let fragment =
                    if pointer.is_root() { String::new() } else { format!("#{pointer}") };
                format!("refer to `{base}{fragment}`, or make the `$id`s agree with the paths")
            })
        })
        .collect()
}
