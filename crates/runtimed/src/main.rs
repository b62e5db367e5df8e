//! `runtimed`: the server under its supervisor.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use contract_routing::Registry;
use contract_runtimed::{BadConfiguration, Configuration, StartError, work};
use contract_supervisor::{
    Backoff, Config, CrashLoop, Limits, Log, Program, Stop, Then, Worker, supervise,
};

/// The configuration is wrong: `EX_CONFIG` of sysexits.h.
const BAD_CONFIGURATION: u8 = 78;

/// A journal is not what was written: `EX_DATAERR` of sysexits.h.
const CHANGED: u8 = 65;

/// The runtime as a server, under its supervisor
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  runtimed example > runtime.json
  runtimed check --config runtime.json
  runtimed run --config runtime.json --data /var/lib/runtime
  runtimed verify --data /var/lib/runtime

Exit codes: 0 asked to end, 65 a journal was changed, 75 another one runs, 78 the configuration is wrong, a route is missing that its mode requires, or the data folder cannot be used."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server under a supervisor that starts it again, whatever ends it
    Run(Files),
    /// Check a configuration, and that all kinds which its mode requires have a route
    Check {
        /// The configuration
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Print a configuration to begin with: a lab with a route for every kind, and a fresh secret
    Example,
    /// Follow the chains of the journals, and say which of them was changed
    Verify {
        /// Where the journals lie
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Serve; only the supervisor starts this
    #[command(hide = true)]
    Work(Files),
}

#[derive(Debug, clap::Args)]
struct Files {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Where state, journals and file databases lie
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

fn main() -> ExitCode {
    // This program starts plugins, too; then it is a launcher, and nothing else.
    if let Some(code) = contract_exec::launcher() {
        return code;
    }
    match Cli::parse().command {
        Command::Check { config } => ended(check(&config)),
        Command::Example => ended(example()),
        Command::Verify { data } => verify(&data),
        Command::Run(files) => run(&files),
        Command::Work(files) => ended(serve(&files)),
    }
}

fn ended(result: Result<(), StartError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            match error {
                StartError::Configuration(_) | StartError::Missing(_) => {
                    ExitCode::from(BAD_CONFIGURATION)
                }
                StartError::Unusable(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn read(config: &Path) -> Result<Configuration, StartError> {
    Configuration::read(config).map_err(StartError::Configuration)
}

fn check(config: &Path) -> Result<(), StartError> {
    let configuration = read(config)?;
    for of in routes(&configuration)?.diagnostics(configuration.mode) {
        println!("{of}");
    }
    Ok(())
}

fn example() -> Result<(), StartError> {
    let example = contract_runtimed::example::configuration().map_err(StartError::Unusable)?;
    println!("{example:#}");
    Ok(())
}

/// Each journal that is there.
fn verify(data: &Path) -> ExitCode {
    let (mut is_changed, mut is_unread, mut whole) = (false, false, 0);
    for name in work::JOURNALS {
        let path = data.join(name);
        match contract_journal::verify(&path) {
            Ok(found) => {
                println!("{name}: whole, {} entries, head {}", found.entries, found.head);
                whole += 1;
            }
            Err(contract_journal::Error::Io(_, error)) if error.kind() == ErrorKind::NotFound => {
                println!("{name}: not there");
            }
            Err(error) => {
                is_changed |= matches!(error, contract_journal::Error::Broken(_));
                is_unread = true;
                eprintln!("error: {error}");
            }
        }
    }
    match (is_changed, is_unread || whole == 0) {
        (true, _) => ExitCode::from(CHANGED),
        (false, true) => ExitCode::FAILURE,
        (false, false) => ExitCode::SUCCESS,
    }
}

/// The registry, when every kind that the mode requires has a route.
fn routes(configuration: &Configuration) -> Result<Registry, StartError> {
    let registry = Registry::from_configuration(&configuration.whole);
    let registry =
        registry.map_err(|error| StartError::Configuration(BadConfiguration(error.to_string())))?;
    registry.require_all(configuration.mode).map_err(StartError::Missing)?;
    Ok(registry)
}

fn run(files: &Files) -> ExitCode {
    // What is wrong with the configuration is said once, not at every restart.
    let configuration = match read(&files.config) {
        Ok(configuration) => configuration,
        Err(error) => return ended(Err(error)),
    };
    if let Err(error) = routes(&configuration) {
        return ended(Err(error));
    }
    let (Ok(own), Ok(stop)) = (std::env::current_exe(), Stop::on_signals()) else {
        eprintln!("error: this program does not find itself, or cannot listen to signals");
        return ExitCode::FAILURE;
    };
    let arguments = [
        "work".into(),
        "--config".into(),
        files.config.clone().into_os_string(),
        "--data".into(),
        files.data.clone().into_os_string(),
    ];
    let worker = Program { name: work::NAME.to_owned(), path: own, arguments: arguments.to_vec() };
    let seconds = Duration::from_secs;
    let first = seconds(configuration.restart_delay_seconds);
    let cap = first.max(seconds(60));
    let limits = Limits {
        stale_after_seconds: configuration.stale_after_seconds,
        kill_timeout_seconds: configuration.kill_timeout_seconds,
        backoff: Backoff { first, cap, well_after: seconds(60) },
        // Five waits fit in, however long they have become.
        crash_loop: CrashLoop { exits: 5, window: cap * 5, then: Then::KeepTrying },
    };
    let config = Config { folder: files.data.clone(), workers: vec![worker], limits };
    ExitCode::from(supervise(&config, Log::stderr(), &stop, &mut |_| {}).code())
}

fn serve(files: &Files) -> Result<(), StartError> {
    let worker = Worker::from_environment(Log::stderr())
        .map_err(|error| StartError::Unusable(error.to_string()))?;
    work::work(&read(&files.config)?, &files.data, worker, Log::stderr())
}
