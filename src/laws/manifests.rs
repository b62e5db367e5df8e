//! Dependencies that a repository declares, and modules that its code imports.

use super::records;
use crate::document::Span;
use crate::program::{Language, Program, Programs};
use crate::tree::Files;

/// A declared dependency.
pub(super) struct Declared {
    pub name: String,
    pub file: String,
    pub span: Span,
}

/// All dependencies that manifests declare.
pub(super) fn declared(files: &dyn Files, is_wanted: impl Fn(&str) -> bool) -> Vec<Declared> {
    let mut all = Vec::new();
    for path in files.paths().iter().filter(|p| is_wanted(p)) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(form) = form_of(path, name) else { continue };
        let Some(bytes) = files.read(path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let found = match form {
            Form::Requirements => requirements(&text),
            Form::Pyproject => tables(path, &bytes, &PYPROJECT),
            Form::Pipfile => tables("Pipfile.toml", &bytes, &["packages", "dev-packages"]),
            Form::SetupCfg => setup_cfg(&text),
            Form::Package => tables(
                path,
                &bytes,
                &["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"],
            ),
            Form::Cargo => cargo(path, &bytes),
            Form::GoMod => go_mod(&text),
        };
        all.extend(found.into_iter().map(|(name, span)| Declared {
            name,
            file: path.clone(),
            span,
        }));
    }
    all
}

enum Form {
    Requirements,
    Pyproject,
    Pipfile,
    SetupCfg,
    Package,
    Cargo,
    GoMod,
}

const PYPROJECT: [&str; 6] = [
    "project.dependencies",
    "project.optional-dependencies.*",
    "dependency-groups.*",
    "tool.poetry.dependencies",
    "tool.poetry.dev-dependencies",
    "tool.poetry.group.*.dependencies",
];

fn form_of(path: &str, name: &str) -> Option<Form> {
    Some(match name {
        "pyproject.toml" => Form::Pyproject,
        "Pipfile" => Form::Pipfile,
        "setup.cfg" => Form::SetupCfg,
        "package.json" => Form::Package,
        "Cargo.toml" => Form::Cargo,
        "go.mod" => Form::GoMod,
        _ if name.ends_with(".txt") || name.ends_with(".in") => {
            let is_named = name.starts_with("requirements") || name.ends_with("requirements.txt");
            let is_within = path.rsplit('/').nth(1) == Some("requirements");
            (is_named || is_within).then_some(Form::Requirements)?
        }
        _ => return None,
    })
}

type Found = Vec<(String, Span)>;

/// PEP 508 names, one a line.
fn requirements(text: &str) -> Found {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let plain = line.split(" #").next().unwrap_or(line).trim();
        if plain.is_empty() || plain.starts_with(['#', '-']) {
            continue;
        }
        if let Some(name) = requirement(plain) {
            found.push((name, Span::new(start, start + line.len())));
        }
    }
    found
}

/// The name of a requirement: what stands before version, extras and marker.
fn requirement(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains("://") && !text.contains('@') {
        let egg = text.split("#egg=").nth(1)?;
        return Some(canonical(egg.split('&').next()?));
    }
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let name = text.get(..end)?;
    (!name.is_empty()).then(|| canonical(name))
}

