//! The names of the files in `_frozen/`.

use super::version::Version;

/// The folder of the freezes, below the contracts root.
pub const FOLDER: &str = "_frozen";

/// What a file of the folder is, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// `freeze-<version>.json`
    Freeze(Version),
    /// `sha-index-<version>.json`
    Index(Version),
    /// `freeze-latest.json`
    LatestFreeze,
    /// `sha-index-latest.json`
    LatestIndex,
    /// `freeze-<version>.<key>.sig`
    Signature(Version),
    /// `rescue-<digest>.json`: what a forced restore replaced.
    Rescue,
    /// Anything else.
    Other,
}

impl Name {
    /// Reads a file name.
    pub fn of(name: &str) -> Name {
        let versioned = |prefix: &str| {
            let text = name.strip_prefix(prefix)?.strip_suffix(".json")?;
            Version::parse(text).ok()
        };
        match name {
            "freeze-latest.json" => Name::LatestFreeze,
            "sha-index-latest.json" => Name::LatestIndex,
            _ if name.starts_with("rescue-") && name.ends_with(".json") => Name::Rescue,
            _ => versioned("freeze-")
                .map(Name::Freeze)
                .or_else(|| versioned("sha-index-").map(Name::Index))
                .or_else(|| signed(name).map(Name::Signature))
                .unwrap_or(Name::Other),
        }
    }
}

fn signed(name: &str) -> Option<Version> {
    let rest = name.strip_prefix("freeze-")?.strip_suffix(".sig")?;
    Version::parse(rest.rsplit_once('.')?.0).ok()
}

/// The folder of the freezes of a tree.
pub fn folder_of(root: &str) -> String {
    if root.is_empty() { FOLDER.to_owned() } else { format!("{root}/{FOLDER}") }
}

/// The file of a freeze.
pub fn freeze_name(version: &str) -> String {
    format!("freeze-{version}.json")
}

/// The file of a digest index.
pub fn index_name(version: &str) -> String {
    format!("sha-index-{version}.json")
}

/// The file of a signature; `key` tells signers apart.
pub fn signature_name(version: &str, key: &str) -> String {
    format!("freeze-{version}.{key}.sig")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_file_is() {
        assert!(matches!(Name::of("freeze-v1.2.0-user-preferences.json"), Name::Freeze(_)));
        assert!(matches!(Name::of("sha-index-1.2.0.json"), Name::Index(_)));
        assert_eq!(Name::of("freeze-latest.json"), Name::LatestFreeze);
        let signature = signature_name("1.2.0-rc.1", "0123abcd");
        assert!(matches!(Name::of(&signature), Name::Signature(v) if v.as_str() == "1.2.0-rc.1"));
        assert_eq!(Name::of("freeze-one.json"), Name::Other);
    }
}
