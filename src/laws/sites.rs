//! Places in code that a rule speaks of: what is found there, and what it stands inside of.

use super::fields::Fields;
use super::glob::Glob;
use crate::document::Span;
use crate::program::{Call, Language, Place, PlaceId, PlaceKind, Program, Programs, UNKNOWN};

/// Something found in code.
pub(super) struct Site<'p> {
    /// What, in the user's words: "`os.system` is called".
    pub says: String,
    /// What it is, for its identity.
    pub what: String,
    pub place: PlaceId,
    pub span: Span,
    /// The call, when it is one.
    pub call: Option<&'p Call>,
}

/// Globs that fit a name, `::` and `.` alike.
pub(super) fn any_fits(globs: &[Glob], name: &str) -> bool {
    globs.iter().any(|glob| glob.fits(name))
}

/// Whether a call has one of these names.
pub(super) fn is_called(
    programs: &Programs,
    program: &Program,
    call: &Call,
    globs: &[Glob],
) -> bool {
    !globs.is_empty() && programs.names_of(program, call).iter().any(|name| any_fits(globs, name))
}

/// Whether one of these may fit a line of a text. `false` is certain.
pub(super) fn may_fit(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.may_fit_within(text))
}

/// What stands around a place, for the identity of a finding: `Registry.load`.
pub(super) fn around(program: &Program, place: PlaceId) -> String {
    let mut names: Vec<&str> = program
        .around(place)
        .filter(|(_, p)| matches!(p.kind, PlaceKind::Function | PlaceKind::Class))
        .map(|(_, p)| p.name.as_str())
        .collect();
    names.reverse();
    names.join(".")
}

/// Calls that go out by HTTP, by language.
const HTTP: [(Tongue, &str); 22] = [
    (Tongue::Python, "requests.{get,post,put,patch,delete,head,options,request}"),
    (
        Tongue::Python,
        "requests.{Session,session,sessions.Session}.{get,post,put,patch,delete,head,options}",
    ),
    (Tongue::Python, "requests.{Session,session,sessions.Session}.{request,send}"),
    (Tongue::Python, "httpx.{get,post,put,patch,delete,head,options,request,stream}"),
    (
        Tongue::Python,
        "httpx.{Client,AsyncClient}.{get,post,put,patch,delete,head,options,request,stream,send}",
    ),
    (
        Tongue::Python,
        "aiohttp.{request,ClientSession.get,ClientSession.post,ClientSession.put,ClientSession.patch}",
    ),
    (
        Tongue::Python,
        "aiohttp.{ClientSession.delete,ClientSession.request,ClientSession.head,ClientSession.ws_connect}",
    ),
    (Tongue::Python, "urllib.request.{urlopen,urlretrieve}"),
    (Tongue::Python, "urllib3.*.{request,urlopen}"),
    (Tongue::Python, "http.client.{HTTPConnection,HTTPSConnection}"),
    (Tongue::Ecma, "{fetch,window.fetch,globalThis.fetch}"),
    (Tongue::Ecma, "{axios,got,ky,superagent,needle}"),
    (Tongue::Ecma, "{axios,got,ky,superagent}.{get,post,put,patch,delete,head,request}"),
    (Tongue::Ecma, "{http,https}.{request,get}"),
    (Tongue::Ecma, "XMLHttpRequest"),
    (Tongue::Other, "reqwest.*{get,post,put,patch,delete,head,execute,send}"),
    (Tongue::Other, "{ureq,isahc,surf}.{get,post,put,patch,delete,head,request}"),
    (Tongue::Other, "net/http.{Get,Post,PostForm,Head,NewRequest,NewRequestWithContext}"),
    (Tongue::Other, "net/http.*.Do"),
    (
        Tongue::Other,
        "*{HttpClient,RestTemplate,OkHttpClient,WebClient}*.{send,sendAsync,newCall,exchange,getForObject,get,post}",
    ),
    (Tongue::Other, "*.openConnection"),
    (Tongue::Shell, "{curl,wget,http,xh}"),
];

