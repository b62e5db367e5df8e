//! Import statements of each language, one name a line.

use super::Language;
use super::names::{Node, is_string};

/// One imported name, without its place.
pub(super) struct Found {
    pub module: String,
    pub name: Option<String>,
    pub alias: String,
    pub relative: bool,
}

impl Found {
    fn module(module: &str, alias: Option<String>) -> Found {
        let module = module.replace("::", ".");
        let first = module.split('.').next().unwrap_or(&module).to_owned();
        Found { alias: alias.unwrap_or(first), module, name: None, relative: false }
    }

    fn name(module: &str, name: &str, alias: Option<String>, relative: bool) -> Found {
        let alias = alias.unwrap_or_else(|| name.to_owned());
        Found { module: module.to_owned(), name: Some(name.to_owned()), alias, relative }
    }
}

/// What a node imports; empty for other nodes.
pub(super) fn of(node: &Node<'_>, language: Language, path: &str) -> Vec<Found> {
    match (language, node.kind().as_ref()) {
        (Language::Python, "import_statement") => python_modules(node),
        (Language::Python, "import_from_statement") => python_names(node, path),
        (Language::Go, "import_spec") => go(node),
        (Language::Rust, "use_declaration") => {
            let mut found = Vec::new();
            if let Some(tree) = node.field("argument") {
                rust(&tree, "", &mut found, 0);
            }
            found
        }
        (Language::Rust, "extern_crate_declaration") => {
            let name = node.field("name").map(|n| n.text().into_owned());
            name.map(|n| Found::module(&n, None)).into_iter().collect()
        }
        (Language::Java, "import_declaration") => java(node),
        (language, "import_statement" | "export_statement") if language.is_ecma() => {
            ecma(node, path)
        }
        _ => Vec::new(),
    }
}

fn python_modules(node: &Node<'_>) -> Vec<Found> {
    let one = |child: Node<'_>| match child.kind().as_ref() {
        "dotted_name" => Some(Found::module(&child.text(), None)),
        "aliased_import" => {
            let alias = child.field("alias").map(|n| n.text().into_owned());
            Some(Found::module(&child.field("name")?.text(), alias))
        }
        _ => None,
    };
    node.named_children().filter_map(one).collect()
}

fn python_names(node: &Node<'_>, path: &str) -> Vec<Found> {
    let Some(from) = node.field("module_name") else { return Vec::new() };
    let written = from.text().into_owned();
    let relative = written.starts_with('.');
    let module = if relative { absolute(&written, path) } else { written };
    let mut found: Vec<Found> = node
        .field_children("name")
        .map(|child| {
            let alias = child.field("alias").map(|n| n.text().into_owned());
            let name = child.field("name").unwrap_or(child);
            Found::name(&module, &name.text(), alias, relative)
        })
        .collect();
    if node.children().any(|c| c.kind() == "wildcard_import") {
        found.push(Found::name(&module, "*", None, relative));
    }
    found
}

/// `..pkg.mod` in `a/b/c.py` is `a.pkg.mod`.
fn absolute(written: &str, path: &str) -> String {
    let dots = written.len() - written.trim_start_matches('.').len();
    let rest = written.trim_start_matches('.');
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    folders.truncate(folders.len().saturating_sub(dots.saturating_sub(1)));
    folders.extend(rest.split('.').filter(|s| !s.is_empty()));
    folders.join(".")
}

fn go(node: &Node<'_>) -> Vec<Found> {
    let Some(path) = node.field("path") else { return Vec::new() };
    let module = path.text().trim_matches(['"', '`']).to_owned();
    let last = module.rsplit('/').next().unwrap_or(&module).to_owned();
    let alias = node.field("name").map_or(last, |n| n.text().into_owned());
    vec![Found { module, name: None, alias, relative: false }]
}

