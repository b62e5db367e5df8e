//! The module that a `versions.yaml` names.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "versions file names another module",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The `versions.yaml` in a module's folder names another module, or none.",
        why: "A copied file gives one module the version of another.",
        bad: fixture!("module-mismatch/fail/basic/contracts/modules/notes/versions.yaml"),
        good: fixture!("module-mismatch/pass/basic/contracts/modules/notes/versions.yaml"),
        fix: "Write `module:` with the name of the folder.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("module-mismatch");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for versions in &catalog.versions {
        let Some(folder) =
            versions.folder.as_deref().filter(|f| versions.module.as_deref() != Some(*f))
        else {
            continue;
        };
        let (path, at) = (catalog.path(versions.item), Pointer::root().join("module"));
        let edit = match &versions.module {
            Some(_) => Edit::Set(at.clone(), folder.into()),
            None => Edit::First(Pointer::root(), "module".to_owned(), folder.into()),
        };
        let location = Location::value(&path, at);
        let message = match &versions.module {
            Some(named) => format!("file names the module `{named}`, but lies in `{folder}`"),
            None => "file names no module".to_owned(),
        };
        findings.push(
            Finding::new(CODE, message, location)
                .label("not the folder's name")
                .help(format!("write `module: {folder}`"))
                .fix(Fix::safe(&path, edit)),
        );
    }
    findings
}
