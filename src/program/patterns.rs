//! ast-grep patterns and rule objects, for what facts do not cover.

use std::collections::BTreeMap;

use ast_grep_config::{DeserializeEnv, SerializableRuleCore};
use ast_grep_core::Matcher;
use ast_grep_core::matcher::MatcherExt;

use super::Language;
use super::names::Node;
use crate::document::Span;

/// A compiled pattern or rule.
pub struct Pattern {
    language: Language,
    rule: ast_grep_config::RuleCore,
    /// The kinds of syntax that may match, by their numbers; all when there are none.
    kinds: Vec<bool>,
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
        let rule = rule.get_matcher(env).map_err(|e| bad(&e))?;
        let mut kinds = Vec::new();
        for kind in rule.potential_kinds().iter().flat_map(|kinds| kinds.iter()) {
            if kinds.len() <= kind {
                kinds.resize(kind + 1, false);
            }
            if let Some(slot) = kinds.get_mut(kind) {
                *slot = true;
            }
        }
        Ok(Pattern { language, rule, kinds })
    }

    /// The language that it was compiled for.
    pub fn language(&self) -> Language {
        self.language
    }

    fn may_match(&self, kind: u16) -> bool {
        self.kinds.is_empty() || self.kinds.get(usize::from(kind)).copied().unwrap_or(false)
    }

    /// Tells it from other patterns, as long as it lives.
    pub(super) fn identity(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }
}

/// Where patterns match below a node, by their identity: one walk for all of them.
pub(super) fn find(
    patterns: &[&Pattern],
    language: Language,
    root: &Node<'_>,
) -> BTreeMap<usize, Vec<Span>> {
    let patterns: Vec<&&Pattern> = patterns.iter().filter(|p| p.language == language).collect();
    let mut found: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    if patterns.is_empty() {
        return found;
    }
    for node in root.dfs() {
        let kind = node.kind_id();
        for pattern in patterns.iter().filter(|p| p.may_match(kind)) {
            if let Some(matched) = pattern.rule.match_node(node.clone()) {
                let range = matched.range();
                found
                    .entry(pattern.identity())
                    .or_default()
                    .push(Span::new(range.start, range.end));
            }
        }
    }
    found
}
