//! Plain YAML scalars: what the YAML 1.2 core schema (§10.3.2) makes of them, and which of them other
//! readers (YAML 1.1, most of the field) take for something else.

use super::{Data, Number, NumberProblem};

/// Why a plain scalar is not what it seems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambiguity {
    /// `yes`, `no`, `on`, `off`, `y`, `n`
    Boolean,
    /// `0777`
    Octal,
    /// `12:30`
    Sexagesimal,
    /// `1.10`: the number has no place for the last zero.
    TrailingZero,
    /// `1_000`, `0b11`: a number for YAML 1.1, text for 1.2.
    OldNumber,
    /// `.inf`, `.nan`: no JSON value.
    NotFinite,
}

impl Ambiguity {
    /// What goes wrong, after "unquoted `x`".
    pub fn reason(self) -> &'static str {
        match self {
            Ambiguity::Boolean => "is a boolean to YAML 1.1 readers and text to YAML 1.2 readers",
            Ambiguity::Octal => "is octal to YAML 1.1 readers and decimal to YAML 1.2 readers",
            Ambiguity::Sexagesimal => {
                "is a base-60 number to YAML 1.1 readers and text to YAML 1.2 readers"
            }
            Ambiguity::TrailingZero => "is a number, which loses its last zero",
            Ambiguity::OldNumber => "is a number to YAML 1.1 readers and text to YAML 1.2 readers",
            Ambiguity::NotFinite => "has no JSON value",
        }
    }
}

/// Whether readers disagree about a plain scalar. Keys may be `y` and `n`: coordinates are common.
pub fn ambiguity(text: &str, is_key: bool) -> Option<Ambiguity> {
    let first = text.bytes().next()?;
    match first {
        b'y' | b'Y' | b'n' | b'N' | b'o' | b'O' => {
            is_old_boolean(text, is_key).then_some(Ambiguity::Boolean)
        }
        b'0'..=b'9' | b'+' | b'-' | b'.' => ambiguous_number(text),
        _ => None,
    }
}

fn is_old_boolean(text: &str, is_key: bool) -> bool {
    // The exact spellings of the YAML 1.1 bool type.
    match text {
        "y" | "Y" | "n" | "N" => !is_key,
        "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF" => {
            true
        }
        _ => false,
    }
}

fn ambiguous_number(text: &str) -> Option<Ambiguity> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Some(Ambiguity::NotFinite);
    }
    if !unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b':' | b'_' | b'b')) {
        return None;
    }
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if unsigned.len() > 1 && unsigned.starts_with('0') && all_digits(unsigned) {
        return Some(Ambiguity::Octal);
    }
    if unsigned.contains(':') {
        let mut parts = unsigned.split(':');
        let head = parts.next().is_some_and(all_digits);
        let tail =
            parts.all(|p| all_digits(p) && p.len() <= 2 && p.parse::<u8>().is_ok_and(|n| n < 60));
        return (head && tail).then_some(Ambiguity::Sexagesimal);
    }
    if let Some(bits) = unsigned.strip_prefix("0b") {
        let binary = !bits.is_empty() && bits.bytes().all(|b| matches!(b, b'0' | b'1' | b'_'));
        return binary.then_some(Ambiguity::OldNumber);
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if unsigned.contains('_') {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
        let number =
            whole.starts_with(|c: char| c.is_ascii_digit()) && digits(whole) && digits(fraction);
        return number.then_some(Ambiguity::OldNumber);
    }
    let loses_zero =
        all_digits(whole) && all_digits(fraction) && fraction.len() > 1 && fraction.ends_with('0');
    loses_zero.then_some(Ambiguity::TrailingZero)
}

/// What the core schema makes of a plain scalar.
pub(super) fn resolve(text: &str) -> Result<Data, NumberProblem> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Data::Null),
        "true" | "True" | "TRUE" => return Ok(Data::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Data::Bool(false)),
        _ => {}
    }
    match json_number(text) {
        Some(number) => Number::from_json_text(&number).map(Data::Number),
        None => Ok(Data::String(text.to_owned())),
    }
}

/// The JSON spelling of a core schema number: `+1`, `0x1F`, `0o17`, `.5`, `5.`, `007`.
fn json_number(text: &str) -> Option<String> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("", text.get(1..)?),
        _ => ("", text),
    };
    let first = rest.bytes().next()?;
    if !first.is_ascii_digit() && first != b'.' {
        return None;
    }
    let radix = |prefix, radix| {
        let digits = text.strip_prefix(prefix)?;
        let plain = digits.bytes().all(|b| b.is_ascii_alphanumeric());
        plain.then(|| u128::from_str_radix(digits, radix).ok().map(|n| n.to_string())).flatten()
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(number);
    }
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !all_digits(whole) || !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let mut number = format!("{sign}{}", if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        number.push('.');
        number.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !all_digits(digits) {
            return None;
        }
        number.push('e');
        number.push_str(exponent);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema_numbers() {
        let number = |text: &str| json_number(text).unwrap();
        assert_eq!(number("0x1F"), "31");
        assert_eq!(number("0o17"), "15");
        assert_eq!(number("+12"), "12");
        assert_eq!(number(".5"), "0.5");
        assert_eq!(number("5."), "5");
        assert_eq!(number("-007"), "-7");
        assert_eq!(number("1e3"), "1e3");
        for text in ["1.2.3", "1e", "0x", "-", ".", "1_000", "12:30", "2026-11-20"] {
            assert_eq!(json_number(text), None, "{text}");
        }
    }

    #[test]
    fn ambiguous_spellings() {
        assert_eq!(ambiguity("no", false), Some(Ambiguity::Boolean));
        assert_eq!(ambiguity("0777", false), Some(Ambiguity::Octal));
        assert_eq!(ambiguity("12:30", false), Some(Ambiguity::Sexagesimal));
        assert_eq!(ambiguity("1.10", false), Some(Ambiguity::TrailingZero));
        assert_eq!(ambiguity("1_000", false), Some(Ambiguity::OldNumber));
        for text in ["nO", "0", "1.5", "1.0", "note", "2026-11-20", "12:99", "10.0.0.1", "0.05"] {
            assert_eq!(ambiguity(text, false), None, "{text}");
        }
        assert_eq!(ambiguity("y", true), None);
    }
}
