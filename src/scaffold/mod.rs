//! New contracts from templates: files that are not there yet, and entries merged into those that are. Pure:
//! from what a tree has and what a user answers to a [`crate::tree::Revision`], or to the reason why there is none.
//! Nothing that exists is ever overwritten.

mod api;
mod fields;
mod init;
mod names;
mod render;
mod surroundings;
mod template;

pub use init::{CALLERS, Start, init, is_plain};
pub use render::{Ids, Order, acceptable, acceptable_name, default_answer, plan};
pub use template::{Question, Template, Templates};

/// Why nothing is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Blocked {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Blocked { message: message.into(), help: help.into() }
    }
}
