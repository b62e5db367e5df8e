//! A template, carried out: its variables, its files, its entries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value as Json, json};

use super::fields::{self, Field, Shared};
use super::surroundings::Surroundings;
use super::template::{Addition, NewFile, Question, Template};
use super::{Blocked, api, names};
use crate::catalog::Catalog;
use crate::document::{self, Limits, Rewrite, Syntax, to_json};
use crate::tree::{ArtifactPath, Revision};

/// Steps of a template before it counts as endless.
const FUEL: u64 = 1_000_000;

/// ULIDs to hand out, each once.
#[derive(Debug, Clone)]
pub struct Ids {
    list: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
}

impl Ids {
    /// How many a template may use.
    pub const MOST: usize = 256;

    /// From ULIDs, made elsewhere.
    pub fn new(list: Vec<String>) -> Self {
        Ids { list: Arc::new(list), next: Arc::default() }
    }

    fn take(&self) -> String {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.list.len().max(1);
        self.list.get(at).cloned().unwrap_or_default()
    }
}

/// What is to be made.
pub struct Order<'o> {
    /// By which template.
    pub template: &'o Template,
    /// Its name, as the user writes it.
    pub name: &'o str,
    /// The module that it belongs to.
    pub module: Option<&'o str>,
    /// Answers to the questions of the template, by variable; those that have a default may be missing.
    pub answers: &'o [(String, String)],
    /// The day.
    pub today: &'o str,
    /// ULIDs for examples.
    pub ids: &'o Ids,
}

/// What making it writes.
pub fn plan(catalog: &Catalog, order: &Order<'_>) -> Result<Revision, Blocked> {
    let around = Surroundings { catalog, module: order.module };
    if let Some(module) = order.module {
        if !order.template.goes_into_modules() {
            let message = format!("`new {}` takes no `--module`", order.template.name);
            return Err(Blocked::new(message, "leave it out"));
        }
        if !around.has_module(module) {
            let help = format!("make it first: `contract-guard new module {module}`");
            return Err(Blocked::new(format!("there is no module `{module}`"), help));
        }
    }
    let mut variables = variables(&around, order)?;
    let environment = environment(order, &around);
    let environment = environment.as_ref();
    answer(environment, &mut variables, order)?;
    derive(&around, order, &mut variables)?;
    let mut revision = Revision::default();
    let job = Job { environment, variables: &variables, order, catalog };
    for file in &order.template.manifest.write {
        job.write(file, &mut revision)?;
    }
    for addition in &order.template.manifest.add {
        job.add_each(addition, &mut revision)?;
    }
    Ok(revision)
}

/// The answer to a question where the user gives none, after those that are given; `None` when there must
/// be one.
pub fn default_answer(
    catalog: &Catalog,
    order: &Order<'_>,
    question: &Question,
) -> Result<Option<String>, Blocked> {
    let around = Surroundings { catalog, module: order.module };
    let mut variables = variables(&around, order)?;
    for (name, value) in order.answers {
        variables.insert(name.clone(), Json::String(value.clone()));
    }
    let environment = environment(order, &around);
    let default = question.default.as_deref();
    default.map(|text| render(&environment, text, &variables, &question.name)).transpose()
}

/// Whether an answer can be one, as far as that can be told before all are there.
pub fn acceptable(catalog: &Catalog, question: &Question, answer: &str) -> Result<(), Blocked> {
    let around = Surroundings { catalog, module: None };
    match question.name.as_str() {
        "fields" => {
            let shared = Shared { ulid: None, timestamp: None };
            fields::read(answer, &shared, &String::new).map(drop)
        }
        "url" => api::parameters(answer).map(drop),
        "band" => {
            let bands = around.bands();
            if bands.is_empty() || bands.iter().any(|band| band == answer) {
                return Ok(());
            }
            Err(Blocked::new(format!("write one of {}", bands.join(", ")), ""))
        }
        _ => Ok(()),
    }
}

/// Whether something can be called so.
pub fn acceptable_name(name: &str) -> Result<(), Blocked> {
    names::words(name).map(drop)
}

