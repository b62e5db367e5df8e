//! Bearer tokens: JSON Web Tokens (RFC 7519) in compact serialization (RFC 7515), signed with HS256 (RFC 7518, 3.2)
//! or EdDSA with Ed25519 (RFC 8037). The key decides the algorithm; the token cannot choose another.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::Sha256;

/// More is no token of ours; it bounds the work before the signature is known to be good.
const LONGEST: usize = 16 * 1024;

/// RFC 7518, 3.2: a key of HS256 has at least as many bytes as the hash.
const SHORTEST_SECRET: usize = 32;

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: String,
    /// Until when it holds, in seconds since 1970 (UTC).
    pub exp: f64,
    /// From when it holds, in seconds since 1970 (UTC).
    pub nbf: Option<f64>,
    /// Who made it.
    pub iss: Option<String>,
    /// Whom it is for: a text or an array of texts.
    pub aud: Option<Value>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The mode.
    pub mode: Option<String>,
    /// The surface.
    pub surface_id: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// The roles of the user, for the policy.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// The part of a header that counts.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// A key that tokens are verified with.
#[derive(Clone)]
pub enum Key {
    /// The shared secret of HS256, at least 32 bytes.
    Hs256(Vec<u8>),
    /// The public key of Ed25519, 32 bytes.
    EdDsa([u8; 32]),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm())
    }
}

impl Key {
    fn algorithm(&self) -> &'static str {
        match self {
            Key::Hs256(_) => "HS256",
            Key::EdDsa(_) => "EdDSA",
        }
    }
}

/// Why a key of the configuration is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRefused {
    /// Two keys have one id.
    Twice(String),
    /// The secret has fewer than 32 bytes.
    Short(String),
    /// The bytes are no public key, or one that fits signatures of anybody.
    Weak(String),
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefused {
    /// There is none.
    Missing,
    /// It is no compact token, or too long.
    Malformed,
    /// It asks for an algorithm that is not the one of its key.
    Algorithm,
    /// It names a key that the configuration does not have, or none where there are several.
    UnknownKey,
    /// It says nothing of the user, or of its end, that can be understood.
    Claims,
    /// It has an extension that must be understood, and is not.
    Critical,
    /// Its signature does not fit.
    Signature,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It is of another issuer.
    Issuer,
    /// It is for somebody else.
    Audience,
    /// The server does not know what time it is.
    Clock,
}

/// The keys of the configuration, and whose tokens are taken.
#[derive(Debug, Clone)]
pub struct Keys {
    keys: Vec<(String, Key)>,
    issuer: Option<String>,
    audience: Option<String>,
}

impl Keys {
    /// With keys by their ids (`kid`).
    ///
    /// # Errors
    /// When a key is too weak to prove anything, or an id stands for two.
    pub fn new(keys: Vec<(String, Key)>) -> Result<Keys, KeyRefused> {
        for (index, (id, key)) in keys.iter().enumerate() {
            if keys.iter().take(index).any(|(other, _)| other == id) {
                return Err(KeyRefused::Twice(id.clone()));
            }
            match key {
                Key::Hs256(secret) if secret.len() < SHORTEST_SECRET => {
                    return Err(KeyRefused::Short(id.clone()));
                }
                Key::EdDsa(bytes)
                    if VerifyingKey::from_bytes(bytes).map_or(true, |key| key.is_weak()) =>
                {
                    return Err(KeyRefused::Weak(id.clone()));
                }
                Key::Hs256(_) | Key::EdDsa(_) => {}
            }
        }
        Ok(Keys { keys, issuer: None, audience: None })
    }

    /// Takes tokens of this issuer (`iss`) alone.
    #[must_use]
    pub fn of_issuer(mut self, issuer: &str) -> Keys {
        self.issuer = Some(issuer.to_owned());
        self
    }

    /// Takes tokens for this audience (`aud`) alone.
    #[must_use]
    pub fn for_audience(mut self, audience: &str) -> Keys {
        self.audience = Some(audience.to_owned());
        self
    }

