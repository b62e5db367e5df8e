//! The schemas of the OpenAPI specification itself, compiled once.

use std::sync::LazyLock;

use jsonschema::{Draft, Validator};

/// The schema of documents of a version; `None` when the version is not known or its schema is broken,
/// which a test excludes.
pub(super) fn of(version: &str) -> Option<&'static Validator> {
    let known: &LazyLock<Option<Validator>> = match version.get(..4) {
        Some("3.0.") => &V30,
        Some("3.1.") => &V31,
        Some("3.2.") => &V32,
        _ => return None,
    };
    known.as_ref()
}

/// The meta-schema of the schemas in documents from 3.1 on.
pub(super) fn dialect() -> impl std::ops::Deref<Target = Validator> {
    jsonschema::draft202012::meta::validator()
}

static V30: LazyLock<Option<Validator>> =
    LazyLock::new(|| compile(include_str!("specification/openapi-3.0.schema.json"), Draft::Draft4));
static V31: LazyLock<Option<Validator>> = LazyLock::new(|| {
    compile(include_str!("specification/openapi-3.1.schema.json"), Draft::Draft202012)
});
static V32: LazyLock<Option<Validator>> = LazyLock::new(|| {
    compile(include_str!("specification/openapi-3.2.schema.json"), Draft::Draft202012)
});

fn compile(text: &str, draft: Draft) -> Option<Validator> {
    let schema = serde_json::from_str(text).ok()?;
    jsonschema::options().with_draft(draft).should_validate_formats(true).build(&schema).ok()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_known_version_has_its_schema() {
        for version in ["3.0.3", "3.1.0", "3.2.0"] {
            assert!(of(version).is_some(), "{version}");
        }
        assert!(of("3.10.0").is_none());
    }
}
