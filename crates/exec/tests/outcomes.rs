//! Real programs that do what no program should: each run ends in an outcome, and in time.
#![cfg(unix)]

use std::path::Path;
use std::time::{Duration, Instant};

use contract_embed::{Fault, Missing};
use contract_exec::{
    Bound, Cause, Demand, Failure, Launcher, Outcome, Process, Report, Task, Writes,
};
use serde_json::{Value, json};

pub(crate) fn launcher() -> Launcher {
    Launcher::at(env!("CARGO_BIN_EXE_contract-exec-launch"))
}

pub(crate) fn misbehave(deed: &[&str]) -> Process {
    let mut process = Process::new(launcher(), env!("CARGO_BIN_EXE_contract-exec-misbehave"));
    process.arguments = deed.iter().map(Into::into).collect();
    process.limits.wall = Duration::from_secs(20);
    if cfg!(not(target_os = "linux")) {
        process.demand = Demand::WhatThereIs;
    }
    process
}

pub(crate) fn shell(script: &str) -> Process {
    let mut process = misbehave(&["-c", script]);
    process.program = "/bin/sh".into();
    process
}

/// Runs it, and sees that the host was not kept longer than the limit, with room for a busy machine.
pub(crate) fn run(process: Process, input: &Value) -> Report {
    let start = Instant::now();
    let limit = process.limits.wall;
    let report = Task::from(process).run(input);
    assert!(start.elapsed() < limit + Duration::from_secs(10), "{report:?}");
    report
}

fn outcome(deed: &[&str]) -> Outcome {
    run(misbehave(deed), &Value::Null).outcome
}

#[test]
fn what_ends_well_gives_its_value() {
    let input = json!({"function": "read", "arguments": {"text": "ä\u{0}\n".repeat(100_000)}});
    let report = run(misbehave(&["echo"]), &input);
    assert_eq!(report.outcome, Outcome::Ok(input));
    assert_eq!((report.outcome.fault(), report.outcome.missing()), (None, None));
    let confinement = report.confinement.unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(confinement.gaps().collect::<Vec<_>>(), []);
    }
}

#[test]
fn an_exception_is_an_outcome() {
    let Outcome::Failed(Failure::Exit { code: 101, message }) = outcome(&["panic"]) else {
        panic!()
    };
    assert!(message.contains("the model has no layer 7"), "{message}");
    assert_eq!(outcome(&["panic"]).fault(), Some(Fault::Exception));
}

#[test]
fn exit_codes_say_what_is_missing() {
    for (code, missing) in [
        ("66", Missing::ModelFile),
        ("69", Missing::Dependency),
        ("74", Missing::Device),
        ("77", Missing::Permission),
        ("78", Missing::Configuration),
    ] {
        let outcome = outcome(&["exit", code]);
        assert_eq!(outcome.missing(), Some(missing), "{outcome:?}");
        assert!(outcome.to_string().contains("libtorch.so.2 is not installed"), "{outcome}");
    }
    assert_eq!(outcome(&["exit", "65"]).fault(), Some(Fault::BadInput));
    assert_eq!(outcome(&["exit", "7"]).fault(), Some(Fault::Exception));
}

#[test]
fn an_endless_loop_is_timed_out() {
    for deed in ["loop", "sleep", "closed"] {
        let mut process = misbehave(&[deed]);
        process.limits.wall = Duration::from_millis(300);
        let outcome = run(process, &Value::Null).outcome;
        assert_eq!(outcome, Outcome::TimedOut(Bound::Wall(Duration::from_millis(300))), "{deed}");
        assert_eq!(outcome.fault(), Some(Fault::Timeout));
    }
}

#[test]
fn too_much_of_the_processor_is_an_outcome() {
    let mut process = misbehave(&["loop"]);
    process.limits.cpu = Duration::from_secs(1);
    let outcome = run(process, &Value::Null).outcome;
    assert_eq!(outcome, Outcome::Killed(Cause::Cpu(Duration::from_secs(1))));
}

#[test]
#[cfg(target_os = "linux")]
fn memory_without_end_is_stopped() {
    let outcome = outcome(&["memory"]);
    assert_eq!(outcome, Outcome::Killed(Cause::Memory(512 << 20)));
    assert_eq!(outcome.fault(), Some(Fault::OutOfMemory));
}

/// One that says nothing is known by its size, and one that is small by what it says.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_seen_in_the_size_or_in_the_words() {
    let with = |process: Process| run(process, &Value::Null).outcome;
    assert_eq!(outcome(&["quiet"]), Outcome::Killed(Cause::Memory(512 << 20)));
    let says = |words| with(shell(&format!("echo '{words}' >&2; exit 1")));
    assert_eq!(says("MemoryError: here"), Outcome::Killed(Cause::Memory(512 << 20)));
    assert_eq!(says("no such thing").fault(), Some(Fault::Exception));
    // It is of another kind when it does not fill what it has, however little that is.
    let mut small = misbehave(&["exit", "7"]);
    small.limits.memory = 32 << 20;
    assert_eq!(with(small).fault(), Some(Fault::Exception));
}

