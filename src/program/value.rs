//! What an expression comes to, as far as the text tells: paths made of constants, parameters with
//! defaults, and names imported from other files of the repository.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::compose::{self, Composed, VALUES, joined, normal, parent, product, unknown};
use super::expression::{Called, filled};
use super::facts::{Binding, Call, PlaceId, PlaceKind, Program};
use super::{Expression, Language};

/// How far names are followed.
const DEPTH: usize = 14;

/// How many parts of one expression are looked at, names followed.
const STEPS: usize = 120;

/// How much further an expression may be followed.
#[derive(Clone, Copy)]
struct Depth<'s> {
    left: usize,
    steps: &'s Cell<usize>,
}

impl Depth<'_> {
    fn down(self) -> Self {
        Depth { left: self.left.saturating_sub(1), ..self }
    }

    /// Takes a step; says whether there was none left.
    fn is_spent(self) -> bool {
        let steps = self.steps.get();
        self.steps.set(steps.saturating_sub(1));
        steps == 0 || self.left == 0
    }
}

/// The programs of a repository, found by path and by module name.
#[derive(Debug, Default)]
pub struct Programs {
    /// All of them, by path.
    pub all: Vec<Program>,
    by_module: BTreeMap<String, Option<usize>>,
}

impl Programs {
    /// Programs in the order of their paths.
    pub fn new(all: Vec<Program>) -> Self {
        let mut by_module: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (at, program) in all.iter().enumerate() {
            let full = module_name(&program.path);
            // `src/uw/client.py` may be imported as `src.uw.client`, `uw.client` or `client`.
            let mut rest = full.as_str();
            loop {
                let is_whole = rest.len() == full.len();
                let entry = by_module.entry(rest.to_owned()).or_insert(Some(at));
                if *entry != Some(at) {
                    *entry = if is_whole { Some(at) } else { *entry };
                }
                match rest.split_once('.') {
                    Some((_, shorter)) => rest = shorter,
                    None => break,
                }
            }
        }
        Programs { all, by_module }
    }

    /// The program that an imported module is.
    pub fn module(&self, name: &str) -> Option<&Program> {
        let dotted = name.replace('/', ".");
        let found = self.by_module.get(&dotted).or_else(|| self.by_module.get(name));
        self.all.get((*found?)?)
    }

    /// The program of a path.
    pub fn at(&self, path: &str) -> Option<&Program> {
        let at = self.all.binary_search_by(|p| p.path.as_str().cmp(path)).ok()?;
        self.all.get(at)
    }

    /// The values that an expression may have; one unknown text when nothing is known.
    pub fn values(&self, program: &Program, place: PlaceId, of: &Expression) -> Vec<Composed> {
        let steps = Cell::new(STEPS);
        let mut values = self.evaluate(program, place, of, Depth { left: DEPTH, steps: &steps });
        values.sort();
        values.dedup();
        values
    }

    /// The same as paths: separators made one, `.` and `..` resolved.
    pub fn paths(&self, program: &Program, place: PlaceId, of: &Expression) -> Vec<Composed> {
        compose::paths(&self.values(program, place, of))
    }

    /// The names of a call: the written one, and what its parts are known to be.
    pub(super) fn find_names(&self, program: &Program, call: &Call) -> Vec<String> {
        let mut names = vec![call.name.clone()];
        if let Some((object, method)) = call.written.rsplit_once('.')
            && let Some(made) = self.made_by(program, call.place, object, 0)
        {
            names.push(format!("{made}.{method}"));
        }
        // `h = request.headers; h.get(x)`
        if let Some((object, method)) = call.written.rsplit_once('.') {
            let found = bound(program, call.place, object).into_iter().filter_map(named);
            names.extend(found.map(|(meant, _)| format!("{}.{method}", program.full_name(meant))));
        }
        // `run = subprocess.run; run(x)`, `self._place = broker.submit_order; self._place(x)`
        let (mut written, mut place) = (call.written.clone(), call.place);
        for _ in 0..4 {
            let found = bound(program, place, &written).into_iter();
            let Some((meant, at)) = found.filter_map(named).find(|(name, _)| **name != written)
            else {
                break;
            };
            names.push(program.full_name(meant));
            (written, place) = (meant.clone(), at);
        }
        names.dedup();
        names
    }

