//! ast-grep patterns and rule objects, for what facts do not cover.

use ast_grep_config::{DeserializeEnv, SerializableRuleCore};
use ast_grep_core::tree_sitter::LanguageExt;

use super::Language;
use crate::document::Span;

/// A compiled pattern or rule.
pub struct Pattern {
    language: Language,
    rule: ast_grep_config::RuleCore,
}

/// Why a pattern cannot be compiled.
#[derive(Debug)]
pub struct BadPattern(pub String);

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pattern").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Pattern {
    /// A rule object of ast-grep, as JSON: `{"pattern": "print($$$)"}`.
    pub fn new(rule: &serde_json::Value, language: Language) -> Result<Self, BadPattern> {
        let bad = |error: &dyn std::error::Error| {
            let mut text = error.to_string();
            let mut source = error.source();
            while let Some(inner) = source {
                text = format!("{text}: {inner}");
                source = inner.source();
            }
            BadPattern(text)
        };
        let whole = serde_json::json!({ "rule": rule });
        let rule: SerializableRuleCore = serde_json::from_value(whole).map_err(|e| bad(&e))?;
        let env = DeserializeEnv::new(language.grammar());
        Ok(Pattern { language, rule: rule.get_matcher(env).map_err(|e| bad(&e))? })
    }

    /// The language that it was compiled for.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Where it matches.
    pub fn find(&self, text: &str) -> Vec<Span> {
        let root = self.language.grammar().ast_grep(text);
        let found = root.root();
        let found = found.find_all(&self.rule);
        found.map(|m| Span::new(m.range().start, m.range().end)).collect()
    }
}
