//! JSON state that heals. Whoever loads a state file gets a valid state, whatever is on the disk: a file that cannot
//! be used is set aside as `*.corrupted.<time>.json`, the default takes its place, and what happened is told to the
//! caller and to a listener as the payload of STATE_FILE_HEALED.
//!
//! No byte is lost: a file is set aside by renaming it, replaced by renaming over it, and never written to in place.
//! One process saves to a file at a time; who that is, a supervisor decides. What a state means is its owner's
//! business, given as a [`Shape`].

mod aside;
mod error;
mod file;
mod happened;
mod name;
mod read;
mod replace;
mod shape;

pub use error::Error;
pub use file::{Loaded, StateFile};
pub use happened::{Happened, Healed, Left};
pub use name::{BadName, Name};
pub use replace::replace;
pub use shape::{Migration, Shape};
