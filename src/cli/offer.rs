//! What a shell offers for values that are more than a list of words. Whoever parses a value still judges it.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};

use super::explain;
use super::outlets::ReportTo;

/// A parser, and what is offered for it.
#[derive(Debug, Clone)]
pub(super) struct Offer<T> {
    parse: fn(&str) -> Result<T, String>,
    words: fn() -> Vec<&'static str>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Offer<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        TypedValueParser::parse_ref(&self.parse, command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.words)().into_iter().map(PossibleValue::new)))
    }
}

/// The values of `--report`, up to the file.
pub(super) const REPORTS: [&str; 9] = [
    "human=",
    "short=",
    "json=",
    "markdown=",
    "sarif=",
    "github=",
    "gitlab=",
    "junit=",
    "comment=",
];

pub(super) fn reports() -> Offer<ReportTo> {
    Offer { parse: ReportTo::parse, words: || REPORTS.to_vec() }
}

/// The codes that can be explained.
pub(super) fn codes() -> Offer<String> {
    Offer { parse: |text| Ok(text.to_owned()), words: explain::codes }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::cli::args::OutputFormat;

    #[test]
    fn every_format_that_is_taken_is_offered_and_no_other() {
        let known = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known = known.map(|value| format!("{}=", value.get_name()));
        let is_taken = |word: &String| ReportTo::parse(&format!("{word}file")).is_ok();
        let taken: Vec<String> = known.chain(["comment=".to_owned()]).filter(is_taken).collect();
        assert_eq!(taken, REPORTS);
    }
}
