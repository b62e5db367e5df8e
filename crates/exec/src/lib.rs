//! Isolated execution. A [`Task`] is a program in a process of its own, or a WebAssembly module in this one; it takes
//! a JSON value and gives one. Whatever it does, [`Task::run`] comes back within its limits, and says in an
//! [`Outcome`] how it went. What a run is for, and what follows from its outcome, is the business of the caller.
//!
//! **Programs** get the value on standard input and give theirs on standard output. An exit code that is not zero is
//! a failure, and standard error says why. Some codes of `sysexits.h` say more: 65 (`EX_DATAERR`) that the input was
//! bad; 66 (`EX_NOINPUT`), 69 (`EX_UNAVAILABLE`), 74 (`EX_IOERR`), 77 (`EX_NOPERM`) and 78 (`EX_CONFIG`) that a model
//! file, a dependency, a device, a permission or a piece of configuration is missing.
//!
//! A program is started by a [`Launcher`]: a process that first gives up what the program may not have, and then
//! becomes the program. Any program that calls [`launcher()`] at the start of its `main` is one, and so is
//! `contract-exec-launch`.
//!
//! **Modules** export a memory `memory`, a function `alloc: (i32) -> i32` that gives room for so many bytes, and the
//! function that is called: `(i32, i32) -> i64`. It gets the place and the length of the value as JSON text, and gives
//! those of the answer: the place in the upper 32 bits, the length in the lower. Nothing can be imported.

mod launch;
mod launcher;
mod limits;
mod outcome;
#[cfg(unix)]
mod pipes;
mod process;
mod task;
mod wasm;

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod syscalls;

pub use launch::{Confinement, Measure};
pub use launcher::{Launcher, NotALauncher, launcher};
pub use limits::{Demand, Limits, Permissions, Writes};
pub use outcome::{Bound, Cause, Failure, Lack, Outcome, Report};
pub use process::Process;
pub use task::Task;
pub use wasm::Wasm;
