//! The one configuration file, as `storage/runtime_configuration` has it. What is this server's own stands below
//! `integrations.runtimed`. A key that is missing has its default; a file that is wrong is refused.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use contract_embed::{Mode, schema};
use serde::Deserialize;
use serde_json::Value;

use crate::check::check;

/// The contracts that this code was written for.
const VERSION: &str = "1.0.0";

/// The `schema_version` that is read; a later one is of a later program.
const SHAPE: u64 = 1;

/// The configuration.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The file as it is, for the registry of routes.
    pub whole: Value,
    /// The mode.
    pub mode: Mode,
    /// How long the supervisor waits before it starts the worker again, in seconds.
    pub restart_delay_seconds: u64,
    /// How long it waits for the worker to end, in seconds.
    pub kill_timeout_seconds: u64,
    /// The age of a lost heartbeat, in seconds.
    pub stale_after_seconds: u64,
    /// The longest call of a plugin, in seconds.
    pub call_timeout_seconds: u64,
    /// The most memory of a plugin, in bytes.
    pub call_memory_bytes: u64,
    /// What is this server's own.
    pub served: Served,
    /// Keys that have their defaults.
    pub defaulted: Vec<&'static str>,
}

/// `integrations.runtimed`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// Where it listens.
    #[serde(default = "listen")]
    pub listen: String,
    /// Where it tells its metrics; nowhere when nothing is said.
    pub metrics_listen: Option<String>,
    /// The tenant that is served.
    pub tenant_id: String,
    /// The surfaces of the tenant, with their projects.
    pub surfaces: BTreeMap<String, Vec<String>>,
    /// What tokens are verified with, by the id of the key.
    pub keys: BTreeMap<String, TokenKey>,
    /// How far devices are trusted that come through the listener: `low`, `medium` or `high`.
    #[serde(default = "trust")]
    pub device_trust: String,
    /// The plugins, by name.
    #[serde(default)]
    pub plugins: BTreeMap<String, PluginProgram>,
    /// How the databases of clouds are reached.
    #[serde(default)]
    pub backends: Clouds,
    /// The most requests at a time; more are answered with 429.
    #[serde(default = "most_requests")]
    pub most_requests: usize,
    /// The pause between two cycles of the worker, in milliseconds.
    #[serde(default = "pause")]
    pub cycle_pause_ms: u64,
}

/// How the databases of clouds are reached. Which of them holds what is said by the routes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(all(feature = "cosmos", feature = "dynamodb", feature = "firestore")),
    allow(dead_code, reason = "a configuration is the same, whatever was built")
)]
pub struct Clouds {
    pub(crate) dynamodb: Option<Dynamodb>,
    pub(crate) firestore: Option<Firestore>,
    pub(crate) cosmos_db: Option<CosmosDb>,
}

/// Amazon DynamoDB, with the keys of a user.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "dynamodb"), allow(dead_code, reason = "it is not built"))]
pub(crate) struct Dynamodb {
    pub(crate) region: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

/// Google Cloud Firestore, with a file that somebody keeps an access token in.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "firestore"), allow(dead_code, reason = "it is not built"))]
pub(crate) struct Firestore {
    pub(crate) endpoint: String,
    pub(crate) project: String,
    pub(crate) database: String,
    pub(crate) access_token_file: std::path::PathBuf,
}

/// Azure Cosmos DB, with a key of the account.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "cosmos"), allow(dead_code, reason = "it is not built"))]
pub(crate) struct CosmosDb {
    pub(crate) endpoint: String,
    pub(crate) database: String,
    pub(crate) key: String,
}

/// Secrets stay out of logs.
macro_rules! secret {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        })*
    };
}

secret!(Dynamodb Firestore CosmosDb);

/// What a token is verified with; the bytes are written in base64url.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum TokenKey {
    /// A shared secret.
    Hs256(String),
    /// A public key of Ed25519.
    Ed25519(String),
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// A plugin that is a program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginProgram {
    /// The file.
    pub program: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// What it does.
    pub description: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

fn listen() -> String {
    "127.0.0.1:8080".to_owned()
}

fn trust() -> String {
    "medium".to_owned()
}

fn most_requests() -> usize {
    256
}

fn pause() -> u64 {
    10_000
}

/// Why there is no configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadConfiguration(pub String);

impl fmt::Display for BadConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadConfiguration {}

impl Configuration {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is not as the contracts and this server say.
    pub fn read(path: &Path) -> Result<Self, BadConfiguration> {
        let bad = |why: String| BadConfiguration(format!("`{}`: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let whole = serde_json::from_slice(bytes).map_err(|error| bad(error.to_string()))?;
        Configuration::of(whole).map_err(|BadConfiguration(why)| bad(why))
    }

    /// The configuration in a value.
    ///
    /// # Errors
    /// When it is not as the contracts and this server say.
    pub fn of(whole: Value) -> Result<Self, BadConfiguration> {
        let bad = |why: String| BadConfiguration(why);
        let schema = schema("storage/runtime_configuration", VERSION);
        let schema = schema.map_err(|error| bad(error.to_string()))?;
        schema.validate(&whole).map_err(|invalid| bad(invalid.to_string()))?;
        let shape = whole.get("schema_version").and_then(Value::as_u64).unwrap_or_default();
        if shape > SHAPE {
            return Err(bad(format!(
                "schema_version is {shape}, and this program knows {SHAPE}: start a later one"
            )));
        }
        let mode = whole.get("mode").cloned().unwrap_or_default();
        let mode = Mode::deserialize(&mode).map_err(|error| bad(error.to_string()))?;
        let served = whole.pointer("/integrations/runtimed").cloned();
        let served = served.ok_or_else(|| {
            bad("it has no `integrations.runtimed`: `runtimed example` shows one".to_owned())
        })?;
        let served = Served::deserialize(&served)
            .map_err(|error| bad(format!("`integrations.runtimed`: {error}")))?;
        let mut defaulted = Vec::new();
        let mut number = |pointer: &'static str, default: u64| {
            whole.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| {
                defaulted.push(pointer);
                default
            })
        };
        let read = Configuration {
            mode,
            restart_delay_seconds: number("/supervisor/restart_delay_seconds", 2),
            kill_timeout_seconds: number("/supervisor/kill_timeout_seconds", 10),
            stale_after_seconds: number("/heartbeat/stale_after_seconds", 90),
            call_timeout_seconds: number("/plugins/sandbox/timeout_seconds", 30),
            call_memory_bytes: number("/plugins/sandbox/memory_bytes", 268_435_456),
            served,
            defaulted,
            whole,
        };
        check(&read)?;
        Ok(read)
    }
}
