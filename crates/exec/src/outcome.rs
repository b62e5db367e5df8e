//! How a run can end. Every kind of task has the same ends, and each says in a sentence what happened and what to do.

use std::fmt;
use std::time::Duration;

use contract_embed::{Fault, Missing};
use serde_json::Value;

use crate::launch::Confinement;

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Well, with this answer.
    Ok(Value),
    /// It ended by itself, and not well.
    Failed(Failure),
    /// It could not be started, or said that it cannot work here.
    Unavailable(Lack),
    /// It had not ended when its time was over.
    TimedOut(Bound),
    /// It was ended.
    Killed(Cause),
}

/// How a run that ended by itself went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// With an exit code; what it said last.
    Exit {
        /// The code.
        code: i32,
        /// The end of standard error.
        message: String,
    },
    /// It would not take its input; what it said.
    BadInput {
        /// The end of standard error.
        message: String,
    },
    /// What it gave is no answer.
    NoAnswer {
        /// What is wrong with it.
        message: String,
    },
    /// A module trapped.
    Trap {
        /// Why.
        message: String,
    },
}

/// What keeps a task from being started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What kind of thing it is.
    pub missing: Missing,
    /// A sentence that names it.
    pub what: String,
}

/// The time that was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So much time of a clock on the wall.
    Wall(Duration),
    /// So much fuel, as modules burn it.
    Fuel(u64),
}

/// Why a run was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It wanted more bytes of memory than these.
    Memory(u64),
    /// It used more time of a processor than this.
    Cpu(Duration),
    /// It gave more bytes of output than these.
    Output(u64),
    /// It wrote a file of more bytes than these.
    FileSize(u64),
    /// A signal, by its number.
    Signal(i32),
}

/// A run, from its start to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// Bytes of output that were taken, whether they were kept or not.
    pub output_bytes: u64,
    /// The end of standard error; empty for modules.
    pub stderr: String,
    /// What the task was kept from; nothing when it was not started.
    pub confinement: Option<Confinement>,
}

impl Outcome {
    /// The word for a call that ended badly; nothing when it ended well or never began.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Outcome::Ok(_) | Outcome::Unavailable(_) => None,
            Outcome::Failed(Failure::BadInput { .. }) => Some(Fault::BadInput),
            Outcome::Failed(_) | Outcome::Killed(Cause::Output(_)) => Some(Fault::Exception),
            Outcome::TimedOut(_) | Outcome::Killed(Cause::Cpu(_)) => Some(Fault::Timeout),
            Outcome::Killed(Cause::Memory(_)) => Some(Fault::OutOfMemory),
            Outcome::Killed(Cause::FileSize(_) | Cause::Signal(_)) => Some(Fault::Signal),
        }
    }

    /// The word for what is missing.
    pub fn missing(&self) -> Option<Missing> {
        match self {
            Outcome::Unavailable(lack) => Some(lack.missing),
            _ => None,
        }
    }

    /// The answer.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Outcome::Ok(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn lacks(missing: Missing, what: impl Into<String>) -> Outcome {
        Outcome::Unavailable(Lack { missing, what: what.into() })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Ok(_) => f.write_str("it ended well"),
            Outcome::Failed(failure) => failure.fmt(f),
            Outcome::Unavailable(lack) => f.write_str(&lack.what),
            Outcome::TimedOut(Bound::Wall(limit)) => {
                write!(f, "it had not ended after {limit:?}; give it more time or less to do")
            }
            Outcome::TimedOut(Bound::Fuel(limit)) => {
                write!(f, "it had used up {limit} units of fuel; give it more or less to do")
            }
            Outcome::Killed(cause) => cause.fmt(f),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Exit { code, message } if message.is_empty() => {
                write!(f, "it ended with code {code} and said nothing on standard error")
            }
            Failure::Exit { code, message } => write!(f, "it ended with code {code}: {message}"),
            Failure::BadInput { message } => write!(f, "it would not take its input: {message}"),
            Failure::NoAnswer { message } => write!(f, "it gave no answer: {message}"),
            Failure::Trap { message } => write!(f, "the module trapped: {message}"),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Memory(limit) => {
                write!(f, "it wanted more than {limit} bytes of memory; allow more or ask for less")
            }
            Cause::Cpu(limit) => {
                write!(f, "it used more than {limit:?} of a processor; allow more or ask for less")
            }
            Cause::Output(limit) => {
                write!(f, "it gave more than {limit} bytes of output and was ended; ask for less")
            }
            Cause::FileSize(limit) => {
                write!(f, "it wrote a file of more than {limit} bytes and was ended; allow more")
            }
            Cause::Signal(number) => {
                write!(f, "signal {number}{} ended it; its own log may say why", name(*number))
            }
        }
    }
}

/// The names of signals that have the same number on every system.
fn name(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        8 => " (arithmetic)",
        9 => " (kill: perhaps the system was out of memory)",
        11 => " (segmentation fault)",
        15 => " (terminate)",
        _ => "",
    }
}
