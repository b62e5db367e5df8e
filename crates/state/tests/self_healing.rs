//! State files under everything that can stand at their name. Whatever it is, the caller has a valid state, nothing
//! that was on the disk is lost, and what happened is said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use contract_embed::HealedProblem;
use contract_state::{Error, Happened, Healed, Name, Shape, StateFile};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Positions {
    cycle: u64,
    limits: Limits,
    open: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Limits {
    most: u64,
    least: u64,
}

fn default() -> Positions {
    Positions { cycle: 0, limits: Limits { most: 10, least: 1 }, open: BTreeMap::new() }
}

fn in_use() -> Positions {
    let open = BTreeMap::from([("ABC".to_owned(), 3), ("Ä\"\n".to_owned(), -7)]);
    Positions { cycle: 41, limits: Limits { most: 10, least: 2 }, open }
}

fn file(folder: &Path) -> StateFile<Positions> {
    StateFile::new(folder, Name::new("worker/positions.json").unwrap(), Shape::new(default()))
        .clock(|| "2026-11-22T09:30:00Z".parse().unwrap())
}

/// A folder with these bytes as its state file.
fn folder_with(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worker/positions.json");
    fs::create_dir(folder.path().join("worker")).unwrap();
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn written() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path()).save(&in_use()).unwrap();
    fs::read(folder.path().join("worker/positions.json")).unwrap()
}

fn healed(happened: &[Happened]) -> &Healed {
    match happened {
        [Happened::Healed(healed)] => healed,
        other => panic!("{other:?}"),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("worker")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_saved_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path());
    file.save(&in_use()).unwrap();
    let loaded = file.load();
    assert_eq!((loaded.state, loaded.happened), (in_use(), vec![]));
    assert_eq!(names(folder.path()), ["positions.json"]);
}

#[test]
fn a_corrupt_file_is_set_aside() {
    let (folder, path) = folder_with(b"{\"cycle\": 41, \"limits\"");
    let loaded = file(folder.path()).load();
    let healed = healed(&loaded.happened);
    assert_eq!(healed.problem, HealedProblem::Corrupted);
    let aside = healed.quarantined_as.as_deref().unwrap();
    assert_eq!(aside, "worker/positions.corrupted.20261122T093000Z.json");
    assert_eq!(fs::read(folder.path().join(aside)).unwrap(), b"{\"cycle\": 41, \"limits\"");
    assert!(path.is_file());
    // The second of the same second takes another name, and the first stays.
    fs::write(&path, b"broken again").unwrap();
    let again = file(folder.path()).load();
    let again = self::healed(&again.happened).quarantined_as.clone().unwrap();
    assert_eq!(again, "worker/positions.corrupted.20261122T093001Z.json");
    assert_eq!(fs::read(folder.path().join(again)).unwrap(), b"broken again");
    assert_eq!(fs::read(folder.path().join(aside)).unwrap(), b"{\"cycle\": 41, \"limits\"");
}

#[test]
fn a_minimal_default_takes_its_place() {
    for bytes in [&b"not json"[..], b"", b" \n", b"\xff\xfe{}"] {
        let (folder, path) = folder_with(bytes);
        file(folder.path()).load();
        let there: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let limits = json!({"most": 10, "least": 1});
        assert_eq!(there, json!({"schema_version": 1, "cycle": 0, "limits": limits, "open": {}}));
        assert_eq!(file(folder.path()).load().happened, vec![]);
    }
    let folder = tempfile::tempdir().unwrap();
    let loaded = file(folder.path()).load();
    assert_eq!(healed(&loaded.happened).problem, HealedProblem::Missing);
    assert_eq!(file(folder.path()).load().happened, vec![]);
}

#[test]
fn healing_is_logged() {
    let schema = contract_embed::schema("events/state_file_healed", "1.0.0").unwrap();
    let long = format!("{{\"cycle\": \"{}\"}}", "long ".repeat(10_000));
    for (bytes, problem) in [
        (&b"{"[..], "corrupted"),
        (b"", "empty"),
        (b"\0\0\0", "corrupted"),
        (long.as_bytes(), "corrupted"),
    ] {
        let (folder, _) = folder_with(bytes);
        let log = folder.path().join("events.jsonl");
        let options = contract_journal::Options::default();
        let journal = Mutex::new(contract_journal::Journal::open(&log, options).unwrap().0);
        let file = file(folder.path()).listener(move |happened| {
            journal.lock().unwrap().append(&happened.payload()).unwrap();
        });
        file.load();
        let logged: Vec<Value> =
            contract_journal::read(&log).unwrap().map(|e| e.unwrap().get().unwrap()).collect();
        let [payload] = &logged[..] else { panic!("{logged:?}") };
        assert_eq!(schema.validate(payload), Ok(()), "{payload}");
        assert_eq!(payload["problem"], problem);
        assert_eq!(payload["file"], "worker/positions.json");
    }
}

