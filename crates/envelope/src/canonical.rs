//! The canonical form of JSON (RFC 8785) that hashes and signatures are made of. A number that would become another
//! one there is refused: it could be changed behind a signature that still fits.

use data_encoding::HEXLOWER;
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use crate::refused::Refused;

/// The canonical bytes of a value.
///
/// # Errors
/// [`Refused::Number`] for a number that a double does not hold.
pub fn canonical(value: &Value) -> Result<Vec<u8>, Refused> {
    numbers(value)?;
    serde_json_canonicalizer::to_vec(value).map_err(|error| Refused::NotJson(error.to_string()))
}

/// `hashes.payload_sha256` of a payload: SHA-256 of its canonical form, in lower-case hexadecimal.
///
/// # Errors
/// Those of [`canonical`].
pub fn payload_sha256(payload: &Value) -> Result<String, Refused> {
    Ok(HEXLOWER.encode(&Sha256::digest(canonical(payload)?)))
}

fn numbers(value: &Value) -> Result<(), Refused> {
    match value {
        Value::Number(number) if !is_a_double(number) => Err(Refused::Number(number.to_string())),
        Value::Array(items) => items.iter().try_for_each(numbers),
        Value::Object(entries) => entries.values().try_for_each(numbers),
        _ => Ok(()),
    }
}

/// Whether the shortest text of the nearest double is the same decimal number.
fn is_a_double(number: &Number) -> bool {
    let text = number.to_string();
    let Ok(double) = text.parse::<f64>() else { return false };
    double.is_finite() && decimal(&text) == decimal(&format!("{double:e}"))
}

/// Sign, digits without zeros at either end, and the exponent of ten of the last digit; nothing for what is not
/// written as a number. All zeros are one.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut exponent: i64 = exponent.parse().ok()?;
    let (negative, mantissa) =
        mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let digits = format!("{whole}{fraction}");
    let shorter = digits.trim_end_matches('0');
    exponent = exponent.checked_add(i64::try_from(digits.len() - shorter.len()).ok()?)?;
    let shorter = shorter.trim_start_matches('0');
    Some(if shorter.is_empty() {
        (false, String::new(), 0)
    } else {
        (negative, shorter.to_owned(), exponent)
    })
}
