//! The binary: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    contract_guard::cli::main(std::env::args_os())
}
