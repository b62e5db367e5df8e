//! Paths of artifacts: relative, POSIX, without escape. The only constructor is here.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Why a text is no artifact path, or not one that every system can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathProblem {
    /// Nothing there.
    Empty,
    /// Starts with a slash.
    Absolute,
    /// Has an empty, `.` or `..` segment.
    DotSegment,
    /// Has a NUL, a control or a direction-changing character.
    Control,
    /// Is not valid Unicode.
    NotUnicode,
    /// Has one of `\ : * ? " < > |`.
    Reserved,
    /// A segment ends in a dot or a space.
    TrailingDotOrSpace,
    /// A segment is a Windows device name.
    DeviceName,
    /// Has a character that is not shown, and that macOS leaves out when it compares names.
    Hidden,
    /// A segment of over 255 bytes, or over 1,024 bytes in all.
    TooLong,
    /// Is not in Unicode normal form C.
    NotNfc,
}

impl PathProblem {
    /// The problem in the user's words, after "the name".
    pub fn reason(self) -> &'static str {
        match self {
            PathProblem::Empty => "is empty",
            PathProblem::Absolute => "is absolute",
            PathProblem::DotSegment => "has an empty, `.` or `..` segment",
            PathProblem::Control => "has a control or direction-changing character",
            PathProblem::NotUnicode => "is not valid Unicode",
            PathProblem::Reserved => "has a character that Windows refuses",
            PathProblem::TrailingDotOrSpace => {
                "has a segment that ends in a dot or space, which Windows drops"
            }
            PathProblem::DeviceName => "is a Windows device name",
            PathProblem::Hidden => "has an invisible character",
            PathProblem::TooLong => "is longer than a system can hold",
            PathProblem::NotNfc => {
                "is not in Unicode normal form C, which macOS and Linux store differently"
            }
        }
    }
}

/// The path of an artifact from the repository root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactPath(Arc<str>);

/// PATH_MAX of macOS.
const MAX_BYTES: usize = 1024;

/// NAME_MAX of Linux.
const MAX_SEGMENT_BYTES: usize = 255;

impl ArtifactPath {
    /// Checks what every path must be: relative, no `..`, no control characters.
    pub fn new(text: &str) -> Result<Self, PathProblem> {
        if text.is_empty() {
            return Err(PathProblem::Empty);
        }
        if text.starts_with('/') {
            return Err(PathProblem::Absolute);
        }
        if text.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(PathProblem::DotSegment);
        }
        if text.chars().any(|c| c.is_control() || is_bidi(c)) {
            return Err(PathProblem::Control);
        }
        Ok(ArtifactPath(text.into()))
    }

    /// A path for naming something that is no valid path: offending characters become `�`.
    pub fn lossy(text: &str) -> Self {
        let clean: String = text
            .chars()
            .map(|c| if c.is_control() || is_bidi(c) { '\u{fffd}' } else { c })
            .collect();
        ArtifactPath(clean.trim_start_matches('/').into())
    }

    /// A path below a contracts root, which may be empty.
    pub fn below(root: &str, path: &str) -> Self {
        match root {
            "" => ArtifactPath::lossy(path),
            root => ArtifactPath::lossy(&format!("{root}/{path}")),
        }
    }

    /// Why Windows or macOS could not hold this path as it is.
    pub fn unportable(&self) -> Option<PathProblem> {
        if self.0.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
            return Some(PathProblem::Reserved);
        }
        if self.0.chars().any(is_hidden) {
            return Some(PathProblem::Hidden);
        }
        if self.0.len() > MAX_BYTES {
            return Some(PathProblem::TooLong);
        }
        for segment in self.0.split('/') {
            if segment.len() > MAX_SEGMENT_BYTES {
                return Some(PathProblem::TooLong);
            }
            if segment.ends_with(['.', ' ']) {
                return Some(PathProblem::TrailingDotOrSpace);
            }
            if is_device_name(segment) {
                return Some(PathProblem::DeviceName);
            }
        }
        (!is_nfc(&self.0)).then_some(PathProblem::NotNfc)
    }

    /// What a file system that folds case takes this path for. Upper case first: `ß` and `SS`, `ς` and `σ`
    /// are the same then, as in the full case folding of Unicode, section 3.13.
    pub fn folded(&self) -> String {
        if self.0.is_ascii() {
            return self.0.to_ascii_lowercase();
        }
        self.0.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Everything before the last segment; empty at the top.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last segment's extension, lower-case.
    pub fn extension(&self) -> String {
        self.file_name()
            .rsplit_once('.')
            .map_or_else(String::new, |(_, ext)| ext.to_ascii_lowercase())
    }

    /// Follows `relative` from the folder of this path. `None` when it climbs above the top.
    pub fn join(&self, relative: &str) -> Option<ArtifactPath> {
        let mut segments: Vec<&str> = self.folder().split('/').filter(|s| !s.is_empty()).collect();
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop()?;
                }
                name => segments.push(name),
            }
        }
        ArtifactPath::new(&segments.join("/")).ok()
    }

    /// What [`ArtifactPath::join`] follows from here to another file: `./x` or `../y/x`.
    pub fn towards(&self, to: &ArtifactPath) -> String {
        let folder: Vec<&str> = self.folder().split('/').filter(|s| !s.is_empty()).collect();
        let to: Vec<&str> = to.as_str().split('/').collect();
        let common = folder.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let down = to.get(common..).unwrap_or_default().join("/");
        match folder.len() - common {
            0 => format!("./{down}"),
            up => format!("{}{down}", "../".repeat(up)),
        }
    }
}

