//! Programs on Unix: started through the launcher, watched by one thread, and ended with all that
//! they started.

use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use contract_embed::Missing;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
};
use serde_json::Value;

use super::Process;
use crate::launch::{Confinement, FLAG, Plan, Said};
use crate::outcome::{Bound, Cause, Failure, Outcome, Report};
use crate::pipes::{Errors, Pipes};

/// How long is waited at most for pipes whose writers were killed.
const DRAIN: Duration = Duration::from_millis(500);
/// How long is waited at most for a process that was killed.
const REAP: Duration = Duration::from_secs(2);

/// Why the watching ended.
enum End {
    Exited(WaitIdStatus),
    TimedOut,
    Over,
}

impl Process {
    /// Runs it. Comes back when it has ended, or soon after its time is over; then nothing that it started in its
    /// group is left.
    pub fn run(&self, input: &Value) -> Report {
        let start = Instant::now();
        let folder = self.folder.clone();
        let plan = Plan::new(folder, &self.limits, &self.permissions, self.demand);
        let mut child = match self.spawn(&plan) {
            Ok(child) => child,
            Err(outcome) => return self.unstarted(outcome, start),
        };
        let input = format!("{input}\n").into_bytes();
        let errors = Errors::new(&plan.word, self.limits.stderr);
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pipes = Pipes::new(&mut child, input, self.limits.output, errors);
        let (Some(pid), Ok(mut pipes)) = (pid, pipes) else {
            reap(child, None);
            let what = "the pipes of a new process cannot be used; look at the limits of the host";
            return self.unstarted(Outcome::lacks(Missing::Configuration, what), start);
        };
        let (end, peak) = self.watch(pid, &mut pipes, start);
        kill(pid);
        let drained = Instant::now();
        while !pipes.is_silent() && drained.elapsed() < DRAIN {
            pipes.serve(Duration::from_millis(5));
        }
        reap(child, Some(pid));
        self.report(&end, &pipes, peak, start)
    }

    fn unstarted(&self, outcome: Outcome, start: Instant) -> Report {
        let (took, stderr) = (start.elapsed(), String::new());
        Report { outcome, took, output_bytes: 0, stderr, confinement: None }
    }

    fn spawn(&self, plan: &Plan) -> Result<Child, Outcome> {
        let plan = serde_json::to_string(plan).map_err(|error| {
            let what = format!("the folders of a program cannot be told to its launcher: {error}");
            Outcome::lacks(Missing::Configuration, what)
        })?;
        let launcher = self.launcher.path();
        let mut command = Command::new(launcher);
        command.arg(FLAG).arg(plan).arg(&self.program).args(&self.arguments);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| {
            let path = launcher.display();
            let (missing, what) = match error.kind() {
                io::ErrorKind::NotFound => {
                    (Missing::Dependency, format!("there is no launcher `{path}`; install it"))
                }
                io::ErrorKind::PermissionDenied => {
                    (Missing::Permission, format!("the launcher `{path}` may not be executed"))
                }
                _ => {
                    (Missing::Configuration, format!("the launcher `{path}` cannot start: {error}"))
                }
            };
            Outcome::lacks(missing, what)
        })
    }

    /// Until it exits, or may not go on. Also gives the largest address space that was seen.
    fn watch(&self, pid: Pid, pipes: &mut Pipes, start: Instant) -> (End, u64) {
        let (mut tick, mut peak, mut sampled) = (Duration::from_millis(1), 0, None::<Instant>);
        loop {
            // The process stays known by its id until it is reaped, so that no other one can be met under it.
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            if let Ok(Some(status)) = waitid(WaitId::Pid(pid), options) {
                return (End::Exited(status), peak);
            }
            let left = self.limits.wall.saturating_sub(start.elapsed());
            if left.is_zero() {
                return (End::TimedOut, peak);
            }
            if pipes.is_over() {
                return (End::Over, peak);
            }
            if sampled.is_none_or(|at| at.elapsed() > Duration::from_millis(5)) {
                peak = peak.max(address_space(pid));
                sampled = Some(Instant::now());
            }
            pipes.serve(tick.min(left));
            tick = (tick * 2).min(Duration::from_millis(10));
        }
    }

    fn report(&self, end: &End, pipes: &Pipes, peak: u64, start: Instant) -> Report {
        let stderr = pipes.errors.text();
        let mut confinement = None;
        let mut lack = None;
        for said in &pipes.errors.said {
            match said {
                Said::Enters(entered) => confinement = Some(entered.clone()),
                Said::Lacks { missing, what } => lack = Some((missing, what)),
            }
        }
        let outcome = match (lack, end) {
            (Some((missing, what)), _) => {
                Outcome::lacks(missing.parse().unwrap_or(Missing::Configuration), what.as_str())
            }
            (None, End::TimedOut) => Outcome::TimedOut(Bound::Wall(self.limits.wall)),
            (None, End::Over) => Outcome::Killed(Cause::Output(self.limits.output as u64)),
            (None, End::Exited(status)) => {
                self.ended(*status, pipes, &stderr, peak, confinement.as_ref())
            }
        };
        let output_bytes = pipes.output_bytes;
        Report { outcome, took: start.elapsed(), output_bytes, stderr, confinement }
    }

    fn ended(
        &self,
        status: WaitIdStatus,
        pipes: &Pipes,
        stderr: &str,
        peak: u64,
        entered: Option<&Confinement>,
    ) -> Outcome {
        if entered.is_none() {
            let path = self.launcher.path().display();
            let what =
                format!("`{path}` is no launcher, or was ended before it could say anything");
            return Outcome::lacks(Missing::Configuration, what);
        }
        let signal = status.terminating_signal();
        if pipes.is_over() {
            return Outcome::Killed(Cause::Output(self.limits.output as u64));
        }
        if signal == Some(Signal::XCPU.as_raw()) {
            return Outcome::Killed(Cause::Cpu(self.limits.cpu));
        }
        if signal == Some(Signal::XFSZ.as_raw()) {
            return Outcome::Killed(Cause::FileSize(self.limits.file_size));
        }
        let code = status.exit_status().unwrap_or(0);
        // The limit makes an allocation fail; what a program then does is its own affair.
        let is_short = peak > self.limits.memory / 10 * 9 || says_no_memory(stderr);
        match signal {
            Some(_) if is_short => Outcome::Killed(Cause::Memory(self.limits.memory)),
            Some(number) => Outcome::Killed(Cause::Signal(number)),
            None if code == 0 => answer(&pipes.output),
            None if is_short => Outcome::Killed(Cause::Memory(self.limits.memory)),
            None => exited(code, stderr),
        }
    }
}

