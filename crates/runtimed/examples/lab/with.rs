//! `lab with PROGRAM ARGUMENTS`: runs a program beside a server; `URL` and `TOKEN` in its arguments are those of the
//! server. `make fuzz-api` runs schemathesis so.

use std::process::Command;

use contract_embed::ResourceKind;

use crate::setup;
use crate::supervised::{Failed, Supervised};

/// Runs a program to its end; afterwards the server must still answer.
pub(crate) fn with(words: &[&str]) -> Result<(), Failed> {
    let (program, arguments) = words.split_first().ok_or("say which program")?;
    let folder = tempfile::tempdir()?;
    let runtime = Supervised::start(folder.path(), &setup::configuration(ResourceKind::ALL))?;
    let (url, token) =
        (format!("http://{}", runtime.address()?), setup::token(&setup::claims("ada")));
    let filled = arguments.iter().map(|text| text.replace("URL", &url).replace("TOKEN", &token));
    let status = Command::new(program).args(filled).status()?;
    let health = runtime.ask("GET", "/v1/health", &[], None)?;
    if runtime.lines("worker_exited").is_empty() && health.status == 200 && status.success() {
        return Ok(());
    }
    Err(format!("`{program}` ended with {status}, the health is {}", health.status).into())
}
