//! A repository, a state of it, and the laws that it is to be held to.

use std::path::Path;
use std::sync::Arc;

use super::args::Select;
use super::{base_of, known_packs};
use crate::catalog::Catalog;
use crate::cli::Failure;
use crate::cli::args::Global;
use crate::cli::load::{budget, limits};
use crate::cli::waivers;
use crate::finding::{Finding, Location};
use crate::gate::Accepted;
use crate::laws::{self, Law};
use crate::source::{self, Repository, Request, Source, State, USUAL_ROOT};
use crate::tree::{ArtifactPath, Files, Tree};

/// Where the laws of a repository lie, below its contracts.
pub(super) const LAWS: &str = "laws";

/// Everything that is needed to hold laws.
pub(super) struct Court {
    pub repository: Repository,
    pub state: State,
    pub laws: Vec<Law>,
    /// What is wrong with law files.
    pub wrong: Vec<Finding>,
    /// Law files that are not of the repository.
    pub elsewhere: Vec<(ArtifactPath, Arc<[u8]>)>,
    /// The contracts root.
    pub root: String,
    pub clock: jiff::Timestamp,
}

impl Court {
    pub(super) fn open(select: &Select, global: &Global) -> Result<Court, Failure> {
        let repository = Repository::open(&base_of(select.path.as_deref()))?;
        let found = source::discover(Some(repository.base())).ok().map(|(_, root)| root);
        let root = found.filter(|root| !root.is_empty()).unwrap_or_else(|| USUAL_ROOT.to_owned());
        let source = Source::from(&state(select));
        let base = repository.base().to_owned();
        let root = Request { source, base, root, frozen: true }.configured().root;
        Court::of(repository, root, select, global)
    }

    /// For contracts below `root`.
    pub(super) fn of(
        repository: Repository,
        root: String,
        select: &Select,
        global: &Global,
    ) -> Result<Court, Failure> {
        let state = state(select);
        let clock = match &select.now {
            None => jiff::Timestamp::now(),
            Some(text) => text.parse().map_err(|_| {
                let help = "write it as 2026-11-20T12:00:00Z".to_owned();
                Failure::Usage(format!("`{text}` is no time"), Some(help))
            })?,
        };
        let (laws, wrong, elsewhere) = (Vec::new(), Vec::new(), Vec::new());
        let mut court = Court { repository, state, laws, wrong, elsewhere, root, clock };
        if select.pack.is_empty() {
            court.own_laws(select.may_be_lawless, global)?;
        }
        for pack in &select.pack {
            court.pack(pack, global)?;
        }
        court.must_have(select)?;
        Ok(court)
    }

    pub(super) fn base(&self) -> &Path {
        self.repository.base()
    }

    /// The contracts.
    pub(super) fn request(&self) -> Request {
        let (base, root) = (self.base().to_owned(), self.root.clone());
        Request { source: Source::from(&self.state), base, root, frozen: true }
    }

    /// The contracts, and which findings their waivers accept.
    pub(super) fn waivers(
        &self,
        select: &Select,
        global: &Global,
    ) -> Result<(Catalog, Accepted), Failure> {
        let tree = match source::read(&self.request(), &budget(global)) {
            // A law may be held to a repository without contracts.
            Err(
                source::SourceError::NoTree { .. }
                | source::SourceError::NotStaged { .. }
                | source::SourceError::Io { .. },
            ) => Tree::default(),
            other => other?,
        };
        let layout = crate::gate::read_config(&tree, limits(global)).layout;
        let catalog = crate::catalog::build_uncompiled(&tree, &layout, &limits(global));
        let accepted = waivers::accepted(&catalog, None, select.now.as_deref())?;
        Ok((catalog, accepted))
    }

    /// What leads from the current folder to the repository.
    pub(super) fn prefix(&self) -> String {
        match self.base().to_str() {
            None | Some(".") => String::new(),
            Some(base) => format!("{}/", base.replace('\\', "/").trim_end_matches('/')),
        }
    }

