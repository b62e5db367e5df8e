//! What a runtime keeps, as the contracts describe it: the event spine, the memory of sessions, the blackboard, notes,
//! tabular versions (flows, graphs, overlays, strategy locks) and budgets. Each is a thin face over one
//! [`VersionedStore`], which the routing registry alone selects; how a backend keeps records is its own business.
//!
//! A record without a route is refused; nothing is kept in memory instead. Whatever is written is checked against its
//! schema first, and every write names the version that it is based on.

mod blackboard;
mod budget;
mod converge;
mod error;
mod face;
mod memory;
mod notes;
mod routed;
mod spine;
mod store;
mod tabular;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use blackboard::{Blackboard, Run};
pub use budget::{Budget, Entry, EntryKind};
pub use converge::converged;
pub use error::Error;
pub use face::{Clock, Page, Stores, Written};
pub use memory::{Memory, MemoryWrite, Session};
pub use notes::{NoteFilter, Notes};
pub use routed::{Open, Place, Routed};
pub use spine::{Emitter, Spine, SpineFilter};
pub use store::{MOST_PER_COMMIT, MOST_PER_PAGE, Record, StoreError, VersionedStore, Write};
pub use tabular::{LockChange, Locks, Table, Tabular};
