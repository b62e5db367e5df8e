//! `file:` URIs (RFC 8089) to paths and back, as editors write them: percent-encoded, with drive letters
//! of either case on Windows. Pure text; nothing is looked up.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands in a path of a URI as it is (RFC 3986 section 3.3).
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path that a URI names; `None` for what is no file of this machine.
pub(super) fn to_path(uri: &str, is_windows: bool) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/')?),
        None => ("", rest),
    };
    let path = percent_decode_str(path).decode_utf8().ok()?;
    if !path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let is_local = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    if !is_windows {
        return is_local.then(|| path.into_owned());
    }
    if !is_local {
        return Some(format!(r"\\{host}{}", path.replace('/', r"\")));
    }
    let path = path.strip_prefix('/')?;
    let mut characters = path.chars();
    let drive = characters.next().filter(char::is_ascii_alphabetic)?;
    let rest = characters.as_str().strip_prefix(':')?.replace('/', r"\");
    let rest = if rest.is_empty() { r"\".to_owned() } else { rest };
    rest.starts_with('\\').then(|| format!("{}:{rest}", drive.to_ascii_uppercase()))
}

/// The URI of an absolute path.
pub(super) fn of_path(path: &str, is_windows: bool) -> String {
    let encode = |path: &str| utf8_percent_encode(path, PLAIN).to_string();
    if !is_windows {
        return format!("file://{}", encode(path));
    }
    let path = path.replace('\\', "/");
    match path.strip_prefix("//").and_then(|rest| rest.split_once('/')) {
        Some((host, rest)) => format!("file://{host}/{}", encode(rest)),
        None => format!("file:///{}", encode(&path).replacen("%3A", ":", 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_editors_write() {
        let unix = |uri| to_path(uri, false);
        assert_eq!(unix("file:///a/b%20c/%C3%A4.json").unwrap(), "/a/b c/ä.json");
        assert_eq!(unix("FILE://localhost/a").unwrap(), "/a");
        assert_eq!(unix("file:/a").unwrap(), "/a");
        assert_eq!(unix("file:///a%23b?x#y").unwrap(), "/a#b");
        for other in
            ["untitled:Untitled-1", "https://x/a", "file://host/a", "file:a", "", "file://"]
        {
            assert_eq!(unix(other), None, "{other}");
        }
        assert_eq!(unix("file:///%ff"), None);
        assert_eq!(unix("file:///a%00b"), None);
    }

    #[test]
    fn knows_drives_and_shares() {
        let windows = |uri| to_path(uri, true);
        assert_eq!(windows("file:///c%3A/Users/a%20b/x.json").unwrap(), r"C:\Users\a b\x.json");
        assert_eq!(windows("file:///C:/x").unwrap(), r"C:\x");
        assert_eq!(windows("file:///c:").unwrap(), r"C:\");
        assert_eq!(windows("file://server/share/x").unwrap(), r"\\server\share\x");
        assert_eq!(windows("file:///x/y"), None);
        assert_eq!(windows("file:///"), None);
    }

    #[test]
    fn writes_what_it_reads() {
        for path in ["/a/b c/ä#?%.json", "/"] {
            assert_eq!(to_path(&of_path(path, false), false).unwrap(), path);
        }
        for path in [r"C:\a b\ä%.json", r"\\server\share\x y"] {
            assert_eq!(to_path(&of_path(path, true), true).unwrap(), path);
        }
        assert_eq!(of_path(r"C:\a b", true), "file:///C:/a%20b");
    }
}
