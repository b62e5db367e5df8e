//! References that come back to themselves without looking at another part of the instance (JSON Schema Core 2020-12 §9.4.1).
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "references go in a circle",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Following a `$ref` comes back to it, and no property or item was entered on the way.",
        why: "A validator that follows it never ends.",
        bad: fixture!("ref-loop/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("ref-loop/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Break the circle: refer to the schema from inside `properties` or `items`, or say directly what is meant.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("ref-loop");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reference in catalog.references.iter().filter(|r| r.in_loop) {
        let path = catalog.path(reference.item);
        let mut finding = Finding::new(
            CODE,
            format!("`{}` comes back to itself without consuming anything", reference.text),
            Location::value(&path, reference.at()),
        )
        .label("part of the circle")
        .about(&reference.text)
        .help("break the circle: refer from inside `properties` or `items`");
        if let Some((item, pointer)) = reference.target.place()
            && (item, pointer) != (reference.item, &reference.holder)
        {
            finding = finding.related(Location::key(&catalog.path(item), pointer), "leads here");
        }
        findings.push(finding);
    }
    findings
}