#[test]
fn a_segfault_is_an_outcome() {
    assert_eq!(outcome(&["signal", "11"]), Outcome::Killed(Cause::Signal(11)));
    assert_eq!(outcome(&["signal", "9"]), Outcome::Killed(Cause::Signal(9)));
    // The guard page of the stack; Rust says so and aborts.
    assert_eq!(outcome(&["overflow"]), Outcome::Killed(Cause::Signal(6)));
    assert_eq!(outcome(&["overflow"]).fault(), Some(Fault::Signal));
}

#[test]
fn a_gigabyte_of_output_is_stopped() {
    let report = run(misbehave(&["output"]), &Value::Null);
    assert_eq!(report.outcome, Outcome::Killed(Cause::Output(4 << 20)));
    assert!(report.output_bytes < 6 << 20, "{}", report.output_bytes);
}

/// So many bytes are no more than so many; and who has ended is not waited for.
#[test]
fn output_may_have_so_many_bytes() {
    let echo = |most| {
        let mut process = misbehave(&["echo"]);
        process.limits.output = most;
        run(process, &json!("1234"))
    };
    let given = usize::try_from(echo(1000).output_bytes).unwrap();
    assert_eq!(echo(given).outcome, Outcome::Ok(json!("1234")));
    assert_eq!(echo(given - 1).outcome, Outcome::Killed(Cause::Output(given as u64 - 1)));
    let shortest = (0..20).map(|_| echo(given).took).min().unwrap();
    assert!(shortest < Duration::from_millis(400), "{shortest:?}");
}

/// However it is written, no more than the end of standard error is kept.
#[test]
fn errors_without_a_line_end_are_cut() {
    let mut process = shell("printf '%40000s' end >&2; echo 1");
    process.limits.stderr = 1000;
    assert_eq!(run(process, &Value::Null).stderr, "end");
    let mut process = shell("printf '%s' 0123456789 >&2; echo 1");
    process.limits.stderr = 4;
    assert_eq!(run(process, &Value::Null).stderr, "6789");
}

#[test]
fn a_gigabyte_of_errors_is_taken_and_its_end_kept() {
    let report = run(misbehave(&["errors"]), &Value::Null);
    assert!(matches!(report.outcome, Outcome::Failed(Failure::NoAnswer { .. })), "{report:?}");
    assert_eq!(report.stderr.len(), 16 << 10);
}

#[test]
fn input_that_nobody_reads_is_no_hang() {
    let input = json!("x".repeat(8 << 20));
    assert_eq!(run(misbehave(&["exit", "7"]), &input).outcome.fault(), Some(Fault::Exception));
    let mut process = misbehave(&["sleep"]);
    process.limits.wall = Duration::from_millis(300);
    assert!(matches!(run(process, &input).outcome, Outcome::TimedOut(_)));
}

