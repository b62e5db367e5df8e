//! A sign of life: on a terminal only, and only when a run takes over a second.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shows that work goes on until it is dropped.
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts counting; nothing is shown for a second.
    pub(super) fn start(what: &'static str) -> Self {
        Progress::show(move |seconds| format!("{what}: {seconds} s"))
    }

    /// The same with how much is done.
    pub(super) fn counting(what: &'static str, done: Arc<AtomicU64>) -> Self {
        Progress::show(move |seconds| {
            format!("{what}: {} in {seconds} s", done.load(Ordering::Relaxed))
        })
    }

    fn show(text: impl Fn(u64) -> String + Send + 'static) -> Self {
        if !std::io::stderr().is_terminal() {
            return Progress { stop: None, thread: None };
        }
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut shown = false;
            for seconds in 1.. {
                if stopped.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                let _ = write!(std::io::stderr(), "\r{}", text(seconds));
                shown = true;
            }
            if shown {
                let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            }
        });
        Progress { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