    /// The constructor that made what a name means.
    fn made_by(
        &self,
        program: &Program,
        place: PlaceId,
        name: &str,
        depth: usize,
    ) -> Option<String> {
        if depth > 4 {
            return None;
        }
        for binding in bound(program, place, name) {
            match &binding.value {
                Expression::Call(called) => return Some(program.full_name(&called.name)),
                Expression::Name(other) if other != name => {
                    if let Some(found) = self.made_by(program, binding.at, other, depth + 1) {
                        return Some(found);
                    }
                }
                Expression::Map => return Some("{}".to_owned()),
                Expression::List(_) => return Some("[]".to_owned()),
                _ => {}
            }
        }
        None
    }

    fn evaluate(
        &self,
        program: &Program,
        place: PlaceId,
        of: &Expression,
        depth: Depth<'_>,
    ) -> Vec<Composed> {
        if depth.is_spent() {
            return unknown();
        }
        let inner = |e: &Expression| self.evaluate(program, place, e, depth.down());
        let values = match of {
            Expression::Text(text) => vec![text.clone()],
            Expression::Number(text) => vec![text.clone()],
            Expression::Name(name) => self.name(program, place, name, depth),
            Expression::Concat(parts) => product(parts.iter().map(inner), ""),
            Expression::Join(left, right) => joined([inner(left), inner(right)]),
            Expression::Either(all) => all.iter().flat_map(inner).collect(),
            Expression::Call(called) => self.call(program, place, called, depth),
            Expression::Member(object, name) => self.member(program, place, object, name, depth),
            Expression::List(_) | Expression::Map | Expression::Unknown => unknown(),
        };
        let mut values: Vec<Composed> = values.into_iter().take(VALUES).collect();
        if values.is_empty() {
            values = unknown();
        }
        values
    }

    fn member(
        &self,
        program: &Program,
        place: PlaceId,
        object: &Expression,
        name: &str,
        depth: Depth<'_>,
    ) -> Vec<Composed> {
        let of_object = |e: &Expression| self.evaluate(program, place, e, depth.down());
        if let (Expression::Member(owner, parents), Some(index)) =
            (object, name.strip_prefix('[').and_then(|n| n.strip_suffix(']')))
            && parents == "parents"
        {
            let levels = index.parse::<usize>().unwrap_or(0).min(32) + 1;
            let up = |value: &Composed| (0..levels).fold(normal(value), |v, _| parent(&v));
            return of_object(owner).iter().map(up).collect();
        }
        match name {
            "parent" => of_object(object).iter().map(|v| parent(v)).collect(),
            "value" | "absolute" => of_object(object),
            _ => unknown(),
        }
    }

    fn name(
        &self,
        program: &Program,
        place: PlaceId,
        name: &str,
        depth: Depth<'_>,
    ) -> Vec<Composed> {
        match name {
            "__file__" | "__filename" => return vec![program.path.clone()],
            "__dirname" | "import.meta.dirname" => return vec![parent(&program.path)],
            _ => {}
        }
        let found = bound(program, place, name);
        if !found.is_empty() {
            let not_itself = |b: &&Binding| !matches!(&b.value, Expression::Name(n) if n == name);
            let values = found.into_iter().filter(not_itself).take(4);
            return values
                .flat_map(|b| self.evaluate(program, b.at, &b.value, depth.down()))
                .collect();
        }
        if let Some((object, member)) = name.rsplit_once('.') {
            if member == "parent" {
                let of = self.name(program, place, object, depth.down());
                return of.iter().map(|v| parent(&normal(v))).collect();
            }
            if member == "value" {
                return self.name(program, place, object, depth.down());
            }
        }
        self.imported(program, name, depth).unwrap_or_else(unknown)
    }

    /// A constant of another file: `from config import LOG`, `config.LOG`, `Paths.LOG` of an imported class.
    fn imported(&self, program: &Program, name: &str, depth: Depth<'_>) -> Option<Vec<Composed>> {
        let full = program.full_name(name);
        let segments: Vec<&str> = full.split('.').collect();
        for cut in (1..segments.len()).rev() {
            let module = segments.get(..cut)?.join(".");
            let rest = segments.get(cut..)?.join(".");
            let Some(other) = self.module(&module) else { continue };
            if other.path == program.path {
                continue;
            }
            let found = bound(other, 0, &rest);
            if found.is_empty() {
                continue;
            }
            let values = found.into_iter().take(4);
            return Some(
                values.flat_map(|b| self.evaluate(other, b.at, &b.value, depth.down())).collect(),
            );
        }
        None
    }

