//! What a rule names in code, and where that stands.

use super::super::super::World;
use super::super::super::fields::Fields;
use super::super::super::glob::Glob;
use super::super::super::sites::{Http, Site, any_fits, is_called, may_fit};
use crate::document::{Data, Span, to_json};
use crate::program::{Deed, Expression, Language, Pattern, Program, Programs, UNKNOWN};

/// What a rule names in code.
#[derive(Default)]
pub(super) struct Named {
    calls: Vec<Glob>,
    makes: Vec<Glob>,
    imports: Vec<Glob>,
    texts: Vec<fancy_regex::Regex>,
    paths: Vec<Glob>,
    writes: Vec<Glob>,
    appends: Vec<Glob>,
    reads: Vec<Glob>,
    subscripts: Vec<Glob>,
    handlers: Option<&'static str>,
    http: Option<Http>,
    definitions: Vec<Glob>,
    patterns: Vec<Pattern>,
}

impl Named {
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter()
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Named {
        let named = Named {
            calls: fields.globs("calls", Glob::name),
            makes: fields.globs("makes", Glob::exactly),
            imports: fields.globs("imports", Glob::name),
            texts: fields.regexes("texts"),
            paths: fields.globs("paths", Glob::paths),
            writes: fields.globs("writes", Glob::paths),
            appends: fields.globs("appends", Glob::paths),
            reads: fields.globs("reads", Glob::paths),
            subscripts: fields.globs("subscripts", Glob::name),
            handlers: Some(fields.word("handlers", &["silent", "broad-silent", "unheard"], ""))
                .filter(|w| !w.is_empty()),
            http: fields.has("http").then(|| {
                fields.word("http", &["any"], "any");
                Http::new()
            }),
            definitions: fields.globs("definitions", Glob::name),
            patterns: read_patterns(fields),
        };
        if named.is_nothing() {
            fields.wrong(
                "",
                "nothing is named here",
                "add `calls`, `imports`, `paths` or another of docs/laws.md",
            );
        }
        named
    }

    fn is_nothing(&self) -> bool {
        let globs = [
            &self.calls,
            &self.makes,
            &self.imports,
            &self.paths,
            &self.writes,
            &self.appends,
            &self.reads,
            &self.subscripts,
            &self.definitions,
        ];
        globs.iter().all(|g| g.is_empty())
            && self.texts.is_empty()
            && self.patterns.is_empty()
            && self.handlers.is_none()
            && self.http.is_none()
    }

