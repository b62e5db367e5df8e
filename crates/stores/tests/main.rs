//! The tests of the stores, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod blackboard;
mod budget;
mod convergence;
mod durability;
mod isolation;
mod missing;
mod notes;
mod ownership;
mod paging;
mod retention;
mod scope;
mod selection;
mod spine;
mod support;
mod tabular;
