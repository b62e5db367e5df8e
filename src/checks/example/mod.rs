//! Examples and their schemas.

pub(super) mod ambiguous_pair;
pub(super) mod example_invalid;
pub(super) mod example_too_costly;
pub(super) mod example_without_schema;
pub(super) mod invalid_example_accepted;
mod repair;
pub(super) mod schema_without_example;

pub(super) use repair::repair;

use super::judge::{Judgement, judge};
use crate::catalog::{Catalog, Expect, ItemId, Partner, Violation};
use crate::document::Pointer;
use crate::finding::{Code, Finding, Location};

/// A case of an example, judged.
struct Judged {
    at: Pointer,
    schema: ItemId,
    outcome: Judgement,
}

/// The cases of an expectation, judged, of an example that has a compiled schema.
fn judged(catalog: &Catalog, id: ItemId, expect: Expect) -> Vec<Judged> {
    let Some(example) = catalog.example(id) else {
        return Vec::new();
    };
    let Partner::Schema(schema, _) = example.partner else {
        return Vec::new();
    };
    let judge_case = |case: &crate::catalog::Case| {
        let instance = catalog.value_at(id, &case.at)?;
        let outcome = judge(catalog, schema, instance)?;
        Some(Judged { at: case.at.clone(), schema, outcome })
    };
    let wanted = example.cases.iter().filter(|case| case.expect == expect);
    wanted.filter_map(judge_case).collect()
}

/// One finding for a refused instance: the first violation, with the others beside it.
pub(super) fn refusal(
    catalog: &Catalog,
    code: Code,
    noun: &str,
    id: ItemId,
    at: &Pointer,
    violations: &[Violation],
) -> Option<Finding> {
    let path = catalog.path(id);
    let (first, others) = violations.split_first()?;
    let locate = |v: &Violation| {
        let pointer = at.concat(&v.instance);
        if v.is_key { Location::key(&path, pointer) } else { Location::value(&path, pointer) }
    };
    let subject = |v: &Violation| match v.instance.tokens().last() {
        Some(name) if name.parse::<usize>().is_err() => format!("`{name}`"),
        Some(_) => format!("`{}`", v.instance),
        None => noun.to_owned(),
    };
    let mut finding =
        Finding::new(code, format!("{} {}", subject(first), first.message), locate(first))
            .label(format!("refused by `{}`", first.keyword))
            .about(&first.keyword);
    if let Some((item, pointer)) = catalog.keyword_place(first) {
        finding =
            finding.related(Location::key(&catalog.path(item), pointer), "the schema says so here");
    }
    for other in others.iter().take(4) {
        finding = finding.related(locate(other), format!("{} {}", subject(other), other.message));
    }
    if let Some(help) = misspelling(violations) {
        finding = finding.help(help);
    }
    Some(match others.len().saturating_sub(4) {
        0 => finding,
        more => finding.note(format!("there are {more} more violations")),
    })
}

/// A required property that is missing while an undeclared one is spelled nearly like it.
fn misspelling(violations: &[Violation]) -> Option<String> {
    let missing =
        violations.iter().filter_map(|v| v.missing.as_deref().map(|name| (&v.instance, name)));
    let undeclared = || violations.iter().filter(|v| v.is_key);
    for (at, name) in missing {
        for key in undeclared().filter(|v| v.instance.parent().as_ref() == Some(at)) {
            let given = key.instance.tokens().last()?.into_owned();
            if strsim::damerau_levenshtein(&given, name) <= 2 {
                return Some(format!("rename `{given}` to `{name}`"));
            }
        }
    }
    None
}
