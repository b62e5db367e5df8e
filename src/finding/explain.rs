//! What `explain CODE` tells: five parts, so that a missing one does not compile.

/// The explanation of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Explain {
    /// What the rule says, in one or two sentences.
    pub what: &'static str,
    /// Why that matters to whoever uses the contract.
    pub why: &'static str,
    /// An artifact that the rule refuses: the text of a fixture, so that the tests run what is shown.
    pub bad: &'static str,
    /// The same artifact, made right.
    pub good: &'static str,
    /// How to get from one to the other.
    pub fix: &'static str,
}

/// The text of a fixture below `fixtures/checks/`.
macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/checks/", $path))
    };
}
pub(crate) use fixture;
