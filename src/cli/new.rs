//! `new`: contracts from templates. What is not answered by a flag is asked on a terminal; in a pipe it has
//! its default, or is an error that names the flag.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::args::{Global, OutputFormat};
use super::load::budget;
use super::output::Terminal;
use super::place::Place;
use super::revise::Site;
use super::words::time;
use super::{Answer, Failure, Refused};
use crate::catalog::Catalog;
use crate::finding::Level;
use crate::gate::{Outcome, Verdict};
use crate::report::{self, Closing, render_difference, visible};
use crate::scaffold::{self, Blocked, Ids, Order, Question, Template, Templates};
use crate::source::{self, Request, Source};
use crate::tree::Tree;

pub(super) const NEW_HELP: &str = "\
Examples:
  contract-guard new schema user_preference
  contract-guard new schema user_preference --fields \"title:string!,count:integer\"
  contract-guard new event preference_changed --fields \"preference_id:ulid!\"
  contract-guard new endpoint read_preference --url \"/v1/preferences/{preference_id}\"
  contract-guard new endpoint make_preference --method post --url /v1/preferences
  contract-guard new module retrieval
  contract-guard new policy auditor --kind role
  contract-guard new invariant user_preference --of contracts/storage/schemas/user_preference.schema.json
  contract-guard new law upgrade --sentence \"published files stay\"
  contract-guard new schema note_tag --module notes --dry-run";