/// What every template knows.
fn variables(around: &Surroundings<'_>, order: &Order<'_>) -> Result<Map<String, Json>, Blocked> {
    let words = names::words(order.name)?;
    let value = json!({
        "name": order.name, "snake": names::snake(&words), "kebab": names::kebab(&words),
        "screaming": names::screaming(&words), "pascal": names::pascal(&words),
        "camel": names::camel(&words), "title": names::title(&words),
        "module": order.module, "today": order.today, "root": around.root_folder(),
        "api": around.folder("api"), "events": around.folder("events"),
        "storage": around.folder("storage"), "policy": around.folder("policy"),
        "topics_file": around.topics(), "topics_by_name": around.topics_by_name(),
        "bands": around.bands(), "version": around.version(),
    });
    match value {
        Json::Object(variables) => Ok(variables),
        _ => Ok(Map::new()),
    }
}

/// Adds the answers; what is not answered has its default.
fn answer(
    environment: &Environment<'_>,
    variables: &mut Map<String, Json>,
    order: &Order<'_>,
) -> Result<(), Blocked> {
    let known = order.template.questions();
    if let Some((name, _)) =
        order.answers.iter().find(|(name, _)| !known.iter().any(|q| q.name == *name))
    {
        let flag = name.replace('_', "-");
        let flags: Vec<String> =
            known.iter().map(|q| format!("`--{}`", q.name.replace('_', "-"))).collect();
        let message = format!("`new {}` knows no `--{flag}`", order.template.name);
        return Err(Blocked::new(message, format!("it knows {}", flags.join(", "))));
    }
    for question in known {
        let given = order.answers.iter().find(|(name, _)| *name == question.name);
        let value = match (given, &question.default) {
            (Some((_, value)), _) => value.clone(),
            (None, Some(default)) => render(environment, default, variables, &question.name)?,
            (None, None) => {
                let flag = question.name.replace('_', "-");
                return Err(Blocked::new(
                    format!("`--{flag}` is missing: {}", question.question),
                    format!("write `--{flag} ...`"),
                ));
            }
        };
        if !question.choices.is_empty() && !question.choices.contains(&value) {
            let message =
                format!("`{value}` is no answer to `--{}`", question.name.replace('_', "-"));
            return Err(Blocked::new(
                message,
                format!("write one of {}", question.choices.join(", ")),
            ));
        }
        variables.insert(question.name.clone(), Json::String(value));
    }
    Ok(())
}

