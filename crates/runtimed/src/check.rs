//! What a schema cannot say of a configuration: keys that verify tokens, names of tenants and surfaces, addresses,
//! plugins. It is looked at before anything starts, since a server that starts again and again does not mend it.

use std::path::Path;
use std::time::Duration;

use contract_exec::{Launcher, Process};
use contract_plugin_host::{Host, Plugin, Quiet, Source};
use contract_routing::identity::{Identity, Key, Keys};
use data_encoding::BASE64URL_NOPAD;

use crate::clouds;
use crate::config::{BadConfiguration, Configuration, PluginProgram, Served, TokenKey};

/// Whether it can be served so.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn check(configuration: &Configuration) -> Result<(), BadConfiguration> {
    let (served, mode) = (&configuration.served, configuration.mode);
    let wrong = |key: &str, why: &str| {
        Err(BadConfiguration(format!("`integrations.runtimed.{key}`: {why}")))
    };
    keys(served)?;
    let is_name = |surface: &str, project: Option<&str>| {
        Identity::of_server(&served.tenant_id, mode, "somebody", surface, project)
    };
    if let Err(why) = is_name("surface", None) {
        return wrong("tenant_id", &why.to_string());
    }
    for (surface, projects) in &served.surfaces {
        let names = std::iter::once(None).chain(projects.iter().map(|name| Some(name.as_str())));
        for project in names {
            if let Err(why) = is_name(surface, project) {
                return wrong(&format!("surfaces.{surface}"), &why.to_string());
            }
        }
    }
    let addresses =
        [("listen", Some(&served.listen)), ("metrics_listen", served.metrics_listen.as_ref())];
    for (key, address) in addresses {
        let Some(address) = address else { continue };
        // Which host that is, the system finds out when it listens.
        let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port.is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return wrong(key, &format!("`{address}` is no address: write `127.0.0.1:8080`"));
        }
    }
    if served.metrics_listen.as_ref() == Some(&served.listen) && !served.listen.ends_with(":0") {
        return wrong("metrics_listen", "the API is there already: take another port");
    }
    if !matches!(served.device_trust.as_str(), "low" | "medium" | "high") {
        return wrong("device_trust", "it is `low`, `medium` or `high`");
    }
    if served.most_requests == 0 {
        return wrong("most_requests", "no request would ever be answered");
    }
    clouds::backends(Path::new(""), &served.backends)
        .map_err(|why| BadConfiguration(format!("`integrations.runtimed.backends`: {why}")))?;
    register(&Host::new(Quiet, 1), configuration, &Launcher::at("nowhere"))
}

/// The keys that tokens are verified with.
///
/// # Errors
/// Which of them is none.
pub(crate) fn keys(served: &Served) -> Result<Keys, BadConfiguration> {
    let wrong = |why: String| BadConfiguration(format!("`integrations.runtimed.keys`: {why}"));
    if served.keys.is_empty() {
        return Err(wrong("there is none, and nobody could say who they are".to_owned()));
    }
    let mut keys = Vec::new();
    for (id, key) in &served.keys {
        let (TokenKey::Hs256(text) | TokenKey::Ed25519(text)) = key;
        let bytes = BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes());
        let bytes = bytes.map_err(|error| wrong(format!("`{id}` is no base64url: {error}")))?;
        keys.push((
            id.clone(),
            match key {
                TokenKey::Hs256(_) => Key::Hs256(bytes),
                TokenKey::Ed25519(_) => {
                    let bytes = bytes.try_into();
                    Key::EdDsa(bytes.map_err(|_| wrong(format!("`{id}` has not 32 bytes")))?)
                }
            },
        ));
    }
    Keys::new(keys).map_err(|error| wrong(error.to_string()))
}

/// Makes the plugins known to a host.
///
/// # Errors
/// When one is not what the contracts allow.
pub(crate) fn register(
    host: &Host,
    configuration: &Configuration,
    launcher: &Launcher,
) -> Result<(), BadConfiguration> {
    for (name, program) in &configuration.served.plugins {
        let plugin = plugin(name, program, configuration, launcher.clone());
        host.register(plugin).map_err(|error| {
            BadConfiguration(format!("`integrations.runtimed.plugins.{name}`: {error}"))
        })?;
    }
    Ok(())
}

fn plugin(
    name: &str,
    program: &PluginProgram,
    configuration: &Configuration,
    launcher: Launcher,
) -> Plugin {
    let mut process = Process::new(launcher, &program.program);
    process.arguments = program.arguments.iter().map(Into::into).collect();
    process.limits.wall = Duration::from_secs(configuration.call_timeout_seconds);
    process.limits.cpu = Duration::from_secs(configuration.call_timeout_seconds);
    process.limits.memory = configuration.call_memory_bytes;
    let mut plugin = Plugin::new(name, Source::Process(process));
    plugin.version.clone_from(&program.version);
    plugin.description.clone_from(&program.description);
    plugin
}