    fn call(
        &self,
        program: &Program,
        place: PlaceId,
        call: &Called,
        depth: Depth<'_>,
    ) -> Vec<Composed> {
        let inner = |e: &Expression| self.evaluate(program, place, e, depth.down());
        let full = program.full_name(&call.name);
        let last = full.rsplit('.').next().unwrap_or(&full);
        let given =
            || call.arguments.iter().filter(|(keyword, _)| keyword.is_none()).map(|(_, e)| e);
        let first = given().next();
        match (last, &call.receiver) {
            ("join", Some(Expression::Text(separator))) => match first {
                Some(Expression::List(items)) => product(items.iter().map(inner), separator),
                _ => unknown(),
            },
            ("join" | "Join", receiver) => {
                // `os.path.join(a, b)` has a module before the dot, `a.join(b)` a path.
                let is_module = [
                    "os.path.join",
                    "path.join",
                    "posixpath.join",
                    "path.Join",
                    "path/filepath.Join",
                    "filepath.Join",
                    "ntpath.join",
                ];
                let base =
                    receiver.as_ref().filter(|_| !is_module.iter().any(|m| full.ends_with(m)));
                joined(base.into_iter().chain(given()).map(inner))
            }
            ("joinpath" | "resolve", Some(receiver)) if full != "path.resolve" => {
                joined(std::iter::once(receiver).chain(given()).map(inner))
            }
            ("resolve", _) => joined(given().map(inner)),
            ("Path" | "PurePath" | "PosixPath" | "PurePosixPath" | "File", _)
                if first.is_some() =>
            {
                joined(given().map(inner))
            }
            ("new" | "from" | "get" | "of", _) if is_path_maker(&full) => {
                joined(given().map(inner))
            }
            ("format", Some(format @ Expression::Text(_))) => {
                product(filled(format, &given().cloned().collect::<Vec<_>>()).iter().map(inner), "")
            }
            ("format" | "format!" | "Sprintf", _) => {
                let rest: Vec<_> = given().skip(1).cloned().collect();
                let parts = first.map(|format| filled(format, &rest)).unwrap_or_default();
                product(parts.iter().map(inner), "")
            }
            // Whatever the loop over it meets.
            ("glob" | "rglob" | "iterdir", Some(receiver)) => {
                joined([inner(receiver), first.map_or_else(unknown, inner)])
            }
            ("cwd" | "getcwd" | "Getwd", _) => vec![".".to_owned()],
            ("getenv" | "get", _) if full.contains("environ") || last == "getenv" => {
                given().nth(1).map_or_else(unknown, inner)
            }
            ("dirname" | "Dir", _) => first
                .map_or_else(unknown, |e| inner(e).iter().map(|v| parent(&normal(v))).collect()),
            ("with_name", Some(receiver)) => {
                let folder = inner(receiver).iter().map(|v| parent(&normal(v))).collect();
                joined([folder, first.map_or_else(unknown, inner)])
            }
            ("with_suffix", Some(receiver)) => {
                let stem = |v: &Composed| match v.rsplit_once('.') {
                    Some((stem, _)) => stem.to_owned(),
                    None => v.clone(),
                };
                let stems = inner(receiver).iter().map(stem).collect();
                product([stems, first.map_or_else(unknown, inner)].into_iter(), "")
            }
            (
                "str" | "fspath" | "abspath" | "normpath" | "realpath" | "expanduser"
                | "expandvars" | "String" | "as_posix" | "absolute" | "to_string" | "to_owned"
                | "into" | "as_str" | "clone" | "to_path_buf" | "strip" | "toString" | "as_ref"
                | "unwrap" | "toPath" | "Clean" | "FromSlash" | "canonicalize" | "normalize",
                receiver,
            ) => {
                let is_free =
                    receiver.is_none() || full.starts_with("os.") || full.contains("path.");
                let of = if is_free { first } else { receiver.as_ref() };
                of.or(receiver.as_ref()).map_or_else(unknown, inner)
            }
            _ => self.returned(program, &call.name, depth).unwrap_or_else(unknown),
        }
    }

