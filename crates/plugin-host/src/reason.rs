//! Reasons on which an operator can act, as the contracts want them: 20 to 500 characters, at least three words.

/// Characters of the longest.
const MOST: usize = 500;

/// A reason: what happened to the plugin, and what to do. What happened is cut where there is no room for it.
pub(crate) fn reason(plugin: &str, what: &str, remedy: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let what: String = what.chars().map(plain).collect();
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let (head, tail) = (format!("plugin `{plugin}`: "), format!("; {remedy}"));
    let room = MOST.saturating_sub(head.chars().count() + tail.chars().count());
    let what = match what.is_empty() {
        true => "it said nothing of what is wrong".to_owned(),
        false => what.chars().take(room).collect(),
    };
    format!("{head}{}{tail}", what.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_reason_is_valid() {
        let schema = contract_embed::schema("storage/plugin_health_response", "1").unwrap();
        let name = "a".repeat(63);
        let long = "ä b ".repeat(500);
        let odd =
            ["", " ", "x", "\u{0}\u{85}\u{2028}", "\u{feff}", &long, &"\u{1f980}".repeat(900)];
        for what in odd {
            for name in ["a", &name] {
                let reason = reason(name, what, "call it again, or start it again");
                assert!(reason.ends_with("start it again") && reason.contains(name), "{reason}");
                let health = json!({"name": name, "state": "FAILED", "reason": reason,
                    "success_count": 0, "error_count": 1});
                schema.validate(&health).unwrap();
            }
        }
    }
}
