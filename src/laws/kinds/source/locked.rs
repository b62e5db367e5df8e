//! Fields that are touched only under a lock.

use super::super::super::fields::Fields;
use super::super::super::glob::Glob;
use super::super::super::sites::{any_fits, around};
use super::super::super::{Rule, World};
use super::{Shape, Source, at};
use crate::finding::Finding;
use crate::program::{Access, Expression, PlaceId, PlaceKind, Program};

struct Locked {
    fields: Vec<Glob>,
    /// All containers that `__init__` makes, too.
    is_auto: bool,
    lock: Vec<Glob>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Box<dyn Shape>> {
    let locked = fields.object("locked", |f| {
        let names: Vec<String> = f
            .texts("fields")
            .into_iter()
            .filter(|name| name != "auto")
            .map(|name| name.strip_prefix("this.").map_or(name.clone(), |n| format!("self.{n}")))
            .collect();
        let is_auto = f.texts("fields").iter().any(|name| name == "auto");
        let fields = f.compiled("fields", &names, Glob::name);
        let mut lock = f.globs("lock", Glob::name);
        if lock.is_empty() {
            lock.extend(Glob::name("*lock*").ok());
        }
        Locked { fields, is_auto, lock }
    })?;
    Some(Box::new(locked))
}

impl Shape for Locked {
    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for program in source.programs(rule, world) {
            for access in &program.accesses {
                let Some((class, _)) = program.class(access.place) else { continue };
                if !self.is_guarded(program, class, &access.name)
                    || self.is_free(program, class, access)
                {
                    continue;
                }
                let names = around(program, access.place);
                let message = format!("`{}` is touched outside of its lock", access.name);
                findings.push(at(rule, program, access.span, message, [&access.name, &names]));
            }
        }
        findings
    }
}

impl Locked {
    fn is_guarded(&self, program: &Program, class: PlaceId, name: &str) -> bool {
        if any_fits(&self.fields, name) {
            return true;
        }
        if !self.is_auto {
            return false;
        }
        let own = program.bindings.iter().filter(|b| b.place == class);
        let has_lock = own.clone().any(|b| match &b.value {
            Expression::Call(made) => {
                let last = made.name.rsplit('.').next().unwrap_or(&made.name);
                matches!(
                    last,
                    "Lock" | "RLock" | "Condition" | "Semaphore" | "ReentrantLock" | "Mutex"
                )
            }
            _ => false,
        });
        let is_container = own.clone().any(|b| b.name == name && makes_container(&b.value));
        has_lock && is_container
    }

    /// Whether an access needs no lock, or has it.
    fn is_free(&self, program: &Program, class: PlaceId, access: &Access) -> bool {
        if self.holds_lock(program, access.place, access.span.start) {
            return true;
        }
        let Some((function, place)) = method(program, class, access.place) else { return true };
        if matches!(place.name.as_str(), "__init__" | "__new__" | "__del__" | "constructor") {
            return true;
        }
        self.is_called_locked(program, class, function, &place.name, 0)
    }

    fn holds_lock(&self, program: &Program, place: PlaceId, before: u32) -> bool {
        let fits = |name: &str| {
            let head = name.trim_start_matches("async ").trim_start_matches("with ");
            let head = head.trim_start_matches("synchronized").trim_end_matches(':');
            head.split(|c: char| c.is_whitespace() || ",()".contains(c))
                .any(|part| any_fits(&self.lock, part))
        };
        let is_border = |kind| matches!(kind, PlaceKind::Function | PlaceKind::Lambda);
        let mut near = program.around(place).take_while(|(_, p)| !is_border(p.kind));
        let decorated = program
            .function(place)
            .is_some_and(|(_, f)| f.decorators.iter().any(|d| any_fits(&self.lock, d)));
        // `self._lock.acquire()`, `r.mu.Lock()`: from there on.
        let taken = || {
            let function = program.function(place).map(|(id, _)| id);
            program.calls.iter().any(|call| {
                let (object, method) = call.written.rsplit_once('.').unwrap_or_default();
                matches!(method, "acquire" | "Lock" | "RLock" | "lock" | "read" | "write")
                    && call.span.end <= before
                    && any_fits(&self.lock, &call.written.replace(&format!(".{method}"), ""))
                    && !object.is_empty()
                    && program.function(call.place).map(|(id, _)| id) == function
            })
        };
        near.any(|(_, p)| p.kind == PlaceKind::With && fits(&p.name)) || decorated || taken()
    }

    /// Whether a private method is called, and only under the lock.
    fn is_called_locked(
        &self,
        program: &Program,
        class: PlaceId,
        function: PlaceId,
        name: &str,
        depth: usize,
    ) -> bool {
        if !name.starts_with('_') || depth > 4 {
            return false;
        }
        let wanted = format!("self.{name}");
        let calls: Vec<&Access> = program
            .accesses
            .iter()
            .filter(|a| a.name == wanted && program.is_within(a.place, class))
            .filter(|a| !program.is_within(a.place, function))
            .collect();
        !calls.is_empty()
            && calls.iter().all(|call| {
                self.holds_lock(program, call.place, call.span.start)
                    || method(program, class, call.place).is_some_and(|(id, place)| {
                        place.name == "__init__"
                            || self.is_called_locked(program, class, id, &place.name, depth + 1)
                    })
            })
    }
}

/// The method of the class around a place: the outermost function in it.
fn method(
    program: &Program,
    class: PlaceId,
    place: PlaceId,
) -> Option<(PlaceId, &crate::program::Place)> {
    program
        .around(place)
        .take_while(|(id, _)| *id != class)
        .filter(|(_, p)| p.kind == PlaceKind::Function)
        .last()
}

fn makes_container(value: &Expression) -> bool {
    match value {
        Expression::List(_) | Expression::Map => true,
        Expression::Call(made) => {
            let last = made.name.rsplit('.').next().unwrap_or(&made.name);
            matches!(
                last,
                "dict"
                    | "list"
                    | "set"
                    | "defaultdict"
                    | "OrderedDict"
                    | "deque"
                    | "Counter"
                    | "Map"
                    | "Set"
                    | "HashMap"
                    | "ArrayList"
                    | "HashSet"
                    | "LinkedHashMap"
            )
        }
        _ => false,
    }
}
