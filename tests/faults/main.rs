//! What a freeze command promises when the world fails under it, at every operation and in every way: a
//! create is absent or complete, a restore is old or new or resumable, success that was said is on the
//! medium. And that this harness notices writers who are careless.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is wrong")]

mod disk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use contract_guard::edit::{Disk, EditError, Session};
use contract_guard::freeze::{
    Past, Record, RestorePlan, Version, Wanted, Wish, decode, plan_create, plan_repair,
    plan_restore, verify,
};
use contract_guard::tree::{Artifact, ArtifactPath, Tree};
use disk::{Bug, Kind, Memory, Survival};

const FROZEN: &str = "contracts/_frozen/";

/// The contracts on a disk, without freezes.
fn contracts(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let is_contract = |path: &str| path.starts_with("contracts/") && !path.starts_with(FROZEN);
    files.iter().filter(|(p, _)| is_contract(p)).map(|(p, b)| (p.clone(), b.clone())).collect()
}

fn tree(files: &BTreeMap<String, Vec<u8>>) -> Tree {
    let artifacts = contracts(files).into_iter();
    let artifacts = artifacts.map(|(p, b)| (ArtifactPath::lossy(&p), Artifact::new(b)));
    Tree { artifacts: artifacts.collect(), root: "contracts".to_owned(), ..Tree::default() }
}

/// Versions by number in the chain.
fn versions(files: &BTreeMap<String, Vec<u8>>) -> Vec<Version> {
    let names = files.keys().filter_map(|path| path.strip_prefix(FROZEN));
    let mut found: Vec<Version> = names
        .filter_map(|name| name.strip_prefix("freeze-")?.strip_suffix(".json"))
        .filter_map(|text| Version::parse(text).ok())
        .collect();
    found.sort();
    found
}

fn defects(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let records: Vec<Record<'_>> = files
        .iter()
        .filter(|(path, _)| path.starts_with(FROZEN))
        .map(|(path, bytes)| Record { path: ArtifactPath::lossy(path), bytes })
        .collect();
    verify(&records, "contracts")
        .into_iter()
        .map(|d| format!("{}: {}", d.file, d.message))
        .collect()
}

/// What `freeze create` does, from the lock to the last sync.
fn create(disk: &Memory, version: &str, bug: Bug) -> Result<(), EditError> {
    let (session, _) = Session::open(disk, "contracts")?;
    let files = disk.files();
    repair(&session, &files)?;
    let past_versions = versions(&files);
    let newest = past_versions.last().map(|v| files[&format!("{FROZEN}freeze-{v}.json")].clone());
    let newest = match newest.map(|bytes| decode(&bytes)) {
        Some(Err(_)) => return Err(EditError::NotKept(version.into())),
        newest => newest.and_then(Result::ok),
    };
    let version = Version::parse(version).unwrap();
    let past = Past { versions: past_versions, newest };
    let wish = Wish {
        version: &version,
        description: None,
        created_at: "2026-11-20T00:00:00Z".to_owned(),
        allow_empty: true,
    };
    let mut planned = match plan_create(&tree(&files), &past, &wish, |_| "other") {
        Ok(planned) => planned,
        // A no, as another run was first.
        Err(_) => return Err(EditError::Exists(version.as_str().into())),
    };
    if bug == Bug::IndexFirst {
        planned.files.swap(0, 1);
    }
    session.publish(&planned.files)
}

fn repair(session: &Session<'_>, files: &BTreeMap<String, Vec<u8>>) -> Result<(), EditError> {
    let Some(newest) = versions(files).pop() else { return Ok(()) };
    let bytes = &files[&format!("{FROZEN}freeze-{newest}.json")];
    let Ok(freeze) = decode(bytes) else { return Ok(()) };
    let read = |name: &str| files.get(&format!("{FROZEN}{name}")).cloned();
    session.publish(&plan_repair(&freeze, bytes, "contracts", read))
}

/// What every writing command does first.
fn next_command(disk: &Memory) -> Result<(), EditError> {
    let (session, _) = Session::open(disk, "contracts")?;
    let files = disk.files();
    repair(&session, &files)
}

