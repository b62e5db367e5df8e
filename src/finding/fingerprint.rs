//! The identity of a finding over time: code, artifact, pointer and subject values; never message
//! text or line numbers, so that rewording a message or adding a line above changes nothing.

use super::Finding;
use crate::tree::Digest;

/// 16 hexadecimal digits that stay the same as long as the finding is about the same thing.
pub fn fingerprint(finding: &Finding) -> String {
    let mut text = String::new();
    let fixed = [
        finding.code.as_str(),
        finding.primary.artifact.as_str(),
        finding.primary.pointer.as_str(),
    ];
    let of_law = finding.law.iter().flat_map(|rule| [rule.law.as_str(), rule.rule.as_str()]);
    for part in fixed.into_iter().chain(of_law).chain(finding.subject.iter().map(String::as_str)) {
        // A length before each part keeps ("ab", "c") and ("a", "bc") apart.
        text.push_str(&format!("{}:{part}\n", part.len()));
    }
    Digest::of(text.as_bytes()).hex().chars().take(16).collect()
}
