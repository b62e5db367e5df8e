//! Recorded data held against contracts: lines of JSON in, counts and the first failures out, in constant
//! memory and on several threads. Files are opened by `source`, and text is written by `report`; nothing
//! here touches a disk.

mod auditor;
mod batches;
mod record;
mod run;
mod tally;

pub use auditor::{Auditor, NoAudit, Task};
pub use batches::{Batch, Batches, Piece};
pub use record::{Defect, Reading, Verdict};
pub use run::{Emit, Input, Limits, run};
pub use tally::{Failure, Reason, Tally};
