//! For the tests of this crate: a supervisor, and workers that misbehave in the way that the arguments name.
//! `supervise FOLDER DEED SEED` supervises `work DEED SEED`.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use contract_embed::EmptyReason;
use contract_supervisor::{
    Backoff, Config, CrashLoop, Cycle, Limits, Log, Outputs, Program, Stop, Then, Worker, supervise,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["supervise", folder, deed, seed] => run(Path::new(folder), deed, seed),
        ["work", deed, seed] => work(deed, seed.parse().unwrap_or(0)),
        ["sleep"] => {
            std::thread::sleep(Duration::from_secs(3600));
            ExitCode::SUCCESS
        }
        _ => ExitCode::from(64),
    }
}

fn run(folder: &Path, deed: &str, seed: &str) -> ExitCode {
    let path = std::env::current_exe().unwrap_or_default();
    let arguments = ["work", deed, seed].map(Into::into).to_vec();
    let path = if deed == "absent" { folder.join("absent") } else { path };
    let millis = Duration::from_millis;
    let limits = Limits {
        stale_after_seconds: if deed == "stuck" { 1 } else { 60 },
        kill_timeout_seconds: 1,
        backoff: Backoff { first: millis(1), cap: millis(20), well_after: millis(3_600_000) },
        crash_loop: CrashLoop {
            exits: 5,
            window: millis(60_000),
            then: if deed == "exit" { Then::Stop } else { Then::KeepTrying },
        },
    };
    let names = if deed == "family" { vec!["engine", "second"] } else { vec!["engine"] };
    let program = |name: &str| Program {
        name: name.to_owned(),
        path: path.clone(),
        arguments: arguments.clone(),
    };
    let workers = names.into_iter().map(program).collect();
    let Ok(stop) = Stop::on_signals() else { return ExitCode::FAILURE };
    let config = Config { folder: folder.to_owned(), workers, limits };
    // Events come here, too, and one who listens badly stops nobody.
    let mut listener = |_: &_| std::panic::resume_unwind(Box::new("a bad listener"));
    ExitCode::from(supervise(&config, Log::stderr(), &stop, &mut listener).code())
}

fn work(deed: &str, seed: u64) -> ExitCode {
    if deed == "exit" {
        return ExitCode::from(3);
    }
    let mut worker = match Worker::from_environment(Log::stderr()) {
        Ok(worker) => worker,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(77);
        }
    };
    if deed == "family"
        && let Ok(own) = std::env::current_exe()
    {
        // Left to itself: nobody waits for it.
        drop(Command::new(own).arg("sleep").spawn());
    }
    let pause = Duration::from_millis(1);
    worker.run_cycles(pause, |cycle| match deed {
        "crash" => crash(cycle, seed),
        "errors" => errors(cycle),
        "deaf" | "stuck" if cycle.number > 1 => loop {
            std::thread::park();
        },
        _ => Ok(Outputs::of(1)),
    });
    ExitCode::SUCCESS
}

/// Ends the process in one cycle of eight, in some way.
fn crash(cycle: &Cycle, seed: u64) -> Result<Outputs, String> {
    let mut number = cycle.number ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3 {
        number = (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    std::thread::sleep(Duration::from_micros(number % 3000));
    match (number >> 32) % 32 {
        0 => std::process::abort(),
        1 => signal(9),
        2 => signal(15),
        3 => deep(0),
        4 => return Err("the market is closed".to_owned()),
        _ => {}
    }
    Ok(Outputs::of(number % 5 + 1))
}

fn deep(depth: u64) {
    if std::hint::black_box(depth) < u64::MAX {
        let filler = std::hint::black_box([depth; 64]);
        deep(depth + 1);
        let _ = std::hint::black_box(filler);
    }
}

#[cfg(unix)]
fn signal(number: i32) {
    use rustix::process::{Signal, getpid, kill_process};
    if let Some(signal) = Signal::from_named_raw(number) {
        let _ = kill_process(getpid(), signal);
    }
}

#[cfg(not(unix))]
fn signal(_: i32) {
    std::process::abort();
}

/// Every way in which a cycle can go wrong and the process lives on.
fn errors(cycle: &Cycle) -> Result<Outputs, String> {
    match cycle.number % 8 {
        0 => Err("attribution failed".to_owned()),
        1 => Err(String::new()),
        2 => {
            #[expect(
                clippy::unnecessary_literal_unwrap,
                reason = "this is what the test is about"
            )]
            #[expect(clippy::expect_used, reason = "this is what the test is about")]
            None::<u8>.expect("there is no score");
            Ok(Outputs::default())
        }
        3 => std::panic::panic_any(7_u8),
        4 => Ok(Outputs::default()),
        5 => Ok(Outputs::none(EmptyReason::InputEmpty)),
        6 => Ok(Outputs { count: 2, empty: None, errors: vec!["x".repeat(9000)] }),
        _ => Ok(Outputs::of(3)),
    }
}