/// Languages that call HTTP in the same ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Python,
    Ecma,
    Shell,
    Other,
}

impl Tongue {
    fn of(program: &Program) -> Tongue {
        match program.language {
            Language::Python => Tongue::Python,
            Language::Shell => Tongue::Shell,
            language if language.is_ecma() => Tongue::Ecma,
            _ => Tongue::Other,
        }
    }
}

/// HTTP clients by what variables are called, in files that import a client.
const CLIENTS: [&str; 6] = ["session", "client", "http", "http_client", "sess", "s"];

/// Tells HTTP calls from others.
pub(super) struct Http(Vec<(Tongue, Glob)>);

impl Http {
    pub(super) fn new() -> Self {
        Http(
            HTTP.iter()
                .filter_map(|(tongue, text)| Some((*tongue, Glob::name(text).ok()?)))
                .collect(),
        )
    }

    fn globs(&self, program: &Program) -> impl Iterator<Item = &Glob> {
        let tongue = Tongue::of(program);
        self.0.iter().filter(move |(of, _)| *of == tongue).map(|(_, glob)| glob)
    }

    /// Whether a program may have such a call.
    pub(super) fn may_be_in(&self, programs: &Programs, program: &Program) -> bool {
        let names = programs.all_names(program);
        self.globs(program).any(|glob| glob.may_fit_within(names)) || imports_client(program)
    }

    pub(super) fn is_call(&self, programs: &Programs, program: &Program, call: &Call) -> bool {
        let names = programs.names_of(program, call);
        if self.globs(program).any(|glob| names.iter().any(|name| glob.fits(name))) {
            return true;
        }
        // A session that was handed in: its type is not in this file, its name tells.
        let Some((receiver, method)) = call.written.rsplit_once('.') else { return false };
        let is_method = ["get", "post", "put", "patch", "delete", "request"].contains(&method);
        let last = receiver.rsplit('.').next().unwrap_or(receiver).trim_start_matches('_');
        let is_known = names.len() > 1;
        is_method
            && !is_known
            && CLIENTS.contains(&last)
            && imports_client(program)
            && may_be_url(programs, program, call, method)
    }
}

/// Whether the first argument may be a URL: `client.get("name")` asks for a key.
fn may_be_url(programs: &Programs, program: &Program, call: &Call, method: &str) -> bool {
    let at = usize::from(method == "request");
    let Some(first) = call.positional(at).or_else(|| call.keyword("url")) else { return false };
    let values = programs.values(program, call.place, &first.value);
    values.iter().any(|value| value.contains(['/', ':', UNKNOWN]))
}

fn imports_client(program: &Program) -> bool {
    let clients = ["requests", "httpx", "aiohttp", "urllib3"];
    program
        .imports
        .iter()
        .any(|i| i.module.split('.').next().is_some_and(|first| clients.contains(&first)))
}

/// A description of places.
#[derive(Debug, Default)]
pub(super) struct Places {
    function: Vec<Glob>,
    class: Vec<Glob>,
    call: Vec<Glob>,
    with: Vec<Glob>,
    condition: Vec<Glob>,
    decorator: Vec<Glob>,
    tried: bool,
    tried_for_all: bool,
    except: bool,
    looped: bool,
    module: bool,
}

impl Places {
    pub(super) fn read(fields: &mut Fields<'_>) -> Places {
        let tried = fields.texts("try");
        if let Some(word) =
            tried.iter().find(|word| !["true", "false", "all"].contains(&word.as_str()))
        {
            fields.wrong(
                "try",
                format!("`{word}` is no kind of `try`"),
                "write `true`, or `all` for one that catches everything",
            );
        }
        let places = Places {
            function: fields.globs("function", Glob::name),
            class: fields.globs("class", Glob::name),
            call: fields.globs("call", Glob::name),
            with: fields.globs("with", Glob::name),
            condition: fields.globs("if", Glob::name),
            decorator: fields.globs("decorator", Glob::name),
            tried: tried.iter().any(|word| word == "true" || word == "all"),
            tried_for_all: tried.iter().any(|word| word == "all"),
            except: fields.flag("except", false),
            looped: fields.flag("loop", false),
            module: fields.flag("module", false),
        };
        if places.is_nothing() {
            fields.wrong(
                "",
                "this place fits nothing",
                "add `function`, `call`, `try` or another of docs/laws.md",
            );
        }
        places
    }

