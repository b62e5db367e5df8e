//! What happens after a call, and in which order things stand.

use super::super::super::fields::Fields;
use super::super::super::glob::Glob;
use super::super::super::sites::{any_fits, around, is_called};
use super::super::super::{Rule, World};
use super::{Shape, Source, at};
use crate::document::Span;
use crate::finding::Finding;
use crate::program::{Call, Expression, PlaceId, PlaceKind, Program, Programs};

/// Every branch on the outcome of a call updates a state.
struct States {
    after: Vec<Glob>,
    ok: String,
    success: Vec<Glob>,
    failure: Vec<Glob>,
    before: Vec<Glob>,
}

pub(super) fn read_states(fields: &mut Fields<'_>) -> Option<Box<dyn Shape>> {
    let states = fields.object("states", |f| {
        if !f.has("after") {
            f.required("after");
        }
        States {
            after: f.globs("after", Glob::name),
            ok: f.text("ok").unwrap_or_else(|| "ok".to_owned()),
            success: f.globs("success", Glob::name),
            failure: f.globs("failure", Glob::name),
            before: f.globs("before", Glob::name),
        }
    })?;
    Some(Box::new(states))
}

impl Shape for States {
    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let programs = world.programs();
        let mut findings = Vec::new();
        for program in source.programs(rule, world) {
            for call in &program.calls {
                if is_called(programs, program, call, &self.after) {
                    findings.extend(self.outcome(rule, programs, program, call));
                }
            }
        }
        findings
    }
}

/// A function, and what is asked of it.
struct Scene<'p> {
    programs: &'p Programs,
    program: &'p Program,
    function: PlaceId,
    /// The call whose outcome counts.
    call: &'p Call,
}

impl Scene<'_> {
    /// Calls of this function that fit, after the call or before it.
    fn calls(&self, glob: &Glob, is_after: bool) -> Vec<&Call> {
        let globs = std::slice::from_ref(glob);
        self.program
            .calls
            .iter()
            .filter(|c| {
                (c.span.start > self.call.span.start) == is_after && c.span != self.call.span
            })
            .filter(|c| self.program.function(c.place).map_or(0, |(id, _)| id) == self.function)
            .filter(|c| {
                is_called(self.programs, self.program, c, globs) || self.is_helper(c, globs)
            })
            .collect()
    }

    /// Whether a function of the same file is called that itself makes such a call.
    fn is_helper(&self, call: &Call, globs: &[Glob]) -> bool {
        let name = call.written.rsplit('.').next().unwrap_or(&call.written);
        let is_own = !call.written.contains('.') || call.written.starts_with("self.");
        let mut functions =
            self.program.definitions.iter().filter(|d| !d.is_class && d.name == name);
        is_own
            && functions.any(|d| {
                d.place != self.function
                    && self.program.calls.iter().any(|c| {
                        self.program.is_within(c.place, d.place)
                            && is_called(self.programs, self.program, c, globs)
                    })
            })
    }
}

impl States {
    fn outcome(
        &self,
        rule: &Rule,
        programs: &Programs,
        program: &Program,
        call: &Call,
    ) -> Vec<Finding> {
        let function = program.function(call.place).map_or(0, |(id, _)| id);
        let scene = Scene { programs, program, function, call };
        let names = around(program, call.place);
        let mut findings = Vec::new();
        let mut say = |span: Span, message: String, what: &str| {
            findings.push(at(rule, program, span, message, [what, &names]));
        };
        for glob in &self.before {
            if scene.calls(glob, false).is_empty() {
                let message = format!("`{}` is not called before `{}`", glob.text, call.written);
                say(call.span, message, &glob.text);
            }
        }
        let result = program
            .bindings
            .iter()
            .find(|b| b.span.start <= call.span.start && call.span.end <= b.span.end)
            .map(|b| b.name.clone());
        let mut spoken = false;
        for (id, place) in program.places.iter().enumerate() {
            let is_branch = matches!(place.kind, PlaceKind::Then | PlaceKind::Else);
            let is_here = program.function(id).map_or(0, |(f, _)| f) == function;
            if !is_branch || !is_here || place.span.start < call.span.end {
                continue;
            }
            let Some(is_ok) = self.polarity(place.kind, &place.name, result.as_deref()) else {
                continue;
            };
            let (needed, word) =
                if is_ok { (&self.success, "succeeds") } else { (&self.failure, "fails") };
            for glob in needed {
                let calls = scene.calls(glob, true);
                let leaves = leaves(program, id);
                let updated = calls.iter().any(|c| {
                    program.is_within(c.place, id)
                        || program.is_within(id, c.place) && c.span.end <= place.span.start
                        || (leaves.is_none()
                            && program.is_within(id, c.place)
                            && c.span.start >= place.span.end)
                });
                if !updated {
                    spoken = true;
                    let span = leaves.unwrap_or_else(|| first_line(place.span));
                    let message = format!(
                        "when `{}` {word}, `{}` is not called before this branch ends",
                        call.written, glob.text
                    );
                    say(span, message, &glob.text);
                }
            }
        }
        if spoken {
            return findings;
        }
        for (globs, word) in [(&self.success, "succeeds"), (&self.failure, "fails")] {
            for glob in globs {
                if scene.calls(glob, true).is_empty() {
                    let message =
                        format!("no branch calls `{}` when `{}` {word}", glob.text, call.written);
                    say(call.span, message, &glob.text);
                }
            }
        }
        findings
    }

