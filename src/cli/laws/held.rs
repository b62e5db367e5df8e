//! A repository, its past, its laws, and what comes of holding one to the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::args::Select;
use super::before::Before;
use super::hands::OwnHands;
use super::{base_of, known_packs};
use crate::catalog::Catalog;
use crate::cli::Failure;
use crate::cli::args::Global;
use crate::cli::load::{budget, limits};
use crate::cli::waivers;
use crate::finding::{Finding, Location};
use crate::gate::Accepted;
use crate::laws::{
    self, BASELINE_FORMAT, Evidence, Hands, Held, Hold, Law, Ratchet, Selection, Status, World,
};
use crate::source::{self, Repository, RepositoryFiles, State, TreeHistory};
use crate::tree::{Artifact, ArtifactPath, Files, History, MemoryFiles, Step, Tree};

/// Where the laws of a repository lie, below its contracts.
pub(super) const LAWS: &str = "laws";

/// Everything that is needed to hold laws.
pub(super) struct Court {
    repository: Repository,
    state: State,
    pub laws: Vec<Law>,
    /// What is wrong with law files.
    wrong: Vec<Finding>,
    /// Law files that are not of the repository.
    elsewhere: Vec<(ArtifactPath, Arc<[u8]>)>,
    root: String,
    clock: jiff::Timestamp,
}

/// What came of it.
pub(super) struct Judged {
    pub findings: Vec<Finding>,
    pub held: Vec<Held>,
    pub accepted: usize,
    /// Contents that findings may point to.
    pub texts: BTreeMap<String, Arc<[u8]>>,
}

/// What is compared with.
struct Past<'r> {
    baseline: Box<dyn Files + 'r>,
    steps: Vec<Step>,
    history: PastHistory<'r>,
    /// The commit, when it is one.
    commit: Option<String>,
}

enum PastHistory<'r> {
    Git(&'r Repository),
    Tree(TreeHistory),
}

impl PastHistory<'_> {
    fn get(&self) -> &dyn History {
        match self {
            PastHistory::Git(repository) => *repository,
            PastHistory::Tree(tree) => tree,
        }
    }
}

impl Court {
    pub(super) fn open(select: &Select, global: &Global) -> Result<Court, Failure> {
        let repository = Repository::open(&base_of(select.path.as_deref()))?;
        Court::of(repository, select, global)
    }

