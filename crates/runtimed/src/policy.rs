//! What the policy of the contracts says of an operation. The capability that an operation needs stands in one table;
//! an operation that is not in it is allowed to nobody.

use std::collections::BTreeMap;

use contract_embed::{Backend, Band, Obligation};
use contract_envelope::policy::{Access, Decision, Policy};
use contract_routing::identity::Identity;

/// Operations and the capabilities that they need.
const NEEDS: [(&str, &str); 33] = [
    ("listPlugins", "PLUGIN_INSPECT"),
    ("getPlugin", "PLUGIN_INSPECT"),
    ("getPluginHealth", "PLUGIN_INSPECT"),
    ("callPlugin", "PLUGIN_CALL"),
    ("createNote", "NOTES_WRITE"),
    ("listNotes", "NOTES_READ"),
    ("getNote", "NOTES_READ"),
    ("replaceNote", "NOTES_WRITE"),
    ("deleteNote", "NOTES_WRITE"),
    ("getMemory", "RECALL"),
    ("setMemory", "REMEMBER"),
    ("deleteMemory", "REMEMBER"),
    ("listBlackboardEntries", "BLACKBOARD_READ"),
    ("getBlackboardEntry", "BLACKBOARD_READ"),
    ("writeBlackboardEntry", "BLACKBOARD_WRITE"),
    ("createFlow", "FLOWS_WRITE"),
    ("listFlows", "FLOWS_READ"),
    ("getFlow", "FLOWS_READ"),
    ("saveFlow", "FLOWS_WRITE"),
    ("deleteFlow", "FLOWS_WRITE"),
    ("createGraph", "FLOWS_WRITE"),
    ("listGraphs", "FLOWS_READ"),
    ("getGraph", "FLOWS_READ"),
    ("saveGraph", "FLOWS_WRITE"),
    ("deleteGraph", "FLOWS_WRITE"),
    ("createOverlay", "FLOWS_WRITE"),
    ("listOverlays", "FLOWS_READ"),
    ("getOverlay", "FLOWS_READ"),
    ("saveOverlay", "FLOWS_WRITE"),
    ("deleteOverlay", "FLOWS_WRITE"),
    ("appendSpineEvent", "SPINE_APPEND"),
    ("listSpineEvents", "SPINE_READ"),
    ("getSpineEvent", "SPINE_READ"),
];

/// The capability that an operation needs.
fn capability(operation: &str) -> Option<&'static str> {
    NEEDS.iter().find(|(id, _)| *id == operation).map(|(_, capability)| *capability)
}

/// What the policy says of an access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Why it is denied, when it is.
    pub(crate) denied: Option<String>,
    /// Whether it must be on record.
    pub(crate) is_audited: bool,
}

/// Whether somebody may do what an operation does, with data of a band.
pub(crate) fn may(
    operation: &str,
    who: &Identity,
    band: Band,
    (backend, trust): (Backend, &str),
) -> Said {
    let no = |why: String| Said { denied: Some(why), is_audited: false };
    let Some(capability) = capability(operation) else {
        return no(format!("no capability is known for `{operation}`"));
    };
    let policy = match Policy::embedded() {
        Ok(policy) => policy,
        Err(error) => return no(error.to_string()),
    };
    let subject = format!("user:{}", who.user_id);
    let space = match capability {
        // The spine is that of all users.
        "SPINE_READ" => "system:operations".to_owned(),
        _ => format!("personal:{}", who.user_id),
    };
    let attributes = BTreeMap::from([
        ("actor_kind", "user"),
        ("backend", backend.as_str()),
        ("device_trust", trust),
        ("identity", "consistent"),
        ("mode", who.mode.as_str()),
        ("purpose", "service"),
        ("route", "present"),
    ]);
    let subjects = [subject.as_str()];
    let access =
        Access { subjects: &subjects, space_id: &space, capability, band, attributes: &attributes };
    match policy.decide(&access) {
        Decision::Allowed { obligations, .. } => {
            Said { denied: None, is_audited: obligations.contains(&Obligation::AuditAccess) }
        }
        Decision::Denied { why, obligations } => Said {
            denied: Some(format!("`{capability}` is denied to `{subject}` in `{space}`: {why}")),
            is_audited: obligations.contains(&Obligation::AuditAccess),
        },
    }
}

#[cfg(test)]
mod tests {
    use contract_embed::api;

    use super::capability;

    #[test]
    fn every_operation_needs_something() {
        for operation in api::operations() {
            assert_eq!(capability(&operation.id).is_none(), operation.is_open, "{}", operation.id);
        }
    }
}
