//! Importing a module starts nothing.

use std::collections::BTreeSet;

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::sites::{Http, any_fits};
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{Call, Deed, Expression, Language, PlaceKind, Program, Programs};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("import-safe"),
    summary: "importing a module starts something",
    since: "0.1.0",
    explain: Explain {
        what: "A statement that runs when the module is imported starts a thread, a process, an event loop, a server or an endless loop, or reaches for network or files; by itself or through a function of the module.",
        why: "A test, a tool or another program that imports the module starts it unasked.",
        bad: story!("import-safe/fail/through-a-function"),
        good: story!("import-safe/pass/main-guard"),
        fix: "Move it into a function, and call that under `if __name__ == \"__main__\":`.",
    },
    looks_back: false,
    read,
};

struct ImportSafe {
    effects: bool,
    allow: Vec<Glob>,
    background: Vec<Glob>,
    http: Http,
}

/// Calls that start something.
const BACKGROUND: [&str; 28] = [
    "threading.{Thread,Timer}.start",
    "threading.{Thread,Timer}.run",
    "_thread.start_new_thread",
    "*.Thread.start",
    "*Thread.start",
    "*Process.start",
    "multiprocessing.{Process,Pool}*",
    "subprocess.{Popen,run,call,check_call,check_output,getoutput,getstatusoutput}*",
    "os.{system,popen,fork,spawnl,spawnv,spawnlp,spawnvp,execv,execl,execvp,startfile}",
    "asyncio.{run,create_task,ensure_future,start_server,create_subprocess_exec,create_subprocess_shell}",
    "*.{run_until_complete,run_forever,serve_forever,start_polling,infinity_polling,run_polling}",
    "{uvicorn,hypercorn,waitress,gunicorn,werkzeug.serving}.*{run,serve,run_simple,main}",
    "*{app,application,socketio,server,bot}.{run,serve,listen,start}",
    "concurrent.futures.*.{submit,map}",
    "*{executor,pool}.{submit,apply_async,map_async}",
    "*{scheduler,sched}.{start,run}",
    "apscheduler.*.start",
    "schedule.run_pending",
    "signal.pause",
    "os.kill",
    "child_process.{spawn,exec,fork,execFile,spawnSync,execSync,execFileSync}",
    "{setInterval,setTimeout,setImmediate}",
    "Worker",
    "worker_threads.Worker",
    "http.createServer.listen",
    "Deno.{serve,run,Command}",
    "Bun.{serve,spawn}",
    "cluster.fork",
];

/// Calls that reach beyond the process, besides HTTP and files.
const EFFECTS: [&str; 7] = [
    "{sys.exit,os._exit,exit,quit,process.exit}",
    "socket.{create_connection,socket.connect,socket.bind,create_server}",
    "os.{mkdir,makedirs,rmdir,removedirs}",
    "shutil.rmtree",
    "time.sleep",
    "input",
    "psycopg2.connect",
];

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let effects = fields.word("forbid", &["background", "effects"], "effects") == "effects";
    let allow = fields.globs("allow", Glob::name);
    let compile =
        |list: &[&str]| -> Vec<Glob> { list.iter().filter_map(|g| Glob::name(g).ok()).collect() };
    let mut background = compile(&BACKGROUND);
    if effects {
        background.extend(compile(&EFFECTS));
    }
    Box::new(ImportSafe { effects, allow, background, http: Http::new() })
}

impl Demand for ImportSafe {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let programs = world.programs();
        let is_wanted = |p: &&Program| {
            rule.scope.has(&p.path) && (p.language == Language::Python || p.language.is_ecma())
        };
        programs.all.iter().filter(is_wanted).flat_map(|p| self.module(rule, programs, p)).collect()
    }
}

impl ImportSafe {
    fn module(&self, rule: &Rule, programs: &Programs, program: &Program) -> Vec<Finding> {
        let at = ArtifactPath::lossy(&program.path);
        let mut findings = Vec::new();
        let writes: BTreeSet<(u32, u32)> = if self.effects {
            let uses = programs.file_uses(program);
            uses.iter()
                .filter(|u| u.deed != Deed::Read)
                .map(|u| (u.span.start, u.span.end))
                .collect()
        } else {
            BTreeSet::new()
        };
        let direct: Vec<bool> = program
            .calls
            .iter()
            .map(|call| self.is_start(programs, program, call, &writes))
            .collect();
        for (call, is_direct) in program.calls.iter().zip(&direct) {
            if call.decorates.is_some()
                || !program.runs_on_import(call.place)
                || self.is_allowed(programs, program, call)
            {
                continue;
            }
            let through =
                if *is_direct { None } else { self.through(programs, program, call, &direct) };
            let message = match (*is_direct, &through) {
                (true, _) => format!("`{}` runs when `{}` is imported", call.name, program.path),
                (false, Some(name)) => format!(
                    "`{}` runs when `{}` is imported, and calls `{name}`",
                    call.written, program.path
                ),
                (false, None) => continue,
            };
            let finding =
                rule.finding(message, Location::bytes(&at, call.span)).label("runs on import");
            findings.push(finding.about(&call.name));
        }
        findings.extend(self.loops(rule, program, &at));
        findings
    }

