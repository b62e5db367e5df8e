//! Text from input, made safe for a terminal: no control sequence and no reordering gets through.

/// Whether a character could act on a terminal or hide what is written.
pub(super) fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n' && c != '\r')
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A name or value for a message: unsafe characters as `\u{…}`, line breaks too.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) || matches!(c, '\n' | '\r' | '\t') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// A whole text for showing lines of it: every unsafe or undecodable byte is replaced without changing
/// the length, so that byte spans stay right.
pub(super) fn same_length(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_unsafe(c) {
                // U+FFFD has three bytes, as the bidi controls have; other lengths get question marks.
                match c.len_utf8() {
                    3 => out.extend_from_slice("\u{fffd}".as_bytes()),
                    n => out.extend(std::iter::repeat_n(b'?', n)),
                }
            } else {
                let mut buffer = [0; 4];
                out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
        }
        out.extend(std::iter::repeat_n(b'?', chunk.invalid().len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}"), "a\\u{1b}[31mb\\u{202e}");
        let bytes = b"a\x1b\xff\xe2\x80\xae\n";
        assert_eq!(same_length(bytes).len(), bytes.len());
        assert_eq!(same_length(bytes), "a??\u{fffd}\n".as_bytes());
    }
}
