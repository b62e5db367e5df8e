//! What a Cargo.toml says of contracts: `[package.metadata.contracts]`, the package that says it, and what that is
//! built with. Whether it is true is judged elsewhere.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::document::{Pointer, Span};

/// What a manifest says.
#[derive(Debug, Clone)]
pub struct Package {
    /// The package.
    pub name: String,
    /// Its version; nothing when that is the one of the workspace.
    pub version: Option<String>,
    /// The contracts that it names.
    pub named: Vec<Named>,
    /// Names of the packages it is built with, and where they stand.
    pub dependencies: Vec<(String, Pointer, usize)>,
    /// Where `[package.metadata.contracts]` stands, when it is there.
    pub table: Option<Span>,
    /// Where `name` stands.
    pub at: Span,
    /// What is no such table, where, and what to write.
    pub wrong: Vec<(Span, String)>,
}

/// What a package does with a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It does what the contract says.
    Implements,
    /// It sends what the contract describes.
    Publishes,
    /// It relies on it.
    Consumes,
}

impl Role {
    /// All of them, as keys and as words.
    pub const ALL: [(&'static str, Role); 3] = [
        ("implements", Role::Implements),
        ("publishes", Role::Publishes),
        ("consumes", Role::Consumes),
    ];
}

/// A contract that a manifest names.
#[derive(Debug, Clone)]
pub struct Named {
    /// What is done with it.
    pub role: Role,
    /// As it is written: `storage/note`, `NOTE_CREATED`.
    pub name: String,
    /// Which versions, as Cargo writes them; empty for every one.
    pub requirement: String,
    /// The schema of a topic's payload, when the manifest names it.
    pub payload: Option<String>,
    /// Where, as a pointer.
    pub at: Pointer,
    /// Where, in bytes.
    pub span: Span,
}

/// Why a manifest is none, and where.
pub type Unread = (Span, String);

/// Reads a manifest; `None` for that of a workspace that is no package itself.
///
/// # Errors
/// When it is no manifest of Cargo: then nobody knows what its package says.
pub fn package(bytes: &[u8]) -> Result<Option<Package>, Unread> {
    let all = Span::new(0, bytes.len());
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        (Span::new(at, at), "it is no UTF-8 from here".to_owned())
    })?;
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or_default();
        (Span::new(at.start, at.end), format!("it is no TOML: {}", error.message()))
    })?;
    let table = table.into_inner();
    let Some(package) = table.get("package") else {
        let neither = (all, "it has neither `[package]` nor `[workspace]`".to_owned());
        return table.get("workspace").map(|_| None).ok_or(neither);
    };
    let wrong = |what: &str| (span(package), what.to_owned());
    let fields = package.get_ref().as_table().ok_or_else(|| wrong("`package` is no table"))?;
    let name = fields.get("name").ok_or_else(|| wrong("the package has no name"))?;
    let text =
        name.get_ref().as_str().ok_or_else(|| wrong("the name of the package is no text"))?;
    let mut found = Package {
        name: text.to_owned(),
        version: fields.get("version").and_then(|v| v.get_ref().as_str()).map(str::to_owned),
        named: Vec::new(),
        dependencies: Vec::new(),
        table: None,
        at: span(name),
        wrong: Vec::new(),
    };
    if let Some(metadata) = fields.get("metadata").and_then(|m| m.get_ref().as_table()) {
        of_metadata(metadata, &mut found);
    }
    dependencies(&table, &Pointer::root(), &mut found.dependencies);
    if let Some(targets) = table.get("target").and_then(|t| t.get_ref().as_table()) {
        for (target, of_target) in targets {
            let at = Pointer::root().path(&["target", target.get_ref()]);
            if let Some(of_target) = of_target.get_ref().as_table() {
                dependencies(of_target, &at, &mut found.dependencies);
            }
        }
    }
    Ok(Some(found))
}

/// Finds `contracts`, or what was meant to be it.
fn of_metadata(metadata: &DeTable<'_>, found: &mut Package) {
    if let Some(contracts) = metadata.get("contracts") {
        found.table = Some(span(contracts));
        contracts_of(contracts, found);
    }
    let says_roles = |value: &Spanned<DeValue<'_>>| {
        let table = value.get_ref().as_table();
        table.is_some_and(|table| Role::ALL.iter().any(|(role, _)| table.get(*role).is_some()))
    };
    for (key, value) in metadata {
        let name = key.get_ref();
        let is_near = strsim::damerau_levenshtein(name, "contracts") <= 2;
        if name != "contracts" && is_near && says_roles(value) {
            found.table.get_or_insert(span(key));
            let what = format!("`metadata.{name}` is read by nobody; `metadata.contracts` is");
            found.wrong.push((span(key), what));
        }
    }
}

