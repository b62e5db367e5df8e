//! Names of topics: `UPPER_SNAKE@major.minor`.
use crate::catalog::{Catalog, Topic};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "topic name or version is malformed",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A topic name is not upper snake case, or its version is not `major.minor`.",
        why: "Producers and consumers meet by the exact text.",
        bad: fixture!("topic-name-malformed/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("topic-name-malformed/pass/basic/contracts/events/topics.yaml"),
        fix: "Write `NOTE_CREATED` and a quoted `\"1.0\"`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("topic-name-malformed");

fn run(catalog: &Catalog) -> Vec<Finding> {
    catalog.topics.iter().filter_map(|topic| judge(catalog, topic)).collect()
}

fn judge(catalog: &Catalog, topic: &Topic) -> Option<Finding> {
    let path = catalog.path(topic.item);
    let name = topic.name.as_deref()?;
    let is_upper = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if !is_upper {
        let location = if topic.name_at == topic.at {
            Location::key(&path, &topic.name_at)
        } else {
            Location::value(&path, &topic.name_at)
        };
        let finding =
            Finding::new(CODE, format!("topic name `{name}` is not upper snake case"), location);
        return Some(
            finding.label("like `NOTE_CREATED`").about(name).help("use A to Z, 0 to 9 and `_`"),
        );
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_version = |v: &str| {
        v.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
    };
    let (message, label) = match topic.version.as_deref() {
        Some(version) if is_version(version) => return None,
        Some(version) => {
            (format!("version `{version}` of topic `{name}` is not `major.minor`"), "like `1.0`")
        }
        None => (format!("topic `{name}` has no version"), "no version"),
    };
    let at = topic.at.join("version");
    let at = if catalog.value_at(topic.item, &at).is_some() { at } else { topic.name_at.clone() };
    let finding = Finding::new(CODE, message, Location::value(&path, at)).label(label).about(name);
    Some(finding.help("write `version: \"1.0\"`"))
}
