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

/// Reads a manifest. `None` for one that is no package, or no TOML.
pub fn package(bytes: &[u8]) -> Option<Package> {
    let text = String::from_utf8_lossy(bytes);
    let table = DeTable::parse(&text).ok()?.into_inner();
    let package = table.get("package")?.get_ref().as_table()?;
    let name = package.get("name")?;
    let at = span(name);
    let name = name.get_ref().as_str()?.to_owned();
    let version = package.get("version").and_then(|v| v.get_ref().as_str()).map(str::to_owned);
    let mut found = Package {
        name,
        version,
        named: Vec::new(),
        dependencies: Vec::new(),
        table: None,
        at,
        wrong: Vec::new(),
    };
    let metadata = package.get("metadata").and_then(|m| m.get_ref().as_table());
    if let Some(contracts) = metadata.and_then(|m| m.get("contracts")) {
        found.table = Some(span(contracts));
        contracts_of(contracts, &mut found);
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
    Some(found)
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
    let wrong = |at: Span| (at, "write `\"storage/note\" = \"^1\"`".to_owned());
    let one =
        |name: &str, (requirement, payload): (&str, Option<&str>), at: Pointer, span: Span| {
            let (name, requirement) = (name.to_owned(), requirement.to_owned());
            Named { role, name, requirement, payload: payload.map(str::to_owned), at, span }
        };
    match value.get_ref() {
        DeValue::String(name) => {
            found.named.push(one(name, ("", None), at.clone(), span(value)));
        }
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item.get_ref().as_str() {
                    Some(name) => {
                        found.named.push(one(name, ("", None), at.index(index), span(item)));
                    }
                    None => found.wrong.push(wrong(span(item))),
                }
            }
        }
        DeValue::Table(table) => {
            for (name, value) in table {
                let text = |key: &str| value.get_ref().as_table()?.get(key)?.get_ref().as_str();
                let version = value.get_ref().as_str().or_else(|| text("version"));
                if version.is_none() {
                    found.wrong.push(wrong(span(value)));
                }
                let says = (version.unwrap_or_default(), text("payload"));
                let key = name.get_ref();
                found.named.push(one(key, says, at.join(key), span(name)));
            }
        }
        _ => found.wrong.push(wrong(span(value))),
    }
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
