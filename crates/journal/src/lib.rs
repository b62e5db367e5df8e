//! Append-only JSON Lines. Each line holds one entry, its number, and a digest over everything up to it, so that
//! nothing can be changed, taken out or put in between unseen.
//!
//! There is no call that truncates, overwrites or removes. Where a writer died within a line, the rest of that line
//! stays where it is: the next writer ends it and says in a line of its own how much of it nobody can read. What
//! entries mean is the business of those who write them.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("events.jsonl");
//! use contract_journal::{Journal, Options};
//! let (mut journal, opened) = Journal::open(&path, Options::default())?;
//! assert_eq!((opened.entries, opened.torn), (0, None));
//! journal.append(&serde_json::json!({"topic": "NOTE_CREATED@1.0"}))?;
//! drop(journal);
//! assert_eq!(contract_journal::verify(&path)?.entries, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod line;
mod read;
mod tail;
mod verify;
mod write;

pub use error::{Broken, Error, Fault};
pub use line::{Digest, Torn};
pub use read::{Entries, Entry, read};
pub use verify::{Verified, verify};
pub use write::{Journal, Opened, Options, Receipt, Sync};
