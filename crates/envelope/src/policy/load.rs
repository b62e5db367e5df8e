//! From texts to a policy in which every name leads somewhere. A rule that names nothing would decide nothing, and
//! nobody would notice.

use std::collections::{BTreeMap, BTreeSet};

use contract_embed::Band;
use serde::de::DeserializeOwned;

use super::files::{
    AttributesFile, BandsFile, BindingsFile, Effect, RoleText, RolesFile, RuleText, RulesFile,
};
use super::{Binding, Files, Policy, PolicyError, Role, Rule};

/// The word that stands for the band of the data in a rule. It is no attribute.
const BAND: &str = "band";

impl Policy {
    /// The policy that files hold.
    ///
    /// # Errors
    /// When a file cannot be read, a name is given twice or leads nowhere, or roles inherit in a circle.
    pub fn load(files: &Files<'_>) -> Result<Policy, PolicyError> {
        let BandsFile { bands } = parse("bands.yaml", files.bands)?;
        for band in Band::ALL.iter().copied() {
            let same = bands.iter().find(|other| other.name == band).is_some_and(|other| {
                other.rank == band.rank() && other.obligations == band.obligations()
            });
            if !same || bands.len() != Band::ALL.len() {
                return Err(PolicyError::Bands(format!("look at {band}")));
            }
        }
        let RolesFile { capabilities, roles } = parse("rbac/roles.yaml", files.roles)?;
        let BindingsFile { bindings } = parse("rbac/bindings.yaml", files.bindings)?;
        let AttributesFile { attributes } = parse("abac/attributes.yaml", files.attributes)?;
        let RulesFile { rules } = parse("abac/rules.yaml", files.rules)?;
        let capabilities = names("capability", capabilities.into_iter().map(|one| one.name))?;
        let roles = named("role", roles.into_iter().map(|role| (role.name.clone(), role)))?;
        let values = attributes.into_iter().map(|one| {
            let values: BTreeSet<String> = one.values.into_iter().collect();
            (one.name, values)
        });
        let attributes = named("attribute", values)?;
        let mut policy = Policy {
            roles: BTreeMap::new(),
            bindings: Vec::new(),
            rules: Vec::new(),
            capabilities,
            attributes,
        };
        for (name, role) in &roles {
            let all = capabilities_of(&roles, name, &mut Vec::new())?;
            let at = format!("the role `{name}`");
            for capability in &all {
                known(&at, "capability", capability, policy.capabilities.contains(capability))?;
            }
            let role = Role { capabilities: all, max_band: role.max_band };
            policy.roles.insert(name.clone(), role);
        }
        for (index, binding) in bindings.into_iter().enumerate() {
            let at = format!("binding {index}");
            known(&at, "role", &binding.role, policy.roles.contains_key(&binding.role))?;
            let (subject, role, spaces) = (binding.subject, binding.role, binding.spaces);
            policy.bindings.push(Binding { subject, role, spaces });
        }
        names("rule", rules.iter().map(|rule| rule.id.clone()))?;
        for rule in rules {
            let rule = policy.rule(rule)?;
            policy.rules.push(rule);
        }
        Ok(policy)
    }

    fn rule(&self, text: RuleText) -> Result<Rule, PolicyError> {
        let at = format!("the rule `{}`", text.id);
        let mut bands = None;
        let mut when = BTreeMap::new();
        for (name, words) in text.when {
            let words = words.words();
            if name == BAND {
                let parsed: Result<Vec<Band>, _> = words.iter().map(|word| word.parse()).collect();
                let unknown = |unknown: contract_embed::UnknownWord| PolicyError::Unknown {
                    at: at.clone(),
                    what: "band",
                    name: unknown.word,
                };
                bands = Some(parsed.map_err(unknown)?);
                continue;
            }
            let values = self.attributes.get(&name);
            known(&at, "attribute", &name, values.is_some())?;
            for word in &words {
                let is_value = values.is_some_and(|values| values.contains(word));
                known(&at, "value of an attribute", word, is_value)?;
            }
            when.insert(name, words.into_iter().collect());
        }
        for role in text.roles.iter().flatten() {
            known(&at, "role", role, self.roles.contains_key(role))?;
        }
        Ok(Rule {
            id: text.id,
            allows: text.effect == Effect::Allow,
            bands,
            when,
            roles: text.roles.map(|roles| roles.into_iter().collect()),
            obligations: text.obligations,
        })
    }
}

fn parse<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, PolicyError> {
    let unreadable =
        |why: serde_yaml::Error| PolicyError::Unreadable { file, why: why.to_string() };
    serde_yaml::from_str(text).map_err(unreadable)
}

fn known(at: &str, what: &'static str, name: &str, is_known: bool) -> Result<(), PolicyError> {
    if is_known {
        return Ok(());
    }
    Err(PolicyError::Unknown { at: at.to_owned(), what, name: name.to_owned() })
}

fn names(
    what: &'static str,
    all: impl Iterator<Item = String>,
) -> Result<BTreeSet<String>, PolicyError> {
    Ok(named(what, all.map(|name| (name, ())))?.into_keys().collect())
}

fn named<T>(
    what: &'static str,
    all: impl Iterator<Item = (String, T)>,
) -> Result<BTreeMap<String, T>, PolicyError> {
    let mut found = BTreeMap::new();
    for (name, value) in all {
        if found.contains_key(&name) {
            return Err(PolicyError::Twice { what, name });
        }
        found.insert(name, value);
    }
    Ok(found)
}

/// The capabilities of a role and of every role it inherits.
fn capabilities_of(
    roles: &BTreeMap<String, RoleText>,
    name: &str,
    above: &mut Vec<String>,
) -> Result<BTreeSet<String>, PolicyError> {
    if above.iter().any(|role| role == name) {
        return Err(PolicyError::Circle(name.to_owned()));
    }
    let at = || format!("the role `{}`", above.last().map_or("", String::as_str));
    let unknown = || PolicyError::Unknown { at: at(), what: "role", name: name.to_owned() };
    let role = roles.get(name).ok_or_else(unknown)?;
    let mut all: BTreeSet<String> = role.capabilities.iter().cloned().collect();
    above.push(name.to_owned());
    for inherited in &role.inherits {
        all.extend(capabilities_of(roles, inherited, above)?);
    }
    above.pop();
    Ok(all)
}
