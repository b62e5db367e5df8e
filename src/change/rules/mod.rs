//! The second table: what a change means. One small file a rule; adding one touches nothing else but its
//! `mod` line and its line here.

pub(super) mod api;
pub(super) mod event;
pub(super) mod schema;
pub(super) mod tree;
pub(super) mod version;

use subschema::Witness;

use super::Change;
use super::api::ApiPair;
use super::pairs::{Both, Proposal, SchemaPair};
use crate::finding::{Code, Explain, Location};

/// A rule about changes.
pub struct Rule {
    /// Its stable name, also its `CODE`.
    pub code: Code,
    /// What it says, in a few words.
    pub summary: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    /// What `explain` tells.
    pub explain: Explain,
    pub(super) look: Look,
}

/// How a rule looks at two trees.
pub(super) enum Look {
    /// At two versions of a schema node.
    Schema(fn(&SchemaPair<'_, '_>, &mut Vec<Proposal>)),
    /// At two APIs.
    Api(fn(&ApiPair<'_, '_>, &mut Vec<Change>)),
    /// At all of both.
    Tree(fn(&Both<'_>, &mut Vec<Change>)),
    /// Not at all: a proof, or the gate, says it.
    Proof,
}

/// All rules about changes, by code.
pub static CHANGE_RULES: &[&Rule] = &[
    &schema::additional_properties_changed::RULE,
    &schema::annotation_changed::RULE,
    &api::api_rewritten::RULE,
    &schema::bound_changed::RULE,
    &version::bump_too_small::RULE,
    &api::callback_changed::RULE,
    &schema::composition_changed::RULE,
    &schema::condition_changed::RULE,
    &schema::default_changed::RULE,
    &schema::deprecation_changed::RULE,
    &schema::discriminator_changed::RULE,
    &tree::document_changed::RULE,
    &tree::document_unreadable::RULE,
    &api::encoding_changed::RULE,
    &tree::entry_added::RULE,
    &tree::entry_changed::RULE,
    &tree::entry_removed::RULE,
    &schema::enum_value_added::RULE,
    &schema::enum_value_removed::RULE,
    &schema::extension_changed::RULE,
    &schema::format_changed::RULE,
    &tree::identifier_changed::RULE,
    &schema::invariant_weakened::RULE,
    &api::media_type_added::RULE,
    &api::media_type_removed::RULE,
    &api::media_type_schema_changed::RULE,
    &version::module_added::RULE,
    &version::module_removed::RULE,
    &event::obligation_changed::RULE,
    &api::operation_added::RULE,
    &api::operation_deprecated::RULE,
    &api::operation_id_changed::RULE,
    &api::operation_removed::RULE,
    &api::parameter_added::RULE,
    &api::parameter_removed::RULE,
    &api::parameter_required_changed::RULE,
    &api::parameter_style_changed::RULE,
    &schema::pattern_changed::RULE,
    &schema::property_added::RULE,
    &schema::property_removed::RULE,
    &schema::property_renamed::RULE,
    &api::request_body_changed::RULE,
    &schema::required_added::RULE,
    &schema::required_removed::RULE,
    &api::response_added::RULE,
    &api::response_header_changed::RULE,
    &api::response_removed::RULE,
    &event::retention_changed::RULE,
    &tree::schema_added::RULE,
    &tree::schema_moved::RULE,
    &schema::schema_narrowed::RULE,
    &tree::schema_removed::RULE,
    &schema::schema_repaired::RULE,
    &schema::schema_rewritten::RULE,
    &schema::schema_unproven::RULE,
    &schema::schema_widened::RULE,
    &api::security_changed::RULE,
    &api::security_scheme_changed::RULE,
    &api::server_changed::RULE,
    &api::stability_lowered::RULE,
    &api::sunset_changed::RULE,
    &event::topic_added::RULE,
    &event::topic_changed::RULE,
    &event::topic_payload_changed::RULE,
    &event::topic_removed::RULE,
    &event::topic_version_changed::RULE,
    &schema::type_changed::RULE,
    &version::version_lowered::RULE,
];

/// The rule of a code.
pub fn find(code: &str) -> Option<&'static Rule> {
    CHANGE_RULES.iter().find(|rule| rule.code.as_str() == code).copied()
}

/// What to do about a break, where a rule says nothing better.
pub(super) const BREAK_HELP: &str =
    "keep the old form valid beside the new one, or release a major version with a migration";

/// A witness as it is shown.
pub(super) fn shown(witness: &Witness, backward: bool) -> crate::finding::Witness {
    shown_as(witness, backward, "")
}

/// The same for a part of a document.
pub(super) fn shown_as(witness: &Witness, backward: bool, part: &str) -> crate::finding::Witness {
    let (here, there) =
        if backward { ("was", "is not any more") } else { ("is", "was not before") };
    let part = if part.is_empty() { String::new() } else { format!(" as `{part}`") };
    let place = match witness.at.as_str() {
        "" => String::new(),
        at => format!(" at `{at}`"),
    };
    crate::finding::Witness {
        document: instance(witness),
        fate: format!("{here} valid{part} and {there}, for `{}`{place}", witness.keyword),
    }
}

/// A call that was answered and is refused.
pub(super) fn refused(call: &str) -> crate::finding::Witness {
    crate::finding::Witness {
        document: format!("{call:?}"),
        fate: "was accepted and is refused".to_owned(),
    }
}

/// The document of a witness.
pub(super) fn instance(witness: &Witness) -> String {
    witness.instance.to_string()
}

/// A break in one sentence.
pub(super) fn narrowed(witness: &Witness, backward: bool, about: &str) -> String {
    let (before, after) = if backward { ("accepted", "refuses") } else { ("refused", "accepts") };
    let place = match witness.at.as_str() {
        "" => String::new(),
        at => format!(" at `{at}`"),
    };
    format!("the schema of {about} {after} what it {before}, for `{}`{place}", witness.keyword)
}

impl Change {
    /// Says what stands at the place.
    pub(super) fn labelled(mut self, label: &str) -> Change {
        let subject = self.finding.message.clone();
        self.finding = self.finding.label(label).about(subject);
        self
    }

    /// Says where it was.
    pub(super) fn was(mut self, location: Location) -> Change {
        self.finding = self.finding.related(location, "it was");
        self
    }

    /// Says what to do next.
    pub(super) fn helped(mut self, help: &str) -> Change {
        self.finding = self.finding.or_help(help);
        self
    }
}