/// A tree with one freeze of it, then changed.
fn start(bug: Bug) -> Memory {
    let disk = Memory::new(bug);
    disk.put("contracts/a.json", b"{\"a\": 1}\n");
    disk.put("contracts/events/b.json", b"{\r\n}\r\n");
    disk.put("contracts/gone/c.bin", &[0, 255, 128]);
    create(&disk, "1.0.0", Bug::None).unwrap();
    let files = disk.files();
    let changed = Memory::new(bug);
    for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with("contracts/gone/")) {
        changed.put(path, bytes);
    }
    changed.put("contracts/a.json", b"{\"a\": 2}\n");
    changed.put("contracts/new/deep/d.json", b"{}\n");
    changed.put("contracts/new/e.json", b"{}\n");
    changed
}

const SURVIVALS: [Survival; 6] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Some(0x5555_5555_5555_5555),
    Survival::Some(0xaaaa_aaaa_aaaa_aaaa),
    Survival::Some(0x9e37_79b9_7f4a_7c15),
    Survival::Some(0xfff0_fff0_fff0_fff0),
];

/// Runs `command` with every fault at every operation, and `judge` on what is left of the disk after a
/// restart. Returns how many runs there were.
fn explore(
    start: &Memory,
    kinds: &[Kind],
    command: impl Fn(&Memory) -> Result<(), EditError>,
    mut judge: impl FnMut(&Memory, &str, bool),
) -> usize {
    let mut runs = 0;
    for kind in kinds.iter().copied() {
        let mut misses = 0;
        for at in 0.. {
            let disk = start.failing(at, kind);
            let result = command(&disk);
            // Some faults happen at writes or renames only, the others at every operation.
            if !disk.fired() {
                misses += 1;
                if misses > 400 || !matches!(kind, Kind::Short | Kind::Lie | Kind::Stuck) {
                    break;
                }
                continue;
            }
            for survival in SURVIVALS {
                runs += 1;
                let what = format!("{kind:?} at operation {at}, {survival:?}");
                judge(&disk.restarted(survival), &what, result.is_ok());
                if kind != Kind::PowerCut {
                    break;
                }
            }
        }
    }
    runs
}

/// What is wrong with creates, under every fault.
fn broken_creates(bug: Bug) -> Vec<String> {
    let start = start(bug);
    let before = start.files();
    let mut wrong = Vec::new();
    let judge = |disk: &Memory, what: &str, said_done: bool| {
        let files = disk.files();
        if said_done && !(versions(&files).len() == 2 && defects(&files).is_empty()) {
            wrong.push(format!("{what}: said done, but {:?}", defects(&files)));
        }
        if let Err(error) = next_command(disk) {
            wrong.push(format!("{what}: the next command fails: {error}"));
        }
        let files = disk.files();
        if contracts(&files) != contracts(&before) {
            wrong.push(format!("{what}: contracts were changed"));
        }
        let is_before = |(path, bytes): &(&String, &Vec<u8>)| {
            !path.contains("latest") && files.get(*path) != Some(bytes)
        };
        if before.iter().any(|entry| is_before(&entry)) {
            wrong.push(format!("{what}: something was lost"));
        }
        match versions(&files).len() {
            1 => {
                let (mut kept, mut was) = (files.clone(), before.clone());
                let is_work =
                    |path: &String| path.contains("/.contract-guard") || path.contains("latest");
                kept.retain(|path, _| !is_work(path));
                was.retain(|path, _| !is_work(path));
                if kept != was {
                    wrong.push(format!("{what}: a create that is absent left something"));
                }
            }
            2 => {}
            n => wrong.push(format!("{what}: {n} freezes")),
        }
        wrong.extend(defects(&files).into_iter().map(|defect| format!("{what}: {defect}")));
        if let Err(error) = create(disk, "1.2.0", Bug::None) {
            wrong.push(format!("{what}: no more freeze can be made: {error}"));
        }
        if let Some(left) = disk.files().keys().find(|path| path.contains(".contract-guard")) {
            wrong.push(format!("{what}: {left} stays"));
        }
    };
    // A name that can never be given has no complete outcome.
    let kinds = Kind::ALL.map(|kind| if kind == Kind::Stuck { Kind::Eio } else { kind });
    let runs = explore(&start, &kinds, |disk| create(disk, "1.1.0", bug), judge);
    assert!(runs > 100, "only {runs} runs");
    wrong
}

fn restore_plan(disk: &Memory) -> RestorePlan {
    let files = disk.files();
    let freeze = decode(&files[&format!("{FROZEN}freeze-1.0.0.json")]).unwrap();
    let wanted = Wanted { root: "contracts", paths: &[], prune: true };
    plan_restore(freeze, &tree(&files), &wanted, false, |_| BTreeSet::new()).unwrap()
}

