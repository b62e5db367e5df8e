//! What must be in code, and what must be tried.

use super::super::super::fields::Fields;
use super::super::super::glob::Glob;
use super::super::super::sites::{any_fits, around, is_called};
use super::super::super::{Rule, World};
use super::named::Named;
use super::{Shape, Source, at};
use crate::document::Span;
use crate::finding::Finding;
use crate::program::{Pattern, PlaceKind, Program};

/// Each of these must occur.
struct Require {
    /// With the words that name it to the user.
    each: Vec<(String, Named)>,
    is_each_file: bool,
    function: Vec<Glob>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Box<dyn Shape>> {
    let mut is_each_file = false;
    let mut function = Vec::new();
    let each = fields.object("require", |f| {
        is_each_file = f.word("in", &["each", "any"], "any") == "each";
        function = f.globs("function", Glob::name);
        f.singles(&["calls", "texts", "imports", "definitions", "patterns", "paths"], Named::read)
    })?;
    Some(Box::new(Require { each, is_each_file, function }))
}

impl Shape for Require {
    fn patterns(&self) -> Vec<&Pattern> {
        self.each.iter().flat_map(|(_, named)| named.patterns()).collect()
    }

    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let programs = source.programs(rule, world);
        let mut findings = Vec::new();
        for (what, named) in &self.each {
            let lacks = |program: &&&Program| !self.has(program, named, world);
            let where_to = if self.function.is_empty() {
                String::new()
            } else {
                let names: Vec<&str> = self.function.iter().map(|g| g.text.as_str()).collect();
                format!(" in `{}`", names.join("`, `"))
            };
            if self.is_each_file {
                for program in programs.iter().filter(lacks) {
                    let message = format!("`{}` has no {what}{where_to}", program.path);
                    findings.push(rule.about_file(&program.path, message).about(what));
                }
            } else if !programs.is_empty()
                && programs.iter().filter(lacks).count() == programs.len()
            {
                let file = programs.first().map(|p| p.path.clone()).unwrap_or_default();
                let message = match programs.len() {
                    1 => format!("`{file}` has no {what}{where_to}"),
                    n => format!("none of {n} files has {what}{where_to}"),
                };
                findings.push(rule.about_file(&file, message).about(what));
            }
        }
        findings
    }
}

impl Require {
    fn has(&self, program: &Program, named: &Named, world: &World<'_>) -> bool {
        let sites = named.sites(world.programs(), program, world);
        sites.iter().any(|site| {
            self.function.is_empty()
                || program.around(site.place).any(|(_, p)| {
                    p.kind == PlaceKind::Function && any_fits(&self.function, &p.name)
                })
        })
    }
}

/// Functions and calls that must be tried.
struct Guarded {
    functions: Vec<Glob>,
    calls: Vec<Glob>,
    /// Whether a loop around a call must go on when it fails.
    per_cycle: bool,
    /// Calls that do not fail.
    harmless: Vec<Glob>,
}

/// Calls that may stand outside of the `try`.
const HARMLESS: [&str; 9] = [
    "{len,str,int,float,bool,list,dict,set,tuple,isinstance,getattr,hasattr,repr,round,min,max,sorted,range,print}",
    "{time,datetime,logging,uuid,os.environ}.*",
    "datetime.datetime.*",
    "*{log,logger,LOG,LOGGER,log_event}.*",
    "{log,log_event,logger}",
    "*.{append,get,items,keys,values,copy,lower,upper,strip,isoformat,add,update}",
    "{HTTPException,JSONResponse,Response,*.HTTPException,*.JSONResponse}",
    "*.{has,has_plugin,exists,contains}",
    "{Date.now,console.*,defaultdict,collections.defaultdict}",
];

pub(super) fn read_guarded(fields: &mut Fields<'_>) -> Option<Box<dyn Shape>> {
    let guarded = fields.object("guarded", |f| Guarded {
        functions: f.globs("functions", Glob::name),
        calls: f.globs("calls", Glob::name),
        per_cycle: f.flag("per-cycle", false),
        harmless: HARMLESS.iter().filter_map(|text| Glob::name(text).ok()).collect(),
    })?;
    if guarded.functions.is_empty() && guarded.calls.is_empty() {
        fields.wrong("guarded", "nothing is named here", "add `functions` or `calls`");
    }
    Some(Box::new(guarded))
}

