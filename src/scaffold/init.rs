//! The plan of `init`: a small tree that passes, the hook, the workflow.

/// A file of the template.
macro_rules! template {
    ($path:literal) => {
        ($path, include_str!(concat!("init_tree/contracts/", $path)))
    };
}

/// What `init` writes: texts by path.
#[derive(Debug, Clone)]
pub struct Start {
    /// A folder that appears whole or not at all, and its files by path within it.
    pub folder: (&'static str, Vec<(&'static str, &'static str)>),
    /// Single files for the top of the repository, written only where there is none.
    pub files: Vec<(&'static str, String)>,
}

/// What the template of the workflow, and that of the hook, run.
const CHECK: &str = "contract-guard check";
const HOOK: &str = "contract-guard hook run";

/// The file that calls the hook, and the one that calls the gate in CI.
pub const CALLERS: [(&str, &str); 2] =
    [(".pre-commit-config.yaml", HOOK), (".github/workflows/contract-guard.yml", CHECK)];

/// Whether the name of a folder means itself in a shell and in YAML.
pub fn is_plain(folder: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    !folder.starts_with('-') && folder.chars().all(is_plain)
}

/// The tree of `init` for a folder below the top of the repository; empty for the top. Where its name is not
/// plain, nothing is written at the top.
pub fn init(below: &str) -> Start {
    let contracts = vec![
        template!("CHANGELOG.md"),
        template!("README.md"),
        template!("events/envelope.schema.json"),
        template!("events/examples/envelope.invalid.amber-without-group.json"),
        template!("events/examples/note_created.example.json"),
        template!("events/schemas/note_created.schema.json"),
        template!("events/topics.yaml"),
        template!("policy/bands.yaml"),
        template!("storage/common.schema.json"),
        template!("storage/examples/note.example.json"),
        template!("storage/examples/note.invalid.no-title.json"),
        template!("storage/schemas/note.schema.json"),
        template!("versions.yaml"),
    ];
    let texts = [
        include_str!("init_tree/pre-commit-config.yaml"),
        include_str!("init_tree/contract-guard.yml"),
    ];
    let called = |(path, call): (&'static str, &str), text: &str| {
        let text = match below {
            "" => text.to_owned(),
            below => text.replace(call, &format!("{call} {below}")),
        };
        (path, text)
    };
    let mut files = Vec::new();
    if is_plain(below) {
        files = CALLERS.into_iter().zip(texts).map(|(caller, text)| called(caller, text)).collect();
    }
    Start { folder: ("contracts", contracts), files }
}
