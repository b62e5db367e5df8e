//! Levels of stability that are none.
use crate::catalog::{Catalog, ItemId, STABILITY_KEYS, Stability};
use crate::checks::{Check, Run};
use crate::document::{Edit, Value};
use crate::finding::{Code, Explain, Finding, Fix, Level, Location, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "stability that is no level",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An `x-stability` is none of draft, alpha, beta and stable, or stands beside an `x-stability-level` that says something else.",
        why: "What is no level counts as stable: what was meant as a draft is promised.",
        bad: fixture!("unknown-stability/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("unknown-stability/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Write one of draft, alpha, beta and stable.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("unknown-stability");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let path = catalog.path(id);
    let mut findings = Vec::new();
    for at in catalog.stability_marks(id) {
        let Some(value) = catalog.value_at(id, &at) else { continue };
        let said = || STABILITY_KEYS.into_iter().filter_map(|key| Some((key, value.get(key)?)));
        for (key, mark) in said() {
            let place = at.join(key);
            let text = mark.as_str().unwrap_or_default();
            if Stability::parse(text).is_some() {
                continue;
            }
            let location = Location::value(&path, &place);
            let message = match mark.as_str() {
                Some(text) => format!("`{text}` is no level of stability"),
                None => format!("`{key}` is no text"),
            };
            let finding = Finding::new(CODE, message, location).label("counts as stable");
            let finding = finding.about(place.as_str());
            findings.push(match near(text) {
                Some(near) => finding
                    .help(format!("write `{near}`"))
                    .fix(Fix::safe(&path, Edit::Set(place, near.into()))),
                None => finding.help("write one of draft, alpha, beta and stable"),
            });
        }
        let levels: Vec<Option<&str>> =
            said().map(|(_, mark): (_, &Value)| mark.as_str()).collect();
        if let [Some(first), Some(second)] = levels.as_slice()
            && first != second
            && Stability::parse(second).is_some()
        {
            let place = at.join("x-stability-level");
            let message = format!("the stability is said twice, as `{first}` and as `{second}`");
            let finding = Finding::new(CODE, message, Location::value(&path, place));
            let finding = finding.label("the other one counts").about(at.as_str());
            findings.push(finding.help("leave `x-stability-level` out"));
        }
    }
    findings
}

/// The level that was meant.
fn near(text: &str) -> Option<&'static str> {
    let text = text.trim().to_lowercase();
    let all = Stability::ALL.map(Stability::name);
    let best =
        all.into_iter().map(|name| (strsim::damerau_levenshtein(name, &text), name)).min()?;
    (best.0 <= 1).then_some(best.1)
}