    /// Whether a branch is the one of success; `None` when it is about something else.
    fn polarity(&self, kind: PlaceKind, condition: &str, result: Option<&str>) -> Option<bool> {
        let text: String = condition.split_whitespace().collect::<Vec<_>>().join(" ");
        let asked = match result {
            Some(name) => text.contains(&format!("{name}.{}", self.ok)),
            None => text.contains(&format!(".{}", self.ok)),
        };
        if !asked {
            return None;
        }
        let denies = text.starts_with("not ")
            || text.contains(" not ")
            || text.starts_with('!')
            || text.starts_with("(!")
            || text.contains("is False")
            || text.contains("== False")
            || text.contains("=== false")
            || text.contains("== false");
        Some(denies == (kind == PlaceKind::Else))
    }
}

/// The `return` or `raise` by which a branch leaves the function.
fn leaves(program: &Program, branch: PlaceId) -> Option<Span> {
    program.returns.iter().find(|r| program.is_within(r.place, branch)).map(|r| r.span)
}

fn first_line(span: Span) -> Span {
    Span { end: span.end.min(span.start + 60), ..span }
}

/// Something stands before something else.
struct Order {
    function: Vec<Glob>,
    first: Vec<Glob>,
    then: Vec<Glob>,
}

pub(super) fn read_order(fields: &mut Fields<'_>) -> Option<Box<dyn Shape>> {
    let order = fields.object("order", |f| {
        for key in ["function", "first", "then"] {
            if !f.has(key) {
                let message = format!("an order has no `{key}`");
                f.wrong("", message, "write `function`, `first` and `then`");
            }
        }
        Order {
            function: f.globs("function", Glob::name),
            first: f.globs("first", Glob::name),
            then: f.globs("then", Glob::name),
        }
    })?;
    Some(Box::new(order))
}

impl Shape for Order {
    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let programs = world.programs();
        let mut findings = Vec::new();
        for program in source.programs(rule, world) {
            for definition in program
                .definitions
                .iter()
                .filter(|d| !d.is_class && any_fits(&self.function, &d.name))
            {
                let inside = |place: PlaceId| program.is_within(place, definition.place);
                let is_first = |c: &&Call| is_called(programs, program, c, &self.first);
                let calls = || program.calls.iter().filter(|c| inside(c.place));
                let by_call = calls().filter(is_first).map(|c| c.span.start).min();
                let by_text = program.texts.iter().filter(|t| inside(t.place)).filter(
                    |t| matches!(&t.value, Expression::Text(text) if any_fits(&self.first, text)),
                );
                let first = by_call.into_iter().chain(by_text.map(|t| t.span.start)).min();
                let then = calls().filter(|c| is_called(programs, program, c, &self.then));
                let early = then
                    .filter(|c| first.is_none_or(|first| c.span.start < first))
                    .min_by_key(|c| c.span.start);
                if let Some(early) = early {
                    let wanted: Vec<&str> = self.first.iter().map(|g| g.text.as_str()).collect();
                    let message = format!(
                        "`{}` stands here before `{}`",
                        early.written,
                        wanted.join("` or `")
                    );
                    findings.push(at(
                        rule,
                        program,
                        early.span,
                        message,
                        [&early.written, &definition.name],
                    ));
                }
            }
        }
        findings
    }
}
