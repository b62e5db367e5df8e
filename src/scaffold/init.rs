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
    /// Single files, written only where there is none.
    pub files: Vec<(&'static str, &'static str)>,
}

/// The tree of `init`.
pub fn init() -> Start {
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
    Start {
        folder: ("contracts", contracts),
        files: vec![
            (".pre-commit-config.yaml", include_str!("init_tree/pre-commit-config.yaml")),
            (".github/workflows/contract-guard.yml", include_str!("init_tree/contract-guard.yml")),
        ],
    }
}