/// What follows from the answers.
fn derive(
    around: &Surroundings<'_>,
    order: &Order<'_>,
    variables: &mut Map<String, Json>,
) -> Result<(), Blocked> {
    let text = |variables: &Map<String, Json>, name: &str| {
        variables.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    if !order.template.manifest.fields.is_empty() || variables.contains_key("fields") {
        let area = order.template.manifest.area.as_str();
        let from =
            format!("{}/schemas/{}.schema.json", around.folder(area), text(variables, "snake"));
        let shared = Shared {
            ulid: around.shared(&["ulid"], &from),
            timestamp: around.shared(&["timestamp", "datetime", "date_time"], &from),
        };
        let own = order.template.manifest.fields.as_str();
        let usual = fields::read(own, &shared, &|| order.ids.take())?;
        let more = fields::read(&text(variables, "fields"), &shared, &|| order.ids.take())?;
        if let Some(twice) = more.iter().find(|f| usual.iter().any(|u| u.name == f.name)) {
            let message = format!("the template has a field `{}` of its own", twice.name);
            return Err(Blocked::new(message, "leave it out of `--fields`"));
        }
        let fields: Vec<Field> = usual.into_iter().chain(more).collect();
        variables.insert("schema_path".to_owned(), json!(from));
        variables
            .insert("properties".to_owned(), object(fields.iter().map(|f| (&f.name, &f.schema))));
        variables.insert("sample".to_owned(), object(fields.iter().map(|f| (&f.name, &f.sample))));
        let required: Vec<&Field> = fields.iter().filter(|f| f.is_required).collect();
        variables.insert(
            "required".to_owned(),
            json!(required.iter().map(|f| &f.name).collect::<Vec<_>>()),
        );
        // What is left when one of the required fields is.
        let without = required.first().map(|gone| {
            object(fields.iter().filter(|f| f.name != gone.name).map(|f| (&f.name, &f.sample)))
        });
        variables.insert("incomplete".to_owned(), json!(without));
        variables.insert("left_out".to_owned(), json!(required.first().map(|f| &f.name)));
    }
    match order.template.name.as_str() {
        "endpoint" => variables.extend(api::variables(around, variables)?),
        "event" => {
            if around.envelope().is_none() {
                let message = "there is no event envelope for the event".to_owned();
                return Err(Blocked::new(
                    message,
                    "make `events/envelope.schema.json`; `contract-guard init` in an empty folder shows one",
                ));
            }
            let obligations: Vec<String> = text(variables, "obligations")
                .split(',')
                .map(|o| o.trim().to_owned())
                .filter(|o| !o.is_empty())
                .collect();
            let obligations = json!(obligations);
            let payload = variables.get("sample").cloned().unwrap_or_default();
            let topic = text(variables, "screaming");
            let (band, bands) = (text(variables, "band"), around.bands());
            if !bands.is_empty() && !bands.contains(&band) {
                let message = format!("`{band}` is no band");
                return Err(Blocked::new(message, format!("bands are {}", bands.join(", "))));
            }
            let event = around.event(&topic, &payload, &order.ids.take(), &obligations, &band);
            variables.insert("admissions".to_owned(), json!(around.admissions(&topic)));
            variables.insert("obligations".to_owned(), obligations);
            variables.insert("event".to_owned(), event);
        }
        "policy" => {
            let list = match text(variables, "kind").as_str() {
                "capability" => "capabilities".to_owned(),
                kind => format!("{kind}s"),
            };
            variables.insert("policy_file".to_owned(), json!(around.policy_with(&list)));
            variables.insert("list".to_owned(), json!(list));
        }
        "invariant" => {
            let of = text(variables, "of");
            let below = format!("{}/{of}", text(variables, "root"));
            let found =
                [of.clone(), below].into_iter().find_map(|p| Some((around.demands(&p)?, p)));
            let Some(((required, kind), path)) = found else {
                let message = format!("there is no schema `{of}`");
                return Err(Blocked::new(
                    message,
                    "name one by its path; `contract-guard list schemas` shows them",
                ));
            };
            variables.insert("of".to_owned(), json!(path));
            variables.insert("required".to_owned(), json!(required));
            variables.insert("type".to_owned(), json!(kind));
        }
        _ => {}
    }
    Ok(())
}

fn object<'f>(members: impl Iterator<Item = (&'f String, &'f Json)>) -> Json {
    Json::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// What templates can call.
fn environment<'e>(order: &Order<'_>, around: &Surroundings<'_>) -> Box<Environment<'e>> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    // It asks for as much memory as it is told to.
    environment.remove_filter("indent");
    let mut syntax = SyntaxConfig::builder();
    syntax.keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    let ids = order.ids.clone();
    environment.add_function("ulid", move || ids.take());
    let base = around.catalog.id_base();
    let root = format!("{}/", around.root_folder());
    environment.add_function("id", move |path: String| {
        format!("{base}{}", path.strip_prefix(root.trim_start_matches('/')).unwrap_or(&path))
    });
    environment.add_function("relative", |from: String, to: String| {
        ArtifactPath::lossy(&from).towards(&ArtifactPath::lossy(&to))
    });
    // Like `tojson`, which makes text safe for HTML besides.
    environment.add_filter("json", |value: minijinja::Value, _: Kwargs| {
        serde_json::to_string(&value)
            .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
    });
    Box::new(environment)
}

struct Job<'j> {
    environment: &'j Environment<'j>,
    variables: &'j Map<String, Json>,
    order: &'j Order<'j>,
    catalog: &'j Catalog,
}

