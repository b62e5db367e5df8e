//! Decimal numbers as text: nothing is rounded, 30 digits and 1e400 stay what they are.

use std::fmt;

/// A JSON number (RFC 8259 §6), kept as it was written.
#[derive(Debug, Clone, Eq)]
pub struct Number(Box<str>);

/// Why a number is refused although its form is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberProblem {
    /// More characters than [`Number::MAX_TEXT`].
    TooLong,
    /// An exponent beyond ±[`Number::MAX_EXPONENT`]: exact arithmetic on it would take for ever.
    ExponentTooLarge,
}

impl Number {
    /// Longest text.
    pub const MAX_TEXT: usize = 1_000;
    /// Largest exponent.
    pub const MAX_EXPONENT: u32 = 999;

    /// From text that has the form of a JSON number.
    pub fn from_json_text(text: &str) -> Result<Self, NumberProblem> {
        if text.len() > Self::MAX_TEXT {
            return Err(NumberProblem::TooLong);
        }
        if let Some((_, exponent)) = text.split_once(['e', 'E']) {
            let digits = exponent.trim_start_matches(['+', '-']).trim_start_matches('0');
            let value = if digits.is_empty() { Ok(0) } else { digits.parse::<u32>() };
            if value.map_or(true, |n| n > Self::MAX_EXPONENT) {
                return Err(NumberProblem::ExponentTooLarge);
            }
        }
        Ok(Number(text.into()))
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The nearest double, as RFC 8785 wants it.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Sign, significant digits without zeros at either end, and the power of ten of the last one.
    fn normal(&self) -> (bool, String, i64) {
        let (negative, text) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, &*self.0),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let mut exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(0);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        exponent -= fraction.len() as i64;
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        let short = digits.trim_end_matches('0');
        exponent += (digits.len() - short.len()) as i64;
        if short.is_empty() {
            (false, String::new(), 0)
        } else {
            (negative, short.to_owned(), exponent)
        }
    }
}

impl PartialEq for Number {
    /// By value, exactly: 1.0 = 1 = 10e-1.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.normal() == other.normal()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::from_json_text(text).unwrap()
    }

    #[test]
    fn equal_by_value_not_by_spelling() {
        assert_eq!(number("1.0"), number("1"));
        assert_eq!(number("10e-1"), number("1"));
        assert_eq!(number("-0"), number("0.00"));
        assert_ne!(
            number("123456789012345678901234567890"),
            number("123456789012345678901234567891")
        );
        assert_ne!(number("1e400"), number("1e401"));
    }

    #[test]
    fn refuses_exponents_that_exact_arithmetic_cannot_bear() {
        assert_eq!(Number::from_json_text("1e1000000000"), Err(NumberProblem::ExponentTooLarge));
        assert_eq!(
            Number::from_json_text("1e99999999999999999999"),
            Err(NumberProblem::ExponentTooLarge)
        );
        assert!(Number::from_json_text("1e0000400").is_ok());
    }
}
