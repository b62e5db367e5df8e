//! URIs of schemas (RFC 3986): resolving, cutting fragments, and the addresses of files without `$id`.

use crate::tree::ArtifactPath;

/// Scheme of the addresses that files have when they claim none.
const TREE: &str = "tree:///";

/// The address of a file: `tree:///contracts/x.json`.
pub(super) fn of_path(path: &ArtifactPath) -> String {
    format!("{TREE}{}", encode_path(path.as_str()))
}

/// A path as it stands in a URI.
pub(super) fn encode_path(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'/'
            | b'.'
            | b'-'
            | b'_'
            | b'~'
            | b'@'
            | b'+'
            | b',' => {
                out.push(byte as char);
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Whether this is the address of a file, not an identifier that somebody claimed.
pub(super) fn is_path(uri: &str) -> bool {
    uri.starts_with(TREE)
}

/// Resolves `reference` against `base`; `None` when either is no URI.
pub(super) fn resolve(base: &str, reference: &str) -> Option<String> {
    let base = jsonschema::Uri::parse(base).ok()?;
    jsonschema::uri::resolve_against(&base, reference).ok().map(|uri| uri.as_str().to_owned())
}

/// Whether `text` is an absolute URI.
pub(super) fn is_absolute(text: &str) -> bool {
    jsonschema::Uri::parse(text).is_ok()
}

/// The part before `#`.
pub(super) fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(head, _)| head)
}

/// The part after `#`, percent-decoded; empty when there is none.
pub(super) fn fragment(uri: &str) -> String {
    uri.split_once('#').map_or_else(String::new, |(_, fragment)| percent_decode(fragment))
}

/// A JSON Pointer as a URI fragment (RFC 6901 §6).
pub(super) fn encode_fragment(pointer: &str) -> String {
    let mut fragment = String::new();
    for byte in pointer.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b'$' => {
                fragment.push(byte as char);
            }
            byte => fragment.push_str(&format!("%{byte:02X}")),
        }
    }
    fragment
}

/// Host of an http(s) URI.
pub(super) fn host(uri: &str) -> Option<&str> {
    let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
    rest.split(['/', '?', '#']).next()
}

/// `%41` → `A`; what does not decode to UTF-8 stays.
pub(super) fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let hex = (byte == b'%').then(|| bytes.clone().take(2).collect::<Vec<u8>>());
        let code = hex
            .and_then(|h| String::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(&h, 16).ok());
        match code {
            Some(code) => {
                out.push(code);
                bytes.next();
                bytes.next();
            }
            None => out.push(byte),
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_as_rfc_3986_does() {
        let base = "https://example.com/contracts/storage/schemas/note.schema.json";
        assert_eq!(
            resolve(base, "../common.schema.json#/$defs/Id").unwrap(),
            "https://example.com/contracts/storage/common.schema.json#/$defs/Id"
        );
        assert_eq!(resolve(base, "http://[bad"), None);
        let path = ArtifactPath::new("contracts/ä b.json").unwrap();
        assert_eq!(of_path(&path), "tree:///contracts/%C3%A4%20b.json");
        assert_eq!(percent_decode("a%20b%zz"), "a b%zz");
    }
}
