//! The runtime in lab mode, as `make demo` and `make load` show it.

mod demo;
#[path = "../../tests/http.rs"]
mod http;
mod load;
#[path = "../../tests/setup.rs"]
mod setup;
#[path = "../../tests/supervised.rs"]
mod supervised;
mod with;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["demo"] => demo::demo(),
        ["load", seconds] => match seconds.parse() {
            Ok(seconds) => load::load(seconds),
            Err(_) => Err(format!("`{seconds}` is no number of seconds").into()),
        },
        ["with", words @ ..] => with::with(words),
        _ => Err("say `demo`, `load SECONDS`, or `with PROGRAM ARGUMENTS`".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