fn answer(output: &[u8]) -> Outcome {
    match serde_json::from_slice(output) {
        Ok(value) => Outcome::Ok(value),
        Err(_) if output.trim_ascii().is_empty() => {
            let message =
                "it wrote nothing; it has to write a JSON value to standard output".to_owned();
            Outcome::Failed(Failure::NoAnswer { message })
        }
        Err(error) => {
            let message = format!("its output has to be one JSON value and is none: {error}");
            Outcome::Failed(Failure::NoAnswer { message })
        }
    }
}

/// The codes are those of `sysexits.h`.
fn exited(code: i32, stderr: &str) -> Outcome {
    let message = last_lines(stderr);
    let lacks = |missing, name| {
        let said = if message.is_empty() { "and does not say which" } else { message.as_str() };
        Outcome::lacks(missing, format!("it says that {name} is missing: {said}"))
    };
    match code {
        65 => Outcome::Failed(Failure::BadInput { message }),
        66 => lacks(Missing::ModelFile, "a model file"),
        69 => lacks(Missing::Dependency, "a dependency"),
        74 => lacks(Missing::Device, "a device"),
        77 => lacks(Missing::Permission, "a permission"),
        78 => lacks(Missing::Configuration, "a piece of configuration"),
        _ => Outcome::Failed(Failure::Exit { code, message }),
    }
}

/// As much of the end as fits in a sentence.
fn last_lines(text: &str) -> String {
    const MOST: usize = 300;
    let skip = text.chars().count().saturating_sub(MOST);
    let end: String = text.chars().skip(skip).collect();
    end.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What allocators and interpreters say when there is no more.
fn says_no_memory(stderr: &str) -> bool {
    let says = ["memory allocation of ", "MemoryError", "std::bad_alloc", "Cannot allocate memory"];
    says.iter().chain(&["OutOfMemoryError", "out of memory"]).any(|words| stderr.contains(words))
}

/// The process and its group. Errors mean that they are gone, or that there is no group yet.
fn kill(pid: Pid) {
    let _ = kill_process(pid, Signal::KILL);
    let _ = kill_process_group(pid, Signal::KILL);
}

/// Takes the exit of a process that was killed. One that the kernel does not let go is left to a thread.
fn reap(mut child: Child, pid: Option<Pid>) {
    if pid.is_none() {
        let _ = child.kill();
    }
    let start = Instant::now();
    while start.elapsed() < REAP {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            Ok(Some(_)) | Err(_) => return,
        }
    }
    std::thread::spawn(move || drop(child.wait()));
}

/// The largest address space so far, in bytes; 0 where nobody knows.
#[cfg(target_os = "linux")]
fn address_space(pid: Pid) -> u64 {
    let path = format!("/proc/{}/status", pid.as_raw_nonzero());
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmPeak:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) << 10
}

#[cfg(not(target_os = "linux"))]
fn address_space(_: Pid) -> u64 {
    0
}