    fn of(repository: Repository, select: &Select, global: &Global) -> Result<Court, Failure> {
        let state = match (&select.at, select.staged) {
            (Some(name), _) => State::Commit(name.clone()),
            (None, true) => State::Index,
            (None, false) => State::WorkTree,
        };
        let found = source::discover(Some(repository.base())).ok().map(|(_, root)| root);
        let root = found.filter(|root| !root.is_empty()).unwrap_or_else(|| "contracts".to_owned());
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

    /// The contracts, and which findings their waivers accept.
    pub(super) fn waivers(
        &self,
        select: &Select,
        global: &Global,
    ) -> Result<(Catalog, Accepted), Failure> {
        let source = match &self.state {
            State::WorkTree => source::Source::Dir,
            State::Index => source::Source::Index,
            State::Commit(name) => source::Source::Commit(name.clone()),
        };
        let (base, root) = (self.base().to_owned(), self.root.clone());
        let request = source::Request { source, base, root, frozen: true };
        let tree = match source::read(&request, &budget(global)) {
            // A law may be held to a repository without contracts.
            Err(source::SourceError::NoTree { .. } | source::SourceError::Io { .. }) => {
                Tree::default()
            }
            other => other?,
        };
        let layout = crate::gate::read_config(&tree, limits(global)).layout;
        let catalog = crate::catalog::build_uncompiled(&tree, &layout, &limits(global));
        let accepted = waivers::accepted(&catalog, None, select.now.as_deref())?;
        Ok((catalog, accepted))
    }

    /// The contracts root.
    pub(super) fn root(&self) -> &str {
        &self.root
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
            {
                let message = format!("`{source}`, the document of the law `{name}`, {problem}");
                let place = Location::file(&ArtifactPath::lossy(source));
                let help = format!("move it below `{inside}`, and name it there in `source`");
                self.wrong.push(Finding::new(rule.code, message, place).about(name).help(help));
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &ArtifactPath, bytes: &[u8], global: &Global) {
        let (law, findings) = laws::parse(path, bytes, &limits(global));
        self.laws.extend(law);
        self.wrong.extend(findings);
    }

    fn pack(&mut self, name: &str, global: &Global) -> Result<(), Failure> {
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

    fn past<'r>(
        &'r self,
        select: &Select,
        now: &RepositoryFiles<'r>,
        global: &Global,
    ) -> Result<Option<Past<'r>>, Failure> {
        let repository = &self.repository;
        let Some(name) = select.against.as_ref().or(select.since.as_ref()) else { return Ok(None) };
        if let Some(version) = name.strip_prefix("freeze:") {
            if select.since.is_some() {
                let help = "a freeze has no commits; write `--against`".to_owned();
                return Err(Failure::Usage("`--since` takes a commit".to_owned(), Some(help)));
            }
            let tree = self.frozen(version, global)?;
            let (step, history) = source::step_from_tree(&tree, now);
            let files = tree.artifacts.iter();
            let files = files.map(|(path, a)| (path.as_str().to_owned(), Arc::clone(&a.bytes)));
            return Ok(Some(Past {
                baseline: Box::new(MemoryFiles::new(files)),
                steps: vec![step],
                history: PastHistory::Tree(history),
                commit: None,
            }));
        }
        let fork = repository.fork(name, &self.state)?;
        let steps = match &select.since {
            Some(_) => repository.steps(&fork, &self.state)?,
            None => vec![repository.step(&fork, &self.state)?],
        };
        let baseline = Box::new(repository.files(&State::Commit(fork.clone()))?);
        let history = PastHistory::Git(repository);
        Ok(Some(Past { baseline, steps, history, commit: Some(fork) }))
    }

    fn frozen(&self, version: &str, global: &Global) -> Result<Tree, Failure> {
        let freezes = source::freezes(self.base(), &self.root)?;
        match source::meant(&freezes, version).as_slice() {
            [(_, file)] => {
                let source = source::Source::Freeze(file.path.clone());
                let (base, root) = (self.base().to_owned(), self.root.clone());
                let request = source::Request { source, base, root, frozen: false };
                Ok(source::read(&request, &budget(global))?)
            }
            _ => {
                let help = "`contract-guard freeze list` shows all".to_owned();
                Err(Failure::Usage(format!("there is no freeze `{version}`"), Some(help)))
            }
        }
    }

    /// Holds the laws against the repository.
    pub(super) fn hold(&self, select: &Select, global: &Global) -> Result<Judged, Failure> {
        let now = self.repository.files(&self.state)?;
        let past = self.past(select, &now, global)?;
        let commit = past.as_ref().and_then(|p| p.commit.clone());
        let commits = || self.contract_commits(past.as_ref());
        let hands = OwnHands::new(
            self.base().to_owned(),
            self.state.clone(),
            (commit, &commits),
            select.run_commands,
            global,
        );
        let world = world(&now, self.clock, &hands, past.as_ref());
        let selection = Selection { law: select.law.clone(), rule: select.rule.clone() };
        let (mut found, held) = laws::run(&self.laws, &world, &selection);
        let mut before = Before::default();
        if let Some(past) = past.as_ref().filter(|_| select.is_of_all()) {
            before = self.before(past.baseline.as_ref(), past.commit.as_deref(), global);
            found = before.and(found, &world);
        }
        let mut findings = self.wrong.clone();
        findings.extend(self.broken_ratchet());
        let mut accepted = 0;
        match self.ratchet() {
            Some(ratchet) if !select.all => {
                let (kept, count) = ratchet.without(found);
                accepted = count;
                findings.extend(kept);
                findings.extend(self.stale(&ratchet, count, &held));
                findings.extend(self.grown(&ratchet, past.as_ref(), before.rules));
            }
            _ => findings.extend(found),
        }
        if let Some(error) = self.repository.failure() {
            return Err(error.into());
        }
        let mut texts = BTreeMap::new();
        for finding in &findings {
            let path = finding.primary.artifact.as_str();
            if !texts.contains_key(path)
                && let Some(bytes) = now.read(path)
            {
                texts.insert(path.to_owned(), bytes);
            }
        }
        let elsewhere = self
            .elsewhere
            .iter()
            .map(|(path, bytes)| (path.as_str().to_owned(), Arc::clone(bytes)));
        texts.extend(elsewhere);
        Ok(Judged { findings, held, accepted, texts })
    }

    /// The commits on the way that do more to contracts than to add; none when the way is one step.
    fn contract_commits(&self, past: Option<&Past<'_>>) -> Vec<String> {
        let prefix = below(&self.root, "");
        let Some(past) = past else { return Vec::new() };
        let history = past.history.get();
        let content = |name: &Option<String>| history.content(name.as_deref()?);
        let breaks = |step: &&Step| {
            step.changes.iter().filter(|change| change.path.starts_with(&prefix)).any(|change| {
                let (before, after) = (content(&change.before), content(&change.after));
                change.renamed_from.is_some()
                    || !laws::only_adds(&change.path, before.as_deref(), after.as_deref())
            })
        };
        let is_commit = |step: &&Step| {
            step.name.len() == 10 && step.name.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let commits = past.steps.iter().filter(is_commit).filter(breaks);
        commits.map(|step| step.name.clone()).collect()
    }

    /// Where the record of accepted violations lies.
    pub(super) fn ratchet_path(&self) -> String {
        let folder = below(&self.root, LAWS);
        if self.base().join(&folder).is_dir() {
            format!("{folder}/baseline.json")
        } else {
            "law-baseline.json".to_owned()
        }
    }

    pub(super) fn ratchet(&self) -> Option<Ratchet> {
        let files = self.repository.files(&self.state).ok()?;
        read_ratchet(&files.read(&self.ratchet_path())?)
    }

    /// A record that cannot be read accepts nothing, and must not be overwritten unseen.
    fn broken_ratchet(&self) -> Option<Finding> {
        let files = self.repository.files(&self.state).ok()?;
        let path = self.ratchet_path();
        if read_ratchet(&files.read(&path)?).is_some() {
            return None;
        }
        let rule = laws::ABOUT_LAWS.iter().find(|rule| rule.code.as_str() == "law-invalid")?;
        let place = Location::file(&ArtifactPath::lossy(&path));
        let message = "the record of accepted violations cannot be read, and accepts nothing";
        let help = "restore it from git; `laws baseline` writes over no broken record";
        Some(Finding::new(rule.code, message, place).about("record").help(help))
    }

    /// Why no record can be written: a law, or the record, is broken.
    pub(super) fn is_broken(&self) -> Option<String> {
        let broken = self.wrong.iter().find(|f| f.code.as_str() == "law-invalid").cloned();
        let broken = broken.or_else(|| self.broken_ratchet())?;
        Some(format!("`{}`: {}", broken.primary.artifact, broken.message))
    }

    /// Entries of the record that nothing finds any more.
    fn stale(&self, ratchet: &Ratchet, accepted: usize, held: &[Held]) -> Option<Finding> {
        let ran = |rule: &str| {
            held.iter()
                .any(|h| matches!(h.hold, Hold::Held(_)) && format!("{}/{}", h.law, h.rule) == rule)
        };
        let expected: usize =
            ratchet.accepted.values().filter(|r| ran(&r.rule)).map(|r| r.count).sum();
        let fixed = expected.checked_sub(accepted).filter(|n| *n > 0)?;
        let code =
            laws::ABOUT_LAWS.iter().find(|rule| rule.code.as_str() == "law-baseline-stale")?.code;
        let message = format!("{fixed} recorded violation(s) are fixed and still accepted");
        let place = Location::file(&ArtifactPath::lossy(&self.ratchet_path()));
        Some(
            Finding::new(code, message, place)
                .help("take them out: `contract-guard laws baseline`"),
        )
    }

    /// What the record accepts of rules that the baseline has, and its record does not: a record that comes with
    /// a change accepts nothing of what was held before.
    fn grown(
        &self,
        ratchet: &Ratchet,
        past: Option<&Past<'_>>,
        rules: BTreeSet<String>,
    ) -> Vec<Finding> {
        let path = self.ratchet_path();
        let code = laws::ABOUT_LAWS.iter().find(|rule| rule.code.as_str() == "law-baseline-grew");
        let (Some(past), Some(rule)) = (past, code) else { return Vec::new() };
        let recorded = past.baseline.read(&path).and_then(|bytes| read_ratchet(&bytes));
        let mut base = recorded.unwrap_or_default();
        base.rules.extend(rules);
        let place = Location::file(&ArtifactPath::lossy(&path));
        let say = |r: &laws::Recorded| {
            let message = format!(
                "the record accepts a violation of `{}` in `{}` that the baseline does not",
                r.rule, r.path
            );
            Finding::new(rule.code, message, place.clone())
                .about(format!("{} {}", r.rule, r.path))
                .help("mend the violation, or waive the rule for a time in its law")
        };
        ratchet.grew(&base).into_iter().map(say).collect()
    }
}

fn world<'w>(
    now: &'w dyn Files,
    clock: jiff::Timestamp,
    hands: &'w dyn Hands,
    past: Option<&'w Past<'_>>,
) -> World<'w> {
    let world = World::new(now, clock, hands);
    match past {
        Some(past) => world.since(past.baseline.as_ref(), &past.steps, past.history.get()),
        None => world,
    }
}

