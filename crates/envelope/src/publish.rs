//! Under which versions an event is published. During a breaking transition the catalog lists a topic in two major
//! versions, and readers of either find the event.

use std::fmt;

use contract_embed::Topic;

/// A version of a topic that is not written as `major.minor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadVersion(pub String);

impl fmt::Display for BadVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no version of a topic such as 1.0", self.0)
    }
}

impl std::error::Error for BadVersion {}

pub(crate) fn numbers(version: &str) -> Option<(u64, u64)> {
    let (major, minor) = version.split_once('.')?;
    let number = |text: &str| {
        let is_plain = text == "0" || !text.starts_with('0');
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        (is_plain && is_digits).then(|| text.parse().ok()).flatten()
    };
    Some((number(major)?, number(minor)?))
}

/// The newest minor of each major that is listed, the oldest major first. A later minor serves the readers of an
/// earlier one; a later major does not, so an old major is published as long as it is listed.
///
/// # Errors
/// When a version is not written as `major.minor`.
pub fn newest_of_each_major<'v>(listed: &[&'v str]) -> Result<Vec<&'v str>, BadVersion> {
    let mut newest: Vec<((u64, u64), &str)> = Vec::new();
    for version in listed {
        let of = numbers(version).ok_or_else(|| BadVersion((*version).to_owned()))?;
        newest.push((of, version));
    }
    newest.sort_unstable();
    newest.dedup();
    let next = newest.iter().skip(1).map(Some).chain([None]);
    let last_of_major =
        newest.iter().zip(next).filter(|(one, next)| next.is_none_or(|next| next.0.0 != one.0.0));
    Ok(last_of_major.map(|(one, _)| one.1).collect())
}

/// The topics under which an event of a topic is published: one for each major version in the catalog.
///
/// # Errors
/// When the catalog has a version that is none.
pub fn versions_to_publish(topic: Topic) -> Result<Vec<Topic>, BadVersion> {
    let same = || Topic::ALL.iter().copied().filter(|other| other.name() == topic.name());
    let listed: Vec<&str> = same().map(Topic::version).collect();
    let newest = newest_of_each_major(&listed)?;
    let find = |version| same().find(|topic| topic.version() == version);
    Ok(newest.into_iter().filter_map(find).collect())
}
