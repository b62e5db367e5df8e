//! The shape of policy files.
use super::entries::List;
use crate::catalog::{Catalog, ItemId, Kind};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};
use crate::tree::ArtifactPath;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "policy file lacks its shape",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A list of bands, roles, capabilities, bindings, attributes or rules is no list, or an entry lacks what it needs.",
        why: "An entry without a name cannot be referred to, and a rule whose effect is neither allow nor deny decides nothing.",
        bad: fixture!("policy-malformed/fail/basic/contracts/policy/rbac/roles.yaml"),
        good: fixture!("policy-malformed/pass/basic/contracts/policy/rbac/roles.yaml"),
        fix: "Give every entry its keys: bands, roles, capabilities and attributes a `name`; bindings a `subject` and a `role`; rules an `id` and an `effect`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("policy-malformed");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(item) = catalog.item(id).filter(|item| item.kind == Kind::Policy) else {
        return Vec::new();
    };
    let members = item.value().map(Value::members).unwrap_or_default();
    let lists = members.iter().filter_map(|m| Some((m, List::of_key(&m.key)?)));
    lists.flat_map(|(m, list)| judge(&item.path, &m.value, list)).collect()
}

fn judge(path: &ArtifactPath, value: &Value, list: List) -> Vec<Finding> {
    let at = Pointer::root().join(list.key());
    let noun = list.noun();
    if !value.is_array() {
        let message = format!("`{}` is of type {}, not a list", list.key(), value.type_name());
        let finding = Finding::new(CODE, message, Location::value(path, &at)).label("no list");
        return vec![finding.help(format!("write one entry for every {noun}"))];
    }
    let entries = value.items().iter().enumerate();
    entries.flat_map(|(i, entry)| lacks(path, entry, &at.index(i), list)).collect()
}

fn lacks(path: &ArtifactPath, entry: &Value, at: &Pointer, list: List) -> Vec<Finding> {
    let missing = list.required().iter().filter(|key| entry.str_at(key).is_none_or(str::is_empty));
    let mut findings: Vec<Finding> = missing
        .map(|key| {
            let message = format!("{} has no `{key}`", list.noun());
            let finding =
                Finding::new(CODE, message, Location::value(path, at)).label(format!("no `{key}`"));
            finding.about(*key).help(format!("add `{key}`"))
        })
        .collect();
    if list == List::Rules
        && let Some(effect) = entry.str_at("effect").filter(|e| !matches!(*e, "allow" | "deny"))
    {
        let location = Location::value(path, at.join("effect"));
        let finding = Finding::new(
            CODE,
            format!("effect `{effect}` is neither `allow` nor `deny`"),
            location,
        );
        findings.push(finding.label("unknown effect").help("write `allow` or `deny`"));
    }
    findings
}