impl Judged {
    /// The standing of each sentence.
    pub(super) fn statuses(
        &self,
        court: &Court,
        select: &Select,
        evidence: &Evidence,
    ) -> Result<Vec<Status>, Failure> {
        let now = court.repository.files(&court.state)?;
        let world = World::new(&now, court.clock, &laws::NoHands);
        let laws =
            court.laws.iter().filter(|l| select.law.as_ref().is_none_or(|name| l.name == *name));
        Ok(laws.flat_map(|law| laws::status(law, &world, &self.held, evidence)).collect())
    }
}

fn read_ratchet(bytes: &[u8]) -> Option<Ratchet> {
    serde_json::from_slice::<Ratchet>(bytes).ok().filter(|r| r.format == BASELINE_FORMAT)
}

pub(super) fn below(root: &str, path: &str) -> String {
    if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") }
}

pub(super) fn is_law(path: &str, prefix: &str) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    is_yaml && path.strip_prefix(prefix).is_some_and(|rest| !rest.contains('/'))
}

/// The files that findings point to, as a tree.
pub(in crate::cli) fn texts_of(
    findings: &[Finding],
    contents: &BTreeMap<String, Arc<[u8]>>,
) -> Tree {
    let wanted = findings.iter().map(|f| &f.primary.artifact);
    let artifacts = wanted
        .filter_map(|path| {
            Some((path.clone(), Artifact::new(Arc::clone(contents.get(path.as_str())?))))
        })
        .collect();
    Tree { artifacts, ..Tree::default() }
}

