//! Manifests and code name only packages that are allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::manifests::{self, canonical};
use super::super::world::with_folders;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{PlaceKind, Program};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("dependencies"),
    summary: "a dependency is not allowed",
    since: "0.1.0",
    explain: Explain {
        what: "A manifest declares, or code imports, a package that the rule does not allow. The standard library and the repository's own modules always are.",
        why: "A dependency is code that somebody else changes; the contract says which are accepted.",
        bad: story!("dependencies/fail/imported-by-alias"),
        good: story!("dependencies/pass/standard-library"),
        fix: "Do without the package, or have it allowed in the law.",
    },
    looks_back: false,
    read,
};

struct Dependencies {
    allow: Vec<Glob>,
    deny: Vec<Glob>,
    provides: BTreeMap<String, String>,
    manifests: bool,
    imports: bool,
    is_guarded_free: bool,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let names = |fields: &mut Fields<'_>, key| {
        let mut texts = fields.texts(key);
        // Python's names are written in several ways; those of others are what they are.
        texts.extend(texts.clone().iter().map(|t| canonical(t)));
        fields.compiled(key, &texts, Glob::name)
    };
    let has_lists = fields.has("allow") || fields.has("deny");
    let (allow, deny) = (names(fields, "allow"), names(fields, "deny"));
    if !has_lists {
        fields.wrong("", "the rule allows and denies nothing", "add `allow` or `deny`");
    }
    let provides = fields.lists("provides");
    let provides = provides.into_iter().flat_map(|(package, modules)| {
        modules.into_iter().map(move |m| (canonical(&m), canonical(&package)))
    });
    let provides =
        KNOWN.iter().map(|(m, p)| (canonical(m), canonical(p))).chain(provides).collect();
    let manifests = fields.flag("manifests", true);
    let imports = fields.flag("imports", true);
    let is_guarded_free = fields.word("guarded", &["allow", "report"], "report") == "allow";
    Box::new(Dependencies { allow, deny, provides, manifests, imports, is_guarded_free })
}

/// Modules whose packages are called otherwise.
const KNOWN: [(&str, &str); 14] = [
    ("jwt", "pyjwt"),
    ("yaml", "pyyaml"),
    ("PIL", "pillow"),
    ("cv2", "opencv-python"),
    ("sklearn", "scikit-learn"),
    ("bs4", "beautifulsoup4"),
    ("dotenv", "python-dotenv"),
    ("dateutil", "python-dateutil"),
    ("serial", "pyserial"),
    ("OpenSSL", "pyopenssl"),
    ("Crypto", "pycryptodome"),
    ("multipart", "python-multipart"),
    ("git", "gitpython"),
    ("jose", "python-jose"),
];

impl Demand for Dependencies {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.manifests {
            for declared in manifests::declared(world.now, |path| rule.scope.has(path)) {
                if self.is_fine(&declared.name) {
                    continue;
                }
                let message = format!(
                    "`{}` declares `{}`, which is not allowed",
                    declared.file, declared.name
                );
                let at = ArtifactPath::lossy(&declared.file);
                let finding = rule.finding(message, Location::bytes(&at, declared.span));
                findings.push(finding.label("declared here").about(declared.name));
            }
        }
        if self.imports {
            let folders = with_folders(world.now.paths());
            for program in world.programs().all.iter().filter(|p| rule.scope.has(&p.path)) {
                findings.extend(self.in_code(rule, world, &folders, program));
            }
        }
        findings
    }
}

impl Dependencies {
    fn is_fine(&self, name: &str) -> bool {
        let plain = canonical(name);
        let package = self.provides.get(&plain).unwrap_or(&plain);
        let fits = |globs: &[Glob]| {
            globs.iter().any(|g| [package.as_str(), &plain, name].iter().any(|n| g.fits(n)))
        };
        !fits(&self.deny) && (self.allow.is_empty() || fits(&self.allow))
    }

    fn in_code(
        &self,
        rule: &Rule,
        world: &World<'_>,
        folders: &BTreeSet<&str>,
        program: &Program,
    ) -> Vec<Finding> {
        let mut seen = BTreeSet::new();
        let mut findings = Vec::new();
        for import in &program.imports {
            let Some(package) = manifests::foreign(world.programs(), folders, program, import)
            else {
                continue;
            };
            let is_guarded = program.around(import.place).any(|(_, p)| p.kind == PlaceKind::Try);
            if self.is_fine(&package)
                || (self.is_guarded_free && is_guarded)
                || !seen.insert((package.clone(), import.span.start))
            {
                continue;
            }
            let message = format!("`{}` imports `{package}`, which is not allowed", program.path);
            let at = ArtifactPath::lossy(&program.path);
            let finding = rule.finding(message, Location::bytes(&at, import.span));
            findings.push(finding.label("imported here").about(package));
        }
        findings
    }
}
