//! The server as it is installed, under its supervisor, and what its log says.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Answer, send};
use crate::setup::{claims, token};

pub(crate) type Failed = Box<dyn std::error::Error>;

/// How long is waited for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub(crate) struct Supervised {
    child: Child,
    log: Arc<Mutex<Vec<Value>>>,
    bearer: String,
    starts: usize,
}

/// The program beside this one: tests and examples lie one folder deeper.
fn program() -> Result<PathBuf, Failed> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("this program lies nowhere")?;
    Ok(folder.join(format!("runtimed{}", std::env::consts::EXE_SUFFIX)))
}

impl Supervised {
    /// Starts it, with its configuration and data below a folder.
    pub(crate) fn start(folder: &Path, configuration: &Value) -> Result<Supervised, Failed> {
        let config = folder.join("runtime.json");
        std::fs::write(&config, configuration.to_string())?;
        let mut child = Command::new(program()?)
            .args(["run", "--config"])
            .arg(&config)
            .arg("--data")
            .arg(folder.join("data"))
            .stderr(Stdio::piped())
            .spawn()?;
        let (log, errors) = (Arc::new(Mutex::new(Vec::<Value>::new())), child.stderr.take());
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in
                errors.into_iter().flat_map(|e| BufReader::new(e).lines().map_while(Result::ok))
            {
                let line: Value = serde_json::from_str(&line)
                    .unwrap_or_else(|_| json!({"event": "text", "text": line}));
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                // Spans are many: the last one of a name is enough.
                if let Some(span) = line.get("span") {
                    kept.retain(|other| other.get("span") != Some(span));
                }
                kept.push(line);
            }
        });
        let bearer = format!("Bearer {}", token(&claims("ada")));
        Ok(Supervised { child, log, bearer, starts: 1 })
    }

    /// The lines of an event.
    pub(crate) fn lines(&self, event: &str) -> Vec<Value> {
        self.having("event", event)
    }

    /// The lines that have a text; of spans the last one.
    pub(crate) fn having(&self, key: &str, text: &str) -> Vec<Value> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().filter(|line| line.get(key).is_some_and(|t| t == text)).cloned().collect()
    }

    /// Asks until there is an answer.
    pub(crate) fn until<T>(
        &self,
        what: &str,
        mut ask: impl FnMut() -> Option<T>,
    ) -> Result<T, Failed> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(answer) = ask() {
                return Ok(answer);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let last: String = log.iter().rev().take(20).map(|line| format!("\n{line}")).collect();
        Err(format!("waited in vain: {what}; the log, backwards: {last}").into())
    }

    /// The line of the `count`th time that an event is said.
    pub(crate) fn wait(&self, event: &str, count: usize) -> Result<Value, Failed> {
        self.until(event, || self.lines(event).into_iter().nth(count.saturating_sub(1)))
    }

    /// Where it listens, once it does.
    pub(crate) fn address(&self) -> Result<SocketAddr, Failed> {
        let line = self.wait("listening", self.starts)?;
        Ok(line.get("address").and_then(Value::as_str).unwrap_or_default().parse()?)
    }

    /// Waits for the next start of the server.
    pub(crate) fn restarted(&mut self) -> Result<(), Failed> {
        self.starts += 1;
        self.address().map(drop)
    }

    /// The process id of the server.
    pub(crate) fn worker(&self) -> Result<String, Failed> {
        let line = self.wait("worker_started", self.starts)?;
        Ok(line.get("pid").and_then(Value::as_u64).ok_or("the worker has no pid")?.to_string())
    }

    /// Sends a request as ada.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Failed> {
        let mut all =
            vec![("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        all.extend(headers);
        let body = body.map(|body| body.to_string().into_bytes());
        let answer = send(self.address()?, method, path, &all, body.as_deref());
        answer.ok_or_else(|| format!("{method} {path}: no answer").into())
    }

    /// Asks it to end, and gives its exit code.
    pub(crate) fn stop(mut self) -> Result<i32, Failed> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        Ok(self.child.wait()?.code().unwrap_or(-1))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = Command::new("kill").arg(self.child.id().to_string()).status();
            let _ = self.child.wait();
        }
    }
}
