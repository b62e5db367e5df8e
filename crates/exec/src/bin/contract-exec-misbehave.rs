//! For the tests of this crate: a program that does, on request, what no program should. The first argument says
//! what; without one it gives back what it gets.

use std::io::{Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let deed = arguments.first().map_or("echo", String::as_str);
    let path = arguments.get(1).map_or("", String::as_str);
    match deed {
        "echo" => return echo(),
        "panic" => deliberate(),
        "exit" => return code(path),
        "loop" => burn(),
        "sleep" => std::thread::sleep(Duration::from_secs(3600)),
        "memory" => hoard(),
        "quiet" => return hoard_quietly(),
        "signal" => signal(path),
        "overflow" => drop(deep(0)),
        "output" => flood(&mut std::io::stdout()),
        "errors" => flood(&mut std::io::stderr()),
        "text" => print!("this is no JSON"),
        "silent" => {}
        "closed" => return closed(),
        "bomb" => return bomb(),
        "grandchild" => return grandchild(),
        "write" => return write(path),
        "large" => return large(path),
        "connect" => return connect(),
        "kill" => return kill(path),
        "session" => return refused(rustix_session(), "a session"),
        "raise" => return refused(raise_limit(), "a limit"),
        "folder" => print!("{:?}", std::env::current_dir().unwrap_or_default()),
        _ => return ExitCode::from(64),
    }
    ExitCode::SUCCESS
}

fn echo() -> ExitCode {
    let mut text = String::new();
    match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}

fn deliberate() {
    let nothing: Option<u8> = std::env::args().nth(99).map(|_| 0);
    #[expect(clippy::expect_used, reason = "this is what the test is about")]
    let _ = nothing.expect("the model has no layer 7");
}

fn code(text: &str) -> ExitCode {
    eprintln!("libtorch.so.2 is not installed");
    ExitCode::from(text.parse().unwrap_or(1))
}

fn burn() {
    let mut number = 1_u64;
    loop {
        number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005));
    }
}

fn hoard() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(std::hint::black_box(vec![1; 8 << 20]));
    }
}

/// Takes what there is, and gives up without a word. Its size can be seen for a while.
fn hoard_quietly() -> ExitCode {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        let mut next = Vec::new();
        if next.try_reserve_exact(8 << 20).is_err() {
            std::thread::sleep(std::time::Duration::from_secs(1));
            return ExitCode::from(1);
        }
        all.push(std::hint::black_box(next));
    }
}

fn deep(depth: u64) -> u64 {
    let filler = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { deep(depth + 1) + filler.iter().sum::<u64>() }
}

fn flood(sink: &mut dyn Write) {
    let block = vec![b'x'; 1 << 20];
    for _ in 0..1024 {
        if sink.write_all(&block).is_err() {
            break;
        }
    }
}

/// Closes its pipes by becoming a program that lives on without them.
#[cfg(unix)]
fn closed() -> ExitCode {
    use std::os::unix::process::CommandExt;
    let command = "exec 0<&- 1>&- 2>&-; while :; do :; done";
    let error = Command::new("/bin/sh").args(["-c", command]).exec();
    eprintln!("{error}");
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn closed() -> ExitCode {
    ExitCode::FAILURE
}

fn bomb() -> ExitCode {
    let own = std::env::current_exe().unwrap_or_default();
    let mut children = 0;
    while let Ok(_child) = Command::new(&own).arg("bomb").stdin(Stdio::null()).spawn() {
        children += 1;
    }
    eprintln!("{children} children, and then no more");
    ExitCode::from(3)
}

/// Ends, and leaves a process that holds its pipes.
fn grandchild() -> ExitCode {
    let own = std::env::current_exe().unwrap_or_default();
    match Command::new(own).arg("sleep").spawn() {
        Ok(child) => {
            print!("{}", child.id());
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}

fn write(path: &str) -> ExitCode {
    refused(std::fs::write(path, "here I was"), "a file")
}

fn large(path: &str) -> ExitCode {
    refused(std::fs::write(path, vec![0; 64 << 20]), "a large file")
}

fn connect() -> ExitCode {
    refused(std::net::UdpSocket::bind("127.0.0.1:0").map(drop), "a socket")
}

/// Says what came of it; an answer either way.
fn refused(result: std::io::Result<()>, what: &str) -> ExitCode {
    match result {
        Ok(()) => print!("\"got {what}\""),
        Err(error) => print!("\"no {what}: {:?}\"", error.kind()),
    }
    ExitCode::SUCCESS
}

#[cfg(unix)]
fn signal(number: &str) {
    use rustix::process::{Signal, getpid, kill_process};
    let number = number.parse().unwrap_or(11);
    // The first one may find a handler of the standard library, which gives way to the second.
    for signal in [Signal::from_named_raw(number); 2].into_iter().flatten() {
        let _ = kill_process(getpid(), signal);
    }
}

#[cfg(unix)]
fn kill(pid: &str) -> ExitCode {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = pid.parse().ok().and_then(Pid::from_raw);
    let result = pid.map_or(Ok(()), |pid| kill_process(pid, Signal::TERM));
    refused(result.map_err(Into::into), "a signal")
}

#[cfg(unix)]
fn rustix_session() -> std::io::Result<()> {
    // A group leader cannot make a session anyway; a group of its own it could.
    let own = rustix::process::getpid();
    rustix::process::setpgid(Some(own), Some(own)).map_err(Into::into)
}

#[cfg(unix)]
fn raise_limit() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: None, maximum: None };
    setrlimit(Resource::Cpu, none).map_err(Into::into)
}

#[cfg(not(unix))]
fn signal(_: &str) {}

#[cfg(not(unix))]
fn kill(_: &str) -> ExitCode {
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn rustix_session() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn raise_limit() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
