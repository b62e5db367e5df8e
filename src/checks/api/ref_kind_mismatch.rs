//! References to a part of another kind.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "reference to a part of another kind",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "A `$ref` in the place of a schema, response, parameter or another part leads to a component of another kind.",
        why: "Tools read the one as the other, or drop it in silence.",
        bad: fixture!("ref-kind-mismatch/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("ref-kind-mismatch/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Refer to a component of the kind that belongs there.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ref-kind-mismatch");

/// The kinds of components (OpenAPI 3.1, section 4.8.7), and as sentences have them.
const KINDS: [(&str, &str); 9] = [
    ("callbacks", "callback"),
    ("examples", "example"),
    ("headers", "header"),
    ("links", "link"),
    ("parameters", "parameter"),
    ("requestBodies", "request body"),
    ("responses", "response"),
    ("schemas", "schema"),
    ("securitySchemes", "security scheme"),
];

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    if super::document(catalog, id).is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for reference in catalog.references_in(id) {
        let Some((_, target)) = reference.target.place() else { continue };
        let (Some(wanted), Some(given)) = (wanted(&reference.holder), component(target)) else {
            continue;
        };
        if wanted == given {
            continue;
        }
        let noun = |kind: &str| KINDS.iter().find(|(k, _)| *k == kind).map_or("part", |(_, n)| *n);
        let message =
            format!("`{}` is a {}, where a {} belongs", reference.text, noun(given), noun(wanted));
        let at = Location::value(&catalog.path(id), reference.holder.join("$ref"));
        let finding =
            Finding::new(CODE, message, at).label("of another kind").about(&reference.text);
        found.push(finding.help(format!("refer to something below `components/{wanted}`")));
    }
    found
}

/// The kind that a place asks for, where its name tells.
fn wanted(holder: &Pointer) -> Option<&'static str> {
    let tokens: Vec<_> = holder.tokens().collect();
    let last = tokens.last()?.as_ref();
    let before = tokens.len().checked_sub(2).and_then(|n| tokens.get(n)).map(AsRef::as_ref);
    let kind = match (before, last) {
        (_, "schema") => "schemas",
        (_, "requestBody") => "requestBodies",
        (Some(kind), _) => kind,
        _ => return None,
    };
    KINDS.iter().find(|(known, _)| *known == kind).map(|(known, _)| *known)
}

/// The kind of a component, when the place is that of one.
fn component(target: &Pointer) -> Option<&'static str> {
    let tokens: Vec<_> = target.tokens().collect();
    match tokens.as_slice() {
        [components, kind, _] if components == "components" => {
            KINDS.iter().find(|(known, _)| known == kind).map(|(known, _)| *known)
        }
        _ => None,
    }
}
