//! Who a request is from: the order of those who say it, what is refused, and what of that is on record.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contract_embed::{Mode, file, schema};
use contract_routing::identity::{
    Asserted, AuditFailed, AuditSink, Binding, Clock, Directory, Entrance, Identity, Key, Keys,
    Members, Mismatch, Origin, Part, Refused, Request, Resolver, TokenRefused, Unavailable,
};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const SECRET: [u8; 32] = [7; 32];
pub(crate) const NOW: u64 = 1_790_000_000;

pub(crate) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW)
    }
}

/// Keeps what it is given, or is down.
#[derive(Default)]
struct Spine {
    records: Mutex<Vec<Value>>,
    is_down: bool,
}

impl AuditSink for Spine {
    fn record(&self, payload: &Value) -> Result<(), AuditFailed> {
        if self.is_down {
            return Err(AuditFailed("the spine has no route".to_owned()));
        }
        schema("events/audit_recorded", "1").unwrap().validate(payload).unwrap();
        self.records.lock().unwrap().push(payload.clone());
        Ok(())
    }
}

pub(crate) fn encoded(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

pub(crate) fn hmac(secret: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn token(header: &Value, claims: &Value) -> String {
    let signed = format!("{}.{}", encoded(header), encoded(claims));
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&hmac(&SECRET, &signed)))
}

pub(crate) fn hs256(claims: &Value) -> String {
    token(&json!({"alg": "HS256", "typ": "JWT"}), claims)
}

pub(crate) fn keys() -> Keys {
    Keys::new(vec![("a".to_owned(), Key::Hs256(SECRET.to_vec()))]).unwrap()
}

fn members() -> Members {
    Members::new()
        .with("acme", Mode::Saas, "chat", &["garden-plan"])
        .with("acme", Mode::Saas, "canvas", &[])
        .with("globex", Mode::Saas, "chat", &["rocket"])
        .with("acme", Mode::System, "chat", &["secret-plan"])
}

fn binding() -> Binding {
    Binding { tenant_id: "acme".to_owned(), mode: Mode::Saas, surface_id: None }
}

pub(crate) fn claims() -> Value {
    json!({"sub": "ada", "exp": NOW + 60})
}

/// What one entrance gets, and what is on record.
fn ask(
    entrance: Entrance,
    binding: &Binding,
    token: Option<&str>,
    asserted: &Asserted,
) -> (Result<Identity, Refused>, Vec<Value>) {
    let spine = Spine::default();
    let members = members();
    let resolver = Resolver::new(keys(), &members, &spine, Fixed);
    let resolved = resolver.resolve(&Request { entrance, binding, token, asserted });
    let records = spine.records.lock().unwrap().clone();
    (resolved, records)
}

fn resolve(claims: &Value, asserted: &Asserted) -> Result<Identity, Refused> {
    ask(Entrance::Ui, &binding(), Some(&hs256(claims)), asserted).0
}

fn mismatch(part: Part, stronger: Origin, weaker: Origin) -> Result<Identity, Refused> {
    Err(Refused::Mismatch(Mismatch { part, stronger, weaker }))
}

#[test]
fn a_project_of_another_tenant_is_refused() {
    let chat = Asserted::new().with(Part::Surface, "chat");
    let project = |name| resolve(&claims(), &chat.clone().with(Part::Project, name));
    assert_eq!(project("garden-plan").unwrap().project_id.as_deref(), Some("garden-plan"));
    // Of another tenant, of the same tenant in another mode, and of nobody.
    for other in ["rocket", "secret-plan", "nothing"] {
        let refused = mismatch(Part::Project, Origin::Directory, Origin::Request);
        assert_eq!(project(other), refused, "{other}");
    }
    // A token cannot bring it in either, and the surface counts.
    let mut with_project = claims();
    with_project["project_id"] = json!("rocket");
    let refused = mismatch(Part::Project, Origin::Directory, Origin::Request);
    assert_eq!(resolve(&with_project, &chat), refused);
    let canvas = Asserted::new().with(Part::Surface, "canvas").with(Part::Project, "garden-plan");
    assert_eq!(resolve(&claims(), &canvas), refused);
    let builder = Asserted::new().with(Part::Surface, "builder");
    let refused = mismatch(Part::Surface, Origin::Directory, Origin::Request);
    assert_eq!(resolve(&claims(), &builder), refused);
}

