//! The backends that this program was built with, set up as the configuration says. A route to one that was not built,
//! or that nobody set up, is refused when it is first used.

use std::path::Path;

use contract_backends::Backends;

use crate::config::Clouds;

/// The backends.
///
/// # Errors
/// When settings are wrong.
#[cfg_attr(
    not(all(feature = "cosmos", feature = "dynamodb", feature = "firestore")),
    allow(
        unused_variables,
        unused_mut,
        clippy::unnecessary_wraps,
        reason = "what was not built is not set up"
    )
)]
pub(crate) fn backends(data: &Path, clouds: &Clouds) -> Result<Backends, String> {
    let mut backends = Backends::new(data);
    #[cfg(feature = "dynamodb")]
    if let Some(settings) = &clouds.dynamodb {
        let endpoint = settings.endpoint.as_deref();
        let (id, secret) = (&settings.access_key_id, &settings.secret_access_key);
        let settings =
            contract_backends::DynamodbSettings::with_keys(&settings.region, endpoint, id, secret);
        backends = backends.with_dynamodb(settings);
    }
    #[cfg(feature = "firestore")]
    if let Some(settings) = &clouds.firestore {
        let path = settings.access_token_file.clone();
        // Whoever keeps the file puts a new token there before the old one ends.
        let token = move || match std::fs::read_to_string(&path) {
            Ok(token) => Ok(token.trim().to_owned()),
            Err(error) => Err(format!("`{}`: {error}", path.display())),
        };
        backends = backends.with_firestore(contract_backends::FirestoreSettings {
            endpoint: settings.endpoint.clone(),
            project: settings.project.clone(),
            database: settings.database.clone(),
            token: std::sync::Arc::new(token),
        });
    }
    #[cfg(feature = "cosmos")]
    if let Some(settings) = &clouds.cosmos_db {
        let made = contract_backends::CosmosSettings::new(
            &settings.endpoint,
            &settings.database,
            &settings.key,
        );
        backends = backends.with_cosmos(made.map_err(|error| error.to_string())?);
    }
    Ok(backends)
}
