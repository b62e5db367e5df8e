//! Endpoints that code serves: FastAPI, Flask, Express, axum, net/http and gin.

use std::collections::BTreeMap;

use super::facts::{Argument, Call, PlaceKind, Program};
use super::{Expression, Language, Programs, UNKNOWN};
use crate::document::Span;

/// A method and a path that are answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// Upper case; `*` for any.
    pub method: String,
    /// As it is written, with the prefixes of its routers.
    pub path: String,
    /// The file.
    pub file: String,
    /// The call or decorator.
    pub span: Span,
}

impl Endpoint {
    /// The path with all parameters the same: `/notes/{}`.
    pub fn shape(&self) -> String {
        shape(&self.path)
    }
}

/// `/notes/{id}`, `/notes/:id` and `/notes/<int:id>` have one shape.
pub(crate) fn shape(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| {
            let is_parameter = segment.contains(['{', '<', '*', UNKNOWN])
                || (segment.len() > 1 && segment.starts_with(':'));
            if is_parameter { "{}" } else { segment }
        })
        .collect();
    let joined = segments.join("/");
    if joined.len() > 1 { joined.trim_end_matches('/').to_owned() } else { joined }
}

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// A router variable: file and name.
type Router = (String, String);

/// All endpoints of the programs.
pub fn served(programs: &Programs) -> Vec<Endpoint> {
    let prefixes = Prefixes::of(programs);
    let mut found = Vec::new();
    for program in &programs.all {
        for call in &program.calls {
            let routes = match program.language {
                Language::Python => python(programs, program, call),
                Language::Rust => axum(programs, program, call),
                Language::Go => go(programs, program, call),
                language if language.is_ecma() => express(programs, program, call),
                _ => Vec::new(),
            };
            for Route { methods, path, router } in routes {
                for prefix in prefixes.around(programs, program, call, &router) {
                    found.extend(methods.iter().map(|method| Endpoint {
                        method: method.to_uppercase(),
                        path: joined(&prefix, &path),
                        file: program.path.clone(),
                        span: call.span,
                    }));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

struct Route {
    methods: Vec<String>,
    path: String,
    /// The variable that the route is made on.
    router: String,
}

fn text_of(
    programs: &Programs,
    program: &Program,
    call: &Call,
    argument: &Argument,
) -> Option<String> {
    let value = programs.values(program, call.place, &argument.value).into_iter().next()?;
    (value != UNKNOWN.to_string()).then_some(value)
}

fn joined(prefix: &str, path: &str) -> String {
    let path = format!("{}/{}", prefix.trim_end_matches('/'), path.trim_start_matches('/'));
    let path = if path.len() > 1 { path.trim_end_matches('/') } else { &path };
    path.replace(UNKNOWN, "{}")
}

fn split(call: &Call) -> Option<(&str, &str)> {
    call.written.rsplit_once('.')
}

fn python(programs: &Programs, program: &Program, call: &Call) -> Vec<Route> {
    let Some((router, last)) = split(call) else { return Vec::new() };
    let is_decorator = call.decorates.is_some();
    let path = call.positional(0).or_else(|| call.keyword("path")).or_else(|| call.keyword("rule"));
    let Some(path) = path.and_then(|a| text_of(programs, program, call, a)) else {
        return Vec::new();
    };
    if !path.is_empty() && !path.starts_with('/') {
        return Vec::new();
    }
    let listed = || {
        let methods = call.keyword("methods").map(|a| &a.value);
        match methods {
            Some(Expression::List(items)) => {
                items.iter().filter_map(|e| e.literal().map(str::to_owned)).collect()
            }
            _ => vec!["get".to_owned()],
        }
    };
    let methods = match last {
        _ if is_decorator && METHODS.contains(&last) => vec![last.to_owned()],
        "route" | "api_route" if is_decorator => listed(),
        "websocket" | "websocket_route" if is_decorator => vec!["websocket".to_owned()],
        "add_api_route" | "add_url_rule" | "add_route" => listed(),
        "mount" => vec!["*".to_owned()],
        _ => return Vec::new(),
    };
    vec![Route { methods, path, router: router.to_owned() }]
}

fn express(programs: &Programs, program: &Program, call: &Call) -> Vec<Route> {
    let Some((router, last)) = split(call) else { return Vec::new() };
    if !METHODS.contains(&last) && last != "all" {
        return Vec::new();
    }
    // `router.route("/x").get(handler)`
    if let (Some(Expression::Call(called)), Some(router)) =
        (&call.receiver, router.strip_suffix(".route"))
    {
        let path = called.arguments.first().and_then(|(_, e)| e.literal());
        return path
            .map(|path| Route {
                methods: vec![last.to_owned()],
                path: path.to_owned(),
                router: router.to_owned(),
            })
            .into_iter()
            .collect();
    }
    if call.arguments.len() < 2 || !is_express(programs, program, call, router) {
        return Vec::new();
    }
    let path = call.positional(0).and_then(|a| text_of(programs, program, call, a));
    let method = if last == "all" { "*" } else { last };
    path.filter(|p| p.starts_with('/'))
        .map(|path| Route { methods: vec![method.to_owned()], path, router: router.to_owned() })
        .into_iter()
        .collect()
}

/// Whether a variable is an application or router, and not an HTTP client.
fn is_express(programs: &Programs, program: &Program, call: &Call, router: &str) -> bool {
    let made = programs.names_of(program, call);
    let by_type = made.iter().skip(1).any(|name| {
        name.contains("express")
            || name.contains("Router")
            || name.contains("fastify")
            || name.contains("Hono")
    });
    let last = router.rsplit('.').next().unwrap_or(router);
    by_type || matches!(last, "app" | "router" | "server" | "api") || last.ends_with("Router")
}

fn axum(programs: &Programs, program: &Program, call: &Call) -> Vec<Route> {
    let is_route = call.written.ends_with(".route") && call.arguments.len() == 2;
    let (true, Some(path), Some(handlers)) = (is_route, call.positional(0), call.positional(1))
    else {
        return Vec::new();
    };
    let Some(path) = text_of(programs, program, call, path).filter(|p| p.starts_with('/')) else {
        return Vec::new();
    };
    let Expression::Call(called) = &handlers.value else { return Vec::new() };
    let methods: Vec<String> = called
        .name
        .split('.')
        .filter_map(|segment| {
            let name = segment.trim_end_matches("_service");
            (METHODS.contains(&name) || name == "any")
                .then(|| if name == "any" { "*".to_owned() } else { name.to_owned() })
        })
        .collect();
    vec![Route { methods, path, router: String::new() }]
}

fn go(programs: &Programs, program: &Program, call: &Call) -> Vec<Route> {
    let Some((router, last)) = split(call) else { return Vec::new() };
    let method = match last {
        "HandleFunc" | "Handle" => "*".to_owned(),
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" => last.to_lowercase(),
        "Get" | "Post" | "Put" | "Patch" | "Delete" if call.arguments.len() == 2 => {
            last.to_lowercase()
        }
        _ => return Vec::new(),
    };
    let Some(text) = call.positional(0).and_then(|a| text_of(programs, program, call, a)) else {
        return Vec::new();
    };
    // Since Go 1.22: `mux.HandleFunc("GET /notes/{id}", …)`.
    let (method, path) = match text.split_once(' ') {
        Some((method, path)) if path.starts_with('/') => (method.to_lowercase(), path.to_owned()),
        _ => (method, text),
    };
    if !path.starts_with('/') {
        return Vec::new();
    }
    vec![Route { methods: vec![method], path, router: router.to_owned() }]
}

/// What stands before the paths of routers.
struct Prefixes {
    /// Own prefix, given where the router is made.
    own: BTreeMap<Router, String>,
    /// Router → who includes it, and with which prefix.
    included: BTreeMap<Router, Vec<(Router, String)>>,
    /// axum: function whose routes are nested → prefix.
    nested: BTreeMap<String, String>,
}

impl Prefixes {
    fn of(programs: &Programs) -> Prefixes {
        let mut all =
            Prefixes { own: BTreeMap::new(), included: BTreeMap::new(), nested: BTreeMap::new() };
        for program in &programs.all {
            for binding in &program.bindings {
                let Expression::Call(called) = &binding.value else { continue };
                let wanted =
                    |k: &Option<String>| matches!(k.as_deref(), Some("prefix" | "url_prefix"));
                let given = called.arguments.iter().find(|(keyword, _)| wanted(keyword));
                let text = given.and_then(|(_, e)| {
                    programs.values(program, binding.place, e).into_iter().next()
                });
                if let Some(text) = text {
                    all.own.insert((program.path.clone(), binding.name.clone()), text);
                }
            }
            for call in &program.calls {
                all.include(programs, program, call);
            }
        }
        all
    }

    fn include(&mut self, programs: &Programs, program: &Program, call: &Call) {
        let Some((owner, last)) = split(call) else { return };
        let text = |a: &Argument| text_of(programs, program, call, a);
        let (child, prefix) = match last {
            "include_router" | "register_blueprint" => {
                let prefix = call.keyword("prefix").or_else(|| call.keyword("url_prefix"));
                (call.positional(0), prefix.and_then(text).unwrap_or_default())
            }
            "use" if program.language.is_ecma() && call.arguments.len() >= 2 => {
                (call.arguments.last(), call.positional(0).and_then(text).unwrap_or_default())
            }
            "nest" | "nest_service" if program.language == Language::Rust => {
                let prefix = call.positional(0).and_then(text).unwrap_or_default();
                if let Some(Expression::Call(called)) = call.positional(1).map(|a| &a.value) {
                    self.nested.insert(
                        called.name.rsplit('.').next().unwrap_or_default().to_owned(),
                        prefix,
                    );
                }
                return;
            }
            _ => return,
        };
        let Some(Expression::Name(name)) = child.map(|a| &a.value) else { return };
        let by = (program.path.clone(), owner.to_owned());
        for router in meant(programs, program, name) {
            self.included.entry(router).or_default().push((by.clone(), prefix.clone()));
        }
    }

    /// All prefixes that a route may have; an empty one when its router is included nowhere.
    fn around(
        &self,
        programs: &Programs,
        program: &Program,
        call: &Call,
        router: &str,
    ) -> Vec<String> {
        if program.language == Language::Rust {
            return vec![self.axum(programs, program, call)];
        }
        let mut found = Vec::new();
        self.follow(&(program.path.clone(), router.to_owned()), "", 0, &mut found);
        found
    }

    fn follow(&self, router: &Router, after: &str, depth: usize, found: &mut Vec<String>) {
        let own = self.own.get(router).map_or("", String::as_str);
        let path = format!("{}{after}", own.trim_end_matches('/'));
        match self.included.get(router) {
            Some(by) if depth < 8 && found.len() < 16 => {
                for (owner, prefix) in by {
                    let path = format!("{}{path}", prefix.trim_end_matches('/'));
                    self.follow(owner, &path, depth + 1, found);
                }
            }
            _ => found.push(path),
        }
    }

    fn axum(&self, programs: &Programs, program: &Program, call: &Call) -> String {
        let outer = program.calls.iter().filter(|c| {
            c.written.ends_with(".nest")
                && c.positional(1)
                    .is_some_and(|a| a.span.start <= call.span.start && call.span.end <= a.span.end)
        });
        let mut prefix: String =
            outer.filter_map(|c| text_of(programs, program, c, c.positional(0)?)).collect();
        let functions = program.around(call.place).filter(|(_, p)| p.kind == PlaceKind::Function);
        for (_, function) in functions {
            if let Some(nested) = self.nested.get(&function.name) {
                prefix = format!("{nested}{prefix}");
            }
        }
        prefix
    }
}

/// The router variables that a name means here: its own, or one of an imported module.
fn meant(programs: &Programs, program: &Program, name: &str) -> Vec<Router> {
    let full = program.full_name(name);
    let mut found = vec![(program.path.clone(), name.to_owned())];
    if let Some((module, variable)) = full.rsplit_once('.')
        && let Some(other) = programs.module(module)
    {
        found.push((other.path.clone(), variable.to_owned()));
    }
    // `app.use("/api", routes)`, where `routes` is the whole module.
    if program.language.is_ecma()
        && let Some(other) = programs.module(&full)
    {
        let routers = ["router", "app", "routes", "api"];
        found.extend(routers.iter().map(|r| (other.path.clone(), (*r).to_owned())));
    }
    found
}
