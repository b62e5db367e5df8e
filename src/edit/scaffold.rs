//! The plan of `init`: a small tree that passes, the hook, the workflow.

use super::Plan;

/// A file of the template.
macro_rules! template {
    ($path:literal) => {
        ($path, include_str!(concat!("template/contracts/", $path)))
    };
}

/// What `init` writes.
pub fn scaffold() -> Plan {
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
    Plan {
        folder: ("contracts".to_owned(), contracts),
        files: vec![
            (".pre-commit-config.yaml", include_str!("template/pre-commit-config.yaml")),
            (".github/workflows/contract-guard.yml", include_str!("template/contract-guard.yml")),
        ],
    }
}
