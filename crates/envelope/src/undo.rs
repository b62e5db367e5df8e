//! The 15 minutes in which an AMBER event may be undone. A GREEN event is final at once, and so are RED and BLACK ones:
//! the contracts let nobody undo them. What is held here is in memory; whoever needs it after the process stores it
//! before, and offers it again.

use std::collections::BTreeMap;
use std::fmt;

use contract_embed::Band;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::clock::Clock;
use crate::envelope::Envelope;

/// How long an AMBER event may be undone.
pub const UNDO: SignedDuration = SignedDuration::from_mins(15);

/// When an event of a time cannot be undone any more; nothing at the end of time.
pub(crate) fn undo_until(ts: Timestamp) -> Option<Timestamp> {
    ts.checked_add(UNDO).ok()
}

/// What became of an event that was offered.
#[derive(Debug, Clone, PartialEq)]
pub enum Offered {
    /// Nobody can undo it: handle it now.
    Final(Box<Envelope<Value>>),
    /// It is held until then.
    Held(Timestamp),
}

/// Why an event was not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotUndone {
    /// It is not held: it never was, it was undone before, or it has been handed out.
    NotHeld,
    /// Its time is over.
    Over(Timestamp),
}

impl fmt::Display for NotUndone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotUndone::NotHeld => f.write_str("no such event is held, so nothing can be undone"),
            NotUndone::Over(until) => write!(f, "the event could be undone until {until}"),
        }
    }
}

impl std::error::Error for NotUndone {}

/// Holds AMBER events until they are final.
#[derive(Debug)]
pub struct Undo<C> {
    clock: C,
    held: BTreeMap<(Timestamp, String), Envelope<Value>>,
}

impl<C: Clock> Undo<C> {
    /// Holds nothing yet.
    pub fn new(clock: C) -> Undo<C> {
        Undo { clock, held: BTreeMap::new() }
    }

    /// Takes an event in. One that is offered again stays as it was first.
    pub fn offer(&mut self, event: Envelope<Value>) -> Offered {
        let until = event.undo_until.as_deref().filter(|_| event.band == Band::Amber);
        let until = until.and_then(|until| until.parse::<Timestamp>().ok());
        match until.filter(|until| self.clock.now() < *until) {
            None => Offered::Final(Box::new(event)),
            Some(until) => {
                self.held.entry((until, event.id.clone())).or_insert(event);
                Offered::Held(until)
            }
        }
    }

    /// Undoes an event that is held; nobody ever handles it.
    ///
    /// # Errors
    /// When it is not held, or its 15 minutes are over, whether or not it was handed out.
    pub fn undo(&mut self, id: &str) -> Result<Envelope<Value>, NotUndone> {
        let key = self.held.keys().find(|(_, held)| held == id).cloned();
        let key = key.ok_or(NotUndone::NotHeld)?;
        if self.clock.now() >= key.0 {
            return Err(NotUndone::Over(key.0));
        }
        self.held.remove(&key).ok_or(NotUndone::NotHeld)
    }

    /// Hands out the events that nobody can undo any more, the earliest first.
    pub fn due(&mut self) -> Vec<Envelope<Value>> {
        let now = self.clock.now();
        let later = self.held.split_off(&(now, String::new()));
        let mut due = std::mem::replace(&mut self.held, later);
        // What ends at this very moment is over, too.
        while let Some(entry) = self.held.first_entry().filter(|entry| entry.key().0 <= now) {
            let (key, event) = entry.remove_entry();
            due.insert(key, event);
        }
        due.into_values().collect()
    }

    /// What is held, the earliest to be final first.
    pub fn held(&self) -> impl Iterator<Item = &Envelope<Value>> {
        self.held.values()
    }
}
