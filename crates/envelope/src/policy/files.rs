//! The files of a policy as they are written. A field that nobody knows is refused: it may have been meant to narrow.

use contract_embed::{Band, Obligation};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RolesFile {
    pub(super) capabilities: Vec<Capability>,
    pub(super) roles: Vec<RoleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Capability {
    pub(super) name: String,
    #[serde(rename = "description")]
    _description: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleText {
    pub(super) name: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    pub(super) capabilities: Vec<String>,
    pub(super) inherits: Vec<String>,
    pub(super) max_band: Band,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingsFile {
    pub(super) bindings: Vec<BindingText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingText {
    pub(super) subject: String,
    pub(super) role: String,
    pub(super) spaces: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributesFile {
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attribute {
    pub(super) name: String,
    #[serde(rename = "type")]
    _kind: String,
    pub(super) values: Vec<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesFile {
    pub(super) rules: Vec<RuleText>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub(super) id: String,
    pub(super) effect: Effect,
    pub(super) when: BTreeMap<String, OneOrMore>,
    pub(super) roles: Option<Vec<String>>,
    #[serde(default)]
    pub(super) obligations: Vec<Obligation>,
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn words(self) -> Vec<String> {
        match self {
            OneOrMore::One(word) => vec![word],
            OneOrMore::More(words) => words,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandsFile {
    pub(super) bands: Vec<BandText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandText {
    pub(super) name: Band,
    pub(super) rank: u8,
    #[serde(rename = "description")]
    _description: Option<String>,
    pub(super) obligations: Vec<Obligation>,
}