/// Findings of laws, and the contents that they point to.
pub(in crate::cli) struct Spoken {
    pub findings: Vec<Finding>,
    pub texts: BTreeMap<String, Arc<[u8]>>,
}

/// Whether a tree has a file that may be a law.
pub(in crate::cli) fn has_laws(tree: &Tree) -> bool {
    let prefix = below(&tree.root, &format!("{LAWS}/"));
    tree.artifacts.keys().any(|path| is_law(path.as_str(), &prefix))
}

/// What `check` wants to hear of the laws of a repository.
pub(in crate::cli) struct Call<'c> {
    /// The folder of the repository.
    pub base: &'c Path,
    /// The contracts.
    pub tree: &'c Tree,
    pub state: State,
    /// The contracts that they are compared with.
    pub before: Option<&'c Tree>,
    /// The commit of these, or `freeze:VERSION`.
    pub past: Option<&'c str>,
    pub now: Option<&'c str>,
}

/// What the laws of a repository say, and those of the baseline, as a part of `check`. Nothing when neither
/// has any and there is no past.
pub(in crate::cli) fn law_findings(
    call: &Call<'_>,
    global: &Global,
) -> Result<Option<Spoken>, Failure> {
    // Most trees have none, and a hook waits for the answer.
    let (had, has) = (call.before.is_some_and(has_laws), has_laws(call.tree));
    let is_of_commit = call.past.is_some_and(|past| !past.starts_with("freeze:"));
    if !has && !had && !is_of_commit {
        return Ok(None);
    }
    let select = Select {
        path: Some(call.base.to_owned()),
        against: call.past.map(str::to_owned),
        staged: call.state == State::Index,
        at: match &call.state {
            State::Commit(name) => Some(name.clone()),
            _ => None,
        },
        now: call.now.map(str::to_owned),
        may_be_lawless: true,
        ..Select::default()
    };
    let repository = Repository::open(call.base)?;
    let mut court = Court::of(repository, &select, global)?;
    if !has && !had {
        // Without laws nobody asked for a gate; who had one must not lose it unseen.
        court.laws.iter_mut().flat_map(|law| &mut law.rules).for_each(|rule| rule.only_new = true);
    }
    let judged = court.hold(&select, global)?;
    Ok(Some(Spoken { findings: judged.findings, texts: judged.texts }))
}
