//! Schemas by name and version, and what they say of a value. Each is compiled when it is first asked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use jsonschema::{Draft, Registry, ValidationOptions, Validator};
use serde_json::{Value, json};

use crate::{FILES, File, VERSION};

/// A frozen schema that can be asked.
pub struct Schema {
    /// Its name: `storage/note`, `events/note_created`, `events/envelope`.
    pub name: String,
    /// The version of the set that it is of.
    pub version: &'static str,
    file: &'static File,
    validator: OnceLock<Result<Validator, String>>,
}

/// There is no such schema, or not in such a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSchema {
    /// What was asked for.
    pub name: String,
    /// The version that was asked for, and the one that is there.
    pub versions: Option<(String, &'static str)>,
}

impl fmt::Display for NoSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.versions {
            None => write!(f, "the contracts have no schema `{}`", self.name),
            Some((asked, there)) => {
                write!(f, "schema `{}` is there in version {there}, not {asked}", self.name)
            }
        }
    }
}

impl std::error::Error for NoSchema {}

/// Why a value is not what a schema allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The schema.
    pub schema: String,
    /// The places (JSON Pointer, RFC 6901) and what is wrong there, in the order of the validator.
    pub errors: Vec<(String, String)>,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a `{}`", self.schema)?;
        self.errors.iter().try_for_each(|(at, what)| write!(f, "; at `{at}`: {what}"))
    }
}

impl std::error::Error for Invalid {}

impl Schema {
    /// The path below the contracts root.
    pub fn path(&self) -> &'static str {
        self.file.path
    }

    /// Its text.
    pub fn text(&self) -> &'static str {
        self.file.text
    }

    /// Whether a value is as the schema says, formats included.
    ///
    /// # Errors
    /// Every place where it is not. A schema that cannot be compiled allows nothing.
    pub fn validate(&self, value: &Value) -> Result<(), Invalid> {
        let invalid = |errors| Err(Invalid { schema: self.name.clone(), errors });
        match self.validator.get_or_init(|| compile(self.file)) {
            Ok(validator) => {
                let errors = validator.iter_errors(value);
                let errors: Vec<(String, String)> = errors
                    .map(|error| (error.instance_path().to_string(), error.to_string()))
                    .collect();
                if errors.is_empty() { Ok(()) } else { invalid(errors) }
            }
            Err(why) => invalid(vec![(String::new(), why.clone())]),
        }
    }
}

/// The schemas, by name.
static SCHEMAS: LazyLock<BTreeMap<String, Schema>> = LazyLock::new(|| {
    let files =
        FILES.iter().filter(|file| matches!(file.kind, "schema" | "envelope" | "invariant"));
    let named = files.map(|file| {
        let name = name_of(file.path);
        let (version, validator) = (VERSION, OnceLock::new());
        (name.clone(), Schema { name, version, file, validator })
    });
    named.collect()
});

/// `storage/schemas/note.schema.json` is `storage/note`.
fn name_of(path: &str) -> String {
    let name = path.strip_suffix(".schema.json").or(path.strip_suffix(".json")).unwrap_or(path);
    let segments: Vec<&str> = name.split('/').filter(|segment| *segment != "schemas").collect();
    segments.join("/")
}

/// Every schema under its `$id`, and every description of an API beside them, so that each finds the others and
/// nothing is fetched.
static REGISTRY: LazyLock<Result<Registry<'static>, String>> = LazyLock::new(|| {
    let mut registry = Registry::new();
    for (path, document) in documents() {
        let uri = format!("{}{path}", base()?);
        registry = registry.add(uri, document.clone()).map_err(|error| error.to_string())?;
    }
    for file in FILES.iter().filter(|file| matches!(file.kind, "schema" | "envelope" | "invariant"))
    {
        let value = parsed(file)?;
        let Some(id) = value.get("$id").and_then(Value::as_str).map(str::to_owned) else {
            continue;
        };
        registry = registry.add(id, value).map_err(|error| error.to_string())?;
    }
    registry.prepare().map_err(|error| error.to_string())
});

/// The descriptions of APIs, by their paths.
pub(crate) fn documents() -> &'static BTreeMap<&'static str, Value> {
    static DOCUMENTS: LazyLock<BTreeMap<&'static str, Value>> = LazyLock::new(|| {
        let read = |(path, text): &(&'static str, &str)| {
            // The build wrote it as JSON.
            (*path, serde_json::from_str(text).unwrap_or_default())
        };
        crate::DOCUMENTS.iter().map(read).collect()
    });
    &DOCUMENTS
}

/// What stands before a path in the `$id` of a schema: relative references from an API lead to schemas by it.
fn base() -> Result<String, String> {
    let of = |file: &File| {
        let id = parsed(file).ok()?.get("$id")?.as_str()?.to_owned();
        id.strip_suffix(file.path).map(str::to_owned)
    };
    FILES.iter().find_map(of).ok_or_else(|| "no schema has an `$id` with its path".to_owned())
}

/// The validator of a schema that stands within a description of an API.
///
/// # Errors
/// When there is no schema at that place.
pub(crate) fn within(path: &str, pointer: &str) -> Result<Validator, String> {
    let registry = REGISTRY.as_ref().map_err(Clone::clone)?;
    let there = json!({"$ref": format!("{}{path}#{pointer}", base()?)});
    options()
        .with_registry(registry)
        .build(&there)
        .map_err(|error| format!("`{path}` has no schema at `{pointer}`: {error}"))
}

fn options() -> ValidationOptions<'static> {
    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true)
}

fn parsed(file: &File) -> Result<Value, String> {
    serde_json::from_str(file.text).map_err(|error| format!("`{}` is no JSON: {error}", file.path))
}

fn compile(file: &File) -> Result<Validator, String> {
    let registry = REGISTRY.as_ref().map_err(Clone::clone)?;
    options()
        .with_registry(registry)
        .build(&parsed(file)?)
        .map_err(|error| format!("`{}` is no schema: {error}", file.path))
}

/// The schema of a name, in a version that its users were made for: the same major, and no later one.
///
/// # Errors
/// When there is none of that name, or it is of another version.
pub fn schema(name: &str, version: &str) -> Result<&'static Schema, NoSchema> {
    let no = |versions| NoSchema { name: name.to_owned(), versions };
    let schema = SCHEMAS.get(name).ok_or_else(|| no(None))?;
    let fits = match (numbers(version), numbers(schema.version)) {
        (Some(asked), Some(there)) => asked.0 == there.0 && asked <= there,
        _ => false,
    };
    if fits { Ok(schema) } else { Err(no(Some((version.to_owned(), schema.version)))) }
}

/// Every schema, in the order of their names.
pub fn schemas() -> impl Iterator<Item = &'static Schema> {
    SCHEMAS.values()
}

/// A frozen file by its path below the contracts root.
pub fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

/// Major, minor and patch; what is left out is 0.
fn numbers(version: &str) -> Option<(u64, u64, u64)> {
    let mut parts = version.split('.');
    let mut next = || parts.next().map_or(Some(0), |part| part.parse().ok());
    let found = (next()?, next()?, next()?);
    parts.next().is_none().then_some(found)
}
