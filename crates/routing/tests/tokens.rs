//! Bearer tokens: which are verified, and for how long and whom they hold.

use contract_routing::identity::{Clock, Key, KeyRefused, Keys, TokenRefused};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use crate::identity::{Fixed, NOW, SECRET, claims, encoded, hmac, hs256, keys, token};

fn verified(keys: &Keys, token: &str) -> Result<(), TokenRefused> {
    keys.verify(token, Fixed.now()).map(drop)
}

#[test]
fn tokens_are_verified_with_the_algorithm_of_their_key() {
    let keys = keys();
    let good = hs256(&claims());
    assert_eq!(verified(&keys, &good), Ok(()));
    for alg in ["none", "None", "HS512", "EdDSA", "RS256", "hs256"] {
        let other = token(&json!({"alg": alg}), &claims());
        assert_eq!(verified(&keys, &other), Err(TokenRefused::Algorithm), "{alg}");
    }
    let unsigned = good.rsplit_once('.').unwrap().0.to_owned() + ".";
    assert_eq!(verified(&keys, &unsigned), Err(TokenRefused::Signature));
    let named = token(&json!({"alg": "HS256", "kid": "b"}), &claims());
    assert_eq!(verified(&keys, &named), Err(TokenRefused::UnknownKey));
    let critical = token(&json!({"alg": "HS256", "crit": ["exp"]}), &claims());
    assert_eq!(verified(&keys, &critical), Err(TokenRefused::Critical));
    for text in ["", ".", "..", "a.b.c", "a.b.c.d", &"a".repeat(20_000)] {
        assert_eq!(verified(&keys, text), Err(TokenRefused::Malformed), "{text:.20}");
    }
    // Every byte counts: one that is changed makes another token.
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert!(verified(&keys, &String::from_utf8(bytes).unwrap()).is_err(), "{at}");
    }
}

#[test]
fn tokens_hold_for_a_time_and_for_somebody() {
    let keys = keys().of_issuer("https://issuer.example").for_audience("runtime");
    let of = |change: &[(&str, Value)]| {
        let mut claims = claims();
        claims["iss"] = json!("https://issuer.example");
        claims["aud"] = json!(["other", "runtime"]);
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        verified(&keys, &hs256(&claims))
    };
    assert_eq!(of(&[]), Ok(()));
    assert_eq!(of(&[("aud", json!("runtime")), ("nbf", json!(NOW))]), Ok(()));
    assert_eq!(of(&[("exp", json!(NOW))]), Err(TokenRefused::Expired));
    assert_eq!(of(&[("exp", json!(NOW as f64 + 0.5))]), Ok(()));
    assert_eq!(of(&[("exp", json!(-1))]), Err(TokenRefused::Expired));
    assert_eq!(of(&[("exp", json!("soon"))]), Err(TokenRefused::Claims));
    assert_eq!(of(&[("exp", Value::Null)]), Err(TokenRefused::Claims));
    assert_eq!(of(&[("nbf", json!(NOW + 1))]), Err(TokenRefused::NotYet));
    assert_eq!(of(&[("iss", json!("https://other.example"))]), Err(TokenRefused::Issuer));
    assert_eq!(of(&[("aud", json!("others"))]), Err(TokenRefused::Audience));
    assert_eq!(of(&[("aud", json!(["others"]))]), Err(TokenRefused::Audience));
}

/// RFC 8037, A.4: the token that is printed there, and its key.
#[test]
fn ed25519_is_that_of_rfc_8037() {
    let x = BASE64URL_NOPAD.decode(b"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let key = Key::EdDsa(x.try_into().unwrap());
    let keys = Keys::new(vec![("a".to_owned(), key)]).unwrap();
    // Its payload is no JSON: a signature that fits comes before that is seen.
    let printed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(verified(&keys, printed), Err(TokenRefused::Claims));
    let altered = printed.replace("RXhh", "RXhi");
    assert_eq!(verified(&keys, &altered), Err(TokenRefused::Signature));
    let signing = SigningKey::from_bytes(&[9; 32]);
    let key = Key::EdDsa(signing.verifying_key().to_bytes());
    let keys = Keys::new(vec![
        ("e".to_owned(), key.clone()),
        ("h".to_owned(), Key::Hs256(SECRET.to_vec())),
    ]);
    let keys = keys.unwrap();
    let signed =
        format!("{}.{}", encoded(&json!({"alg": "EdDSA", "kid": "e"})), encoded(&claims()));
    let signature = signing.sign(signed.as_bytes()).to_bytes();
    let good = format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature));
    assert_eq!(verified(&keys, &good), Ok(()));
    // A public key is known to everybody: it is no secret of HS256.
    let signed =
        format!("{}.{}", encoded(&json!({"alg": "HS256", "kid": "e"})), encoded(&claims()));
    let Key::EdDsa(public) = key else { panic!("another key") };
    let forged = format!("{signed}.{}", BASE64URL_NOPAD.encode(&hmac(&public, &signed)));
    assert_eq!(verified(&keys, &forged), Err(TokenRefused::Algorithm));
    assert_eq!(verified(&keys, &hs256(&claims())), Err(TokenRefused::UnknownKey));
}

#[test]
fn keys_that_prove_nothing_are_refused() {
    let a = || "a".to_owned();
    let refused = |keys| Keys::new(keys).err();
    assert_eq!(refused(vec![(a(), Key::Hs256(vec![1; 31]))]), Some(KeyRefused::Short(a())));
    assert_eq!(refused(vec![(a(), Key::EdDsa([0; 32]))]), Some(KeyRefused::Weak(a())));
    let good = || (a(), Key::Hs256(SECRET.to_vec()));
    assert_eq!(refused(vec![good(), good()]), Some(KeyRefused::Twice(a())));
    assert_eq!(format!("{:?}", good().1), "HS256");
}

/// A token without an issuer is none of an issuer, and one with an issuer is welcome where nobody asks for one.
#[test]
fn an_issuer_counts_where_it_is_asked_for() {
    let mut issued = claims();
    issued["iss"] = json!("https://issuer.example");
    assert_eq!(verified(&keys(), &hs256(&issued)), Ok(()));
    let asks = keys().of_issuer("https://issuer.example");
    assert_eq!(verified(&asks, &hs256(&issued)), Ok(()));
    assert_eq!(verified(&asks, &hs256(&claims())), Err(TokenRefused::Issuer));
    let asks = keys().for_audience("runtime");
    assert_eq!(verified(&asks, &hs256(&claims())), Err(TokenRefused::Audience));
}

#[test]
fn a_token_may_be_so_long_and_no_longer() {
    let of = |bytes: usize| {
        let with = |filler: usize, typ: &str| {
            let mut claims = claims();
            claims["filler"] = json!("x".repeat(filler));
            token(&json!({"alg": "HS256", "typ": typ}), &claims)
        };
        // Not every length is one of base64: the header fills up what the claims cannot.
        let all = (12_000..12_400).flat_map(|n| ["J", "JW", "JWT"].map(|typ| with(n, typ)));
        all.into_iter().find(|token| token.len() == bytes).unwrap()
    };
    assert_eq!(verified(&keys(), &of(16 * 1024)), Ok(()));
    assert_eq!(verified(&keys(), &of(16 * 1024 + 1)), Err(TokenRefused::Malformed));
}
