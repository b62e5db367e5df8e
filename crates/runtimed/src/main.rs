//! `runtimed`: the server under its supervisor.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use contract_routing::Registry;
use contract_runtimed::{Configuration, StartError, work};
use contract_supervisor::{
    Backoff, Config, CrashLoop, Limits, Log, Program, Stop, Then, Worker, supervise,
};

/// The configuration is wrong: `EX_CONFIG` of sysexits.h.
const BAD_CONFIGURATION: u8 = 78;

/// The runtime as a server, under its supervisor
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  runtimed check --config runtime.json
  runtimed run --config runtime.json --data /var/lib/runtime

Exit codes: 0 asked to end, 78 the configuration is wrong or a route is missing, others are those of the supervisor."
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

/// The registry, when every kind that the mode requires has a route.
fn routes(configuration: &Configuration) -> Result<Registry, StartError> {
    let registry = Registry::from_configuration(&configuration.whole);
    let registry = registry.map_err(|error| StartError::Unusable(error.to_string()))?;
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
    let limits = Limits {
        stale_after_seconds: configuration.stale_after_seconds,
        kill_timeout_seconds: configuration.kill_timeout_seconds,
        backoff: Backoff { first, cap: first.max(seconds(60)), well_after: seconds(60) },
        crash_loop: CrashLoop { exits: 10, window: seconds(60), then: Then::KeepTrying },
    };
    let config = Config { folder: files.data.clone(), workers: vec![worker], limits };
    ExitCode::from(supervise(&config, Log::stderr(), &stop, &mut |_| {}).code())
}

fn serve(files: &Files) -> Result<(), StartError> {
    let worker = Worker::from_environment(Log::stderr())
        .map_err(|error| StartError::Unusable(error.to_string()))?;
    work::work(&read(&files.config)?, &files.data, worker, Log::stderr())
}
