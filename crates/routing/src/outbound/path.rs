//! Paths: what may be written in a call, and the templates of OpenAPI that it must fit. A path that two servers could
//! read as two places is no path here.

use percent_encoding::percent_decode_str;

use super::refused::Undeclared;

/// More is no path of an API.
const LONGEST: usize = 2048;

/// A segment of a template: literal text, or text around one parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment {
    Literal(String),
    Parameter { before: String, after: String },
}

/// The segments of a path as a template, such as `/v1/notes/{note_id}`.
pub(super) fn template(text: &str) -> Result<Vec<Segment>, &'static str> {
    let rest = text.strip_prefix('/').ok_or("a path begins with `/`")?;
    if rest.contains(['?', '#']) {
        return Err("a path has no query and no fragment");
    }
    rest.split('/').map(segment).collect()
}

fn segment(text: &str) -> Result<Segment, &'static str> {
    let braces = "a segment has at most one parameter in braces";
    let Some((before, rest)) = text.split_once('{') else {
        return if text.contains('}') {
            Err(braces)
        } else {
            Ok(Segment::Literal(text.to_owned()))
        };
    };
    let (name, after) = rest.split_once('}').ok_or(braces)?;
    if name.is_empty() || [before, name, after].iter().any(|part| part.contains(['{', '}'])) {
        return Err(braces);
    }
    Ok(Segment::Parameter { before: before.to_owned(), after: after.to_owned() })
}

impl Segment {
    fn fits(&self, text: &str) -> bool {
        match self {
            Segment::Literal(literal) => literal == text,
            Segment::Parameter { before, after } => text
                .strip_prefix(before.as_str())
                .and_then(|rest| rest.strip_suffix(after.as_str()))
                .is_some_and(|value| !value.is_empty()),
        }
    }
}

/// Whether a path is one of a template, segment by segment.
pub(super) fn fits(template: &[Segment], path: &[&str]) -> bool {
    template.len() == path.len() && template.iter().zip(path).all(|(of, text)| of.fits(text))
}

/// The segments of a path of a call, as they are written.
pub(super) fn segments(path: &str) -> Result<Vec<&str>, Undeclared> {
    if path.len() > LONGEST {
        return Err(Undeclared::NotAPath("it is longer than 2048 bytes"));
    }
    let Some(rest) = path.strip_prefix('/') else {
        return Err(Undeclared::NotAPath("it begins with `/`, and names no scheme and no host"));
    };
    let segments: Vec<&str> = rest.split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        check(segment, is_last).map_err(Undeclared::NotAPath)?;
    }
    Ok(segments)
}

fn check(segment: &str, is_last: bool) -> Result<(), &'static str> {
    if segment.is_empty() && !is_last {
        return Err("it has an empty segment, and `//` may name another host");
    }
    if segment.contains(['?', '#']) {
        return Err("it holds a query or a fragment; parameters are given apart");
    }
    let is_written = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
    if !segment.bytes().all(is_written) {
        return Err("it holds characters that a URL does not have; encode them");
    }
    let mut rest = segment;
    while let Some((_, after)) = rest.split_once('%') {
        if !after.get(..2).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err("it has a `%` without two hexadecimal digits");
        }
        rest = after;
    }
    let Ok(decoded) = percent_decode_str(segment).decode_utf8() else {
        return Err("it encodes bytes that are no text");
    };
    if matches!(decoded.as_ref(), "." | "..") {
        return Err("it leads to another folder");
    }
    if decoded.contains(['/', '\\']) {
        return Err("it holds an encoded slash");
    }
    if decoded.chars().any(char::is_control) {
        return Err("it encodes a control character");
    }
    // What is encoded twice is decoded twice somewhere, and then it is something else.
    if decoded.contains('%') {
        return Err("it holds an encoded `%`");
    }
    Ok(())
}
