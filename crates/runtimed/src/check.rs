//! What a schema cannot say of a configuration: keys that verify tokens, names of tenants and surfaces, addresses. It is
//! looked at before anything starts, since a server that starts again and again does not mend it.

use contract_embed::Mode;
use contract_routing::identity::{Identity, Key, Keys};
use data_encoding::BASE64URL_NOPAD;

use crate::config::{BadConfiguration, Served, TokenKey};

/// Whether it can be served so.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn check(served: &Served, mode: Mode) -> Result<(), BadConfiguration> {
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
    Ok(())
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
