//! What a plugin is, before anything of it has run.

use std::fmt;
use std::path::PathBuf;

use contract_embed::Missing;
use contract_exec::{Lack, Limits, Process, Task, Wasm};

/// The longest module that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A plugin.
#[derive(Debug, Clone)]
pub struct Plugin {
    /// Its name: lower-case letters, digits, `-` and `_`, at most 63, the first one a letter.
    pub name: String,
    /// Its semantic version.
    pub version: Option<String>,
    /// What it does, in at most 500 characters.
    pub description: Option<String>,
    /// What runs.
    pub source: Source,
    /// The function that is called when it is loaded; nothing: it counts as loaded without a call.
    pub load: Option<String>,
    /// The function that is called when it is started, after it was loaded.
    pub start: Option<String>,
}

/// What runs.
#[derive(Debug, Clone)]
pub enum Source {
    /// A program, in a process of its own for each call.
    Process(Process),
    /// A WebAssembly module, with a memory of its own for each call.
    Module {
        /// Its file.
        path: PathBuf,
        /// The export that is called.
        function: String,
        /// How much each call may use.
        limits: Limits,
    },
}

/// A plugin that cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadPlugin {
    /// Another plugin has the name.
    Taken(String),
    /// The contracts do not allow its name, version or description.
    Invalid(String),
}

impl fmt::Display for BadPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPlugin::Taken(name) => {
                write!(f, "a plugin `{name}` is registered already; give this one another name")
            }
            BadPlugin::Invalid(why) => write!(f, "the plugin cannot be registered: {why}"),
        }
    }
}

impl std::error::Error for BadPlugin {}

impl Plugin {
    /// A plugin with a function `load`, and nothing to start.
    pub fn new(name: &str, source: Source) -> Plugin {
        Plugin {
            name: name.to_owned(),
            version: None,
            description: None,
            source,
            load: Some("load".to_owned()),
            start: None,
        }
    }

    /// What runs, read and checked as far as that is possible without running it.
    ///
    /// # Errors
    /// What is missing.
    pub(crate) fn task(&self) -> Result<Task, Lack> {
        match &self.source {
            Source::Process(process) => Ok(process.clone().into()),
            Source::Module { path, function, limits } => {
                let lack = |missing, why: String| {
                    let what = format!("the module `{}` cannot be read: {why}", path.display());
                    Lack { missing, what }
                };
                let length = std::fs::metadata(path).map(|facts| facts.len());
                let length = length.map_err(|error| lack(missing(&error), error.to_string()))?;
                if length > LONGEST {
                    let why = format!("it has more than {LONGEST} bytes; build a smaller one");
                    return Err(lack(Missing::Configuration, why));
                }
                let bytes = std::fs::read(path);
                let bytes = bytes.map_err(|error| lack(missing(&error), error.to_string()))?;
                let mut wasm = Wasm::new(&bytes, function)?;
                wasm.limits = *limits;
                Ok(wasm.into())
            }
        }
    }
}

fn missing(error: &std::io::Error) -> Missing {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => Missing::Permission,
        _ => Missing::Dependency,
    }
}
