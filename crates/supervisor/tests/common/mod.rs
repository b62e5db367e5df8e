//! A supervisor in a process of its own, and what it leaves behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use contract_embed::{LogEvent, schema};
use serde_json::Value;

pub(crate) const TESTBED: &str = env!("CARGO_BIN_EXE_contract-supervisor-testbed");

pub(crate) struct Supervisor {
    pub(crate) child: Child,
    pub(crate) folder: PathBuf,
}

pub(crate) fn start(folder: &Path, deed: &str, seed: u64) -> Supervisor {
    let log =
        std::fs::OpenOptions::new().append(true).create(true).open(folder.join("log")).unwrap();
    let mut command = Command::new(TESTBED);
    command.arg("supervise").arg(folder).arg(deed).arg(seed.to_string());
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    Supervisor { child, folder: folder.to_owned() }
}

/// Waits for something, with a bound.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Supervisor {
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits for its end, and gives its exit code.
    pub(crate) fn code(&mut self) -> i32 {
        let child = &mut self.child;
        let status = until("the end of the supervisor", || child.try_wait().unwrap());
        status.code().unwrap()
    }

    /// Lines of the log with this name; every line must be as the contracts say.
    pub(crate) fn log(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| LogEvent::of_line(line).unwrap().as_str() == name).collect()
    }

    /// The phases of the journal.
    pub(crate) fn lifecycle(&self) -> Vec<Value> {
        entries(&self.folder.join("lifecycle.jsonl"), "events/engine_lifecycle")
    }

    pub(crate) fn cycles(&self) -> Vec<Value> {
        entries(&self.folder.join("engine/cycles.jsonl"), "storage/cycle_record")
    }

    /// The worker that runs now.
    pub(crate) fn worker(&self, name: &str) -> u32 {
        let beat = || contract_supervisor::read_heartbeat(&self.folder, name);
        until("a heartbeat", || beat().map(|beat| beat.pid).filter(|pid| is_alive(*pid)))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal("KILL");
            let _ = self.child.wait();
        }
    }
}

/// The entries of a journal that holds, each valid.
pub(crate) fn entries(path: &Path, name: &str) -> Vec<Value> {
    contract_journal::verify(path).unwrap();
    let schema = schema(name, "1.0.0").unwrap();
    let entries = contract_journal::read(path).unwrap().map(|entry| entry.unwrap().get().unwrap());
    let entries: Vec<Value> = entries.collect();
    for entry in &entries {
        schema.validate(entry).unwrap();
    }
    entries
}

pub(crate) fn signal(pid: u32, name: &str) {
    let (name, pid) = (format!("-{name}"), pid.to_string());
    let _ = Command::new("kill").args([name, pid]).stderr(Stdio::null()).status();
}

pub(crate) fn states(which: &[&str]) -> String {
    let output = Command::new("ps").args(["-o", "stat="]).args(which).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A zombie that nobody has waited for is not alive, and somebody else may have the number by now.
pub(crate) fn is_alive(pid: u32) -> bool {
    let text = states(&["-o", "args=", "-p", &pid.to_string()]);
    text.contains(TESTBED) && !text.trim().starts_with('Z')
}
