//! Globs of law files: those of `.gitignore`, with placeholders that stand for the same text wherever
//! they occur in a rule.

use std::collections::BTreeMap;

use fancy_regex::Regex;

use crate::program::UNKNOWN;

/// A compiled glob.
#[derive(Debug, Clone)]
pub struct Glob {
    /// As it was written.
    pub text: String,
    regex: Regex,
    placeholders: Vec<String>,
    /// A text that everything has which fits; perhaps empty.
    literal: String,
}

/// What placeholders stand for.
pub(super) type Bound = BTreeMap<String, String>;

impl Glob {
    /// A glob of paths: without a slash it names files in any folder, and what names a folder names all in it.
    pub fn paths(text: &str) -> Result<Glob, String> {
        let trimmed = text.trim_end_matches('/');
        let anywhere = if trimmed.contains('/') { "" } else { "(?:.*/)?" };
        Glob::compile(
            text,
            &format!("^{anywhere}"),
            trimmed.trim_start_matches('/'),
            "(?:/.*)?$",
            false,
        )
    }

    /// A glob of one path from the top of the repository.
    pub fn exactly(text: &str) -> Result<Glob, String> {
        Glob::compile(text, "^", text.trim_start_matches("./"), "$", false)
    }

    /// A glob of names and texts, where `*` stands for anything.
    pub fn name(text: &str) -> Result<Glob, String> {
        Glob::compile(text, "^", &text.replace("::", "."), "$", true)
    }

    fn compile(
        text: &str,
        start: &str,
        body: &str,
        end: &str,
        crosses: bool,
    ) -> Result<Glob, String> {
        let mut writer =
            Writer { regex: format!("(?s){start}"), placeholders: Vec::new(), crosses };
        writer.glob(body)?;
        writer.regex.push_str(end);
        let regex = Regex::new(&writer.regex).map_err(|error| error.to_string())?;
        let literal = literal_of(body);
        Ok(Glob { text: text.to_owned(), regex, placeholders: writer.placeholders, literal })
    }

    /// Whether something in a text, taken line by line, may fit. `false` is certain.
    pub fn may_fit_within(&self, text: &str) -> bool {
        self.literal.is_empty()
            || memchr::memmem::find(text.as_bytes(), self.literal.as_bytes()).is_some()
    }

    /// Whether it fits.
    pub fn fits(&self, text: &str) -> bool {
        self.may_fit_within(text) && self.regex.is_match(text).unwrap_or(false)
    }

    /// Whether it fits a path that code makes: with unknown parts, perhaps from an unknown folder.
    pub fn fits_composed(&self, path: &str) -> bool {
        let shown = path.replace(UNKNOWN, "…");
        self.fits(&shown)
            || ["…/", "/", "./", "~/"]
                .iter()
                .any(|start| shown.strip_prefix(start).is_some_and(|rest| self.fits(rest)))
    }

    /// What the placeholders stand for, when it fits.
    pub fn bound(&self, text: &str) -> Option<Bound> {
        let captures = self.regex.captures(text).ok()??;
        let named = self
            .placeholders
            .iter()
            .filter_map(|name| Some((name.clone(), captures.name(name)?.as_str().to_owned())));
        Some(named.collect())
    }

    /// Its placeholders.
    pub fn placeholders(&self) -> &[String] {
        &self.placeholders
    }
}

/// The longest piece of a glob that stands for itself.
fn literal_of(body: &str) -> String {
    let mut pieces = vec![String::new()];
    let mut depth = 0;
    for c in body.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            '*' | '?' => {}
            // `**/` may stand for nothing, its slash too.
            '/' if pieces.last().is_some_and(String::is_empty) => continue,
            c if depth == 0 => {
                if let Some(piece) = pieces.last_mut() {
                    piece.push(c);
                }
                continue;
            }
            _ => continue,
        }
        pieces.push(String::new());
    }
    pieces.into_iter().max_by_key(String::len).unwrap_or_default()
}

/// The text of a glob with placeholders replaced by what they stand for; those that stand for nothing yet
/// stay. Replaced text is taken literally.
pub(super) fn fill(text: &str, bound: &Bound) -> String {
    let mut filled = text.to_owned();
    for (name, value) in bound {
        let literal: String = value
            .chars()
            .flat_map(|c| {
                let special = "*?[]{}".contains(c);
                special.then_some('[').into_iter().chain([c]).chain(special.then_some(']'))
            })
            .collect();
        filled = filled.replace(&format!("{{{name}}}"), &literal);
    }
    filled
}

struct Writer {
    regex: String,
    placeholders: Vec<String>,
    /// Whether `*` crosses slashes.
    crosses: bool,
}

