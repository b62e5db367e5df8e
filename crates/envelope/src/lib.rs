//! Events in their envelope, as `contracts/events/envelope.schema.json` says: made and signed ([`Sealer`]), read and
//! verified ([`read`]), redacted before they are passed on ([`redact`]), undone while they may be ([`Undo`]), and
//! published under every version that is in force ([`versions_to_publish`]). [`policy`] decides who may do what.
//!
//! Everything that enters or leaves is validated against the embedded contracts. How events travel and where they are
//! stored is the business of other crates.

mod canonical;
mod check;
mod clock;
mod draft;
mod envelope;
mod ids;
pub mod policy;
mod publish;
pub mod redact;
mod refused;
mod seal;
mod sign;
mod strict;
mod undo;

pub use canonical::{canonical, payload_sha256};
pub use clock::{Clock, SystemClock};
pub use draft::Draft;
pub use envelope::{Actor, DedupKey, Device, Envelope, Hashes, Qos, Signature, TopicRef, Trace};
pub use ids::Ids;
pub use publish::{BadVersion, newest_of_each_major, versions_to_publish};
pub use refused::Refused;
pub use seal::{Sealer, read, read_value};
pub use sign::{BadKey, DeviceKey, KeyRing};
pub use undo::{NotUndone, Offered, UNDO, Undo};