/// PEP 503: runs of `-`, `_`, `.` are one `-`, lower case.
pub(super) fn canonical(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if "-_.".contains(c) {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Names below keys: members of maps, or requirements in lists.
fn tables(path: &str, bytes: &[u8], keys: &[&str]) -> Found {
    let Some(value) = records::read(path, bytes).and_then(|d| d.value) else { return Vec::new() };
    let is_python = path.ends_with(".toml");
    let mut found = Vec::new();
    for key in keys {
        for (_, table) in records::select(&value, key) {
            let Some(table) = table else { continue };
            for member in table.members().iter().filter(|m| m.key != "python") {
                let name = if is_python { canonical(&member.key) } else { member.key.clone() };
                found.push((name, member.key_span));
            }
            let items = table.items().iter();
            found.extend(items.filter_map(|item| Some((requirement(item.as_str()?)?, item.span))));
        }
    }
    found
}

fn cargo(path: &str, bytes: &[u8]) -> Found {
    let Some(value) = records::read(path, bytes).and_then(|d| d.value) else { return Vec::new() };
    let keys = [
        "dependencies",
        "dev-dependencies",
        "build-dependencies",
        "workspace.dependencies",
        "target.*.dependencies",
        "target.*.dev-dependencies",
    ];
    let mut found = Vec::new();
    for (_, table) in keys.iter().flat_map(|key| records::select(&value, key)) {
        for member in table.iter().flat_map(|t| t.members()) {
            let renamed = member.value.str_at("package").map(str::to_owned);
            let is_own = member.value.get("path").is_some();
            if !is_own {
                found.push((renamed.unwrap_or_else(|| member.key.clone()), member.key_span));
            }
        }
    }
    found
}

fn setup_cfg(text: &str) -> Found {
    let mut found = Vec::new();
    let (mut at, mut inside) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if !line.starts_with([' ', '\t']) {
            inside =
                trimmed.starts_with("install_requires") || trimmed.starts_with("tests_require");
        } else if inside && let Some(name) = requirement(trimmed) {
            found.push((name, Span::new(start, start + line.trim_end().len())));
        }
    }
    found
}

fn go_mod(text: &str) -> Found {
    let mut found = Vec::new();
    let (mut at, mut inside) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let plain = line.split("//").next().unwrap_or(line).trim();
        let named = match plain {
            "require (" => {
                inside = true;
                continue;
            }
            ")" => {
                inside = false;
                continue;
            }
            _ if inside => plain.split_whitespace().next(),
            _ => plain.strip_prefix("require ").and_then(|rest| rest.split_whitespace().next()),
        };
        if let Some(name) = named {
            found.push((name.to_owned(), Span::new(start, start + line.trim_end().len())));
        }
    }
    found
}

static PYTHON: &str = include_str!("stdlib/python.txt");
static NODE: &str = include_str!("stdlib/node.txt");

fn is_listed(list: &str, name: &str) -> bool {
    list.lines().any(|line| line == name)
}

/// The package that an import comes from: `None` for the standard library and the repository itself.
pub(super) fn foreign(
    programs: &Programs,
    folders: &std::collections::BTreeSet<&str>,
    program: &Program,
    import: &crate::program::Import,
) -> Option<String> {
    if import.relative {
        return None;
    }
    let module = import.module.as_str();
    let first = module.split(['.', '/']).next().unwrap_or(module);
    match program.language {
        Language::Python => {
            let is_own = programs.module(first).is_some() || is_own_python(folders, program, first);
            (!is_listed(PYTHON, first) && !is_own && !first.is_empty()).then(|| first.to_owned())
        }
        Language::Rust => {
            let own = ["std", "core", "alloc", "crate", "self", "super", "proc_macro", "test"];
            (!own.contains(&first) && !is_own_rust(program, first)).then(|| first.to_owned())
        }
        // Only hosts have dots.
        Language::Go => {
            module.split('/').next().is_some_and(|h| h.contains('.')).then(|| module.to_owned())
        }
        Language::Java => {
            let own = ["java", "javax", "jdk"];
            let full =
                import.name.as_ref().map_or(module.to_owned(), |name| format!("{module}.{name}"));
            (!own.contains(&first) && programs.module(module).is_none()).then_some(full)
        }
        Language::Shell => None,
        _ => {
            let is_alias =
                module.starts_with(['@', '~']) && !module.contains('/') || module.starts_with("@/");
            let name = match module.strip_prefix('@') {
                Some(_) => module.splitn(3, '/').take(2).collect::<Vec<_>>().join("/"),
                None => first.to_owned(),
            };
            let first = module.split('/').next().unwrap_or(module);
            (!is_listed(NODE, first)
                && !is_alias
                && !name.is_empty()
                && programs.module(module).is_none())
            .then_some(name)
        }
    }
}

/// A folder of this name at the top is a package of the repository; so is one beside the file.
fn is_own_python(
    folders: &std::collections::BTreeSet<&str>,
    program: &Program,
    first: &str,
) -> bool {
    let beside = program.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/{first}"));
    folders.contains(first) || beside.is_some_and(|path| folders.contains(path.as_str()))
}

/// Modules of the crate that `use` names without `crate::`, and enums of the file.
fn is_own_rust(program: &Program, first: &str) -> bool {
    first.chars().next().is_some_and(char::is_uppercase)
        || program.definitions.iter().any(|d| d.name == first)
        || program.places.iter().any(|p| p.name == first)
}