fn rust(tree: &Node<'_>, prefix: &str, found: &mut Vec<Found>, depth: usize) {
    if depth > 32 {
        return;
    }
    let text = tree.text().replace("::", ".").replace(char::is_whitespace, "");
    let full = if prefix.is_empty() { text } else { format!("{prefix}.{text}") };
    let leaf = |full: &str, alias: Option<String>| match full.rsplit_once('.') {
        Some((module, name)) => Found::name(module, name, alias, false),
        None => Found::module(full, alias),
    };
    match tree.kind().as_ref() {
        "scoped_use_list" => {
            let path = tree.field("path").map(|n| n.text().replace("::", ".")).unwrap_or_default();
            let inner = if prefix.is_empty() { path } else { format!("{prefix}.{path}") };
            for child in
                tree.field("list").iter().flat_map(|l| l.named_children().collect::<Vec<_>>())
            {
                rust(&child, inner.trim_matches('.'), found, depth + 1);
            }
        }
        "use_list" => {
            for child in tree.named_children() {
                rust(&child, prefix, found, depth + 1);
            }
        }
        "use_as_clause" => {
            let path = tree.field("path").map(|n| n.text().replace("::", ".")).unwrap_or_default();
            let full = if prefix.is_empty() { path } else { format!("{prefix}.{path}") };
            found.push(leaf(&full, tree.field("alias").map(|n| n.text().into_owned())));
        }
        "self" => found.push(leaf(prefix, None)),
        _ => found.push(leaf(&full, None)),
    }
}

fn java(node: &Node<'_>) -> Vec<Found> {
    let Some(name) = node.named_children().find(|n| n.kind().contains("identifier")) else {
        return Vec::new();
    };
    let full = name.text().into_owned();
    match full.rsplit_once('.') {
        Some((module, name)) => vec![Found::name(module, name, None, false)],
        None => vec![Found::module(&full, None)],
    }
}

fn ecma(node: &Node<'_>, path: &str) -> Vec<Found> {
    let Some(source) = node.field("source") else { return Vec::new() };
    let (module, relative) = ecma_module(&source.text(), path);
    let mut found = Vec::new();
    if let Some(clause) = node.children().find(|c| c.kind() == "import_clause") {
        for part in clause.named_children() {
            match part.kind().as_ref() {
                "identifier" => found.push(whole(&module, &part.text(), relative)),
                "namespace_import" => {
                    let name = part.named_children().last().map(|n| n.text().into_owned());
                    found.extend(name.map(|n| whole(&module, &n, relative)));
                }
                "named_imports" => {
                    for one in part.named_children() {
                        let name = one.field("name").map(|n| n.text().into_owned());
                        let alias = one.field("alias").map(|n| n.text().into_owned());
                        found.extend(name.map(|n| Found::name(&module, &n, alias, relative)));
                    }
                }
                _ => {}
            }
        }
    }
    if found.is_empty() {
        found.push(whole(&module, "", relative));
    }
    found
}

fn whole(module: &str, alias: &str, relative: bool) -> Found {
    Found { module: module.to_owned(), name: None, alias: alias.to_owned(), relative }
}

/// The module that a string of `import` or `require` names; relative ones from the repository root.
pub(super) fn ecma_module(written: &str, path: &str) -> (String, bool) {
    let module = written.trim_matches(['"', '\'', '`']);
    if !module.starts_with('.') {
        return (module.trim_start_matches("node:").to_owned(), false);
    }
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for segment in module.split('/') {
        match segment {
            "." | "" => {}
            ".." => {
                folders.pop();
            }
            name => folders.push(name),
        }
    }
    (folders.join("/"), true)
}

/// `require("x")`, `import("x")`, `importlib.import_module("x")`, `__import__("x")`.
pub(super) fn of_call(
    call: &Node<'_>,
    name: &str,
    language: Language,
    path: &str,
) -> Option<Found> {
    let first = super::expression::arguments(call).into_iter().next()?.1;
    if !is_string(&first.kind()) {
        return None;
    }
    let text = first.text();
    if text.contains('{') || !is_string(&first.kind()) {
        return None;
    }
    match (language, name) {
        (Language::Python, "importlib.import_module" | "import_module" | "__import__") => {
            Some(Found::module(text.trim_matches(['"', '\'']), None))
        }
        (language, "require" | "import") if language.is_ecma() => {
            let (module, relative) = ecma_module(&text, path);
            let declared = call.parent().and_then(|p| p.field("name"));
            let alias =
                declared.filter(|n| n.kind() == "identifier").map(|n| n.text().into_owned());
            Some(Found { alias: alias.unwrap_or_default(), module, name: None, relative })
        }
        _ => None,
    }
}