fn is_bidi(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// What HFS+ ignores in names, and its like.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

fn is_device_name(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or(segment).to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    numbered.is_some_and(|n| {
        n.chars().count() == 1 && n.chars().all(|c| c.is_ascii_digit() || "¹²³".contains(c))
    })
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_escapes() {
        assert_eq!(ArtifactPath::new("../x"), Err(PathProblem::DotSegment));
        assert_eq!(ArtifactPath::new("a//x"), Err(PathProblem::DotSegment));
        assert_eq!(ArtifactPath::new("/x"), Err(PathProblem::Absolute));
        assert_eq!(ArtifactPath::new("a\u{202e}b"), Err(PathProblem::Control));
        assert_eq!(ArtifactPath::new(""), Err(PathProblem::Empty));
    }

    #[test]
    fn names_what_windows_refuses() {
        let problem = |text: &str| ArtifactPath::new(text).unwrap().unportable();
        assert_eq!(problem("a/con.json"), Some(PathProblem::DeviceName));
        assert_eq!(problem("a/console.json"), None);
        assert_eq!(problem("a/COM¹.json"), Some(PathProblem::DeviceName));
        assert_eq!(problem(".g\u{200c}it/x"), Some(PathProblem::Hidden));
        assert_eq!(problem(&"ä".repeat(128)), Some(PathProblem::TooLong));
        assert_eq!(problem(&format!("{}b", "a/".repeat(600))), Some(PathProblem::TooLong));
        assert_eq!(problem("a./b"), Some(PathProblem::TrailingDotOrSpace));
        assert_eq!(problem("a:b"), Some(PathProblem::Reserved));
        assert_eq!(problem("cafe\u{301}.json"), Some(PathProblem::NotNfc));
    }

    #[test]
    fn folds_case_in_full() {
        let folded = |text: &str| ArtifactPath::new(text).unwrap().folded();
        for (a, b) in [("Aß", "aSS"), ("ας", "ΑΣ"), ("K\u{212a}", "kk"), ("ſ", "S")] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
    }

    #[test]
    fn joins_within_the_tree_only() {
        let path = ArtifactPath::new("contracts/events/topics.yaml").unwrap();
        assert_eq!(
            path.join("./schemas/a.json").unwrap().as_str(),
            "contracts/events/schemas/a.json"
        );
        assert_eq!(path.join("../storage/b.json").unwrap().as_str(), "contracts/storage/b.json");
        assert_eq!(path.join("../../../etc/passwd"), None);
    }
}