impl Job<'_> {
    fn render(&self, text: &str, name: &str) -> Result<String, Blocked> {
        render(self.environment, text, self.variables, name)
    }

    /// The text of a file of the template.
    fn file(&self, name: &str) -> Result<String, Blocked> {
        let text = self.order.template.files.get(name).map(String::as_str).unwrap_or_default();
        self.render(text, name)
    }

    /// Where something goes; `None` for nowhere.
    fn place(&self, path: &str) -> Result<Option<ArtifactPath>, Blocked> {
        let path = self.render(path, "path")?;
        let path = path.trim();
        if path.is_empty() {
            return Ok(None);
        }
        let folder =
            format!("{}/", self.variables.get("root").and_then(Json::as_str).unwrap_or_default());
        let inside = path.starts_with(folder.trim_start_matches('/'));
        // Neither freezes nor what tools keep for themselves.
        let is_own = |p: &ArtifactPath| {
            p.folded().split('/').any(|segment| segment.starts_with('.') || segment == "_frozen")
        };
        let is_fine = |p: &ArtifactPath| inside && p.unportable().is_none() && !is_own(p);
        let fine = ArtifactPath::new(path).ok().filter(is_fine);
        fine.map(Some).ok_or_else(|| {
            Blocked::new(
                format!("`{path}` is no place for a contract"),
                "a path lies below the contracts, and every system can have it",
            )
        })
    }

    fn write(&self, file: &NewFile, revision: &mut Revision) -> Result<(), Blocked> {
        let Some(path) = self.place(&file.path)? else { return Ok(()) };
        let clash = |other: &ArtifactPath| other.folded() == path.folded();
        if self.catalog.tree.artifacts.keys().any(clash) || revision.has(&path) {
            let message = format!("there is a `{path}` already");
            return Err(Blocked::new(message, "nothing is overwritten: take another name"));
        }
        let text = self.file(&file.template)?;
        let text = match Syntax::of_extension(&path.extension()) {
            Some(Syntax::Json) => laid_out(&text, &file.template)?,
            _ => text,
        };
        revision.write(path, text.into_bytes());
        Ok(())
    }

    /// An addition, or one for each item of a variable.
    fn add_each(&self, addition: &Addition, revision: &mut Revision) -> Result<(), Blocked> {
        let Some(list) = &addition.each else { return self.add(addition, revision) };
        let items = self.variables.get(list).and_then(Json::as_array).cloned().unwrap_or_default();
        for item in items {
            let mut variables = self.variables.clone();
            variables.insert("each".to_owned(), item);
            Job { variables: &variables, ..*self }.add(addition, revision)?;
        }
        Ok(())
    }

    fn add(&self, addition: &Addition, revision: &mut Revision) -> Result<(), Blocked> {
        let Some(path) = self.place(&addition.path)? else { return Ok(()) };
        let wrong = |why: String| {
            Blocked::new(format!("cannot add to `{path}`: {why}"), "mend the file first")
        };
        let tree = &self.catalog.tree;
        let bytes = match (revision.bytes(tree, &path), &addition.first) {
            (Some(bytes), _) => bytes.to_vec(),
            (None, Some(first)) => self.file(first)?.into_bytes(),
            (None, None) => return Err(wrong("there is no such file".to_owned())),
        };
        let text = self.file(&addition.template)?;
        let parsed = document::parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
        let wanted = match (parsed.value, parsed.errors.first()) {
            (Some(value), None) => to_json(&value),
            (_, error) => {
                let why = error.map(|e| e.message.clone()).unwrap_or_default();
                return Err(wrong(format!(
                    "the template `{}` gives no YAML: {why}",
                    addition.template
                )));
            }
        };
        let syntax = Syntax::of_extension(&path.extension())
            .ok_or_else(|| wrong("it is neither JSON nor YAML".to_owned()))?;
        let mut page = Rewrite::open(&bytes, syntax, &self.catalog.limits)
            .map_err(|why| wrong(why.to_string()))?;
        let at = self.render(&addition.at, "at")?;
        page.merge(&at.as_str().into(), &wanted).map_err(|why| {
            let help = "nothing is overwritten: take another name, or change it by hand";
            Blocked::new(format!("cannot add to `{path}`: {why}"), help)
        })?;
        revision.write(path.clone(), page.text().as_bytes());
        Ok(())
    }
}

/// JSON over lines, whatever the template's own lines are.
fn laid_out(text: &str, template: &str) -> Result<String, Blocked> {
    let value: Json = serde_json::from_str(text).map_err(|error| {
        Blocked::new(
            format!("the template `{template}` gives no JSON: {error}"),
            "mend the template",
        )
    })?;
    Ok(format!("{value:#}\n"))
}

fn render(
    environment: &Environment<'_>,
    text: &str,
    variables: &Map<String, Json>,
    name: &str,
) -> Result<String, Blocked> {
    let context = variables.iter().map(|(name, value)| (name.clone(), value_of(value)));
    let context = minijinja::Value::from_pairs(context);
    environment.render_named_str(name, text, context).map_err(|error| {
        Blocked::new(
            format!("the template fails: {error}"),
            "`docs/new.md` lists what templates know",
        )
    })
}

/// A value as templates see it. Numbers keep no more digits than templates can tell apart.
fn value_of(value: &Json) -> minijinja::Value {
    match value {
        Json::Null => minijinja::Value::from(()),
        Json::Bool(is) => (*is).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(value_of).collect::<Vec<_>>().into(),
        Json::Object(members) => minijinja::Value::from_pairs(
            members.iter().map(|(name, value)| (name.clone(), value_of(value))),
        ),
    }
}
