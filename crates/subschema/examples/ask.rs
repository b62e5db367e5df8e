//! Asks about two schema files: `cargo run --example ask OLD NEW`.
#![expect(clippy::disallowed_methods, reason = "an example reads its files")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut schemas = std::env::args().skip(1).map(|path| {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    });
    let mut next =
        || schemas.next().unwrap_or_else(|| Err("two schema files are needed".to_owned()));
    let asked: Result<(serde_json::Value, serde_json::Value), String> =
        next().and_then(|old| Ok((old, next()?)));
    match asked {
        Ok((old, new)) => {
            println!("{:?}", subschema::includes(&old, &new, &subschema::Options::default()));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
