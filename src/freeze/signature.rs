//! Detached signatures of freezes, in the format of `ssh-keygen -Y sign` (OpenSSH, PROTOCOL.sshsig).

use data_encoding::{BASE64, BASE64_NOPAD};

use super::index::with_lf;
use crate::tree::Digest;

/// What the signatures are for. One made for anything else is none.
pub const NAMESPACE: &str = "contract-guard-freeze";

/// A signature, taken apart. Nothing is proven by that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The public key, as SSH writes it.
    key: Vec<u8>,
    /// What it is for.
    pub namespace: String,
}

impl Signature {
    /// Reads an armored signature. The error is a clause for the user.
    pub fn parse(bytes: &[u8]) -> Result<Signature, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "is no text")?;
        let body = text
            .trim()
            .strip_prefix("-----BEGIN SSH SIGNATURE-----")
            .and_then(|rest| rest.strip_suffix("-----END SSH SIGNATURE-----"))
            .ok_or("is no SSH signature")?;
        let body: String = body.split_whitespace().collect();
        let blob = BASE64.decode(body.as_bytes()).map_err(|_| "is no SSH signature")?;
        let mut rest = blob.strip_prefix(b"SSHSIG\x00\x00\x00\x01").ok_or("is no SSH signature")?;
        let key = field(&mut rest).ok_or("ends early")?.to_vec();
        let namespace = field(&mut rest).ok_or("ends early")?;
        let namespace = String::from_utf8_lossy(namespace).into_owned();
        Ok(Signature { key, namespace })
    }

    /// The fingerprint of the key, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", BASE64_NOPAD.encode(Digest::of(&self.key).bytes()))
    }

    /// What tells this key apart in a file name.
    pub fn key_id(&self) -> String {
        Digest::of(&self.key).hex().chars().take(16).collect()
    }
}

/// A length in four bytes, most significant first, and that many bytes.
fn field<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let found = after.get(..length)?;
    *rest = after.get(length..)?;
    Some(found)
}

/// What is signed: the freeze file, with the line endings it was written with, whatever a checkout has
/// made of them.
pub fn signed_bytes(file: &[u8]) -> Vec<u8> {
    with_lf(file)
}