#[test]
fn all_four_entrances_agree() {
    let names: Vec<&str> = Entrance::ALL.iter().map(|entrance| entrance.as_str()).collect();
    let record = file("storage/schemas/event_spine_record.schema.json").unwrap();
    let record: Value = serde_json::from_str(record.text).unwrap();
    // What the system does by itself comes in nowhere.
    let all: Vec<&str> = names.into_iter().chain(["system"]).collect();
    assert_eq!(record["properties"]["source"]["enum"], json!(all));
    let good = hs256(&claims());
    let chat = Asserted::new().with(Part::Surface, "chat");
    let requests = [
        (Some(good.as_str()), chat.clone()),
        (Some(good.as_str()), chat.clone().with(Part::Project, "rocket")),
        (Some(good.as_str()), chat.clone().with(Part::Tenant, "globex")),
        (Some(good.as_str()), Asserted::new()),
        (None, chat.clone().with(Part::User, "ada")),
        (Some("no.token.this"), chat),
    ];
    for (token, asserted) in &requests {
        let answers: Vec<Result<Identity, Refused>> = Entrance::ALL
            .iter()
            .map(|entrance| {
                let (answer, records) = ask(*entrance, &binding(), *token, asserted);
                assert_eq!(records.len(), usize::from(matches!(answer, Err(Refused::Mismatch(_)))));
                answer
            })
            .collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    }
}

#[test]
fn a_header_alone_names_nobody() {
    let asserted = Asserted::new().with(Part::User, "ada").with(Part::Surface, "chat");
    let (answer, _) = ask(Entrance::Ui, &binding(), None, &asserted);
    assert_eq!(answer, Err(Refused::Unauthenticated(TokenRefused::Missing)));
    assert_eq!(answer.unwrap_err().status(), 401);
    let answer = resolve(&claims(), &asserted);
    assert_eq!(answer.unwrap().user_id, "ada");
    // Both of two headers count.
    let twice = asserted.with(Part::User, "grace");
    assert_eq!(resolve(&claims(), &twice), mismatch(Part::User, Origin::Token, Origin::Request));
}

#[test]
fn a_mismatch_is_on_record_and_holds_no_value() {
    let asserted = Asserted::new().with(Part::Surface, "chat").with(Part::Tenant, "globex");
    let (answer, records) = ask(Entrance::Agent, &binding(), Some(&hs256(&claims())), &asserted);
    let refused = answer.unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("identity_mismatch", 403));
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(
        (&record["action"], &record["outcome"]),
        (&json!("identity_mismatch"), &json!("denied"))
    );
    assert_eq!(
        record["reason"],
        "the tenant of the request does not agree with the server binding; the request was refused"
    );
    for text in [refused.to_string(), record.to_string()] {
        assert!(
            !text.contains("globex") && !text.contains("acme") && !text.contains("ada"),
            "{text}"
        );
    }
}

#[test]
fn without_a_record_nothing_goes_on() {
    let spine = Spine { is_down: true, ..Spine::default() };
    let resolver = Resolver::new(keys(), members(), &spine, Fixed);
    let (binding, token) = (binding(), hs256(&claims()));
    let asserted = Asserted::new().with(Part::Surface, "chat").with(Part::Mode, "lab");
    let request = Request {
        entrance: Entrance::Tool,
        binding: &binding,
        token: Some(&token),
        asserted: &asserted,
    };
    let refused = resolver.resolve(&request).unwrap_err();
    assert!(matches!(refused, Refused::Unaudited { .. }), "{refused}");
    assert_eq!(refused.status(), 503);
}

#[test]
fn a_directory_that_is_down_lets_nobody_in() {
    struct Down;
    impl Directory for Down {
        fn has_surface(&self, _: &Identity) -> Result<bool, Unavailable> {
            Err(Unavailable("no route".to_owned()))
        }
        fn has_project(&self, _: &Identity, _: &str) -> Result<bool, Unavailable> {
            Ok(true)
        }
    }
    let spine = Spine::default();
    let resolver = Resolver::new(keys(), Down, &spine, Fixed);
    let (binding, token) = (binding(), hs256(&claims()));
    let asserted = Asserted::new().with(Part::Surface, "chat");
    let entrance = Entrance::Ui;
    let request = Request { entrance, binding: &binding, token: Some(&token), asserted: &asserted };
    assert_eq!(resolver.resolve(&request), Err(Refused::Directory("no route".to_owned())));
}

