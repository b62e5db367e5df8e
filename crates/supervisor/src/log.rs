//! Lines of the log, as JSON. A log that fails, or that nobody reads, never keeps anybody from its work: lines are
//! written by a thread of their own, and those for which there is no room are counted.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use contract_embed::LogEvent;
use contract_state::Happened;
use jiff::Timestamp;
use serde_json::Value;

/// Lines that wait at most.
const ROOM: usize = 1024;

enum Job {
    Line(String),
    /// Answered when everything before is written.
    Flush(SyncSender<()>),
}

/// Where lines go.
#[derive(Debug)]
pub struct Log {
    jobs: SyncSender<Job>,
    dropped: AtomicU64,
    /// Lines that wait.
    waiting: Arc<AtomicUsize>,
}

impl Log {
    /// A log that goes to standard error.
    pub fn stderr() -> Log {
        Log::to(std::io::stderr())
    }

    /// A log that goes elsewhere.
    pub fn to(sink: impl Write + Send + 'static) -> Log {
        let (jobs, received) = sync_channel(ROOM);
        let waiting = Arc::new(AtomicUsize::new(0));
        let written = Arc::clone(&waiting);
        let work = move || write(&received, sink, &written);
        // Without a thread nobody receives, and every line counts as dropped.
        let _ = std::thread::Builder::new().name("log".to_owned()).spawn(work);
        Log { jobs, dropped: AtomicU64::new(0), waiting }
    }

    /// Writes a line, some time.
    pub fn line(&self, line: &Value) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.jobs.try_send(Job::Line(format!("{line}\n"))).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes a line that others come before: it is left out where half of the room is taken.
    pub fn minor(&self, line: &Value) {
        if self.waiting.load(Ordering::Relaxed) < ROOM / 2 {
            self.line(line);
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes the line of an event that happens now.
    pub fn tell(&self, event: LogEvent, fields: Value) {
        self.line(&event.line(Timestamp::now(), fields));
    }

    /// Writes that a state file was healed; nothing of what else happened to one.
    pub fn healed(&self, happened: &Happened) {
        let Some(payload) = happened.payload() else { return };
        let field = |name: &str| (name.to_owned(), payload.get(name).cloned().unwrap_or_default());
        let fields = ["file", "problem", "quarantined_as"].into_iter().map(field).collect();
        self.tell(LogEvent::StateFileHealed, fields);
    }

    /// Lines for which there was no room.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until the lines are written, but not long.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.jobs.try_send(Job::Flush(done)).is_ok() {
            let _ = wait.recv_timeout(Duration::from_millis(500));
        }
    }
}

fn write(jobs: &Receiver<Job>, mut sink: impl Write, waiting: &AtomicUsize) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Line(line) => {
                let _ = sink.write_all(line.as_bytes());
                waiting.fetch_sub(1, Ordering::Relaxed);
            }
            Job::Flush(done) => {
                let _ = sink.flush();
                let _ = done.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes nothing and never comes back.
    struct Stuck;

    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            loop {
                std::thread::park();
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_that_nobody_reads_stops_nobody() {
        let log = Log::to(Stuck);
        for n in 0..3 * ROOM {
            log.line(&n.into());
        }
        log.flush();
        assert!(log.dropped() >= ROOM as u64, "{}", log.dropped());
    }

    #[test]
    fn minor_lines_leave_room_for_others() {
        let log = Log::to(Stuck);
        for n in 0..3 * ROOM {
            log.minor(&n.into());
        }
        let dropped = log.dropped();
        for n in 0..ROOM / 4 {
            log.line(&n.into());
        }
        assert_eq!(log.dropped(), dropped);
    }
}