#[derive(Debug, Args)]
pub(super) struct New {
    /// schema, event, endpoint, module, policy, invariant, law, or a template of this repository
    pub what: Option<String>,
    /// Its name, in any spelling
    pub name: Option<String>,
    /// The module that it belongs to
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,
    /// What it is, in one sentence
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Fields besides the usual ones: name:type, `!` for required ones
    #[arg(long, value_name = "LIST")]
    pub fields: Option<String>,
    /// event: how long it is kept, as ISO 8601 has it
    #[arg(long, value_name = "DURATION")]
    pub retention: Option<String>,
    /// event: the lowest band that it may have
    #[arg(long, value_name = "BAND")]
    pub band: Option<String>,
    /// event: obligations that it must carry
    #[arg(long, value_name = "LIST")]
    pub obligations: Option<String>,
    /// endpoint: get, put, post, delete or patch
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// endpoint: its path, such as /v1/notes/{note_id}
    #[arg(long, value_name = "PATH")]
    pub url: Option<String>,
    /// endpoint: the OpenAPI document that it goes into
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// policy: role, capability, attribute or rule
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// invariant: the schema that it speaks of
    #[arg(long, value_name = "PATH")]
    pub of: Option<String>,
    /// law: what must hold
    #[arg(long, value_name = "TEXT")]
    pub sentence: Option<String>,
    /// An answer to a question of a template of this repository; can be given again
    #[arg(long, value_name = "NAME=TEXT")]
    pub set: Vec<String>,
    /// Ask nothing; what is not answered has its default
    #[arg(long, short)]
    pub yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// The time of the ULIDs, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

pub(super) fn run(new: &New, global: &Global, terminal: &Terminal) -> Answer {
    let place = Place::find(new.path.as_deref(), global)?;
    let site = Site::open(&place, new.dry_run, global, terminal)?;
    let templates = templates(&site, global)?;
    let asks = !new.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let what = what(new, &templates, asks)?;
    let Some(template) = templates.get(&what) else {
        let names: Vec<&str> = templates.all().map(|t| t.name.as_str()).collect();
        let message = format!("there is no template `{what}`");
        return Err(Failure::Usage(message, Some(format!("there is {}", names.join(", ")))));
    };
    let catalog = site.facts(&site.tree);
    let today = time(new.now.as_deref())?;
    let today = today.split('T').next().unwrap_or_default();
    let ids = Ids::new(super::ulid::some(Ids::MOST, new.now.as_deref())?);
    let name = name(new, &what, asks)?;
    let mut answers = answers(new)?;
    if asks {
        ask(template, &mut answers, &catalog, |answers, question| {
            let order = Order {
                template,
                name: &name,
                module: new.module.as_deref(),
                answers,
                today,
                ids: &ids,
            };
            scaffold::default_answer(&catalog, &order, question)
        })?;
    }
    let order = Order {
        template,
        name: &name,
        module: new.module.as_deref(),
        answers: &answers,
        today,
        ids: &ids,
    };
    let revision = scaffold::plan(&catalog, &order).map_err(blocked)?;
    let revised = revision.over(&site.tree);
    let worse = site.outcome(&revised)?.beyond(&site.outcome(&site.tree)?);
    if worse.verdict != Verdict::Pass {
        site.demand(&worse, &revised, &format!("the new {what}"), global, terminal)?;
    }
    if revision.replacements(&site.tree).is_empty() {
        let help = Some("take another name, or change it by hand".to_owned());
        return Err(Failure::Usage(format!("there is a {what} `{name}` already"), help));
    }
    let replacements = site.write(&format!("new {what}"), &revision, &[])?;
    let mut out = String::new();
    if global.format == OutputFormat::Json {
        let files: Vec<String> = replacements.iter().map(|r| r.path.to_string()).collect();
        out = format!("{:#}\n", json!({"dry_run": new.dry_run, "files": files}));
        return Ok(terminal.write(out.as_bytes(), 0));
    }
    if new.dry_run {
        out.push_str(&render_difference(&replacements, &site.tree, &site.style(terminal)));
    } else {
        for replacement in &replacements {
            let verb = if replacement.before.is_none() { "wrote" } else { "added to" };
            out.push_str(&format!("{verb:8} {}\n", visible(replacement.path.as_str())));
        }
    }
    out.push_str(&remarks(&worse, &revised, &site, terminal));
    Ok(terminal.write(out.as_bytes(), 0))
}

fn blocked(blocked: Blocked) -> Failure {
    Failure::Usage(blocked.message, Some(blocked.help))
}

/// Warnings about what is new, below what was written.
fn remarks(worse: &Outcome, revised: &Tree, site: &Site<'_>, terminal: &Terminal) -> String {
    let mut bytes = Vec::new();
    if worse.items.iter().any(|item| item.level >= Level::Warning) {
        let style = site.style(terminal);
        let _ = report::render(
            worse,
            revised,
            Closing::Check,
            report::Format::Human,
            &style,
            &mut bytes,
        );
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The templates that are built in, and those in the folder that the configuration names.
fn templates(site: &Site<'_>, global: &Global) -> Result<Templates, Failure> {
    let mut own = BTreeMap::new();
    let folder = site.config.templates.as_deref().unwrap_or_default();
    if !folder.is_empty() {
        let (base, root) = (site.place.base.clone(), folder.to_owned());
        let tree = source::read(
            &Request { source: Source::Dir, base, root, frozen: true },
            &budget(global),
        )?;
        for (path, artifact) in &tree.artifacts {
            let text = String::from_utf8_lossy(&artifact.bytes).into_owned();
            own.insert(tree.below_root(path).to_owned(), text);
        }
    }
    Templates::of(&own, folder).map_err(blocked)
}

/// Which template is meant.
fn what(new: &New, templates: &Templates, asks: bool) -> Result<String, Failure> {
    let names: Vec<String> = templates.all().map(|template| template.name.clone()).collect();
    match &new.what {
        Some(what) => Ok(what.clone()),
        None if asks => question("What is new?", None, &names, &|_| Ok(())),
        None => {
            let help = format!("write `contract-guard new` and one of {}", names.join(", "));
            Err(Failure::Usage("nothing is named that could be new".to_owned(), Some(help)))
        }
    }
}

fn name(new: &New, what: &str, asks: bool) -> Result<String, Failure> {
    match &new.name {
        Some(name) => Ok(name.clone()),
        None if asks => {
            let asked = format!("What is the {what} called?");
            question(&asked, None, &[], &scaffold::acceptable_name)
        }
        None => {
            let help = format!("write `contract-guard new {what} NAME`");
            Err(Failure::Usage(format!("the new {what} has no name"), Some(help)))
        }
    }
}

/// The answers that flags give.
fn answers(new: &New) -> Result<Vec<(String, String)>, Failure> {
    let flags = [
        ("description", &new.description),
        ("fields", &new.fields),
        ("retention", &new.retention),
        ("band", &new.band),
        ("obligations", &new.obligations),
        ("method", &new.method),
        ("url", &new.url),
        ("file", &new.file),
        ("kind", &new.kind),
        ("of", &new.of),
        ("sentence", &new.sentence),
    ];
    let mut answers: Vec<(String, String)> =
        flags.iter().filter_map(|(n, v)| Some(((*n).to_owned(), (*v).clone()?))).collect();
    for text in &new.set {
        let Some((name, value)) = text.split_once('=') else {
            let help = Some("write `--set name=text`".to_owned());
            return Err(Failure::Usage(format!("`{text}` sets nothing"), help));
        };
        answers.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(answers)
}

/// Asks for what no flag has answered.
fn ask(
    template: &Template,
    answers: &mut Vec<(String, String)>,
    catalog: &Catalog,
    default: impl Fn(&[(String, String)], &Question) -> Result<Option<String>, Blocked>,
) -> Result<(), Failure> {
    for wanted in template.questions() {
        if answers.iter().any(|(name, _)| *name == wanted.name) {
            continue;
        }
        let usual = default(answers, wanted).map_err(blocked)?;
        let check = |answer: &str| scaffold::acceptable(catalog, wanted, answer);
        let answer = question(&wanted.question, usual, &wanted.choices, &check)?;
        answers.push((wanted.name.clone(), answer));
    }
    Ok(())
}

/// One question on the terminal, until the answer can be one.
fn question(
    text: &str,
    usual: Option<String>,
    choices: &[String],
    check: &dyn Fn(&str) -> Result<(), Blocked>,
) -> Result<String, Failure> {
    let text = visible(text.trim_end_matches('?'));
    let answer = if choices.is_empty() {
        let mut input = dialoguer::Input::<String>::new().with_prompt(text);
        if let Some(usual) = usual {
            // An empty default is allowed, and not shown.
            input = input.allow_empty(true).show_default(!usual.is_empty()).default(usual);
        }
        let accept = |answer: &String| check(answer).map_err(|blocked| blocked.message);
        input.validate_with(accept).interact_text()
    } else {
        let select = dialoguer::Select::new().with_prompt(text).items(choices).default(0);
        select.interact().map(|at| choices.get(at).cloned().unwrap_or_default())
    };
    answer.map_err(|error| {
        Failure::Refused(Refused {
            message: format!("there was no answer: {error}"),
            details: Vec::new(),
            help: Some("nothing was written; flags answer every question".to_owned()),
            code: 2,
        })
    })
}
