//! Reads the newest freeze of the contracts, refuses to go on when the contracts beside it are not what it
//! holds, and writes what it holds as Rust.

mod code;
mod frozen;
mod observability;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                // One line each: cargo takes a line for the whole message.
                println!("cargo::error={}", problem.replace(['\r', '\n'], " "));
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Vec<String>> {
    let folder = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.ok_or_else(|| vec![format!("cargo has not set {name}")])
    };
    let (crate_folder, out) = (folder("CARGO_MANIFEST_DIR")?, folder("OUT_DIR")?);
    let repository = crate_folder.join("../..");
    println!("cargo::rerun-if-changed={}", repository.join(frozen::ROOT).display());
    if let Ok(own) = std::env::current_exe() {
        // The tests run the very program that cargo runs.
        println!("cargo::rustc-env=CONTRACTS_BUILD_SCRIPT={}", own.display());
    }
    let freeze = frozen::read(&repository)?;
    let text = code::generate(&freeze)?;
    let to = out.join("contracts.rs");
    write(&to, &text).map_err(|error| vec![format!("cannot write `{}`: {error}", to.display())])
}

fn write(to: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(to, text)
}