    /// Endless loops that run on import.
    fn loops(&self, rule: &Rule, program: &Program, at: &ArtifactPath) -> Vec<Finding> {
        let is_endless = |name: &str| {
            let head: String =
                name.chars().filter(|c| !c.is_whitespace() && *c != '(' && *c != ')').collect();
            ["whileTrue:", "while1:", "whiletrue", "while1"]
                .iter()
                .any(|w| head.trim_end_matches('{') == *w)
        };
        let loops = program.places.iter().enumerate().filter(|(id, place)| {
            place.kind == PlaceKind::Loop && is_endless(&place.name) && program.runs_on_import(*id)
        });
        loops
            .map(|(_, place)| {
                let start = place.span.range().start;
                let span = crate::document::Span::new(start, start + place.name.len());
                let message = format!("an endless loop runs when `{}` is imported", program.path);
                rule.finding(message, Location::bytes(at, span))
                    .label("runs on import")
                    .about("loop")
            })
            .collect()
    }

    fn is_allowed(&self, programs: &Programs, program: &Program, call: &Call) -> bool {
        programs.names_of(program, call).iter().any(|name| any_fits(&self.allow, name))
    }

    fn is_start(
        &self,
        programs: &Programs,
        program: &Program,
        call: &Call,
        writes: &BTreeSet<(u32, u32)>,
    ) -> bool {
        let names = programs.names_of(program, call);
        names.iter().any(|name| any_fits(&self.background, name))
            || writes.contains(&(call.span.start, call.span.end))
            || (self.effects && (self.http.is_call(programs, program, call) || makes_folder(call, names)))
            // `worker.start()`, where `worker` is of a class of this file that is a thread.
            || (call.written.ends_with(".start") && names.iter().any(|n| is_thread(program, n)))
    }

    /// What a function of this module starts, directly or through others of it.
    fn through(
        &self,
        programs: &Programs,
        program: &Program,
        call: &Call,
        direct: &[bool],
    ) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut queue: Vec<String> = callees(program, &call.written);
        while let Some(name) = queue.pop() {
            if !seen.insert(name.clone()) || seen.len() > 200 {
                continue;
            }
            for (inner, is_direct) in program.calls.iter().zip(direct) {
                let Some((_, function)) = program.function(inner.place) else { continue };
                if function.name != name || in_nested_function(program, inner, &name) {
                    continue;
                }
                if *is_direct && !self.is_allowed(programs, program, inner) {
                    return Some(inner.name.clone());
                }
                queue.extend(callees(program, &inner.written));
            }
            if let Some(looping) = endless_in(program, &name) {
                return Some(looping);
            }
        }
        None
    }
}

fn in_nested_function(program: &Program, call: &Call, name: &str) -> bool {
    program
        .around(call.place)
        .find(|(_, p)| matches!(p.kind, PlaceKind::Function | PlaceKind::Lambda))
        .is_some_and(|(_, p)| p.name != name)
}

fn endless_in(program: &Program, name: &str) -> Option<String> {
    let is_it = |(id, place): &(usize, &crate::program::Place)| {
        place.kind == PlaceKind::Loop
            && (place.name.starts_with("while True") || place.name.starts_with("while (true)"))
            && program.function(*id).is_some_and(|(_, f)| f.name == name)
    };
    program.places.iter().enumerate().find(is_it).map(|_| "an endless loop".to_owned())
}

/// The functions of this file that a call may run: by name, by method, by making an object.
fn callees(program: &Program, written: &str) -> Vec<String> {
    let last = written.rsplit('.').next().unwrap_or(written);
    let is_own_method = ["self.", "cls.", "this."].iter().any(|own| written.starts_with(own));
    if written.contains('.') && !is_own_method {
        return Vec::new();
    }
    let definition = program.definitions.iter().find(|d| d.name == last);
    match definition {
        Some(class) if class.is_class => vec!["__init__".to_owned(), "constructor".to_owned()],
        Some(function) => vec![function.name.clone()],
        None => Vec::new(),
    }
}

fn is_thread(program: &Program, made: &str) -> bool {
    let class = made.strip_suffix(".start").unwrap_or(made).rsplit('.').next().unwrap_or_default();
    let is_base = |base: &String| base.ends_with("Thread") || base.ends_with("Process");
    program.definitions.iter().any(|d| d.is_class && d.name == class && d.bases.iter().any(is_base))
}

/// `Path("x").mkdir()`
fn makes_folder(call: &Call, names: &[String]) -> bool {
    let is_method = names.iter().any(|n| n.ends_with(".mkdir") || n.ends_with(".rmtree"));
    is_method && !matches!(call.receiver, None | Some(Expression::Unknown))
}