fn restore(disk: &Memory) -> Result<(), EditError> {
    let (session, _) = Session::open(disk, "contracts")?;
    session.restore(&restore_plan(disk), "contracts")
}

/// The contracts as the freeze has them.
fn frozen(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let freeze = decode(&files[&format!("{FROZEN}freeze-1.0.0.json")]).unwrap();
    freeze.artifacts.into_iter().map(|a| (a.path.to_string(), a.bytes.to_vec())).collect()
}

fn is_old_or_new(disk: &Memory, old: &BTreeMap<String, Vec<u8>>) -> Result<bool, String> {
    let files = disk.files();
    let left = files.keys().find(|path| path.contains(".contract-guard"));
    if let Some(left) = left {
        return Err(format!("{left} stays"));
    }
    match contracts(&files) {
        now if now == contracts(old) => Ok(false),
        now if now == frozen(old) => Ok(true),
        now => Err(format!("half and half: {:?}", now.keys().collect::<Vec<_>>())),
    }
}

/// What is wrong with restores, under every fault, and under a kill of what mends them.
fn broken_restores(bug: Bug) -> Vec<String> {
    let start = start(bug);
    let old = start.files();
    let mut wrong = Vec::new();
    let judge = |disk: &Memory, what: &str, said_done: bool| {
        if said_done && contracts(&disk.files()) != frozen(&old) {
            wrong.push(format!("{what}: said done"));
        }
        for again in 0.. {
            let second = disk.failing(again, Kind::Kill);
            let mended = next_command(&second);
            if !second.fired() {
                if let Err(error) = mended {
                    wrong.push(format!("{what}: the next command fails: {error}"));
                }
                break;
            }
            let third = second.restarted(Survival::Everything);
            if let Err(error) = next_command(&third) {
                wrong.push(format!("{what}, killed again at {again}: {error}"));
            }
            if let Err(reason) = is_old_or_new(&third, &old) {
                wrong.push(format!("{what}, killed again at {again}: {reason}"));
            }
        }
        if let Err(error) = next_command(disk) {
            wrong.push(format!("{what}: {error}"));
        }
        match is_old_or_new(disk, &old) {
            Err(reason) => wrong.push(format!("{what}: {reason}")),
            Ok(false) if said_done => wrong.push(format!("{what}: said done, and undone")),
            Ok(_) => {}
        }
    };
    let runs = explore(&start, &Kind::ALL, restore, judge);
    assert!(runs > 300, "only {runs} runs");
    wrong
}

/// Two creates at once: at every operation of the one the other runs as a whole.
fn broken_races(bug: Bug) -> Vec<String> {
    let start = start(bug);
    let mut wrong = Vec::new();
    for at in 0.. {
        let other = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&other);
        let disk = start.meanwhile(
            at,
            Box::new(move |disk| {
                *seen.lock().unwrap() = Some(create(disk, "1.1.1", bug).is_ok());
            }),
        );
        let own = create(&disk, "1.1.0", bug).is_ok();
        let Some(other) = *other.lock().unwrap() else { break };
        let files = disk.files();
        let made = versions(&files).len() - 1;
        if made != usize::from(own) + usize::from(other) || made == 0 {
            wrong.push(format!("at {at}: {own} and {other} make {made} freezes"));
        }
        wrong.extend(defects(&files).into_iter().map(|defect| format!("at {at}: {defect}")));
    }
    wrong
}

/// Somebody who knows no lock, git for one, puts a file where a freeze is about to appear.
fn broken_arrivals(bug: Bug) -> Vec<String> {
    let start = start(bug);
    let path = format!("{FROZEN}freeze-1.1.0.json");
    let mut wrong = Vec::new();
    for at in 0.. {
        let arrived = Arc::new(Mutex::new(None));
        let (seen, there) = (Arc::clone(&arrived), path.clone());
        let disk = start.meanwhile(
            at,
            Box::new(move |disk| {
                let is_free = !disk.files().contains_key(&there);
                if is_free {
                    disk.put(&there, b"theirs");
                }
                *seen.lock().unwrap() = Some(is_free);
            }),
        );
        let _ = create(&disk, "1.1.0", bug);
        let Some(is_theirs) = *arrived.lock().unwrap() else { break };
        if is_theirs && disk.files()[&path] != b"theirs" {
            wrong.push(format!("at {at}: it was replaced"));
        }
    }
    wrong
}

