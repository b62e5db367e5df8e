//! Text from input, made safe for where it goes: a terminal, Markdown, XML, a workflow command. No control
//! sequence and no reordering gets through, and nothing becomes markup.

/// Whether a character could act on a terminal or hide what is written.
pub(super) fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n' && c != '\r')
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
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

/// At most `most` characters of a name or value, unsafe ones escaped.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let mut out = visible(text);
    if let Some((at, _)) = out.char_indices().nth(most) {
        out.truncate(at);
        out.push('…');
    }
    out
}

/// Text of XML 1.0, of the characters that its production `Char` allows; line breaks stay. What is markup in it
/// is escaped by whoever writes the element.
pub(super) fn xml(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

/// What follows `::` in a workflow command of GitHub Actions
/// (<https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>).
pub(super) fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
pub(super) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text between backticks, in as many as it needs, on one line (CommonMark 0.31, section 6.1).
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// The same in a cell of a table, where a bar ends a cell even between backticks.
pub(super) fn cell_code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in visible(text).chars() {
        // A dot alone can make a link, of `www.`.
        let is_plain = !c.is_ascii_punctuation() || matches!(c, '/' | '-' | ',' | '.');
        if is_plain && !(c == '.' && out.ends_with("www")) {
            out.push(c);
        } else {
            out.push_str(&format!("&#{};", u32::from(c)));
        }
    }
    out + "</code>"
}

/// Prose whose code between backticks is written by `code`, and whose other markup is none.
pub(super) fn prose(text: &str, code: fn(&str) -> String) -> String {
    let text = visible(text);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        inert(before, &mut out);
        let after = from.trim_start_matches('`');
        let fence = from.len() - after.len();
        match closing(after, fence) {
            Some((inner, behind)) => {
                out.push_str(&code(inner));
                rest = behind;
            }
            None => {
                out.push_str(&"\\`".repeat(fence));
                rest = after;
            }
        }
    }
    inert(rest, &mut out);
    out
}

/// What stands before the next run of exactly `fence` backticks, and behind it.
fn closing(text: &str, fence: usize) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('`').map(|at| from + at) {
        let (before, run) = text.split_at(at);
        let behind = run.trim_start_matches('`');
        let length = run.len() - behind.len();
        if length == fence {
            return Some((before, behind));
        }
        from = at + length;
    }
    None
}

/// Between a sigil and what follows: forges look for `@name` and `#1` in what Markdown has become, where a
/// backslash is gone; dependency bots write this, too.
const APART: &str = "&#8203;";

/// Text without backticks as text (CommonMark 0.31, section 2.4): no markup, no link, no mention.
fn inert(text: &str, out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_markup = matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '$');
        let is_sigil = matches!(c, '@' | '#' | '!' | '&' | '%');
        let is_followed = chars.peek().is_some_and(|next| !next.is_whitespace());
        let begins_link = match c {
            ':' => chars.peek() == Some(&'/'),
            '.' => out.ends_with("www"),
            '-' => out.to_ascii_lowercase().ends_with("gh"),
            _ => is_sigil || matches!(c, '~' | '$'),
        };
        if is_markup || is_sigil {
            out.push('\\');
        }
        out.push(c);
        if begins_link && is_followed {
            out.push_str(APART);
        }
    }
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

    #[test]
    fn prose_is_text_and_code() {
        let plain = |text| prose(text, code);
        assert_eq!(plain("`a|b` is *not* [c](d)"), "`a|b` is \\*not\\* \\[c\\](d)");
        assert_eq!(plain("a ` <b>"), "a \\` \\<b\\>");
        assert_eq!(plain("``x` <b>"), "\\`\\`x\\` \\<b\\>");
        assert_eq!(plain("``x` <b>`` @all"), "``x` <b>`` \\@&#8203;all");
        assert_eq!(plain("o/r#12 http://x.y"), "o/r\\#&#8203;12 http:&#8203;//x.y");
        assert_eq!(plain("GH-1 www.x.y"), "GH-&#8203;1 www.&#8203;x.y");
    }

    #[test]
    fn cells_and_commands_and_xml_end_where_they_end() {
        assert_eq!(cell_code("a|b`</code>"), "<code>a&#124;b&#96;&#60;/code&#62;</code>");
        assert_eq!(command_property("a:b,c%\r\n"), "a%3Ab%2Cc%25%0D%0A");
        assert_eq!(xml("a\u{1}\n\u{ffff}"), "a\\u{1}\n\\u{ffff}");
        assert_eq!(clipped("éé\u{1b}", 1), "é…");
    }
}
