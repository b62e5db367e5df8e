//! `migrate`: the guide and the steps from one version to the next, and `migrate apply`, which carries the
//! steps out on documents and proves each result.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use semver::Version;
use serde_json::{Value as Json, json};

use super::args::{Global, OutputFormat};
use super::graph::{From, Word, look_up, tree_of};
use super::help::with_codes;
use super::output::Terminal;
use super::place::Place;
use super::progress::Progress;
use super::release::consumers;
use super::revise::Site;
use super::sides::{LATEST, side, side_to_validate};
use super::words::{counted, time};
use super::{Answer, Failure};
use crate::catalog::{Catalog, ItemId, Kind};
use crate::document::{self, Limits, Syntax, canonical_json, from_json, to_json};
use crate::edit;
use crate::gate::Accepted;
use crate::gate::{self, Impact, Item};
use crate::graph;
use crate::migrate::{self, Fate, Op, Transform};
use crate::release;
use crate::report::{render_difference, visible};
use crate::source::{self, SourceError};
use crate::tree::{ArtifactPath, Digest, Revision};

const MIGRATE_HELP: &str = "\
Examples:
  contract-guard migrate                           from the newest freeze to the working tree
  contract-guard migrate 1.4.0 2.0.0
  contract-guard migrate apply data/notes.jsonl --schema storage/note > notes-2.jsonl
  contract-guard migrate apply data/*.note.json --in-place";

const APPLY_HELP: &str = "\
Examples:
  contract-guard migrate apply note.json                        the newest migration
  contract-guard migrate apply notes.jsonl --schema storage/note --in-place
  contract-guard migrate apply - --schema storage/note < notes.jsonl > notes-2.jsonl
  contract-guard migrate apply notes.jsonl --schema storage/note --from 1.4.0 --to 2.0.0

Documents that are valid already stay as they are. What cannot be changed by rule stays as it is, too, and
is listed on standard error; the exit code is 1 then.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = with_codes(MIGRATE_HELP))]
pub(super) struct Migrate {
    #[command(subcommand)]
    pub command: Option<MigrateCommand>,
    /// The tree before: a version, a commit, a folder [default: the newest freeze]
    pub from: Option<String>,
    /// The tree after [default: the working tree]
    pub to: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The day in the guide, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum MigrateCommand {
    /// Bring documents, JSON or JSON Lines, to a newer version
    #[command(after_help = with_codes(APPLY_HELP))]
    Apply(Apply),
}

#[derive(Debug, Args)]
pub(super) struct Apply {
    /// Documents; `-` for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Their schema: a path, `storage/note`, an `$id` [default: told by the name of the file]
    #[arg(long, value_name = "SCHEMA")]
    pub schema: Option<String>,
    /// The version that they have [default: that of the newest migration]
    #[arg(long, value_name = "VERSION")]
    pub from: Option<String>,
    /// The version that they come to [default: that of the newest migration]
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    /// The steps [default: those in contracts/migrations/, or found anew]
    #[arg(long, value_name = "FILE")]
    pub transform: Option<PathBuf>,
    /// Write the files anew instead of writing to standard output
    #[arg(long)]
    pub in_place: bool,
}

pub(super) fn run(args: &Migrate, global: &Global, terminal: &Terminal) -> Answer {
    match &args.command {
        Some(MigrateCommand::Apply(apply)) => self::apply(apply, global, terminal),
        None => write(args, global, terminal),
    }
}

fn write(args: &Migrate, global: &Global, terminal: &Terminal) -> Answer {
    let day = time(args.now.as_deref())?.split('T').next().unwrap_or_default().to_owned();
    let progress = Progress::start("comparing contracts");
    let place = Place::find(None, global)?;
    let site = Site::open(&place, args.dry_run, global, terminal)?;
    let old = side(args.from.as_deref().unwrap_or(LATEST), global)?;
    let new = side(args.to.as_deref().unwrap_or("."), global)?;
    let (from, to) = (declared(&old.catalog, "before")?, declared(&new.catalog, "after")?);
    if from >= to {
        let message = format!("the tree before declares {from}, and the tree after {to}");
        let help = "`contract-guard bump --write` declares what the changes demand".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let comparison = gate::compare(&old.catalog, &new.catalog, &old.config, &Accepted::default());
    let is_break = |item: &&Item| {
        item.change.as_ref().is_some_and(|c| matches!(c.impact, Impact::Major | Impact::Unproven))
    };
    let breaks: Vec<&Item> = comparison.items.iter().filter(is_break).collect();
    let transform = migrate::derive(&old.catalog, &new.catalog, &from.to_string(), &to.to_string());
    let name = |end: &str| {
        ArtifactPath::below(&site.tree.root, &format!("migrations/{from}-to-{to}.{end}"))
    };
    let mut revision = Revision::default();
    let mut kept = Vec::new();
    let consumers = consumers(&site, &old.catalog, &comparison.items, terminal);
    let guide = release::guide((&from, &to), &day, &breaks, &consumers);
    for (path, text) in [(name("md"), guide), (name("json"), transform.encode())] {
        match site.tree.artifacts.contains_key(&path) {
            true => kept.push(path),
            false => revision.write(path, text.into_bytes()),
        }
    }
    let replacements = site.write("migration", &revision, &[])?;
    drop(progress);
    let mut out = String::new();
    if args.dry_run {
        out.push_str(&render_difference(&replacements, &site.tree, &site.style(terminal)));
    } else {
        for replacement in &replacements {
            out.push_str(&format!("wrote {}\n", visible(replacement.path.as_str())));
        }
    }
    for path in kept {
        out.push_str(&format!("kept  {} (it was there)\n", visible(path.as_str())));
    }
    let steps: usize = transform.schemas.values().map(Vec::len).sum();
    out.push_str(&format!(
        "{} breaks, {} by rule, {} by hand\n",
        breaks.len(),
        counted(steps, "step"),
        transform.by_hand.len()
    ));
    Ok(terminal.write(out.as_bytes(), 0))
}

fn declared(catalog: &Catalog, which: &str) -> Result<Version, Failure> {
    let set = catalog.versions.iter().find(|v| v.folder.is_none());
    set.and_then(|v| v.current.version.clone()).ok_or_else(|| {
        let help = "write `version` into contracts/versions.yaml".to_owned();
        Failure::Usage(format!("the tree {which} declares no version"), Some(help))
    })
}

/// Steps, and the schemas that prove them.
struct Job {
    transform: Transform,
    new: Catalog,
}

fn apply(args: &Apply, global: &Global, terminal: &Terminal) -> Answer {
    let job = job(args, global)?;
    let mut out = Vec::new();
    let mut counts = Counts::default();
    for file in &args.files {
        let is_stdin = file.as_os_str() == "-";
        if is_stdin && args.in_place {
            let message = "standard input cannot be written in place".to_owned();
            return Err(Failure::Usage(message, Some("leave `--in-place` out".to_owned())));
        }
        let text = read(file, is_stdin, global)?;
        let schema = schema(&job, args, file, is_stdin)?;
        let before = counts.migrated;
        let changed = job.file(&text, file, schema, &mut counts, terminal);
        match args.in_place {
            true if counts.migrated > before => edit::write_file(file, changed.as_bytes())?,
            true => {}
            false => out.extend(changed.into_bytes()),
        }
    }
    let code = u8::from(counts.stuck > 0);
    let told = format!(
        "{}: {} valid already, {} migrated, {} left as they were",
        counted(counts.valid + counts.migrated + counts.stuck, "document"),
        counts.valid,
        counts.migrated,
        counts.stuck
    );
    terminal.note(&told);
    if global.format == OutputFormat::Json && args.in_place {
        let value =
            json!({"valid": counts.valid, "migrated": counts.migrated, "stuck": counts.stuck});
        out = format!("{value:#}\n").into_bytes();
    }
    Ok(terminal.write(&out, code))
}

#[derive(Default)]
struct Counts {
    valid: usize,
    migrated: usize,
    stuck: usize,
}

fn read(file: &Path, is_stdin: bool, global: &Global) -> Result<String, Failure> {
    let io = |error| Failure::Source(SourceError::Io { path: file.to_owned(), error });
    let bytes = match is_stdin {
        true => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(io)?;
            bytes
        }
        false => source::file_bytes(
            file,
            &source::Budget {
                file_bytes: global.max_tree_bytes,
                tree_bytes: global.max_tree_bytes,
                files: 1,
            },
        )?,
    };
    String::from_utf8(bytes).map_err(|_| {
        let message = format!("`{}` is not UTF-8", file.display());
        Failure::Usage(message, Some("save it as UTF-8".to_owned()))
    })
}

fn job(args: &Apply, global: &Global) -> Result<Job, Failure> {
    let written = |path: &Path| -> Result<Transform, Failure> {
        let bytes = source::file_bytes(path, &super::load::budget(global))?;
        Transform::decode(&bytes).map_err(|why| {
            Failure::Usage(
                format!("`{}` {why}", path.display()),
                Some("`contract-guard migrate` writes it".to_owned()),
            )
        })
    };
    let mut transform = match &args.transform {
        Some(path) => Some(written(path)?),
        None => newest(args, global)?,
    };
    let (from, to) = match (&transform, &args.from, &args.to) {
        (_, Some(from), Some(to)) => (from.clone(), to.clone()),
        (Some(known), from, to) => (
            from.clone().unwrap_or_else(|| known.from.clone()),
            to.clone().unwrap_or_else(|| known.to.clone()),
        ),
        (None, from, to) => (
            from.clone().unwrap_or_else(|| LATEST.to_owned()),
            to.clone().unwrap_or_else(|| ".".to_owned()),
        ),
    };
    // What is declared and not yet frozen is in the working tree.
    let here = side_to_validate(".", global)?.catalog;
    let is_here = declared(&here, "here").is_ok_and(|version| version.to_string() == to);
    let new = if is_here { here } else { side_to_validate(&to, global)?.catalog };
    if transform.is_none() {
        let old = side(&from, global)?.catalog;
        transform = Some(migrate::derive(&old, &new, &from, &to));
    }
    Ok(Job { transform: transform.unwrap_or_default(), new })
}

/// The written steps between the versions that are asked for; of several the newest.
fn newest(args: &Apply, global: &Global) -> Result<Option<Transform>, Failure> {
    let place = Place::find(None, global)?;
    let tree = place.contracts()?;
    let folder = ArtifactPath::below(&tree.root, "migrations").to_string();
    let mut found: Vec<(Version, Version, ArtifactPath)> = Vec::new();
    for path in tree.artifacts.keys().filter(|path| path.folder() == folder) {
        let Some(name) = path.file_name().strip_suffix(".json") else { continue };
        let Some((from, to)) = name.split_once("-to-") else { continue };
        if let (Ok(from), Ok(to)) = (Version::parse(from), Version::parse(to)) {
            found.push((to, from, path.clone()));
        }
    }
    let is_meant = |given: &Option<String>, version: &Version| {
        given.as_ref().is_none_or(|text| text.trim_start_matches('v') == version.to_string())
    };
    found.retain(|(to, from, _)| is_meant(&args.from, from) && is_meant(&args.to, to));
    found.sort();
    let Some((.., path)) = found.pop() else { return Ok(None) };
    let bytes = tree.artifacts.get(&path).map(|a| a.bytes.to_vec()).unwrap_or_default();
    Transform::decode(&bytes).map(Some).map_err(|why| {
        Failure::Usage(
            format!("`{path}` {why}"),
            Some("mend it, or remove it and run `contract-guard migrate`".to_owned()),
        )
    })
}

/// The schema that the documents of a file have.
fn schema(job: &Job, args: &Apply, file: &Path, is_stdin: bool) -> Result<ItemId, Failure> {
    let help = || {
        Some(
            "write `--schema storage/note`, or a path; `contract-guard list schemas` shows them"
                .to_owned(),
        )
    };
    if let Some(name) = &args.schema {
        let graph = graph::build(&job.new, &[]);
        let words = tree_of(std::slice::from_ref(name), &From::default())?.1;
        let word = words.into_iter().next().unwrap_or_else(|| Word::name(name));
        let found = look_up(&graph, &job.new, &word)?;
        let place = found.places.first().filter(|place| place.at.is_root());
        let id = place.and_then(|p| job.new.find(&ArtifactPath::lossy(graph.path(p.file))));
        let is_schema = |id: &ItemId| job.new.item(*id).is_some_and(|i| i.kind.is_schema());
        return id
            .filter(is_schema)
            .ok_or_else(|| Failure::Usage(format!("`{name}` is no schema"), help()));
    }
    let shown = if is_stdin { "standard input".to_owned() } else { file.display().to_string() };
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let words: Vec<&str> = name.split(['.', '-', '_']).collect();
    let stem = |item: &crate::catalog::Item| item.stem().replace(['.', '-', '_'], " ");
    let all = job.new.items.iter().enumerate();
    let fits = |item: &crate::catalog::Item| {
        matches!(item.kind, Kind::Schema | Kind::Envelope) && {
            let stem = stem(item);
            let count = stem.split(' ').count();
            words.windows(count).any(|window| window.join(" ") == stem)
        }
    };
    let mut fitting: Vec<(usize, ItemId)> =
        all.filter(|(_, item)| fits(item)).map(|(id, item)| (stem(item).len(), id)).collect();
    fitting.sort();
    match fitting.as_slice() {
        [.., (a, _), (b, _)] if a == b => {
            Err(Failure::Usage(format!("the name of `{shown}` fits several schemas"), help()))
        }
        [.., (_, id)] => Ok(*id),
        [] => Err(Failure::Usage(format!("the name of `{shown}` tells no schema"), help())),
    }
}

impl Job {
    /// A file with its documents migrated: one document, or one a line.
    fn file(
        &self,
        text: &str,
        file: &Path,
        schema: ItemId,
        counts: &mut Counts,
        terminal: &Terminal,
    ) -> String {
        let mut place = |line: Option<usize>, document: &str| {
            let at = line.map_or(String::new(), |line| format!(":{line}"));
            let stuck = |reasons: &[String]| {
                terminal.note(&format!("{}{at}: {}", file.display(), reasons.join("; ")));
            };
            // What two readers take for two documents is none.
            let parsed = document::parse(document.as_bytes(), Syntax::Json, &Limits::default());
            let value: Json = match (&parsed.value, parsed.errors.first()) {
                (Some(value), None) => to_json(value),
                (_, error) => {
                    counts.stuck += 1;
                    let why = error.map_or("there is nothing", |error| error.message.as_str());
                    stuck(&[format!("it is no JSON: {why}")]);
                    return None;
                }
            };
            match self.document(&value, schema) {
                Fate::Valid => counts.valid += 1,
                Fate::Migrated(new) => {
                    counts.migrated += 1;
                    return Some(new);
                }
                Fate::Stuck(reasons) => {
                    counts.stuck += 1;
                    stuck(&reasons);
                }
            }
            None
        };
        if text.trim().is_empty() {
            return text.to_owned();
        }
        if serde_json::from_str::<Json>(text).is_ok() || !text.trim_end().contains('\n') {
            return match place(None, text) {
                Some(new) if text.trim_end().contains('\n') => format!("{new:#}\n"),
                Some(new) => format!("{new}{}", if text.ends_with('\n') { "\n" } else { "" }),
                None => text.to_owned(),
            };
        }
        let mut out = String::with_capacity(text.len());
        for (i, line) in text.split_inclusive('\n').enumerate() {
            let body = line.trim_end_matches(['\n', '\r']);
            let end = line.get(body.len()..).unwrap_or_default();
            let new = if body.trim().is_empty() { None } else { place(Some(i + 1), body) };
            match new {
                Some(new) => out.push_str(&format!("{new}{end}")),
                None => out.push_str(line),
            }
        }
        out
    }

    fn document(&self, value: &Json, schema: ItemId) -> Fate {
        let is_event = self.new.item(schema).is_some_and(|item| item.kind == Kind::Envelope);
        let fate = migrate::apply(value, self.steps(schema), &self.new, schema);
        match is_event {
            false => fate,
            true => self.event(value, fate, schema),
        }
    }

    fn steps(&self, schema: ItemId) -> &[Op] {
        let path = self.new.path(schema);
        let below = self.new.tree.below_root(&path);
        self.transform.schemas.get(below).map_or(&[], Vec::as_slice)
    }

    /// An event has a payload of its own schema, and a hash of it.
    fn event(&self, value: &Json, fate: Fate, schema: ItemId) -> Fate {
        let mut event = match &fate {
            Fate::Valid => value.clone(),
            Fate::Migrated(new) => new.clone(),
            Fate::Stuck(_) => return fate,
        };
        let topic = event.get("topic").and_then(Json::as_str).and_then(|t| self.new.topic(t));
        let payload = topic.and_then(|t| t.schema).zip(event.get("payload").cloned());
        let Some((of, payload)) = payload else { return fate };
        match migrate::apply(&payload, self.steps(of), &self.new, of) {
            Fate::Valid => fate,
            Fate::Stuck(reasons) => {
                Fate::Stuck(reasons.into_iter().map(|why| format!("payload: {why}")).collect())
            }
            Fate::Migrated(payload) => {
                let hash =
                    canonical_json(&from_json(&payload)).map(|t| Digest::of(t.as_bytes()).hex());
                if let Some(slot) = event.pointer_mut("/hashes/payload_sha256") {
                    *slot = json!(hash);
                }
                if let Some(members) = event.as_object_mut() {
                    members.insert("payload".to_owned(), payload);
                }
                match self.new.violations(schema, &event).is_some_and(|v| v.is_empty()) {
                    true => Fate::Migrated(event),
                    false => {
                        Fate::Stuck(vec!["with its new payload the event is not valid".to_owned()])
                    }
                }
            }
        }
    }
}
