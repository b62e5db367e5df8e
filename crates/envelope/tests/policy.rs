//! Who may do what. Every question that can be asked with the words of the policy is asked, and what is allowed must
//! be so because of a rule that says it.

use std::collections::{BTreeMap, BTreeSet};

use contract_embed::{Band, Obligation, file};
use contract_envelope::policy::{Access, Decision, Denial, Files, Policy, PolicyError};

/// A request on a good day; each test changes what it is about.
fn usual() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("device_trust", "high"),
        ("purpose", "service"),
        ("mode", "saas"),
        ("identity", "consistent"),
        ("route", "present"),
        ("backend", "dynamodb"),
        ("actor_kind", "user"),
    ])
}

const SUBJECTS: [&str; 8] = [
    "user:ada",
    "user:grace",
    "user:eve",
    "group:auditors",
    "group:guests",
    "agent:planner",
    "plugin:ocr",
    "service:runtime",
];
const SPACES: [&str; 4] = ["personal:ada", "shared:household", "system:operations", "personal:eve"];
const CAPABILITIES: [&str; 6] =
    ["NOTES_READ", "NOTES_WRITE", "SPINE_READ", "SPINE_APPEND", "APPROVE", "ROUTE_CHANGE"];

/// Asks everything that these words can ask.
fn each(mut ask: impl FnMut(&Access<'_>)) {
    for (subject, space_id) in SUBJECTS.iter().flat_map(|s| SPACES.iter().map(move |p| (s, p))) {
        for (capability, band) in
            CAPABILITIES.iter().flat_map(|c| Band::ALL.iter().map(move |b| (c, *b)))
        {
            for purpose in ["service", "audit", "debugging", "export"] {
                for trust in ["low", "medium", "high"] {
                    for kind in ["user", "plugin"] {
                        let mut attributes = usual();
                        attributes.extend([
                            ("purpose", purpose),
                            ("device_trust", trust),
                            ("actor_kind", kind),
                        ]);
                        let subjects = [*subject];
                        let (subjects, attributes) = (&subjects[..], &attributes);
                        ask(&Access { subjects, space_id, capability, band, attributes });
                    }
                }
            }
        }
    }
}

#[test]
fn what_no_rule_allows_is_denied() {
    let policy = Policy::embedded().unwrap();
    let rules: Vec<&str> = policy.allow_rules().collect();
    let silent = rules.iter().fold(policy.clone(), |policy, rule| policy.without(rule));
    let mut used = BTreeSet::new();
    let (mut allowed, mut asked) = (0, 0);
    each(|access| {
        asked += 1;
        // Without a rule that allows, nothing is.
        assert!(!silent.decide(access).is_allowed(), "{access:?}");
        let Decision::Allowed { rule, .. } = policy.decide(access) else { return };
        allowed += 1;
        // What is allowed hangs on rules that say so: without them it is denied, for want of one.
        let mut left = policy.clone();
        let mut decision = left.decide(access);
        let mut rounds = 0;
        while let Decision::Allowed { rule, .. } = &decision {
            left = left.without(rule);
            decision = left.decide(access);
            rounds += 1;
        }
        assert!(rounds >= 1 && rounds <= rules.len());
        assert!(matches!(decision, Decision::Denied { why: Denial::NoRule, .. }), "{decision:?}");
        used.insert(rule);
    });
    assert!(allowed > 100 && allowed < asked / 10, "{allowed} of {asked}");
    // Each rule that allows something is the reason of something here.
    assert_eq!(used, rules.iter().map(|rule| (*rule).to_owned()).collect());
    // No rule speaks of GREEN data for export, so nobody exports it.
    let mut attributes = usual();
    attributes.insert("purpose", "export");
    let answer = ask("user:ada", "personal:ada", "NOTES_READ", Band::Green, &attributes);
    assert!(matches!(answer, Decision::Denied { why: Denial::NoRule, .. }), "{answer:?}");
}

fn ask(
    subject: &str,
    space_id: &str,
    capability: &str,
    band: Band,
    attributes: &BTreeMap<&str, &str>,
) -> Decision {
    let subjects = &[subject];
    let access = Access { subjects, space_id, capability, band, attributes };
    Policy::embedded().unwrap().decide(&access)
}

fn why(decision: Decision) -> Option<Denial> {
    match decision {
        Decision::Allowed { .. } => None,
        Decision::Denied { why, .. } => Some(why),
    }
}

#[test]
fn a_deny_rule_wins() {
    let of = |change: &[(&'static str, &'static str)], band| {
        let mut attributes = usual();
        attributes.extend(change.iter().copied());
        why(ask("user:ada", "personal:ada", "NOTES_READ", band, &attributes))
    };
    let rule = |id: &str| Some(Denial::Rule(id.to_owned()));
    assert_eq!(of(&[], Band::Black), None);
    assert_eq!(of(&[("identity", "mismatched")], Band::Green), rule("identity-must-agree"));
    assert_eq!(of(&[("route", "missing")], Band::Green), rule("no-route-no-access"));
    assert_eq!(of(&[("backend", "filesystem")], Band::Green), rule("files-only-in-lab"));
    assert_eq!(of(&[("backend", "filesystem"), ("mode", "lab")], Band::Green), None);
    assert_eq!(of(&[("purpose", "export")], Band::Black), rule("black-stays-home"));
    assert_eq!(
        of(&[("device_trust", "medium")], Band::Black),
        rule("black-needs-a-trusted-device")
    );
    assert_eq!(of(&[("device_trust", "low")], Band::Red), rule("red-not-on-untrusted-devices"));
    assert_eq!(of(&[("actor_kind", "plugin")], Band::Red), rule("plugins-see-no-red"));
    assert_eq!(of(&[("purpose", "debugging")], Band::Red), rule("no-debugging-on-red"));
}

/// The embedded policy has no such rule: this one denies service on GREEN data to members alone.
#[test]
fn a_deny_rule_may_be_for_roles() {
    let text = |path: &str| file(path).unwrap().text.to_owned();
    let rule = "rules:\n  - id: members-wait\n    effect: deny\n    when:\n      band: GREEN\n    roles: [member]\n";
    let rules = text("policy/abac/rules.yaml").replacen("rules:\n", rule, 1);
    let policy = Policy::load(&Files {
        roles: &text("policy/rbac/roles.yaml"),
        bindings: &text("policy/rbac/bindings.yaml"),
        attributes: &text("policy/abac/attributes.yaml"),
        rules: &rules,
        bands: &text("policy/bands.yaml"),
    });
    let policy = policy.unwrap();
    let attributes = &usual();
    let of = |subject, space_id| {
        let (subjects, capability, band) = (&[subject][..], "NOTES_READ", Band::Green);
        why(policy.decide(&Access { subjects, space_id, capability, band, attributes }))
    };
    assert_eq!(of("user:ada", "shared:household"), Some(Denial::Rule("members-wait".to_owned())));
    assert_eq!(of("user:ada", "personal:ada"), None);
    assert_eq!(of("group:guests", "shared:household"), None);
}

#[test]
fn what_nobody_told_is_no_reason_to_allow() {
    for name in usual().keys() {
        let mut attributes = usual();
        attributes.remove(name);
        let answer = why(ask("user:ada", "personal:ada", "NOTES_READ", Band::Black, &attributes));
        match *name {
            // The backend is known to be no file system, so no rule hangs on the mode.
            "mode" => assert_eq!(answer, None),
            _ => assert!(
                matches!(&answer, Some(Denial::Undecided { attribute, .. }) if attribute == name),
                "{name}: {answer:?}"
            ),
        }
    }
    let mut attributes = usual();
    attributes.insert("purpose", "fun");
    let answer = why(ask("user:ada", "personal:ada", "NOTES_READ", Band::Green, &attributes));
    assert_eq!(answer, Some(Denial::UnknownAttribute("purpose".to_owned())));
    let answer = why(ask("user:ada", "personal:ada", "NOTES_STEAL", Band::Green, &usual()));
    assert_eq!(answer, Some(Denial::UnknownCapability("NOTES_STEAL".to_owned())));
}

#[test]
fn roles_hold_in_their_spaces_and_up_to_their_band() {
    let of =
        |subject, space, capability, band| why(ask(subject, space, capability, band, &usual()));
    // Her own space up to BLACK, the shared one up to RED, and no other.
    assert_eq!(of("user:ada", "personal:ada", "NOTES_WRITE", Band::Black), None);
    assert_eq!(of("user:ada", "shared:household", "NOTES_WRITE", Band::Red), None);
    let black = of("user:ada", "shared:household", "NOTES_WRITE", Band::Black);
    assert_eq!(black, Some(Denial::Band(Band::Black)));
    assert_eq!(of("user:ada", "personal:eve", "NOTES_READ", Band::Green), Some(Denial::NoRole));
    assert_eq!(of("user:ad", "personal:ada", "NOTES_READ", Band::Green), Some(Denial::NoRole));
    assert_eq!(of("group:guests", "shared:x", "NOTES_READ", Band::Green), None);
    assert_eq!(of("group:guests", "shared:x", "NOTES_WRITE", Band::Green), Some(Denial::NoRole));
    assert_eq!(of("group:guests", "shared", "NOTES_READ", Band::Green), Some(Denial::NoRole));
    // Two roles are not one: that of the operator opens AMBER, that of the approver approves.
    let answer = of("user:grace", "system:operations", "APPROVE", Band::Amber);
    assert_eq!(answer, Some(Denial::NoRule));
    assert_eq!(of("user:grace", "system:operations", "APPROVE", Band::Red), None);
}

#[test]
fn obligations_come_with_the_decision() {
    let answer = ask("user:ada", "shared:household", "NOTES_READ", Band::Amber, &usual());
    let Decision::Allowed { obligations, rule, role } = answer else { panic!("{answer:?}") };
    assert_eq!((rule.as_str(), role.as_str()), ("service-on-amber", "member"));
    assert_eq!(obligations, [Obligation::RedactPii]);
    let mut attributes = usual();
    attributes.insert("identity", "mismatched");
    let answer = ask("user:ada", "personal:ada", "NOTES_READ", Band::Green, &attributes);
    let Decision::Denied { obligations, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(obligations, [Obligation::AuditAccess]);
}

#[test]
fn a_policy_with_names_that_lead_nowhere_is_none() {
    let text = |path: &str| file(path).unwrap().text.to_owned();
    let load = |file: &str, from: &str, to: &str| {
        let change = |path: &str| {
            let text = text(path);
            if !path.ends_with(file) {
                return text;
            }
            assert!(text.contains(from), "{path}: {from}");
            text.replacen(from, to, 1)
        };
        let (roles, bindings) =
            (change("policy/rbac/roles.yaml"), change("policy/rbac/bindings.yaml"));
        let (attributes, rules) =
            (change("policy/abac/attributes.yaml"), change("policy/abac/rules.yaml"));
        let bands = change("policy/bands.yaml");
        let files = Files {
            roles: &roles,
            bindings: &bindings,
            attributes: &attributes,
            rules: &rules,
            bands: &bands,
        };
        Policy::load(&files).map(drop)
    };
    assert_eq!(load("roles.yaml", "reader", "reader"), Ok(()));
    let unknown = |answer: Result<(), PolicyError>, of: &str| {
        assert!(
            matches!(&answer, Err(PolicyError::Unknown { what, .. }) if *what == of),
            "{of}: {answer:?}"
        );
    };
    unknown(load("bindings.yaml", "role: owner", "role: king"), "role");
    unknown(load("roles.yaml", "inherits: [reader]", "inherits: [writer]"), "role");
    unknown(load("roles.yaml", "[SPINE_READ, PLUGIN_INSPECT]", "[SPINE_BURN]"), "capability");
    unknown(load("rules.yaml", "identity: mismatched", "identity: odd"), "value of an attribute");
    unknown(load("rules.yaml", "identity: mismatched", "identify: mismatched"), "attribute");
    unknown(load("rules.yaml", "band: BLACK", "band: PINK"), "band");
    unknown(load("rules.yaml", "roles: [auditor]", "roles: [auditors]"), "role");
    let answer = load("roles.yaml", "inherits: []", "inherits: [owner]");
    assert!(matches!(answer, Err(PolicyError::Circle(_))), "{answer:?}");
    let answer = load("rules.yaml", "id: no-route-no-access", "id: identity-must-agree");
    assert!(matches!(answer, Err(PolicyError::Twice { .. })), "{answer:?}");
    let answer = load("bands.yaml", "rank: 3", "rank: 1");
    assert!(matches!(answer, Err(PolicyError::Bands(_))), "{answer:?}");
    let answer = load("rules.yaml", "effect: deny", "effekt: deny");
    assert!(matches!(answer, Err(PolicyError::Unreadable { .. })), "{answer:?}");
}