impl Shape for Guarded {
    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for program in source.programs(rule, world) {
            findings.extend(self.functions(rule, program));
            for call in &program.calls {
                if is_called(world.programs(), program, call, &self.calls)
                    && !is_tried(program, call.place, self.per_cycle)
                {
                    let names = around(program, call.place);
                    let message = format!(
                        "`{}` is called outside of a `try` that catches everything",
                        call.name
                    );
                    findings.push(at(rule, program, call.span, message, [&call.name, &names]));
                }
            }
        }
        findings
    }
}

/// Whether a `try` of the same function, or of the same cycle of a loop, catches everything.
fn is_tried(program: &Program, place: usize, per_cycle: bool) -> bool {
    let is_border = |kind| {
        matches!(kind, PlaceKind::Function | PlaceKind::Lambda)
            || (per_cycle && kind == PlaceKind::Loop)
    };
    program
        .around(place)
        .take_while(|(_, p)| !is_border(p.kind))
        .any(|(_, p)| p.kind == PlaceKind::Try && p.name == "*")
}

/// Whether a handler of the same function is at work.
fn is_handling(program: &Program, place: usize) -> bool {
    program
        .around(place)
        .take_while(|(_, p)| !matches!(p.kind, PlaceKind::Function | PlaceKind::Lambda))
        .any(|(_, p)| p.kind == PlaceKind::Except)
}

/// Statements that cannot do much.
fn is_simple(kind: &str) -> bool {
    matches!(
        kind,
        "expression_statement"
            | "import_statement"
            | "import_from_statement"
            | "global_statement"
            | "nonlocal_statement"
            | "pass_statement"
            | "return_statement"
            | "comment"
            | "lexical_declaration"
            | "variable_declaration"
            | "local_variable_declaration"
            | "function_definition"
            | "if_statement"
            | "raise_statement"
            | "empty_statement"
            | "assert_statement"
    )
}

impl Guarded {
    fn functions(&self, rule: &Rule, program: &Program) -> Vec<Finding> {
        let mut findings = Vec::new();
        for definition in &program.definitions {
            if definition.is_class || !any_fits(&self.functions, &definition.name) {
                continue;
            }
            let is_broad = |span: Span| {
                program.places.iter().any(|p| {
                    p.kind == PlaceKind::Try
                        && p.name == "*"
                        && p.parent == definition.place
                        && span.start <= p.span.start
                        && p.span.end <= span.end
                })
            };
            let may_fail = |span: Span| {
                program.calls.iter().any(|call| {
                    let within = span.start <= call.span.start && call.span.end <= span.end;
                    // `get_registry()` hands out what is there.
                    let last = call.name.rsplit('.').next().unwrap_or_default();
                    let is_getter = last.starts_with("get_") && call.arguments.is_empty();
                    within
                        && !is_getter
                        && !is_tried(program, call.place, false)
                        && !is_handling(program, call.place)
                        && !any_fits(&self.harmless, &call.name)
                })
            };
            let bare = definition.statements.iter().find(|(kind, span)| {
                let is_fine =
                    is_simple(kind) && !(kind != "function_definition" && may_fail(*span));
                // What stands in `else` and `finally` is not tried.
                let is_guarded = kind.starts_with("try") && is_broad(*span) && !may_fail(*span);
                !is_fine && !is_guarded
            });
            let has_try = definition.statements.iter().any(|(kind, _)| kind.starts_with("try"));
            let span = match bare {
                Some((_, span)) => *span,
                None if !has_try && does_something(program, definition.place) => definition.head,
                None => continue,
            };
            let message = format!(
                "`{}` has code outside of a `try` that catches everything",
                definition.name
            );
            let first_line = Span { end: span.end.min(span.start + 80), ..span };
            findings.push(at(rule, program, first_line, message, [&definition.name, ""]));
        }
        findings
    }
}

/// Whether a function calls anything.
fn does_something(program: &Program, place: usize) -> bool {
    program.calls.iter().any(|call| program.is_within(call.place, place))
}