    /// What a token says, when its signature fits and its time is now.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn verify(&self, token: &str, now: SystemTime) -> Result<Claims, TokenRefused> {
        if token.len() > LONGEST {
            return Err(TokenRefused::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenRefused::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenRefused::Malformed)?;
        let header: Header = decode(header)?;
        // RFC 7515, 4.1.11: who does not know an extension that is critical refuses.
        if header.crit.is_some() {
            return Err(TokenRefused::Critical);
        }
        let key = self.key(header.kid.as_deref())?;
        if header.alg != key.algorithm() {
            return Err(TokenRefused::Algorithm);
        }
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes());
        let signature = signature.map_err(|_| TokenRefused::Malformed)?;
        fits(key, signed.as_bytes(), &signature)?;
        let claims: Claims = decode(claims).map_err(|_| TokenRefused::Claims)?;
        self.holds(&claims, now)?;
        Ok(claims)
    }

    fn key(&self, id: Option<&str>) -> Result<&Key, TokenRefused> {
        let found = match (id, self.keys.as_slice()) {
            (None, [(_, only)]) => Some(only),
            (None, _) => None,
            (Some(id), keys) => keys.iter().find(|(of, _)| of == id).map(|(_, key)| key),
        };
        found.ok_or(TokenRefused::UnknownKey)
    }

    fn holds(&self, claims: &Claims, now: SystemTime) -> Result<(), TokenRefused> {
        let now = now.duration_since(UNIX_EPOCH).map_err(|_| TokenRefused::Clock)?.as_secs_f64();
        // Written so that what is no number is over.
        if !matches!(claims.exp.partial_cmp(&now), Some(std::cmp::Ordering::Greater)) {
            return Err(TokenRefused::Expired);
        }
        if claims.nbf.is_some_and(|from| from > now) {
            return Err(TokenRefused::NotYet);
        }
        if self.issuer.is_some() && self.issuer != claims.iss {
            return Err(TokenRefused::Issuer);
        }
        let Some(audience) = &self.audience else { return Ok(()) };
        let is_for = match &claims.aud {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(all)) => all.iter().any(|one| one == audience),
            _ => false,
        };
        if is_for { Ok(()) } else { Err(TokenRefused::Audience) }
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, TokenRefused> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenRefused::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenRefused::Malformed)
}

fn fits(key: &Key, signed: &[u8], signature: &[u8]) -> Result<(), TokenRefused> {
    let refused = TokenRefused::Signature;
    match key {
        Key::Hs256(secret) => {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| refused)?;
            mac.update(signed);
            mac.verify_slice(signature).map_err(|_| refused)
        }
        Key::EdDsa(bytes) => {
            let key = VerifyingKey::from_bytes(bytes).map_err(|_| refused)?;
            let signature = Signature::from_slice(signature).map_err(|_| refused)?;
            key.verify_strict(signed, &signature).map_err(|_| refused)
        }
    }
}

impl fmt::Display for KeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyRefused::Twice(id) => write!(f, "two keys have the id `{id}`: rename one"),
            KeyRefused::Short(id) => {
                write!(
                    f,
                    "the secret of key `{id}` has fewer than {SHORTEST_SECRET} bytes: make a longer one"
                )
            }
            KeyRefused::Weak(id) => {
                write!(f, "key `{id}` is no usable public key of Ed25519: make a new pair")
            }
        }
    }
}

impl fmt::Display for TokenRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TokenRefused::Missing => "the request has no bearer token",
            TokenRefused::Malformed => "the bearer token is no JSON Web Token",
            TokenRefused::Algorithm => {
                "the token asks for an algorithm that is not that of its key"
            }
            TokenRefused::UnknownKey => "the token names no key of the configuration",
            TokenRefused::Claims => "the token needs `sub`, a text, and `exp`, a number",
            TokenRefused::Critical => "the token has a `crit` that nobody here understands",
            TokenRefused::Signature => "the signature of the token does not fit",
            TokenRefused::Expired => "the token has expired: get a new one",
            TokenRefused::NotYet => "the token does not hold yet",
            TokenRefused::Issuer => "the token is of another issuer",
            TokenRefused::Audience => "the token is for another audience",
            TokenRefused::Clock => "the clock of the server stands before 1970",
        })
    }
}

impl std::error::Error for KeyRefused {}
impl std::error::Error for TokenRefused {}
