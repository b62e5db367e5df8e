//! A launcher that is nothing else, for hosts that do not want to start themselves.

use std::process::ExitCode;

fn main() -> ExitCode {
    contract_exec::launcher().unwrap_or_else(|| {
        eprintln!("contract-exec-launch is started by programs that use the crate contract-exec");
        ExitCode::from(64)
    })
}