    /// All that is named, in the order of the text.
    pub(super) fn sites<'p>(
        &self,
        programs: &Programs,
        program: &'p Program,
        world: &World<'_>,
    ) -> Vec<Site<'p>> {
        let mut sites = Vec::new();
        self.called(programs, program, &mut sites);
        self.imported(program, &mut sites);
        self.written(programs, program, &mut sites);
        self.used(programs, program, &mut sites);
        self.others(program, &mut sites);
        self.matched(program, world, &mut sites);
        sites.sort_by_key(|site| (site.span.start, site.span.end));
        sites
    }

    fn called<'p>(&self, programs: &Programs, program: &'p Program, sites: &mut Vec<Site<'p>>) {
        let names = programs.all_names(program);
        let may_be = may_fit(&self.calls, names)
            || may_fit(&self.makes, names)
            || self.http.as_ref().is_some_and(|http| http.may_be_in(programs, program));
        if !may_be {
            return;
        }
        for call in &program.calls {
            let is_http =
                || self.http.as_ref().is_some_and(|http| http.is_call(programs, program, call));
            let says = if is_called(programs, program, call, &self.calls) {
                format!("`{}` is called", call.name)
            } else if is_made(programs.names_of(program, call), &self.makes) {
                format!("a `{}` is made", call.name)
            } else if is_http() {
                format!("`{}` goes out by HTTP", call.name)
            } else {
                continue;
            };
            let span = call.span;
            sites.push(Site {
                says,
                what: call.name.clone(),
                place: call.place,
                span,
                call: Some(call),
            });
        }
    }

    fn imported<'p>(&self, program: &'p Program, sites: &mut Vec<Site<'p>>) {
        if self.imports.is_empty() {
            return;
        }
        for import in &program.imports {
            let module = import.module.replace('/', ".");
            let full = import.name.as_ref().map(|name| format!("{module}.{name}"));
            // `requests` names all of it: `requests.adapters` too.
            let mut prefixes = module.match_indices('.').filter_map(|(at, _)| module.get(..at));
            let fits = any_fits(&self.imports, &module)
                || any_fits(&self.imports, &import.module)
                || full.as_ref().is_some_and(|full| any_fits(&self.imports, full))
                || prefixes.any(|prefix| any_fits(&self.imports, prefix));
            if fits {
                let what = full.unwrap_or(module);
                let says = format!("`{what}` is imported");
                sites.push(Site { says, what, place: import.place, span: import.span, call: None });
            }
        }
    }

    fn written<'p>(&self, programs: &Programs, program: &'p Program, sites: &mut Vec<Site<'p>>) {
        let has_paths = may_fit(&self.paths, programs.all_paths(program));
        if self.texts.is_empty() && !has_paths {
            return;
        }
        for text in &program.texts {
            // What is filled into a text is not known here; what stands around it is.
            let written = match &text.value {
                Expression::Text(literal) => Some(literal.clone()),
                Expression::Concat(_) if !self.texts.is_empty() => {
                    let values = programs.values_of(program, text);
                    values.first().map(|value| value.replace(UNKNOWN, "…"))
                }
                _ => None,
            };
            if let Some(literal) = written
                && let Some(regex) =
                    self.texts.iter().find(|r| r.is_match(&literal).unwrap_or(false))
            {
                let covers =
                    |s: &Site<'_>| s.span.start <= text.span.start && text.span.end <= s.span.end;
                if text.is_part && sites.iter().any(covers) {
                    continue;
                }
                let says = format!("this text fits `{}`", regex.as_str());
                sites.push(Site {
                    says,
                    what: literal,
                    place: text.place,
                    span: text.span,
                    call: None,
                });
            }
            if text.is_part || !has_paths {
                continue;
            }
            let made = programs.paths_of(program, text);
            if let Some(path) =
                made.iter().find(|p| is_path(p) && self.paths.iter().any(|g| g.fits_composed(p)))
            {
                let shown = path.replace(UNKNOWN, "…");
                let says = format!("the path `{shown}` is made here");
                sites.push(Site {
                    says,
                    what: shown,
                    place: text.place,
                    span: text.span,
                    call: None,
                });
            }
        }
    }

    fn used<'p>(&self, programs: &Programs, program: &'p Program, sites: &mut Vec<Site<'p>>) {
        let used = programs.all_used(program);
        if ![&self.writes, &self.reads, &self.appends].iter().any(|globs| may_fit(globs, used)) {
            return;
        }
        for used in programs.file_uses(program) {
            let (globs, verb) = match used.deed {
                Deed::Write => (&self.writes, "is rewritten"),
                Deed::Read => (&self.reads, "is read"),
                Deed::Append => (&self.appends, "gets more lines"),
            };
            if let Some(path) = used.paths.iter().find(|p| globs.iter().any(|g| g.fits_composed(p)))
            {
                let shown = path.replace(UNKNOWN, "…");
                let says = format!("`{shown}` {verb}");
                let call = program.calls.iter().find(|c| c.span == used.span);
                sites.push(Site { says, what: shown, place: used.place, span: used.span, call });
            }
        }
    }

    fn others<'p>(&self, program: &'p Program, sites: &mut Vec<Site<'p>>) {
        if !self.subscripts.is_empty() {
            for read in program.subscripts.iter().filter(|s| !s.is_written) {
                let Some(key) = &read.key else { continue };
                if !any_fits(&self.subscripts, &read.base) {
                    continue;
                }
                let what = format!("{}[{key}]", read.base);
                let says = format!("`{}` is read by `[\"{key}\"]`", read.base);
                sites.push(Site { says, what, place: read.place, span: read.span, call: None });
            }
        }
        if let Some(wanted) = self.handlers {
            let fits = |h: &&crate::program::Handler| match wanted {
                "unheard" => !h.raises,
                "silent" => h.is_silent,
                _ => h.is_silent && h.catches == "*",
            };
            for handler in program.handlers.iter().filter(fits) {
                let says = match wanted {
                    "unheard" => "a failure is caught here and nobody is told",
                    _ => "a failure is caught here and nothing is done",
                };
                let says = says.to_owned();
                let (place, span) = (handler.place, handler.span);
                sites.push(Site { says, what: handler.catches.clone(), place, span, call: None });
            }
        }
        for definition in
            program.definitions.iter().filter(|d| any_fits(&self.definitions, &d.name))
        {
            let says = format!("`{}` is defined", definition.name);
            let (place, span) = (definition.place, definition.head);
            sites.push(Site { says, what: definition.name.clone(), place, span, call: None });
        }
    }

    fn matched<'p>(&self, program: &'p Program, world: &World<'_>, sites: &mut Vec<Site<'p>>) {
        let mut spans = self.patterns.iter().flat_map(|p| program.matches(p)).copied().peekable();
        if spans.peek().is_none() {
            return;
        }
        let Some(text) = world.text(&program.path) else { return };
        for span in spans {
            let matched = text.get(span.range()).unwrap_or_default();
            let what: String = matched.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown: String = what.chars().take(60).collect();
            let says = format!("`{shown}` fits a pattern");
            sites.push(Site { says, what, place: place_of(program, span), span, call: None });
        }
    }
}

