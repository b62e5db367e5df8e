//! What operators and callers read: each message says what is wrong, and none holds a secret.

use std::time::Duration;

use contract_embed::{Mode, ResourceKind};
use contract_routing::identity::{KeyRefused, Mismatch, Origin, Part, Refused, TokenRefused};
use contract_routing::outbound::{ApiError, Failed, Undeclared};
use contract_routing::{MissingRoute, MissingRoutes};

#[test]
fn refusals_say_what_does_not_agree() {
    let mismatch =
        Mismatch { part: Part::Surface, stronger: Origin::Directory, weaker: Origin::Request };
    let why = || "no route".to_owned();
    let differ = "the surface of the request does not agree with the directory of the tenant";
    for (refused, said) in [
        (
            Refused::Unauthenticated(TokenRefused::Expired),
            "nobody is authenticated: the token has expired: get a new one".to_owned(),
        ),
        (Refused::Mismatch(mismatch), format!("identity_mismatch: {differ}")),
        (
            Refused::Unaudited { mismatch, why: why() },
            format!("{differ}, and the audit could not record it: no route"),
        ),
        (
            Refused::Unknown(Part::Tenant),
            "nothing says which tenant the request is from".to_owned(),
        ),
        (
            Refused::Malformed(Part::Project),
            "the project is not written as storage/common.schema.json says".to_owned(),
        ),
        (
            Refused::Directory(why()),
            "nobody could be asked what belongs to the tenant: no route".to_owned(),
        ),
    ] {
        assert_eq!(refused.to_string(), said);
    }
}

#[test]
fn a_key_is_named_and_not_shown() {
    for (refused, said) in [
        (KeyRefused::Twice("a".to_owned()), "two keys have the id `a`: rename one"),
        (
            KeyRefused::Short("a".to_owned()),
            "the secret of key `a` has fewer than 32 bytes: make a longer one",
        ),
        (
            KeyRefused::Weak("a".to_owned()),
            "key `a` is no usable public key of Ed25519: make a new pair",
        ),
    ] {
        assert_eq!(refused.to_string(), said);
    }
}

#[test]
fn what_has_no_answer_says_why() {
    let undeclared = Undeclared::Query("off\nset".to_owned());
    assert_eq!(
        Failed::Undeclared(undeclared).to_string(),
        "refused before anything was sent: the OpenAPI document does not declare the query parameter `off\\nset` \
         here, or not twice"
    );
    let limited = Failed::Limited(Duration::from_millis(1500));
    assert_eq!(limited.to_string(), "too many calls: wait 1500 ms");
    assert_eq!(Failed::Transport("refused".to_owned()).to_string(), "no answer: refused");
    let methods = Undeclared::Method(vec!["GET".to_owned(), "PUT".to_owned()]);
    assert!(methods.to_string().ends_with("it has GET, PUT"), "{methods}");
    assert_eq!(
        ApiError::TooFew { found: 3, least: 4 }.to_string(),
        "the OpenAPI document has 3 paths where at least 4 are known: get the whole one"
    );
}

#[test]
fn missing_routes_are_counted() {
    let one = MissingRoute { kind: ResourceKind::NotesStore, mode: Mode::Saas, tenant: None };
    for (missing, said) in
        [(vec![one.clone()], "1 route is"), (vec![one.clone(); 2], "2 routes are")]
    {
        let lines = missing.len() + 1;
        let said_all = MissingRoutes { missing }.to_string();
        assert!(said_all.starts_with(&format!("nothing starts: {said} missing\n")), "{said_all}");
        assert_eq!(said_all.lines().count(), lines);
        assert!(said_all.ends_with(&one.to_string()), "{said_all}");
    }
}
