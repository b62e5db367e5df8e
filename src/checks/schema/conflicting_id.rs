//! Two files with one `$id` and different content.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "two files claim one `$id` with different content",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Two files claim the same `$id`, and say different things.",
        why: "What a reference to it means depends on which file a reader happens to load.",
        bad: fixture!("conflicting-id/fail/basic/contracts/storage/schemas/note_copy.schema.json"),
        good: fixture!("conflicting-id/pass/basic/contracts/storage/schemas/note_copy.schema.json"),
        fix: "Give each file its own `$id`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("conflicting-id");

fn run(catalog: &Catalog) -> Vec<Finding> {
    super::claims::conflicts(catalog)
        .filter(|conflict| !conflict.equal)
        .map(|conflict| {
            let message = format!(
                "`{}` is claimed by `{}` too, with different content",
                conflict.uri, conflict.first.artifact
            );
            Finding::new(CODE, message, conflict.second)
                .label("claimed again")
                .related(conflict.first, "references lead here")
                .about(&conflict.uri)
                .help("give each file its own `$id`")
        })
        .collect()
}
