//! Contracts as the crates of a repository name them: handed in, since a law reads no tree.

/// A contract that a manifest can name.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// What it is, such as `schema`.
    pub kind: &'static str,
    /// The name in full.
    pub id: String,
    /// Everything that it is called.
    pub names: Vec<String>,
    /// Texts that mean it in code.
    pub texts: Vec<String>,
    /// Its name among the variants of `Topic`, of a topic.
    pub variant: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The version that the newest freeze has it in; nothing when it has not, or when there is no freeze.
    pub frozen: Option<String>,
    /// The names of the schema of its payload, of a topic.
    pub payload: Vec<String>,
    /// What breaks it since the baseline.
    pub breaks: Vec<String>,
}

/// The contracts of a repository.
#[derive(Debug, Clone, Default)]
pub struct Contracts {
    /// Each of them.
    pub all: Vec<Contract>,
    /// Those that the baseline had, and that are no more.
    pub gone: Vec<Contract>,
    /// The newest freeze.
    pub newest: Option<String>,
}

impl Contracts {
    /// What a name means; several, where it is the name of all of them.
    pub fn meant(&self, name: &str) -> Vec<&Contract> {
        let found = self.all.iter().filter(|contract| contract.names.iter().any(|n| n == name));
        found.collect()
    }

    /// What breaks a name since the baseline.
    pub fn broken(&self, name: &str) -> Option<&str> {
        let meant = self.all.iter().chain(&self.gone).filter(|c| c.names.iter().any(|n| n == name));
        meant.flat_map(|contract| &contract.breaks).next().map(String::as_str)
    }
}
