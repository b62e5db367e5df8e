//! A resolved identity, and its form in records: `Scope` of `storage/common.schema.json`.

use std::sync::LazyLock;

use contract_embed::{Mode, file};
use jsonschema::{Draft, Validator};
use serde::Serialize;
use serde_json::{Value, json};

use super::refused::{Part, Refused};

/// Who a request is from. A resolver makes it, or the server for work of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Identity {
    /// The tenant.
    pub tenant_id: String,
    /// The mode in which the tenant is served.
    pub mode: Mode,
    /// The user, or the one an agent acts for.
    pub user_id: String,
    /// The surface.
    pub surface_id: String,
    /// The project, when the request is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
}

const COMMON: &str = "storage/common.schema.json";

/// Validates a `Scope`; nothing when the contracts have no such definition, and then nothing is one.
static SCOPE: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let common: Value = serde_json::from_str(file(COMMON)?.text).ok()?;
    let schema = json!({"$defs": common.get("$defs")?, "$ref": "#/$defs/Scope"});
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.should_validate_formats(true).build(&schema).ok()
});

impl Identity {
    /// The identity of work that the server itself does for a user, where no request says anything. A part of a
    /// request never goes in here.
    ///
    /// # Errors
    /// [`Refused::Malformed`] when a part is not written as the contracts say.
    pub fn of_server(
        tenant_id: &str,
        mode: Mode,
        user_id: &str,
        surface_id: &str,
        project_id: Option<&str>,
    ) -> Result<Identity, Refused> {
        let identity = Identity {
            tenant_id: tenant_id.to_owned(),
            mode,
            user_id: user_id.to_owned(),
            surface_id: surface_id.to_owned(),
            project_id: project_id.map(str::to_owned),
        };
        identity.check()?;
        Ok(identity)
    }

    /// The scope of records that it makes.
    pub fn scope(&self) -> Value {
        let mut scope = json!({
            "tenant_id": self.tenant_id,
            "mode": self.mode.as_str(),
            "user_id": self.user_id,
            "surface_id": self.surface_id,
        });
        if let Some(project) = &self.project_id {
            scope["project_id"] = json!(project);
        }
        scope
    }

    /// Whether every part is written as the contracts say.
    pub(super) fn check(&self) -> Result<(), Refused> {
        let scope = self.scope();
        let Some(validator) = SCOPE.as_ref() else { return Err(Refused::Malformed(Part::Tenant)) };
        let Some(error) = validator.iter_errors(&scope).next() else { return Ok(()) };
        // Every mode is one of the contracts.
        Err(Refused::Malformed(match error.instance_path().to_string().as_str() {
            "/user_id" => Part::User,
            "/surface_id" => Part::Surface,
            "/project_id" => Part::Project,
            _ => Part::Tenant,
        }))
    }
}

impl From<&Identity> for Value {
    fn from(identity: &Identity) -> Value {
        identity.scope()
    }
}
