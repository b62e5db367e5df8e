//! Keywords that are misspelled, or of another dialect.
use crate::catalog::{Catalog, ItemId, KEYWORDS, dialect_name};
use crate::checks::{Check, Run};
use crate::document::{Edit, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};
use jsonschema::Draft;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "keyword that the dialect does not know",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A keyword is a near miss of a known one (`requierd`), or is known only to another dialect (`dependencies` under 2020-12).",
        why: "Validators ignore unknown keywords without a word: the promise is not kept by anyone.",
        bad: fixture!("unknown-keyword/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("unknown-keyword/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Spell it as the dialect does. Keywords of your own begin with `x-` and are left alone.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("unknown-keyword");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let (Some(schema), Some(root)) =
        (catalog.schemas.get(&id), catalog.item(id).and_then(|i| i.value()))
    else {
        return Vec::new();
    };
    let Some(draft) = schema.dialect.draft() else {
        return Vec::new();
    };
    let path = catalog.path(id);
    let mut findings = Vec::new();
    for at in schema.subschemas() {
        for member in root.at(at).map(Value::members).unwrap_or_default() {
            if let Some((message, help, near)) = judge(&member.key, draft) {
                let place = at.join(&member.key);
                let mut finding = Finding::new(CODE, message, Location::key(&path, &place))
                    .label("ignored by validators")
                    .help(help);
                if let Some(near) = near {
                    // What was ignored until now would count.
                    finding = finding.fix(Fix::risky(&path, Edit::Rename(place, near.to_owned())));
                }
                findings.push(finding);
            }
        }
    }
    findings
}

/// What is wrong, what to do, and the keyword that was meant.
fn judge(keyword: &str, draft: Draft) -> Option<(String, String, Option<&'static str>)> {
    if let Some((_, first, last)) = KEYWORDS.iter().find(|(name, ..)| *name == keyword) {
        // `$defs`, `definitions` and `$comment` are harmless wherever a reference may lead.
        let is_known = (*first..=*last).contains(&draft);
        let is_harmless = matches!(
            keyword,
            "$defs"
                | "definitions"
                | "$comment"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "examples"
        );
        if is_known || is_harmless || keyword == "id" {
            return None;
        }
        let message = format!("`{keyword}` is no keyword of {}", dialect_name(draft));
        return Some((message, replacement(keyword, draft).to_owned(), None));
    }
    let is_own = keyword.starts_with("x-") || keyword.starts_with("x_") || keyword.len() < 4;
    let near = KEYWORDS.iter().filter(|(_, first, last)| (*first..=*last).contains(&draft));
    let best = near.map(|(name, ..)| (strsim::damerau_levenshtein(name, keyword), *name)).min()?;
    let is_near = best.0 <= 2 && best.0 * 3 < keyword.len();
    (!is_own && is_near).then(|| {
        (
            format!("`{keyword}` is no keyword, but nearly `{}`", best.1),
            format!("write `{}`", best.1),
            Some(best.1),
        )
    })
}

fn replacement(keyword: &str, draft: Draft) -> &'static str {
    let is_new = draft >= Draft::Draft201909;
    match keyword {
        "dependencies" => "write `dependentRequired` or `dependentSchemas`",
        "additionalItems" => "write `prefixItems` and `items`",
        "$recursiveRef" | "$recursiveAnchor" => "write `$dynamicRef` and `$dynamicAnchor`",
        "prefixItems" => "write `items` with an array",
        "dependentRequired" | "dependentSchemas" if !is_new => "write `dependencies`",
        "const" => "write `enum` with one value",
        _ => "declare a later dialect in `$schema`, or say it with keywords of this one",
    }
}