#[test]
fn an_identity_is_a_scope() {
    let mut note: Value =
        serde_json::from_str(file("storage/examples/saved_flow.example.json").unwrap().text)
            .unwrap();
    let asserted = Asserted::new().with(Part::Surface, "chat").with(Part::Project, "garden-plan");
    let identity = resolve(&claims(), &asserted).unwrap();
    note["scope"] = Value::from(&identity);
    schema("storage/saved_flow", "1").unwrap().validate(&note).unwrap();
    assert_eq!(serde_json::to_value(&identity).unwrap(), identity.scope());
    let made = Identity::of_server("acme", Mode::Saas, "ada", "chat", Some("garden-plan"));
    assert_eq!(made, Ok(identity));
    let made = Identity::of_server("acme", Mode::Saas, "Ada Lovelace", "chat", None);
    assert_eq!(made, Err(Refused::Malformed(Part::User)));
    for (part, tenant, surface, project) in [
        (Part::Tenant, "Acme", "chat", None),
        (Part::Surface, "acme", "the chat", None),
        (Part::Project, "acme", "chat", Some("../rocket")),
    ] {
        let made = Identity::of_server(tenant, Mode::Saas, "ada", surface, project);
        assert_eq!(made, Err(Refused::Malformed(part)));
    }
    for (part, sub) in [(Part::User, "Ada"), (Part::User, "a/../b"), (Part::User, "")] {
        let mut claims = claims();
        claims["sub"] = json!(sub);
        let asserted = Asserted::new().with(Part::Surface, "chat");
        assert_eq!(resolve(&claims, &asserted), Err(Refused::Malformed(part)), "{sub}");
    }
    assert_eq!(resolve(&claims(), &Asserted::new()), Err(Refused::Unknown(Part::Surface)));
}

fn word() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), Just(Some("acme")), Just(Some("globex"))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever anybody says: who is let in is who the strongest names, and everybody who says anything says the same.
    #[test]
    fn the_strongest_decides_and_nobody_overrides(
        tenant in (word(), prop::collection::vec(word(), 0..3)),
        mode in (word(), prop::collection::vec(word(), 0..2)),
        user in prop::collection::vec(word(), 0..2),
        surface in (word(), word(), prop::collection::vec(word(), 0..2)),
    ) {
        let as_mode = |word: &'static str| if word == "acme" { "saas" } else { "system" };
        let mut claims = json!({"sub": "acme", "exp": NOW + 60});
        let mut asserted = Asserted::new();
        let mut agree = true;
        let bound_surface = surface.0;
        if let Some(word) = tenant.0 { claims["tenant_id"] = json!(word); agree &= word == "acme"; }
        if let Some(word) = mode.0 { claims["mode"] = json!(as_mode(word)); agree &= word == "acme"; }
        if let Some(word) = surface.1 { claims["surface_id"] = json!(word); }
        let said = [(Part::Tenant, &tenant.1), (Part::Mode, &mode.1), (Part::User, &user)];
        for (part, words) in said {
            for word in words.iter().flatten() {
                asserted = asserted.with(part, if part == Part::Mode { as_mode(word) } else { word });
                agree &= *word == "acme";
            }
        }
        for word in surface.2.iter().flatten() {
            asserted = asserted.with(Part::Surface, word);
        }
        let surfaces: Vec<&str> =
            [bound_surface, surface.1].into_iter().chain(surface.2.clone()).flatten().collect();
        agree &= surfaces.windows(2).all(|pair| pair[0] == pair[1]);
        let members = Members::new()
            .with("acme", Mode::Saas, "acme", &[])
            .with("acme", Mode::Saas, "globex", &[]);
        let binding = Binding {
            tenant_id: "acme".to_owned(),
            mode: Mode::Saas,
            surface_id: bound_surface.map(str::to_owned),
        };
        let spine = Spine::default();
        let token = hs256(&claims);
        let request = Request {
            entrance: Entrance::Connector,
            binding: &binding,
            token: Some(&token),
            asserted: &asserted,
        };
        let answer = Resolver::new(keys(), members, &spine, Fixed).resolve(&request);
        let records = spine.records.lock().unwrap().len();
        match answer {
            Ok(identity) => {
                prop_assert!(agree && !surfaces.is_empty());
                prop_assert_eq!(identity.tenant_id, "acme");
                prop_assert_eq!(identity.mode, Mode::Saas);
                prop_assert_eq!(identity.user_id, "acme");
                prop_assert_eq!(identity.surface_id, surfaces[0]);
                prop_assert_eq!(records, 0);
            }
            Err(Refused::Mismatch(mismatch)) => {
                prop_assert!(!agree);
                prop_assert!(mismatch.stronger <= mismatch.weaker);
                prop_assert_eq!(records, 1);
            }
            Err(Refused::Unknown(Part::Surface)) => prop_assert!(agree && surfaces.is_empty()),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