/// A folder of the target is, or becomes, a link to somewhere else.
fn broken_links(bug: Bug) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut look = |what: String, disk: &Memory, result: Result<(), EditError>| {
        if result.is_ok() {
            wrong.push(format!("{what}: restored through a link"));
        }
        let outside = disk.files().into_iter().filter(|(path, _)| path.starts_with("outside/"));
        if outside.count() != 1 {
            wrong.push(format!("{what}: something was written outside"));
        }
    };
    let base = start(bug);
    base.put("outside/secret", b"s");
    let linked = start(bug);
    linked.put("outside/secret", b"s");
    linked.put_link("contracts/gone", "outside");
    let result = restore(&linked);
    look("from the start".to_owned(), &linked, result);
    for at in 0.. {
        let happened = Arc::new(Mutex::new(false));
        let seen = Arc::clone(&happened);
        let disk = base.meanwhile(
            at,
            Box::new(move |disk| {
                *seen.lock().unwrap() = true;
                disk.put_link("contracts/gone", "outside");
            }),
        );
        let result = restore(&disk);
        if !*happened.lock().unwrap() {
            break;
        }
        let is_over = result.is_ok();
        if !is_over || bug == Bug::FollowLinks {
            look(format!("at {at}"), &disk, result);
        }
    }
    wrong
}

fn none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}

#[test]
fn a_create_is_absent_or_complete() {
    none(&broken_creates(Bug::None));
}

#[test]
fn a_restore_is_old_or_new() {
    none(&broken_restores(Bug::None));
}

#[test]
fn two_creates_at_once_are_two_or_one_is_refused() {
    none(&broken_races(Bug::None));
}

#[test]
fn a_file_that_arrives_meanwhile_is_kept() {
    none(&broken_arrivals(Bug::None));
}

/// Somebody saves a file while a restore goes on: theirs stays, and everything else is old or new.
#[test]
fn an_edit_meanwhile_wedges_nothing() {
    let start = start(Bug::None);
    let (old, plan) = (start.files(), restore_plan(&start));
    let mut wrong = Vec::new();
    for target in ["contracts/a.json", "contracts/new/e.json", "contracts/gone/c.bin"] {
        for at in 0.. {
            let happened = Arc::new(Mutex::new(false));
            let seen = Arc::clone(&happened);
            let disk = start.meanwhile(
                at,
                Box::new(move |disk| {
                    *seen.lock().unwrap() = true;
                    disk.put(target, b"theirs");
                }),
            );
            let result =
                Session::open(&disk, "contracts").and_then(|(s, _)| s.restore(&plan, "contracts"));
            if !*happened.lock().unwrap() {
                break;
            }
            if let Err(error) = next_command(&disk) {
                wrong.push(format!("{target} at {at}: the next command fails: {error}"));
            }
            let but = |mut files: BTreeMap<String, Vec<u8>>| {
                files.remove(target);
                files
            };
            let now = contracts(&disk.files());
            let is_old = but(now.clone()) == but(contracts(&old));
            let is_new = but(now) == but(frozen(&old));
            if !(is_new || is_old && result.is_err()) {
                wrong.push(format!("{target} at {at}: half and half after {result:?}"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn no_link_is_followed() {
    none(&broken_links(Bug::None));
}

#[test]
fn planted_bugs_are_noticed() {
    let is_noticed = |bug: Bug| {
        [broken_links, broken_arrivals, broken_races, broken_creates, broken_restores]
            .iter()
            .any(|look| !look(bug).is_empty())
    };
    for bug in [
        Bug::NoFileSync,
        Bug::NoFolderSync,
        Bug::NoReadBack,
        Bug::NoLock,
        Bug::IndexFirst,
        Bug::FollowLinks,
        Bug::ReplaceExisting,
        Bug::NoBackup,
    ] {
        assert!(is_noticed(bug), "{bug:?} goes unnoticed");
    }
}

#[test]
fn a_second_run_is_told_to_wait() {
    let disk = start(Bug::None);
    let (_session, _) = Session::open(&disk as &dyn Disk, "contracts").unwrap();
    assert!(matches!(create(&disk, "1.1.0", Bug::None), Err(EditError::Busy)));
}