/// The version that packages of a workspace may share.
pub fn workspace_version(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let table = DeTable::parse(&text).ok()?.into_inner();
    let workspace = table.get("workspace")?.get_ref().as_table()?;
    let package = workspace.get("package")?.get_ref().as_table()?;
    package.get("version")?.get_ref().as_str().map(str::to_owned)
}

fn span<T>(value: &Spanned<T>) -> Span {
    Span::new(value.span().start, value.span().end)
}

fn contracts_of(contracts: &Spanned<DeValue<'_>>, found: &mut Package) {
    let at = Pointer::root().path(&["package", "metadata", "contracts"]);
    let Some(table) = contracts.get_ref().as_table() else {
        let what = "`contracts` is no table: write `[package.metadata.contracts]`".to_owned();
        found.wrong.push((span(contracts), what));
        return;
    };
    for (key, value) in table {
        match Role::ALL.iter().find(|(name, _)| name == key.get_ref()) {
            Some((_, role)) => named(value, *role, &at.join(key.get_ref()), found),
            None => {
                let known = Role::ALL.map(|(name, _)| format!("`{name}`")).join(", ");
                let what = format!("`{}` is not a key of it: there are {known}", key.get_ref());
                found.wrong.push((span(key), what));
            }
        }
    }
}

/// `{"storage/note" = "^1"}`, `{"storage/note" = {version = "^1"}}`, `["storage/note"]` or `"storage/note"`.
fn named(value: &Spanned<DeValue<'_>>, role: Role, at: &Pointer, found: &mut Package) {
    let no_name =
        |at: Span| (at, "this names no contract: write `{\"storage/note\" = \"^1\"}`".to_owned());
    let mut add =
        |name: &str, (requirement, payload): (&str, Option<&str>), at: Pointer, span: Span| {
            let (name, requirement) = (name.to_owned(), requirement.to_owned());
            let payload = payload.map(str::to_owned);
            found.named.push(Named { role, name, requirement, payload, at, span });
        };
    match value.get_ref() {
        DeValue::String(name) => add(name, ("", None), at.clone(), span(value)),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item.get_ref().as_str() {
                    Some(name) => add(name, ("", None), at.index(index), span(item)),
                    None => found.wrong.push(no_name(span(item))),
                }
            }
        }
        DeValue::Table(table) => {
            for (name, value) in table {
                let text = |key: &str| value.get_ref().as_table()?.get(key)?.get_ref().as_str();
                let version = value.get_ref().as_str().or_else(|| text("version"));
                let says = (version.unwrap_or_default(), text("payload"));
                let key = name.get_ref();
                add(key, says, at.join(key), span(name));
                let wrong = wrong_value(key, value, version);
                found.wrong.extend(wrong);
            }
        }
        _ => found.wrong.push(no_name(span(value))),
    }
}

/// What is wrong with the value of a name.
fn wrong_value(name: &str, value: &Spanned<DeValue<'_>>, version: Option<&str>) -> Option<Unread> {
    if version.is_none_or(str::is_empty) {
        let what = format!("`{name}` says no version: write `\"{name}\" = \"^1\"`, or `\"*\"`");
        return Some((span(value), what));
    }
    let mut keys = value.get_ref().as_table()?.iter().map(|(key, _)| key);
    let unknown = keys.find(|key| !matches!(key.get_ref().as_ref(), "version" | "payload"))?;
    let what = format!("`{}` is no key of it: there are `version`, `payload`", unknown.get_ref());
    Some((span(unknown), what))
}

/// What a package is built with; what it is tested with does not ship.
fn dependencies(table: &DeTable<'_>, at: &Pointer, found: &mut Vec<(String, Pointer, usize)>) {
    for key in ["dependencies", "build-dependencies"] {
        let Some(entries) = table.get(key).and_then(|d| d.get_ref().as_table()) else { continue };
        for (name, value) in entries {
            let renamed =
                value.get_ref().as_table().and_then(|t| t.get("package")?.get_ref().as_str());
            let package = renamed.unwrap_or(name.get_ref()).to_owned();
            found.push((package, at.join(key).join(name.get_ref()), name.span().start));
        }
    }
}