    fn is_nothing(&self) -> bool {
        let globs =
            [&self.function, &self.class, &self.call, &self.with, &self.condition, &self.decorator];
        globs.iter().all(|g| g.is_empty())
            && !(self.tried || self.except || self.looped || self.module)
    }

    /// Whether `place` stands inside of all that is described.
    pub(super) fn holds(&self, programs: &Programs, program: &Program, place: PlaceId) -> bool {
        let around: Vec<(PlaceId, &Place)> = program.around(place).collect();
        let named = |kinds: &[PlaceKind], globs: &[Glob]| {
            globs.is_empty()
                || around.iter().any(|(_, p)| kinds.contains(&p.kind) && any_fits(globs, &p.name))
        };
        // A `try` around a function does not guard the calls of it.
        let near = || {
            let is_border = |p: &Place| matches!(p.kind, PlaceKind::Function | PlaceKind::Lambda);
            around.iter().take_while(move |(_, p)| !is_border(p))
        };
        let has = |wanted: bool, kind: PlaceKind| !wanted || near().any(|(_, p)| p.kind == kind);
        let with_text = |p: &Place| {
            let head = p.name.trim_start_matches("async ").trim_start_matches("with ");
            let head = head.trim_end_matches(':').trim_start_matches("synchronized").trim();
            any_fits(&self.with, head)
                || head.split([',', ' ']).any(|part| any_fits(&self.with, part))
        };
        named(&[PlaceKind::Function], &self.function)
            && named(&[PlaceKind::Class], &self.class)
            && (self.condition.is_empty() || around.iter().any(|(_, p)| self.is_condition(p)))
            && (self.with.is_empty()
                || near().any(|(_, p)| p.kind == PlaceKind::With && with_text(p)))
            && (self.decorator.is_empty()
                || around
                    .iter()
                    .any(|(_, p)| p.decorators.iter().any(|d| any_fits(&self.decorator, d))))
            && has(self.tried, PlaceKind::Try)
            && (!self.tried_for_all
                || near().any(|(_, p)| p.kind == PlaceKind::Try && p.name == "*"))
            && has(self.except, PlaceKind::Except)
            && (!self.looped || around.iter().any(|(_, p)| p.kind == PlaceKind::Loop))
            && (!self.module || program.runs_on_import(place))
            && (self.call.is_empty() || self.is_argument(programs, program, &around))
    }

    /// A branch, or the condition of a loop; `for x in y` is none.
    fn is_condition(&self, place: &Place) -> bool {
        let asks = match place.kind {
            PlaceKind::Then | PlaceKind::Else | PlaceKind::Main => true,
            PlaceKind::Loop => place.name.starts_with("while"),
            _ => false,
        };
        asks && any_fits(&self.condition, &place.name)
    }

    /// As an argument of such a call, in a lambda that is one, or in a function that is one by name.
    fn is_argument(
        &self,
        programs: &Programs,
        program: &Program,
        around: &[(PlaceId, &Place)],
    ) -> bool {
        let by_place = around.iter().any(|(_, p)| {
            p.kind == PlaceKind::Argument
                && (any_fits(&self.call, &p.name)
                    || any_fits(&self.call, &program.full_name(&p.name)))
        });
        let mut functions =
            around.iter().filter(|(_, p)| p.kind == PlaceKind::Function).map(|(_, p)| &p.name);
        by_place
            || functions.any(|name| {
                program.calls.iter().any(|call| {
                    call.arguments.iter().any(|a| a.value.names(name))
                        && is_called(programs, program, call, &self.call)
                })
            })
    }
}
