//! What every command's help ends with.

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  pass
  1  the gate failed: there are findings of level error
  2  usage or configuration
  3  no verdict: nothing to check, unreadable, or the answer could not be written
  4  integrity: a freeze is not what it was
  5  busy: another run is at work";

/// Examples, then the exit codes.
pub(super) fn with_codes(examples: &str) -> String {
    format!("{examples}\n\n{EXIT_CODES}")
}