    /// What a function of this file, or an imported one, returns.
    fn returned(&self, program: &Program, name: &str, depth: Depth<'_>) -> Option<Vec<Composed>> {
        let own = name.rsplit('.').next().unwrap_or(name);
        let is_own = !name.contains('.') || name == format!("self.{own}");
        let of = |program: &Program| {
            let function = program.definitions.iter().find(|d| d.name == own && !d.is_class)?;
            let is_inside =
                |place| program.function(place).is_some_and(|(id, _)| id == function.place);
            let returns = program.returns.iter().filter(|r| is_inside(r.place)).take(3);
            let values: Vec<_> = returns
                .flat_map(|r| self.evaluate(program, r.place, &r.value, depth.down()))
                .collect();
            (!values.is_empty()).then_some(values)
        };
        if is_own && let Some(found) = of(program) {
            return Some(found);
        }
        let full = program.full_name(name);
        let (module, _) = full.rsplit_once('.')?;
        of(self.module(module)?)
    }
}

/// `src/uw/client.py` is the module `src.uw.client`; `a/index.ts` is `a`.
fn module_name(path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let stem =
        stem.strip_suffix("/__init__").or_else(|| stem.strip_suffix("/index")).unwrap_or(stem);
    stem.replace('/', ".")
}

/// The name that a binding gives another name to.
fn named(binding: &Binding) -> Option<(&String, PlaceId)> {
    match &binding.value {
        Expression::Name(name) => Some((name, binding.at)),
        _ => None,
    }
}

fn is_path_maker(full: &str) -> bool {
    ["Path.new", "PathBuf.from", "Paths.get", "Path.of", "String.from"]
        .iter()
        .any(|m| full == *m || full.ends_with(&format!(".{m}")))
}

impl Program {
    /// A written name with what was imported in place of its first segment.
    pub fn full_name(&self, written: &str) -> String {
        let (first, rest) = match written.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (written, None),
        };
        let import = self.cache.aliases.get(first).and_then(|at| self.imports.get(*at));
        let Some(import) = import else {
            return written.to_owned();
        };
        let full = match &import.name {
            Some(name) => format!("{}.{name}", import.module),
            None if self.language == Language::Python
                && import.module.split('.').next() == Some(first) =>
            {
                return written.to_owned();
            }
            None => import.module.clone(),
        };
        rest.map_or(full.clone(), |rest| format!("{full}.{rest}"))
    }
}

/// What a name was given, in the nearest place that gives it something.
fn bound<'p>(program: &'p Program, place: PlaceId, name: &str) -> Vec<&'p Binding> {
    let given = |place: PlaceId, name: &str| -> Vec<&'p Binding> {
        let Some(all) = program.cache.bindings.get(name) else { return Vec::new() };
        let all = all.iter().filter_map(|at| program.bindings.get(*at));
        all.filter(|b| b.place == place).collect()
    };
    let own = ["self.", "cls.", "this."].iter().find_map(|o| name.strip_prefix(o));
    let mut is_in_function = false;
    for (id, around) in program.around(place) {
        let found = match (around.kind, own) {
            (PlaceKind::Class, Some(member)) => {
                let mut found = given(id, name);
                found.extend(given(id, member));
                found
            }
            // Names of a class body are seen in the body, and not in methods.
            (PlaceKind::Class, None) if !is_in_function => given(id, name),
            (PlaceKind::Function | PlaceKind::Module | PlaceKind::Lambda, None) => given(id, name),
            _ => Vec::new(),
        };
        is_in_function |= matches!(around.kind, PlaceKind::Function | PlaceKind::Lambda);
        if !found.is_empty() {
            return found;
        }
    }
    // `Paths.LOG`, where `Paths` is a class of this file.
    if let Some((class, member)) = name.rsplit_once('.') {
        let class = program.definitions.iter().find(|d| d.is_class && d.name == class);
        return class.map(|c| given(c.place, member)).unwrap_or_default();
    }
    Vec::new()
}
