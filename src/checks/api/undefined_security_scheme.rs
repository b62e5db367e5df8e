//! Security that names a scheme nobody declared.
use std::collections::BTreeMap;

use crate::catalog::{ApiPart, Catalog, ItemId, Kind};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "security scheme that is not declared",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "A `security` entry names a scheme that `components/securitySchemes` of its document does not have (OpenAPI 3.1, section 4.8.30). Where no document of the tree declares any scheme, nothing is reported: they are parts of something larger.",
        why: "Gateways ignore what they do not know, and the operation is open.",
        bad: fixture!("undefined-security-scheme/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("undefined-security-scheme/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Correct the name, or declare the scheme.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("undefined-security-scheme");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let documents = catalog.of_kind(Kind::OpenApi);
    let documents: Vec<_> =
        documents.filter_map(|(id, _)| Some((id, super::document(catalog, id)?))).collect();
    let known: Vec<_> = documents.iter().map(|(id, _)| super::schemes(catalog, *id)).collect();
    if known.iter().all(BTreeMap::is_empty) {
        return Vec::new();
    }
    let all = documents.into_iter().zip(&known);
    all.flat_map(|((id, document), known)| undefined(catalog, id, document, known)).collect()
}

fn undefined(
    catalog: &Catalog,
    id: ItemId,
    document: &Value,
    known: &BTreeMap<String, ApiPart<'_>>,
) -> Vec<Finding> {
    let mut places = vec![(id, Pointer::root(), document)];
    // What lies in another document has the schemes of that.
    let own = super::operations(catalog, id).into_iter().filter(|o| o.part.place.0 == id);
    places.extend(own.map(|o| (o.part.place.0, o.part.place.1, o.part.value)));
    let mut found = Vec::new();
    for (item, at, holder) in places {
        let list = holder.get("security").map(Value::items).unwrap_or_default();
        for (i, entry) in list.iter().enumerate() {
            for member in entry.members().iter().filter(|m| !known.contains_key(&m.key)) {
                let name = &member.key;
                let place = at.join("security").index(i).join(name);
                let nearest = known.keys().min_by_key(|k| strsim::damerau_levenshtein(k, name));
                let help = match nearest {
                    Some(near) => format!(
                        "declare it under `components/securitySchemes`; the nearest there is `{near}`"
                    ),
                    None => "declare it under `components/securitySchemes`".to_owned(),
                };
                let finding = Finding::new(
                    CODE,
                    format!("no security scheme `{name}` is declared"),
                    Location::key(&catalog.path(item), place),
                );
                found.push(finding.label("unknown scheme").about(name).help(help));
            }
        }
    }
    found
}
