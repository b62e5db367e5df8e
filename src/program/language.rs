//! Which language a file is written in.

use ast_grep_language::SupportLang;

/// A language that laws understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Python 3.
    Python,
    /// Rust.
    Rust,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// JavaScript, with JSX.
    JavaScript,
    /// Go.
    Go,
    /// Java.
    Java,
    /// POSIX shell and bash.
    Shell,
}

impl Language {
    /// The language of a file by its name, or by its first line where the name has no extension.
    pub fn of(path: &str, bytes: &[u8]) -> Option<Language> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.') {
            Some((_, extension)) => Language::of_extension(&extension.to_ascii_lowercase()),
            None => Language::of_first_line(bytes),
        }
    }

    /// Whether a file of this name may be a program.
    pub fn may_be(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.') {
            Some((_, extension)) => {
                Language::of_extension(&extension.to_ascii_lowercase()).is_some()
            }
            None => true,
        }
    }

    fn of_extension(extension: &str) -> Option<Language> {
        Some(match extension {
            "py" | "pyi" | "pyw" => Language::Python,
            "rs" => Language::Rust,
            "ts" | "mts" | "cts" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "js" | "mjs" | "cjs" | "jsx" => Language::JavaScript,
            "go" => Language::Go,
            "java" => Language::Java,
            "sh" | "bash" | "zsh" | "ksh" => Language::Shell,
            _ => return None,
        })
    }

    fn of_first_line(bytes: &[u8]) -> Option<Language> {
        let line = bytes.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
        let line = String::from_utf8_lossy(line);
        let program = line.split_whitespace().find(|word| {
            let name = word.rsplit('/').next().unwrap_or(word);
            name != "env" && !name.starts_with('-')
        })?;
        let program = program.rsplit('/').next().unwrap_or(program);
        match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "python" => Some(Language::Python),
            "sh" | "bash" | "zsh" | "ksh" | "dash" => Some(Language::Shell),
            "node" => Some(Language::JavaScript),
            _ => None,
        }
    }

    /// The language by the name that law files use.
    pub fn named(name: &str) -> Option<Language> {
        Some(match name {
            "python" => Language::Python,
            "rust" => Language::Rust,
            "typescript" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "javascript" => Language::JavaScript,
            "go" => Language::Go,
            "java" => Language::Java,
            "shell" => Language::Shell,
            _ => return None,
        })
    }

    /// The names of [`Language::named`].
    pub const NAMES: [&'static str; 8] =
        ["python", "rust", "typescript", "tsx", "javascript", "go", "java", "shell"];

    /// TypeScript or JavaScript of any kind.
    pub fn is_ecma(self) -> bool {
        matches!(self, Language::TypeScript | Language::Tsx | Language::JavaScript)
    }

    /// ast-grep's name of it.
    pub(super) fn grammar(self) -> SupportLang {
        match self {
            Language::Python => SupportLang::Python,
            Language::Rust => SupportLang::Rust,
            Language::TypeScript => SupportLang::TypeScript,
            Language::Tsx => SupportLang::Tsx,
            Language::JavaScript => SupportLang::JavaScript,
            Language::Go => SupportLang::Go,
            Language::Java => SupportLang::Java,
            Language::Shell => SupportLang::Bash,
        }
    }
}
