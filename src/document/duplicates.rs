//! Keys that stand twice in one object or mapping.

use std::collections::HashMap;

use super::{Member, SyntaxError, SyntaxKind};

/// Repeated keys that one document reports; a file full of them is understood before the end.
const MAX_DUPLICATES: usize = 64;

/// Reports every repeated key with the place of the one before.
pub(super) fn report_duplicates(members: &[Member], errors: &mut Vec<SyntaxError>) {
    // Most objects are small, and comparing is then cheaper than hashing.
    if members.len() <= 8 {
        for (i, member) in members.iter().enumerate().skip(1) {
            if let Some(first) = members.iter().take(i).find(|m| m.key == member.key) {
                push_duplicate(first, member, errors);
            }
        }
        return;
    }
    let mut seen: HashMap<&str, &Member> = HashMap::with_capacity(members.len());
    for member in members {
        if let Some(first) = seen.get(member.key.as_str()) {
            push_duplicate(first, member, errors);
        } else {
            seen.insert(&member.key, member);
        }
    }
}

fn push_duplicate(first: &Member, second: &Member, errors: &mut Vec<SyntaxError>) {
    if errors.len() < MAX_DUPLICATES {
        errors.push(duplicate(first, second));
    }
}

fn duplicate(first: &Member, second: &Member) -> SyntaxError {
    let message =
        format!("key `{}` stands twice in one object", second.key.trim_start_matches('\0'));
    let mut error =
        SyntaxError::new(SyntaxKind::DuplicateKey, second.key_span, message, "this one is used")
            .help("remove one of the two");
    error.related = Some((first.key_span, "first here"));
    error
}
