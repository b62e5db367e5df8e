//! The binary: arguments in, exit code out.

// Schemas are millions of small values that live until the end: the system allocator of Linux spent
// 40 % of a run giving pages back and clearing them again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    contract_guard::cli::main(std::env::args_os())
}
