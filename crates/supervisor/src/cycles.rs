//! What a cycle is given and gives, and how its failures, panics among them, are caught.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use contract_embed::EmptyReason;

use crate::record::sentence;
use crate::supervise::Stop;

/// What a cycle is given.
#[derive(Debug, Clone)]
pub struct Cycle {
    /// Its number. Numbers go on across restarts.
    pub number: u64,
    /// The run, a ULID: one for each process.
    pub run_id: String,
    /// Whether the worker was asked to end. A long cycle looks now and then.
    pub stop: Stop,
}

/// What a cycle gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outputs {
    /// How many results.
    pub count: u64,
    /// Why there are none. A cycle without results and without a reason counts as failed.
    pub empty: Option<EmptyReason>,
    /// Errors that the cycle itself got over; they make it degraded.
    pub errors: Vec<String>,
}

impl Outputs {
    /// So many results, without errors.
    pub fn of(count: u64) -> Outputs {
        Outputs { count, ..Outputs::default() }
    }

    /// No results, for this reason.
    pub fn none(reason: EmptyReason) -> Outputs {
        Outputs { empty: Some(reason), ..Outputs::default() }
    }
}

thread_local! {
    /// Where a cycle of this thread panicked; nothing outside of cycles.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a cycle. Whatever it does, there are outputs; failures are among their errors.
pub(crate) fn caught<E: fmt::Display>(
    cycle: &Cycle,
    run: &mut impl FnMut(&Cycle) -> Result<Outputs, E>,
) -> Outputs {
    keep_panics_from_the_log();
    PANIC.set(Some(String::new()));
    // An error may panic when it is made into text, too.
    let call = || run(cycle).map_err(|error| error.to_string());
    let result = catch_unwind(AssertUnwindSafe(call));
    let place = PANIC.take().unwrap_or_default();
    let mut outputs = match result {
        Ok(Ok(outputs)) => outputs,
        Ok(Err(error)) => failed(&error),
        Err(payload) => failed(&format!("panic{place}: {}", text(payload))),
    };
    outputs.errors = outputs.errors.iter().map(|error| sentence(error)).collect();
    if outputs.count == 0 && outputs.empty.is_none() {
        outputs.empty = Some(EmptyReason::CycleFailed);
        outputs.errors.push("the cycle gave nothing and no reason for it".to_owned());
    }
    if outputs.count > 0 {
        outputs.empty = None;
    }
    outputs
}

fn failed(error: &str) -> Outputs {
    let errors = vec![sentence(error)];
    Outputs { count: 0, empty: Some(EmptyReason::CycleFailed), errors }
}

fn text(payload: Box<dyn Any + Send>) -> String {
    let text = match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => payload.downcast_ref::<String>().cloned().unwrap_or_default(),
    };
    // Dropping what was panicked with may panic once more.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    text
}

/// A panic of a cycle goes into its record. The log has lines of JSON only, so it is not printed as well; panics of
/// other threads are.
fn keep_panics_from_the_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let is_kept = PANIC.try_with(|place| {
                let mut place = place.try_borrow_mut().ok()?;
                let place = place.as_mut()?;
                *place = info.location().map_or_else(String::new, |at| format!(" at {at}"));
                Some(())
            });
            if is_kept.ok().flatten().is_none() {
                before(info);
            }
        }));
    });
}
