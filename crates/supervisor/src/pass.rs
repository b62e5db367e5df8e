//! What a supervisor gives to a worker, and by which a worker knows that it was started by one: a pass in the
//! environment, with a token that the supervisor also keeps beside its lock.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::NotSupervised;
use crate::system;

/// Where the pass is.
pub(crate) const VARIABLE: &str = "CONTRACT_SUPERVISOR_PASS";

/// What a worker is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pass {
    pub token: String,
    pub worker: String,
    pub folder: PathBuf,
    pub restarts: u64,
    pub stale_after_seconds: u64,
}

/// Who supervises a folder; `supervisor.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Supervisor {
    pub pid: u32,
    pub token: String,
}

impl Supervisor {
    /// This process, with a new token.
    pub(crate) fn own() -> Supervisor {
        Supervisor { pid: std::process::id(), token: ulid::Ulid::generate().to_string() }
    }

    pub(crate) fn path(folder: &Path) -> PathBuf {
        folder.join("supervisor.json")
    }

    pub(crate) fn read(folder: &Path) -> Result<Supervisor, String> {
        let path = Supervisor::path(folder);
        let text =
            std::fs::read(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        serde_json::from_slice(&text).map_err(|error| format!("`{}`: {error}", path.display()))
    }

    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        contract_state::replace(&Supervisor::path(folder), &serde_json::to_vec(self)?)
    }
}

impl Pass {
    /// The pass of this process.
    ///
    /// # Errors
    /// When there is none, or it is not of the supervisor that has the folder now and is the parent of this process.
    pub(crate) fn own() -> Result<Pass, NotSupervised> {
        let text = std::env::var(VARIABLE).map_err(|_| NotSupervised::ByHand)?;
        let pass: Pass = serde_json::from_str(&text)
            .map_err(|error| NotSupervised::Stranger(format!("`{VARIABLE}`: {error}")))?;
        let supervisor = Supervisor::read(&pass.folder).map_err(NotSupervised::Stranger)?;
        if supervisor.token != pass.token {
            let why = "its token is another; it may be of an earlier supervisor".to_owned();
            return Err(NotSupervised::Stranger(why));
        }
        if system::parent().is_some_and(|parent| parent != supervisor.pid) {
            let why = format!("process {} is not its parent", supervisor.pid);
            return Err(NotSupervised::Stranger(why));
        }
        Ok(pass)
    }
}
