//! Identifiers of events: ULIDs that rise, also within a millisecond and when the clock goes back.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use ulid::{Generator, Ulid};

/// Makes identifiers for one process.
#[derive(Debug, Default)]
pub struct Ids(Mutex<Generator>);

impl Ids {
    /// With no identifier made yet.
    pub fn new() -> Ids {
        Ids::default()
    }

    /// The next identifier, higher than every one before.
    pub fn next(&self, now: Timestamp) -> Ulid {
        // A generator is never left halfway.
        let mut generator = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match generator.generate_from_datetime(SystemTime::from(now)) {
            Ok(id) => id,
            // 2^80 in one millisecond: the next millisecond begins early.
            Err(overflow) => overflow.commit_overflow_increment(),
        }
    }
}
