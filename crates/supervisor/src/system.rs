//! What differs between systems: signals, parents and groups of processes.

use std::process::{Child, Command, ExitStatus};

/// How a process ended, if it has: its exit code, or minus the number of a signal. What it started in its group is
/// ended before it is taken from the list of processes, as nobody else can have its number until then.
#[cfg(unix)]
pub(crate) fn ended(child: &mut Child) -> Option<i32> {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    if let Some(pid) = pid(child)
        && let Ok(None) = waitid(WaitId::Pid(pid), options)
    {
        return None;
    }
    kill(child);
    child.wait().ok().map(code).or(Some(-9))
}

/// The same, where there are no groups.
#[cfg(not(unix))]
pub(crate) fn ended(child: &mut Child) -> Option<i32> {
    child.try_wait().map_or(Some(-9), |status| status.map(code))
}

#[cfg(unix)]
fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or(status.signal().map(|signal| -signal)).unwrap_or(-9).clamp(-64, 255)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(255).clamp(-64, 255)
}

/// Makes a process the head of a group of its own.
#[cfg(unix)]
pub(crate) fn in_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
pub(crate) fn in_group(_: &mut Command) {}

#[cfg(unix)]
fn pid(child: &Child) -> Option<rustix::process::Pid> {
    i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
}

/// Asks a process and its group to end.
#[cfg(unix)]
pub(crate) fn terminate(child: &mut Child) {
    signal(child, rustix::process::Signal::TERM);
}

/// Where there is no way to ask, it is ended.
#[cfg(not(unix))]
pub(crate) fn terminate(child: &mut Child) {
    kill(child);
}

/// Ends a process and its group.
#[cfg(unix)]
pub(crate) fn kill(child: &mut Child) {
    signal(child, rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
pub(crate) fn kill(child: &mut Child) {
    let _ = child.kill();
}

/// Errors mean that it is gone.
#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) {
    if let Some(pid) = pid(child) {
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}

/// The process that started this one, where that can be known.
#[cfg(unix)]
pub(crate) fn parent() -> Option<u32> {
    let pid = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
    u32::try_from(pid).ok()
}

#[cfg(not(unix))]
pub(crate) fn parent() -> Option<u32> {
    None
}

/// Has the kernel end this process when its parent dies, where it does that.
#[cfg(target_os = "linux")]
pub(crate) fn die_with_parent() {
    let kill = Some(rustix::process::Signal::KILL);
    let _ = rustix::process::set_parent_process_death_signal(kill);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn die_with_parent() {}
