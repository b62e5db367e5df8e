//! From documents of one version to documents of the next: what can be changed by rule, as data that people
//! can read and correct, and the proof of each result. Pure.

mod apply;
mod derive;
mod transform;

pub use apply::{Fate, apply};
pub use derive::derive;
pub use transform::{ByHand, Op, Transform};