impl Writer {
    fn glob(&mut self, text: &str) -> Result<(), String> {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' if self.crosses => self.regex.push_str(".*"),
                '*' if chars.next_if_eq(&'*').is_some() => {
                    if chars.next_if_eq(&'/').is_some() {
                        self.regex.push_str("(?:.*/)?");
                    } else {
                        self.regex.push_str(".*");
                    }
                }
                '*' => self.regex.push_str("[^/]*"),
                '?' if self.crosses => self.regex.push('.'),
                '?' => self.regex.push_str("[^/]"),
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    if inside.is_empty() {
                        // `handlers[]` is a name.
                        self.regex.push_str("\\[\\]");
                        continue;
                    }
                    let (not, rest) = match inside.strip_prefix(['!', '^']) {
                        Some(rest) => ("^", rest),
                        None => ("", inside.as_str()),
                    };
                    let safe = rest.replace('\\', "\\\\").replace('[', "\\[").replace("&&", "&\\&");
                    self.regex.push_str(&format!("[{not}{safe}]"));
                }
                '{' => {
                    let inside = balanced(&mut chars)?;
                    self.braces(&inside)?;
                }
                other => self.literal(other),
            }
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        if "\\.+()|^$#&-~[]{}*?".contains(c) {
            self.regex.push('\\');
        }
        self.regex.push(c);
    }

    fn braces(&mut self, inside: &str) -> Result<(), String> {
        if inside.contains(',') {
            self.regex.push_str("(?:");
            for (at, one) in inside.split(',').enumerate() {
                if at > 0 {
                    self.regex.push('|');
                }
                self.glob(one)?;
            }
            self.regex.push(')');
            return Ok(());
        }
        let is_name = !inside.is_empty()
            && inside.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_name {
            // `/notes/{}` and `/v1/{note-id}` are texts.
            self.literal('{');
            inside.chars().for_each(|c| self.literal(c));
            self.literal('}');
            return Ok(());
        }
        if self.placeholders.iter().any(|p| p == inside) {
            self.regex.push_str(&format!("(?P={inside})"));
            return Ok(());
        }
        let of = match inside {
            "date" => r"\d{4}-\d{2}-\d{2}",
            "path" => ".+?",
            _ => "[^/]+?",
        };
        self.regex.push_str(&format!("(?P<{inside}>{of})"));
        self.placeholders.push(inside.to_owned());
        Ok(())
    }
}

fn balanced(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    let mut inside = String::new();
    let mut depth = 1;
    for c in chars.by_ref() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(inside);
        }
        inside.push(c);
    }
    Err("a `{` is never closed".to_owned())
}

/// Paths that a rule looks at.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// One of them must fit; all paths do when there is none.
    pub paths: Vec<Glob>,
    /// None of them may fit.
    pub except: Vec<Glob>,
}

impl Scope {
    /// Whether a path is looked at.
    pub fn has(&self, path: &str) -> bool {
        (self.paths.is_empty() || self.paths.iter().any(|glob| glob.fits(path)))
            && !self.except.iter().any(|glob| glob.fits(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(glob: &str, path: &str) -> bool {
        Glob::paths(glob).unwrap().fits(path)
    }

    #[test]
    fn globs_are_those_of_gitignore() {
        assert!(paths("*.py", "a/b.py") && paths("tests", "a/tests/b.py"));
        assert!(paths("a/*.py", "a/b.py") && !paths("a/*.py", "a/c/b.py"));
        assert!(paths("a/**/b.py", "a/b.py") && paths("a/**/b.py", "a/x/y/b.py"));
        assert!(paths("**", ".hidden/x") && paths("{a,b}/*.{js,ts}", "b/x.ts"));
        assert!(!paths("a.py", "axpy") && paths("docs/", "docs/x/y.md"));
    }

    #[test]
    fn placeholders_stand_for_the_same_text() {
        let glob = Glob::exactly("telemetry/{date}/FULL_{date}.md").unwrap();
        assert!(glob.fits("telemetry/2026-01-02/FULL_2026-01-02.md"));
        assert!(!glob.fits("telemetry/2026-01-02/FULL_2026-01-03.md"));
        let bound = Glob::exactly("s/{name}.sh").unwrap().bound("s/a b.sh").unwrap();
        assert_eq!(fill("w/{name}.ps1", &bound), "w/a b.ps1");
    }

    #[test]
    fn composed_paths_may_begin_in_an_unknown_folder() {
        let glob = Glob::paths("data/**").unwrap();
        assert!(glob.fits_composed("\u{0}/data/x.json") && glob.fits_composed("./data/x"));
        assert!(!glob.fits_composed("metadata/x"));
    }
}
