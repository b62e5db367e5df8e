//! The decision. A deny rule wins over every allow rule; an allow rule counts for a role that gives the capability up
//! to the band. A condition on an attribute that nobody told is not met by an allow rule, and not ruled out for a deny
//! rule.

use std::collections::BTreeMap;
use std::fmt;

use contract_embed::{Band, Obligation};

use super::{Binding, Policy, Rule};

/// Somebody wants to do something.
#[derive(Debug, Clone)]
pub struct Access<'a> {
    /// Who: a user and the groups it is in, an agent, a plugin or a service, such as `user:ada`, `group:auditors`.
    pub subjects: &'a [&'a str],
    /// The space of the data, such as `shared:household`.
    pub space_id: &'a str,
    /// What is to be done, such as `NOTES_READ`.
    pub capability: &'a str,
    /// How sensitive the data is.
    pub band: Band,
    /// What `policy/abac/attributes.yaml` declares, as far as it is known.
    pub attributes: &'a BTreeMap<&'a str, &'a str>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may be done, and these obligations must be met.
    Allowed {
        /// The rule that allows it.
        rule: String,
        /// The role that gives the capability.
        role: String,
        /// Those of the rule and the band, in the order of the contracts.
        obligations: Vec<Obligation>,
    },
    /// It may not be done.
    Denied {
        /// Why.
        why: Denial,
        /// What must be done about it all the same.
        obligations: Vec<Obligation>,
    },
}

/// Why something may not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// There is no such capability.
    UnknownCapability(String),
    /// An attribute is not declared, or has no such value.
    UnknownAttribute(String),
    /// No role of the subject in the space gives the capability.
    NoRole,
    /// Roles give the capability, and none of them up to the band.
    Band(Band),
    /// A rule denies it.
    Rule(String),
    /// A rule may deny it; nobody told the attribute that would decide.
    Undecided {
        /// The rule.
        rule: String,
        /// The attribute.
        attribute: String,
    },
    /// No rule allows it.
    NoRule,
}

impl Decision {
    /// Whether it may be done.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Decision::Allowed { .. })
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denial::UnknownCapability(name) => write!(f, "there is no capability `{name}`"),
            Denial::UnknownAttribute(name) => {
                write!(f, "the attribute `{name}` is not declared with such a value")
            }
            Denial::NoRole => f.write_str("no role in the space gives the capability"),
            Denial::Band(band) => write!(f, "no role gives the capability up to band {band}"),
            Denial::Rule(rule) => write!(f, "the rule `{rule}` denies it"),
            Denial::Undecided { rule, attribute } => write!(
                f,
                "the rule `{rule}` may deny it, and nobody told the attribute `{attribute}`"
            ),
            Denial::NoRule => f.write_str("no rule allows it"),
        }
    }
}

/// Whether a rule applies; where that hangs on an attribute nobody told, which one.
enum Applies<'r> {
    Yes,
    No,
    Unless(&'r str),
}

impl Policy {
    /// Whether something may be done. The same question has the same answer, always.
    pub fn decide(&self, access: &Access<'_>) -> Decision {
        if let Some(why) = self.misunderstood(access) {
            return denied(why, &[]);
        }
        let roles = self.roles_of(access);
        for rule in self.rules.iter().filter(|rule| !rule.allows) {
            let concerns = match &rule.roles {
                None => true,
                Some(of) => roles.iter().any(|role| of.contains(*role)),
            };
            match if concerns { rule.applies(access) } else { Applies::No } {
                Applies::No => {}
                Applies::Yes => return denied(Denial::Rule(rule.id.clone()), &rule.obligations),
                Applies::Unless(attribute) => {
                    let (rule_id, attribute) = (rule.id.clone(), attribute.to_owned());
                    let why = Denial::Undecided { rule: rule_id, attribute };
                    return denied(why, &rule.obligations);
                }
            }
        }
        let giving = match self.giving(&roles, access) {
            Ok(giving) => giving,
            Err(why) => return denied(why, access.band.obligations()),
        };
        let rules = self.rules.iter().filter(|rule| rule.allows);
        let mut allowing = rules.filter(|rule| matches!(rule.applies(access), Applies::Yes));
        let allowed = allowing.find_map(|rule| {
            let is_for = |role: &&&str| rule.roles.as_ref().is_none_or(|of| of.contains(**role));
            giving.iter().find(is_for).map(|role| (rule, (*role).to_owned()))
        });
        match allowed {
            None => denied(Denial::NoRule, access.band.obligations()),
            Some((rule, role)) => Decision::Allowed {
                rule: rule.id.clone(),
                role,
                obligations: united(&rule.obligations, access.band.obligations()),
            },
        }
    }

    fn misunderstood(&self, access: &Access<'_>) -> Option<Denial> {
        if !self.capabilities.contains(access.capability) {
            return Some(Denial::UnknownCapability(access.capability.to_owned()));
        }
        let mut attributes = access.attributes.iter();
        let unknown = attributes.find(|(name, value)| {
            !self.attributes.get(**name).is_some_and(|values| values.contains(**value))
        });
        unknown.map(|(name, _)| Denial::UnknownAttribute((*name).to_owned()))
    }

    /// The roles that the subjects have in the space.
    fn roles_of(&self, access: &Access<'_>) -> Vec<&str> {
        let has = |binding: &&Binding| {
            let is_subject = access.subjects.iter().any(|one| fits(&binding.subject, one));
            is_subject && binding.spaces.iter().any(|space| fits(space, access.space_id))
        };
        self.bindings.iter().filter(has).map(|binding| binding.role.as_str()).collect()
    }

    /// Those roles that give the capability up to the band.
    fn giving<'r>(&self, roles: &[&'r str], access: &Access<'_>) -> Result<Vec<&'r str>, Denial> {
        let role = |name: &str| self.roles.get(name);
        let gives = |name: &&&str| {
            role(name).is_some_and(|role| role.capabilities.contains(access.capability))
        };
        let giving: Vec<&str> = roles.iter().filter(gives).copied().collect();
        if giving.is_empty() {
            return Err(Denial::NoRole);
        }
        let reaches = |name: &&&str| {
            role(name).is_some_and(|role| role.max_band.rank() >= access.band.rank())
        };
        let reaching: Vec<&str> = giving.iter().filter(reaches).copied().collect();
        if reaching.is_empty() { Err(Denial::Band(access.band)) } else { Ok(reaching) }
    }
}

impl Rule {
    fn applies(&self, access: &Access<'_>) -> Applies<'_> {
        if self.bands.as_ref().is_some_and(|bands| !bands.contains(&access.band)) {
            return Applies::No;
        }
        let mut untold = None;
        for (name, values) in &self.when {
            match access.attributes.get(name.as_str()) {
                None => untold = untold.or(Some(name.as_str())),
                Some(value) if values.contains(*value) => {}
                Some(_) => return Applies::No,
            }
        }
        untold.map_or(Applies::Yes, Applies::Unless)
    }
}

fn denied(why: Denial, obligations: &[Obligation]) -> Decision {
    Decision::Denied { why, obligations: united(obligations, &[]) }
}

fn united(one: &[Obligation], other: &[Obligation]) -> Vec<Obligation> {
    let all = Obligation::ALL.iter().copied();
    all.filter(|obligation| one.contains(obligation) || other.contains(obligation)).collect()
}

/// Whether a name fits a pattern: itself, everything of a kind (`shared:*`), or everything (`*`).
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(kind) if kind.is_empty() || kind.ends_with(':') => name.starts_with(kind),
        _ => pattern == name,
    }
}
