//! JSON Pointer (RFC 6901).

use std::borrow::Cow;
use std::fmt;

/// A JSON Pointer in its text form: empty for the whole document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Pointer(String::new())
    }

    /// This pointer and one more reference token.
    #[must_use]
    pub fn join(&self, token: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + token.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        for c in token.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Pointer(text)
    }

    /// This pointer and an array index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.join(&index.to_string())
    }

    /// This pointer and several tokens.
    #[must_use]
    pub fn path(&self, tokens: &[&str]) -> Self {
        tokens.iter().fold(self.clone(), |pointer, token| pointer.join(token))
    }

    /// This pointer followed by `rest`.
    #[must_use]
    pub fn concat(&self, rest: &Pointer) -> Self {
        Pointer(format!("{}{}", self.0, rest.0))
    }

    /// Everything but the last token; `None` for the whole document.
    pub fn parent(&self) -> Option<Pointer> {
        self.0.rsplit_once('/').map(|(parent, _)| Pointer(parent.to_owned()))
    }

    /// Whether `outer` is this, or leads to something that this stands in.
    pub fn is_within(&self, outer: &Pointer) -> bool {
        let rest = self.0.strip_prefix(&outer.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The reference tokens, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(|token| {
            if token.contains('~') {
                Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
            } else {
                Cow::Borrowed(token)
            }
        })
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        Pointer(text.to_owned())
    }
}

impl From<String> for Pointer {
    fn from(text: String) -> Self {
        Pointer(text)
    }
}

impl From<&Pointer> for Pointer {
    fn from(pointer: &Pointer) -> Self {
        pointer.clone()
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An array index as RFC 6901 §4 allows it: no sign, no leading zero.
pub(super) fn array_index(token: &str) -> Option<usize> {
    let canonical = token == "0" || (!token.starts_with('0') && !token.starts_with('+'));
    canonical.then(|| token.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_unescapes() {
        let pointer = Pointer::root().join("a/b").join("m~n").index(3);
        assert_eq!(pointer.as_str(), "/a~1b/m~0n/3");
        assert_eq!(pointer.tokens().collect::<Vec<_>>(), ["a/b", "m~n", "3"]);
        assert_eq!(pointer.parent().unwrap().as_str(), "/a~1b/m~0n");
    }

    #[test]
    fn indices_have_one_spelling() {
        assert_eq!(array_index("0"), Some(0));
        assert_eq!(array_index("01"), None);
        assert_eq!(array_index("+1"), None);
    }
}