#[test]
fn a_listener_that_panics_keeps_nobody_from_the_state() {
    let (folder, _) = folder_with(b"{");
    let file = file(folder.path()).listener(|_| panic!("the log is full"));
    assert_eq!(file.load().state, default());
}

/// Every beginning of a file, every flipped byte, and everything that is no file of ours.
#[test]
fn no_file_stops_the_reader() {
    let whole = written();
    let deep = "[".repeat(200_000);
    let mut all: Vec<Vec<u8>> = (0..whole.len()).map(|end| whole[..end].to_vec()).collect();
    for at in 0..whole.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            all.push(bytes);
        }
    }
    let others: [&[u8]; 12] = [
        b"null",
        b"[]",
        b"7",
        b"\"text\"",
        b"{\"cycle\": -1}",
        b"{\"schema_version\": 0}",
        b"{\"schema_version\": \"1\"}",
        b"{\"limits\": []}",
        b"{\"open\": null}",
        b"NaN",
        deep.as_bytes(),
        b"{\"cycle\": 1e400}",
    ];
    all.extend(others.iter().map(|bytes| bytes.to_vec()));
    for bytes in all {
        let (folder, path) = folder_with(&bytes);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let loaded = file(folder.path()).load();
        match &loaded.happened[..] {
            // A flipped byte within a key or a value may still be a state.
            [] | [Happened::Filled { .. } | Happened::Newer { .. }] => {
                assert_eq!(fs::read(&path).unwrap(), bytes, "{text}");
            }
            [Happened::Healed(healed)] => {
                assert_eq!(loaded.state, default(), "{text}");
                if let Some(aside) = &healed.quarantined_as {
                    assert_eq!(fs::read(folder.path().join(aside)).unwrap(), bytes, "{text}");
                }
                assert_eq!(file(folder.path()).load().happened, vec![], "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

/// A folder, a link to nowhere, a pipe that nobody writes to, and a device that never ends.
#[test]
#[cfg(unix)]
fn what_is_no_file_is_set_aside_as_it_is() {
    type Make = fn(&Path);
    let all: [(&str, Make); 4] = [
        ("folder", |path| fs::create_dir_all(path.join("inside")).unwrap()),
        ("dead link", |path| std::os::unix::fs::symlink("nowhere", path).unwrap()),
        ("device", |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap()),
        ("pipe", |path| {
            assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
        }),
    ];
    for (at, (what, make)) in all.into_iter().cycle().take(8).enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("worker/positions.json");
        fs::create_dir(folder.path().join("worker")).unwrap();
        make(&path);
        let found = |path: &Path| {
            let there = fs::symlink_metadata(path).unwrap();
            (there.file_type(), there.permissions())
        };
        let (before, file) = (found(&path), file(folder.path()));
        let loaded = if at < 4 { file.load() } else { file.private().load() };
        assert_eq!(loaded.state, default());
        let aside = healed(&loaded.happened).quarantined_as.clone().unwrap();
        assert_eq!(found(&folder.path().join(aside)), before, "{what}");
        assert_eq!(self::file(folder.path()).load().happened, vec![], "{what}");
    }
}

#[test]
fn reading_goes_on_with_the_default() {
    let (folder, path) = folder_with(b"{");
    let file = file(folder.path());
    let mut state = file.load().state;
    assert_eq!(state, default());
    state.cycle = 1;
    file.save(&state).unwrap();
    assert_eq!(file.load().state.cycle, 1);
    // Nothing can be written below a file: the state is there all the same, and the error says where.
    let below =
        StateFile::new(&path, Name::new("deeper/state.json").unwrap(), Shape::new(default()));
    let loaded = below.load();
    assert_eq!(loaded.state, default());
    assert!(matches!(&loaded.happened[..], [Happened::Left(_)]), "{:?}", loaded.happened);
    let error = below.save(&default()).unwrap_err();
    assert!(matches!(error, Error::Unread { .. }), "{error}");
    assert!(path.is_file());
}

/// Root may read and write everything, so the test runs itself again as somebody else.
#[test]
#[cfg(unix)]
fn what_may_not_be_read_or_written_stops_nobody() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    const FOLDER: &str = "STATE_TEST_FOLDER";
    let mode = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = PathBuf::from(folder);
        let unreadable = file(&folder.join("unreadable"));
        let loaded = unreadable.load();
        assert_eq!(loaded.state, default());
        let aside = healed(&loaded.happened).quarantined_as.clone().unwrap();
        assert_eq!(fs::metadata(folder.join("unreadable").join(aside)).unwrap().len(), 7);
        assert_eq!(unreadable.load().happened, vec![]);

        let locked = file(&folder.join("read-only"));
        for _ in 0..2 {
            let loaded = locked.load();
            assert_eq!(loaded.state, default());
            let [Happened::Left(left)] = &loaded.happened[..] else { panic!("{loaded:?}") };
            let denied = std::io::Error::from_raw_os_error(13).to_string();
            assert_eq!(left.why, format!("it cannot be set aside: {denied}"));
            assert!(locked.save(&in_use()).is_err());
        }
        let path = folder.join("read-only/worker/positions.json");
        assert_eq!(fs::read(path).unwrap(), b"corrupt");

        // Where names can be made and not listed, nobody can sync them: the new bytes are there, and that is not enough.
        let unlisted = file(&folder.join("unlisted"));
        assert!(matches!(unlisted.save(&in_use()), Err(Error::Io { .. })));
        let there = fs::read(folder.join("unlisted/worker/positions.json")).unwrap();
        assert_eq!(there, written());

        let empty = file(&folder.join("empty"));
        let loaded = empty.load();
        assert!(matches!(&loaded.happened[..], [Happened::Left(_)]), "{:?}", loaded.happened);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for part in ["unreadable", "read-only", "empty", "unlisted"] {
        let worker = folder.path().join(part).join("worker");
        fs::create_dir_all(&worker).unwrap();
        fs::write(worker.join("positions.json"), b"corrupt").unwrap();
    }
    fs::remove_file(folder.path().join("empty/worker/positions.json")).unwrap();
    mode(&folder.path().join("unreadable/worker/positions.json"), 0o000);
    mode(&folder.path().join("unreadable/worker"), 0o777);
    mode(&folder.path().join("read-only/worker"), 0o555);
    mode(&folder.path().join("empty/worker"), 0o555);
    mode(&folder.path().join("unlisted/worker"), 0o333);
    mode(folder.path(), 0o755);
    // Where the build lies, others may not look.
    let copy = folder.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    mode(&copy, 0o755);
    let mut again = std::process::Command::new(&copy);
    again.args(["--exact", "self_healing::what_may_not_be_read_or_written_stops_nobody"]);
    again.env(FOLDER, folder.path()).current_dir("/");
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| {
        use std::os::unix::fs::MetadataExt;
        me.uid() == 0
    });
    if is_root {
        again.uid(NOBODY).gid(NOBODY);
    }
    let output = again.output().unwrap();
    mode(&folder.path().join("read-only/worker"), 0o755);
    mode(&folder.path().join("empty/worker"), 0o755);
    mode(&folder.path().join("unlisted/worker"), 0o755);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

fn renamed(state: &mut serde_json::Map<String, Value>) -> Result<(), String> {
    let cycle = state.shift_remove("round").ok_or("there is no `round`")?;
    state.insert("cycle".to_owned(), cycle);
    Ok(())
}

fn doubled(state: &mut serde_json::Map<String, Value>) -> Result<(), String> {
    let cycle = state.get("cycle").and_then(Value::as_u64).ok_or("`cycle` is no number")?;
    state.insert("cycle".to_owned(), (cycle * 2).into());
    Ok(())
}

fn third(folder: &Path) -> StateFile<Positions> {
    let shape = Shape::new(default()).then(renamed).then(doubled);
    StateFile::new(folder, Name::new("worker/positions.json").unwrap(), shape)
}

#[test]
fn earlier_versions_are_migrated_and_kept() {
    let cases = [
        (&b"{\"round\": 4}"[..], 1, 8),
        (b"{\"schema_version\": 1, \"round\": 4}", 1, 8),
        (b"\xef\xbb\xbf{\"schema_version\": 2, \"cycle\": 4}", 2, 8),
    ];
    for (bytes, from, cycle) in cases {
        let (folder, _) = folder_with(bytes);
        let loaded = third(folder.path()).load();
        assert_eq!(loaded.state.cycle, cycle);
        let kept = format!("worker/positions.version-{from}.json");
        let [Happened::Filled { keys, .. }, Happened::Migrated { from: f, to: 3, kept_as, .. }] =
            &loaded.happened[..]
        else {
            panic!("{:?}", loaded.happened)
        };
        assert_eq!(
            (keys.join(" "), *f, kept_as),
            ("/limits /open".to_owned(), from, &Some(kept.clone()))
        );
        assert_eq!(fs::read(folder.path().join(kept)).unwrap(), bytes);
        assert_eq!(third(folder.path()).load().happened, vec![]);
    }
    // A step that cannot be taken leaves nothing half done.
    let (folder, _) = folder_with(b"{\"cycle\": 4}");
    let loaded = third(folder.path()).load();
    assert_eq!(loaded.state, default());
    assert!(healed(&loaded.happened).reason.contains("there is no `round`"));
}

#[test]
fn a_file_of_a_later_program_is_read_and_never_overwritten() {
    let later = b"{\"schema_version\": 9, \"cycle\": 5, \"new\": true}";
    let (folder, path) = folder_with(later);
    let file = file(folder.path());
    let loaded = file.load();
    assert_eq!(loaded.state.cycle, 5);
    assert!(matches!(loaded.happened.last(), Some(Happened::Newer { found: 9, known: 1, .. })));
    assert!(matches!(file.save(&default()), Err(Error::Newer { found: 9, .. })));
    assert_eq!(fs::read(path).unwrap(), later);
}

#[test]
fn missing_keys_have_their_defaults_at_every_depth() {
    let (folder, path) = folder_with(b"{\"limits\": {\"most\": 3}, \"own\": 1}");
    let loaded = file(folder.path()).load();
    assert_eq!((loaded.state.limits.most, loaded.state.limits.least), (3, 1));
    let [Happened::Filled { keys, .. }] = &loaded.happened[..] else { panic!() };
    assert_eq!(keys.join(" "), "/cycle /limits/least /open");
    // Reading alone changes nothing.
    assert_eq!(fs::read(path).unwrap(), b"{\"limits\": {\"most\": 3}, \"own\": 1}");
}

#[test]
fn a_shape_is_checked_before_a_file_is_replaced() {
    let check = |file: &Value| match file["cycle"].as_u64() {
        Some(cycle) if cycle < 100 => Ok(()),
        _ => Err("`cycle` is 100 or more".to_owned()),
    };
    let (folder, path) = folder_with(b"{\"cycle\": 5}");
    let shape = Shape::new(default()).check(check);
    let file = StateFile::new(folder.path(), Name::new("worker/positions.json").unwrap(), shape);
    let mut state = file.load().state;
    state.cycle = 100;
    assert!(matches!(file.save(&state), Err(Error::Invalid { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"{\"cycle\": 5}");
    fs::write(&path, b"{\"cycle\": 500}").unwrap();
    assert_eq!(file.load().state.cycle, 0);
}

#[test]
fn a_name_never_leaves_the_folder() {
    for bad in [
        "../x.json",
        "/x.json",
        "x",
        "x.jsonl",
        "a//b.json",
        ".x.json",
        "a/../b.json",
        "A.json",
        "a\\b.json",
        "-a.json",
        ".json",
    ] {
        assert!(Name::new(bad).is_err(), "{bad}");
    }
    for good in ["x.json", "worker/bot_heartbeat-2.json"] {
        assert_eq!(Name::new(good).unwrap().as_str(), good);
    }
}

/// Readers beside a writer see whole files only.
#[test]
fn readers_see_the_old_state_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worker/positions.json");
    let ours = file(folder.path());
    ours.save(&in_use()).unwrap();
    let is_done = Arc::new(Mutex::new(false));
    let (done, seen) = (Arc::clone(&is_done), path.clone());
    let reader = std::thread::spawn(move || {
        let mut reads = 0;
        while !*done.lock().unwrap() || reads == 0 {
            let whole: Value = serde_json::from_slice(&fs::read(&seen).unwrap()).unwrap();
            assert!(whole["cycle"].is_u64());
            reads += 1;
        }
    });
    for cycle in 0..200 {
        ours.save(&Positions { cycle, ..in_use() }).unwrap();
    }
    *is_done.lock().unwrap() = true;
    reader.join().unwrap();
}

/// Also where the file was open to all, and a writer died with its new bytes beside it.
#[cfg(unix)]
#[test]
fn a_secret_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (state, open) = (file(folder.path()).private(), fs::Permissions::from_mode(0o644));
    let mode = || fs::metadata(state.path()).unwrap().permissions().mode() & 0o777;
    state.save(&in_use()).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(state.path(), open.clone()).unwrap();
    let beside = state.path().with_file_name(".positions.json.new");
    fs::write(&beside, b"{").unwrap();
    fs::set_permissions(&beside, open).unwrap();
    state.save(&in_use()).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(state.path(), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(state.load().state, in_use());
    assert_eq!(mode(), 0o600);
}
