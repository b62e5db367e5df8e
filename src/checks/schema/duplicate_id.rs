//! Two files with one `$id` and equal content.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "two files claim one `$id`",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "Two files claim the same `$id`, and say the same.",
        why: "The next edit changes one of them, and then nobody knows which one counts.",
        bad: fixture!("duplicate-id/fail/basic/contracts/storage/schemas/note_copy.schema.json"),
        good: fixture!("duplicate-id/pass/basic/contracts/storage/schemas/note_copy.schema.json"),
        fix: "Keep one of the files, or give the copy its own `$id`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("duplicate-id");

fn run(catalog: &Catalog) -> Vec<Finding> {
    super::claims::conflicts(catalog)
        .filter(|conflict| conflict.equal)
        .map(|conflict| {
            let message = format!(
                "`{}` is claimed by `{}` too, with equal content",
                conflict.uri, conflict.first.artifact
            );
            Finding::new(CODE, message, conflict.second)
                .label("claimed again")
                .related(conflict.first, "this one is used")
                .about(&conflict.uri)
                .help("keep one of the files, or give the copy its own `$id`")
        })
        .collect()
}