#[test]
fn what_is_no_json_is_no_answer() {
    for (deed, said) in [
        ("text", "it gave no answer: its output has to be one JSON value and is none: "),
        ("silent", "it gave no answer: it wrote nothing; it has to write a JSON value"),
    ] {
        let outcome = outcome(&[deed]);
        assert!(matches!(outcome, Outcome::Failed(Failure::NoAnswer { .. })), "{outcome:?}");
        assert!(outcome.to_string().starts_with(said), "{outcome}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "#!/bin/sh\n").unwrap();
    let with = |program: &Path| {
        let mut process = misbehave(&[]);
        process.program = program.to_owned();
        run(process, &Value::Null).outcome
    };
    let absent = with(&folder.path().join("absent"));
    assert_eq!(absent.missing(), Some(Missing::Dependency));
    let says = absent.to_string();
    assert!(says.contains("there is no program") && says.contains("absent"), "{says}");
    assert_eq!(with(&plain).missing(), Some(Missing::Permission));
    set_mode(&plain, 0o755);
    std::fs::write(&plain, "#!/no/such/interpreter\n").unwrap();
    assert_eq!(with(&plain).missing(), Some(Missing::Dependency));

    let mut process = misbehave(&[]);
    process.folder = Some(folder.path().join("absent"));
    assert_eq!(run(process, &Value::Null).outcome.missing(), Some(Missing::Configuration));
    let mut process = misbehave(&[]);
    process.permissions.writes = Writes::Below(vec![folder.path().join("absent")]);
    if cfg!(target_os = "linux") {
        assert_eq!(run(process, &Value::Null).outcome.missing(), Some(Missing::Configuration));
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_missing_launcher_is_said() {
    for (path, missing) in [
        ("/no/such/launcher", Missing::Dependency),
        ("/bin/true", Missing::Configuration),
        ("/bin/cat", Missing::Configuration),
        ("/dev/null", Missing::Permission),
    ] {
        let mut process = misbehave(&[]);
        process.launcher = Launcher::at(path);
        let outcome = run(process, &Value::Null).outcome;
        assert_eq!(outcome.missing(), Some(missing), "{path}: {outcome:?}");
        assert!(outcome.to_string().contains(path), "{outcome}");
    }
    assert!(Launcher::own().unwrap_err().to_string().contains("contract_exec::launcher"));
}

#[test]
fn what_a_program_leaves_behind_is_ended() {
    let mut process = misbehave(&["grandchild"]);
    process.permissions.processes = true;
    let report = run(process, &Value::Null);
    // The grandchild holds the pipes and would for an hour.
    let pid = report.outcome.value().unwrap().as_u64().unwrap();
    let start = Instant::now();
    while is_alive(pid) {
        assert!(start.elapsed() < Duration::from_secs(10), "{pid} lives");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The states of processes: a letter and more for each.
fn states(which: &[&str]) -> String {
    let output = std::process::Command::new("ps").args(["-o", "stat="]).args(which).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// A zombie that nobody has waited for is not alive.
fn is_alive(pid: u64) -> bool {
    let text = states(&["-p", &pid.to_string()]);
    !text.trim().is_empty() && !text.trim().starts_with('Z')
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use contract_exec::Permissions;

    fn says(process: Process) -> String {
        let outcome = run(process, &Value::Null).outcome;
        outcome.value().unwrap_or_else(|| panic!("{outcome:?}")).as_str().unwrap().to_owned()
    }

    #[test]
    fn a_fork_bomb_ends() {
        let outcome = outcome(&["bomb"]);
        let Outcome::Failed(Failure::Exit { code: 3, message }) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(message, "0 children, and then no more");
    }

    #[test]
    fn nothing_is_written_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let write = || misbehave(&["write", file.to_str().unwrap()]);
        assert_eq!(says(write()), "no a file: PermissionDenied");
        assert!(!file.exists());
        let mut process = write();
        process.permissions.writes = Writes::Below(vec![folder.path().to_owned()]);
        assert_eq!(says(process), "got a file");
        std::fs::remove_file(&file).unwrap();
        let mut process = write();
        process.permissions.writes = Writes::Anywhere;
        assert_eq!(says(process), "got a file");
    }

    #[test]
    fn a_large_file_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let mut process = misbehave(&["large", file.to_str().unwrap()]);
        process.permissions.writes = Writes::Anywhere;
        let outcome = run(process, &Value::Null).outcome;
        assert_eq!(outcome, Outcome::Killed(Cause::FileSize(16 << 20)));
    }

    #[test]
    fn sockets_are_a_permission() {
        assert_eq!(says(misbehave(&["connect"])), "no a socket: PermissionDenied");
        let mut process = misbehave(&["connect"]);
        process.permissions.network = true;
        assert_eq!(says(process), "got a socket");
    }

    #[test]
    fn the_host_is_not_signalled() {
        let own = std::process::id().to_string();
        for processes in [false, true] {
            let mut process = misbehave(&["kill", &own]);
            process.permissions = Permissions { processes, ..Permissions::default() };
            assert_eq!(says(process), "no a signal: PermissionDenied");
        }
    }

    #[test]
    fn groups_and_limits_stay() {
        assert_eq!(says(misbehave(&["session"])), "no a session: PermissionDenied");
        assert_eq!(says(misbehave(&["raise"])), "no a limit: PermissionDenied");
    }

    /// Time of a processor that this thread has used, in hundredths of a second (proc(5)).
    fn used() -> u64 {
        let text = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let rest = text.rsplit_once(')').unwrap().1;
        rest.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// Whoever waits leaves the processor to others, also when nobody takes or gives anything any more.
    #[test]
    fn a_host_that_waits_sleeps() {
        for deed in ["sleep", "closed"] {
            let mut process = misbehave(&[deed]);
            process.limits.wall = Duration::from_secs(1);
            let input = json!("x".repeat(1 << 20));
            let before = used();
            assert!(matches!(run(process, &input).outcome, Outcome::TimedOut(_)));
            let used = used() - before;
            assert!(used < 25, "{deed}: {used}");
        }
    }

    #[test]
    fn no_process_is_left() {
        for _ in 0..20 {
            outcome(&["exit", "1"]);
        }
        // Other tests of this process have short-lived ones, so there must be a moment without any.
        let own = std::process::id().to_string();
        let start = Instant::now();
        while states(&["--ppid", &own]).lines().any(|line| line.starts_with('Z')) {
            assert!(start.elapsed() < Duration::from_secs(20), "{}", states(&["--ppid", &own]));
        }
    }

    #[test]
    fn many_at_once() {
        let threads: Vec<_> = (0..16_u32)
            .map(|n| std::thread::spawn(move || (n, run(misbehave(&["echo"]), &json!(n)).outcome)))
            .collect();
        for thread in threads {
            let (n, outcome) = thread.join().unwrap();
            assert_eq!(outcome, Outcome::Ok(json!(n)));
        }
    }
}