    fn own_laws(&mut self, may_be_lawless: bool, global: &Global) -> Result<(), Failure> {
        let files = self.repository.files(&self.state)?;
        let prefix = below(&self.root, &format!("{LAWS}/"));
        let mut read = Vec::new();
        for path in files.paths().iter().filter(|p| is_law(p, &prefix)) {
            if let Some(bytes) = files.read(path) {
                read.push((ArtifactPath::lossy(path), bytes));
            }
        }
        drop(files);
        for (path, bytes) in read {
            self.add(&path, &bytes, global);
        }
        let is_lawless = self.laws.is_empty() && self.wrong.is_empty();
        if is_lawless && !may_be_lawless {
            let help = format!(
                "write one, or hold the repository to a built-in law: `--pack` takes {}",
                known_packs()
            );
            return Err(Failure::Source(source::SourceError::TooMuch {
                what: format!("there is no law in `{prefix}`"),
                help,
            }));
        }
        self.sources_are_frozen()?;
        if !self.laws.iter().any(|law| law.name == laws::packs::GATE) {
            self.pack(laws::packs::GATE, global)?;
        }
        Ok(())
    }

    /// A written contract that no freeze keeps can be rewritten unseen.
    fn sources_are_frozen(&mut self) -> Result<(), Failure> {
        let files = self.repository.files(&self.state)?;
        let inside = below(&self.root, "");
        let rule = laws::ABOUT_LAWS.iter().find(|r| r.code.as_str() == "law-source-not-frozen");
        let Some(rule) = rule else { return Ok(()) };
        for law in &self.laws {
            let is_there = files.paths().binary_search(&law.source).is_ok();
            let (source, name) = (&law.source, &law.name);
            let is_path = source.contains('/') && !source.contains("://") && !source.contains(' ');
            let problem = match is_there {
                true if !source.starts_with(&inside) => "is in no freeze",
                false if is_path => "is not there",
                _ => continue,
            };
            let message = format!("`{source}`, the document of the law `{name}`, {problem}");
            let place = Location::file(&ArtifactPath::lossy(source));
            let help = format!("move it below `{inside}`, and name it there in `source`");
            self.wrong.push(Finding::new(rule.code, message, place).about(name).help(help));
        }
        Ok(())
    }

    fn add(&mut self, path: &ArtifactPath, bytes: &[u8], global: &Global) {
        let (law, findings) = laws::parse(path, bytes, &limits(global));
        self.laws.extend(law);
        self.wrong.extend(findings);
    }

    pub(super) fn pack(&mut self, name: &str, global: &Global) -> Result<(), Failure> {
        if let Some(pack) = laws::PACKS.iter().find(|pack| pack.name == name) {
            let (law, findings) = laws::packs::read(pack);
            self.laws.extend(law);
            self.wrong.extend(findings);
            return Ok(());
        }
        let path = Path::new(name);
        let is_file = name.ends_with(".yaml") || name.ends_with(".yml") || path.is_file();
        if !is_file {
            let help =
                format!("built in are {}; a file is named as `path/to/law.yaml`", known_packs());
            return Err(Failure::Usage(format!("no pack is called `{name}`"), Some(help)));
        }
        let bytes: Arc<[u8]> = source::file_bytes(path, &budget(global))?.into();
        let shown = ArtifactPath::lossy(&name.replace('\\', "/"));
        self.add(&shown, &bytes, global);
        self.elsewhere.push((shown, bytes));
        Ok(())
    }

    /// A name that nothing has holds nothing, and must not pass.
    fn must_have(&self, select: &Select) -> Result<(), Failure> {
        let missing = |what: &str, name: &str, known: Vec<&str>| {
            let near = known.iter().min_by_key(|k| strsim::damerau_levenshtein(k, name));
            let help = near.map(|near| format!("the nearest is `{near}`"));
            Err(Failure::Usage(format!("there is no {what} `{name}`"), help))
        };
        if let Some(name) = &select.law
            && !self.laws.iter().any(|law| law.name == *name)
        {
            return missing("law", name, self.laws.iter().map(|l| l.name.as_str()).collect());
        }
        let Some(id) = &select.rule else { return Ok(()) };
        let rules = || self.laws.iter().flat_map(|law| &law.rules);
        if !rules().any(|rule| {
            rule.id == *id
                || format!("{}/{}", rule.law, rule.id) == *id
                || rule.sentences.contains(id)
        }) {
            return missing("rule", id, rules().map(|r| r.id.as_str()).collect());
        }
        Ok(())
    }
}

fn state(select: &Select) -> State {
    match (&select.at, select.staged) {
        (Some(name), _) => State::Commit(name.clone()),
        (None, true) => State::Index,
        (None, false) => State::WorkTree,
    }
}

pub(super) fn below(root: &str, path: &str) -> String {
    if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") }
}

pub(super) fn is_law(path: &str, prefix: &str) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    is_yaml && path.strip_prefix(prefix).is_some_and(|rest| !rest.contains('/'))
}