/// Whether a call is one of a constructor of this name: `*` does not reach over a dot.
fn is_made(names: &[String], globs: &[Glob]) -> bool {
    // `store.get` of a store that was made is no making.
    let Some(name) = names.iter().find(|name| {
        let last = name.rsplit('.').next().unwrap_or(name);
        last.starts_with(|c: char| c.is_uppercase())
    }) else {
        return false;
    };
    let last = name.rsplit('.').next().unwrap_or(name);
    globs.iter().any(|glob| glob.fits(last) || (glob.text.contains('.') && glob.fits(name)))
}

/// The innermost place around a span.
fn place_of(program: &Program, span: Span) -> usize {
    let holds = |s: Span| s.start <= span.start && span.end <= s.end;
    let around = program.places.iter().enumerate().filter(|(_, p)| holds(p.span));
    around
        .min_by_key(|(id, p)| (p.span.end - p.span.start, usize::MAX - id))
        .map_or(0, |(id, _)| id)
}

/// Whether a text may be a path: prose and patterns are not.
fn is_path(text: &str) -> bool {
    let known = text.chars().any(|c| c != UNKNOWN && c != '/');
    known && !text.contains(char::is_whitespace) && text.len() < 400
}

fn read_patterns(fields: &mut Fields<'_>) -> Vec<Pattern> {
    let languages: Vec<Language> = fields
        .texts("language")
        .iter()
        .filter_map(|name| {
            let language = Language::named(name);
            if language.is_none() {
                let help = format!("languages are {}", Language::NAMES.join(", "));
                fields.wrong("language", format!("`{name}` is no language"), &help);
            }
            language
        })
        .collect();
    let mut rules: Vec<serde_json::Value> = Vec::new();
    for text in fields.texts("patterns") {
        rules.push(serde_json::json!({ "pattern": text }));
    }
    match fields.value("rule") {
        Some(value) if matches!(value.data, Data::Object(_)) => rules.push(to_json(value)),
        Some(_) => fields.wrong(
            "rule",
            "`rule` is no rule object of ast-grep",
            "write `pattern:`, `kind:`, `inside:` and so on below it",
        ),
        None => {}
    }
    if rules.is_empty() {
        return Vec::new();
    }
    let languages = if languages.is_empty() { vec![Language::Python] } else { languages };
    let mut patterns = Vec::new();
    for rule in &rules {
        for language in &languages {
            match Pattern::new(rule, *language) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => {
                    let message = format!("the pattern `{rule}` cannot be used: {}", error.0);
                    fields.wrong(
                        "",
                        message,
                        "ast-grep's documentation tells how patterns are written",
                    );
                }
            }
        }
    }
    patterns
}
