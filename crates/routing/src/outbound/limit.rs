//! The plainest rate limit, a bucket of tokens, and the cache of those who want none.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::client::{RateLimit, Response, ResponseCache};

/// A bucket of tokens that fills up again with time. Each call takes one.
#[derive(Debug)]
pub struct Bucket {
    capacity: u32,
    every: Duration,
    state: Mutex<(u32, Instant)>,
}

impl Bucket {
    /// Holds so many tokens; a new one comes every so often. No capacity is a capacity of one.
    pub fn new(capacity: u32, every: Duration, now: Instant) -> Bucket {
        let capacity = capacity.max(1);
        Bucket { capacity, every, state: Mutex::new((capacity, now)) }
    }

    /// Takes a token at a time.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub fn take(&self, now: Instant) -> Result<(), Duration> {
        // Whoever panicked here had not changed anything halfway.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (tokens, since) = *state;
        let passed = now.saturating_duration_since(since);
        let new = passed.as_nanos().checked_div(self.every.as_nanos());
        let new = new.map_or(self.capacity, |new| u32::try_from(new).unwrap_or(u32::MAX));
        let filled = tokens.saturating_add(new).min(self.capacity);
        let rest = self.every.saturating_mul(new);
        let since = since.checked_add(rest).filter(|since| *since <= now).unwrap_or(now);
        match filled.checked_sub(1) {
            Some(left) => {
                *state = (left, since);
                Ok(())
            }
            None => Err(self.every.saturating_sub(now.saturating_duration_since(since))),
        }
    }
}

impl RateLimit for Bucket {
    fn acquire(&self) -> Result<(), Duration> {
        self.take(Instant::now())
    }
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uncached;

impl ResponseCache for Uncached {
    fn get(&self, _: &str) -> Option<Response> {
        None
    }

    fn put(&self, _: &str, _: &Response) {}
}
