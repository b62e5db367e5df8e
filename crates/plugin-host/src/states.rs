//! From which state a plugin may go to which.

use std::fmt;

use contract_embed::PluginState;

/// A step that a plugin cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Illegal {
    /// The plugin.
    pub name: String,
    /// Its state; nothing when no plugin has the name.
    pub from: Option<PluginState>,
    /// The state that was asked for.
    pub to: PluginState,
}

impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Illegal { name, from, to } = self;
        match from {
            None => write!(f, "no plugin has the name `{name}`; register it first"),
            Some(from) => {
                write!(f, "plugin `{name}` is {from} and cannot become {to} from there")?;
                let ways = PluginState::ALL.iter().filter(|to| is_legal(*from, **to));
                let ways: Vec<&str> = ways.map(|to| to.as_str()).collect();
                write!(f, "; it can become {}", ways.join(" or "))
            }
        }
    }
}

impl std::error::Error for Illegal {}

/// Whether a plugin may go from one state to another.
pub(crate) fn is_legal(from: PluginState, to: PluginState) -> bool {
    use PluginState::{Failed, Loading, Ready, Registered, Running, Stopped, Unavailable};
    matches!(
        (from, to),
        (Registered | Failed | Unavailable | Stopped, Loading)
            | (Loading, Ready | Unavailable)
            | (Ready | Failed, Running)
            | (Running, Ready)
            | (Running | Failed, Failed)
            | (Ready | Running | Failed | Unavailable, Stopped)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_is_not_unavailable() {
        use PluginState::{Failed, Loading, Running, Unavailable};
        for from in PluginState::ALL {
            // Whatever is FAILED was loaded, and whatever is UNAVAILABLE was not.
            assert_eq!(is_legal(*from, Failed), [Running, Failed].contains(from), "{from}");
            assert_eq!(is_legal(*from, Unavailable), *from == Loading, "{from}");
        }
    }

    #[test]
    fn every_state_can_be_left() {
        for from in PluginState::ALL {
            let ways = PluginState::ALL.iter().filter(|to| is_legal(*from, **to) && from != *to);
            assert_ne!(ways.count(), 0, "{from}");
        }
    }

    #[test]
    fn an_illegal_step_says_what_is_possible() {
        let illegal = Illegal {
            name: "ocr".to_owned(),
            from: Some(PluginState::Loading),
            to: PluginState::Stopped,
        };
        let text = illegal.to_string();
        assert!(text.ends_with("it can become READY or UNAVAILABLE"), "{text}");
    }
}
