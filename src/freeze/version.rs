//! Versions of freezes: semantic versions, with or without `v`, with or without a name.

use std::cmp::Ordering;
use std::fmt;

/// Words that make a suffix a pre-release; any other suffix is a name.
pub const PRE_RELEASES: [&str; 7] = ["alpha", "beta", "dev", "pre", "preview", "rc", "snapshot"];

/// Longest text of a version: it becomes part of a file name.
const MAX_LENGTH: usize = 100;

/// The version of a freeze.
///
/// `v1.2.0-user-preferences` is version 1.2.0 with the name `user-preferences`; `1.2.0-rc.1` is a
/// pre-release of 1.2.0. Order is that of Semantic Versioning 2.0.0, section 11; names do not count.
#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    number: semver::Version,
    name: Option<String>,
}

impl Version {
    /// Reads a version. The error is a clause for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let malformed = || format!("`{}` is no version such as 1.2.0 or v1.2.0-name", shown(text));
        if text.len() > MAX_LENGTH {
            return Err(format!("the version is longer than {MAX_LENGTH} characters"));
        }
        let bare = text.strip_prefix('v').unwrap_or(text);
        let mut number = semver::Version::parse(bare).map_err(|_| malformed())?;
        // What can be written twice is not one version: 1.2.0 and 1.2.0+1 are the same to semver.
        if !number.build.is_empty() {
            return Err(format!("the version `{}` has build metadata", shown(text)));
        }
        let mut name = None;
        if !number.pre.is_empty() && !is_pre_release(number.pre.as_str()) {
            name = Some(number.pre.to_string());
            number.pre = semver::Prerelease::EMPTY;
        }
        Ok(Version { text: text.to_owned(), number, name })
    }

    /// As it was written; part of the file name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number, without `v` and name.
    pub fn number(&self) -> &semver::Version {
        &self.number
    }

    /// What stands after the number and is no pre-release.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether a user who asks for `wanted` means this version: `1.2.0` and `v1.2.0` mean
    /// `v1.2.0-user-preferences`, too.
    pub fn answers_to(&self, wanted: &Version) -> bool {
        self.number == wanted.number && (wanted.name.is_none() || wanted.name == self.name)
    }

    /// What kind of step leads from `before` to this version.
    pub fn bump_from(&self, before: Option<&Version>) -> &'static str {
        let Some(before) = before else { return "initial" };
        let (a, b) = (&before.number, &self.number);
        if b.major != a.major {
            "major"
        } else if b.minor != a.minor {
            "minor"
        } else {
            "patch"
        }
    }
}

/// `alpha`, `rc1`, `rc.1`, `beta.2.1`: a known word, then numbers.
fn is_pre_release(suffix: &str) -> bool {
    let word: String = suffix.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = suffix.get(word.len()..).unwrap_or_default();
    PRE_RELEASES.contains(&word.to_ascii_lowercase().as_str())
        && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn shown(text: &str) -> String {
    text.chars().take(MAX_LENGTH).collect()
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn a_name_is_no_pre_release() {
        let named = parse("v1.2.0-user-preferences");
        assert_eq!(named.number().to_string(), "1.2.0");
        assert_eq!(named.name(), Some("user-preferences"));
        assert_eq!(named, parse("1.2.0"));
        assert!(named > parse("v1.2.0-rc.1"));
        assert_eq!(parse("1.2.0-beta2").name(), None);
        assert_eq!(parse("1.2.0-beta-program").name(), Some("beta-program"));
    }

    #[test]
    fn order_is_by_number() {
        assert!(parse("v1.10.0") > parse("v1.9.0"));
        assert!(parse("1.0.0-rc.2") < parse("1.0.0-rc.10"));
    }

    #[test]
    fn refuses_what_is_none() {
        for text in
            ["", "1", "1.2", "v", "latest", "1.2.3+b", "1.2.3-", "1.2.3-a/b", "01.2.3", "../1.2.3"]
        {
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_query_may_leave_the_name_out() {
        assert!(parse("v1.2.0-x").answers_to(&parse("1.2.0")));
        assert!(!parse("v1.2.0-x").answers_to(&parse("1.2.0-y")));
    }
}
