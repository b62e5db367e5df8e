//! Proofs: what a change of a schema does to the documents it accepts.

use serde_json::Value as Json;
use subschema::{Error, Options, Verdict, Witness, includes};

use crate::catalog::{Bundle, NoBundle};

/// Which side's documents the other side must accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The new schema reads what the old one wrote.
    Backward,
    /// The old schema reads what the new one writes.
    Forward,
    /// Both.
    Full,
    /// Nobody reads what another wrote.
    None,
}

impl Mode {
    /// Reads what users write.
    pub fn parse(text: &str) -> Option<Mode> {
        let all = [Mode::Backward, Mode::Forward, Mode::Full, Mode::None];
        all.into_iter().find(|mode| mode.name() == text)
    }

    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Backward => "backward",
            Mode::Forward => "forward",
            Mode::Full => "full",
            Mode::None => "none",
        }
    }
}

/// What a change does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// The same documents are valid.
    Equal,
    /// Whatever had to stay valid is; other documents became valid, such as this one.
    Wider(Option<Witness>),
    /// This document had to stay valid, and is not. `backward` tells in which direction.
    Breaks {
        /// The document.
        witness: Witness,
        /// Whether it was valid under the old schema, and is not under the new one.
        backward: bool,
    },
    /// Neither was shown.
    Unproven { construct: String, reason: String },
    /// The old schema is none, the new one is.
    Repaired(String),
    /// The new schema is none.
    Broken(String),
}

/// What the change from `old` to `new` does under `mode`. `examples` are documents to start from.
pub(super) fn effect(
    old: &Result<Bundle, NoBundle>,
    new: &Result<Bundle, NoBundle>,
    mode: Mode,
    examples: Vec<Json>,
) -> Effect {
    let (old, new) = match (old, new) {
        (Ok(old), Ok(new)) => (old, new),
        (_, Err((keyword, reason))) => return unproven(keyword, reason),
        (Err((keyword, reason)), Ok(_)) if *keyword != "$ref" => return unproven(keyword, reason),
        (Err((_, reason)), Ok(_)) => return Effect::Repaired(reason.clone()),
    };
    let options = Options { draft: old.draft, examples, ..Options::default() };
    let there = includes(&old.schema, &new.schema, &options);
    // Now both are known to be schemas.
    let options = Options { trusted: true, ..options };
    let ask = |from: &Bundle, to: &Bundle| includes(&from.schema, &to.schema, &options);
    // What breaks one way need not be asked about the other.
    if let (Mode::Backward | Mode::Full, Ok(Verdict::Excluded(_))) = (mode, &there) {
        return judge(there.unwrap_or(Verdict::Included), Verdict::Included, mode);
    }
    let (there, back) = match (there, ask(new, old)) {
        (Ok(there), Ok(back)) => (there, back),
        (Err(Error::New(reason)), _) | (_, Err(Error::Old(reason))) => {
            return Effect::Broken(reason);
        }
        (Err(Error::Old(reason)), _) | (_, Err(Error::New(reason))) => {
            return Effect::Repaired(reason);
        }
    };
    judge(there, back, mode)
}

fn unproven(construct: &str, reason: &str) -> Effect {
    Effect::Unproven { construct: construct.to_owned(), reason: reason.to_owned() }
}

fn judge(there: Verdict, back: Verdict, mode: Mode) -> Effect {
    let is_equal = there == Verdict::Included && back == Verdict::Included;
    let (needed, other): (Vec<(Verdict, bool)>, Verdict) = match mode {
        _ if is_equal => return Effect::Equal,
        Mode::Backward => (vec![(there, true)], back),
        Mode::Forward => (vec![(back, false)], there),
        Mode::Full => (vec![(there, true), (back, false)], Verdict::Included),
        Mode::None => return Effect::Wider(None),
    };
    let mut open = None;
    for (verdict, backward) in needed {
        match verdict {
            Verdict::Included => {}
            Verdict::Excluded(witness) => return Effect::Breaks { witness, backward },
            Verdict::Unproven { construct, reason } => {
                open.get_or_insert(Effect::Unproven { construct, reason });
            }
        }
    }
    open.unwrap_or(match other {
        Verdict::Excluded(witness) => Effect::Wider(Some(witness)),
        _ => Effect::Wider(None),
    })
}
