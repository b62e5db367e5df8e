//! What operators read: each message names the file, what is wrong with it, and what to do.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use contract_embed::HealedProblem;
use contract_state::{Happened, Name, Shape, StateFile};
use serde_json::{Value, json};

fn file(folder: &Path, shape: Shape<Value>) -> StateFile<Value> {
    StateFile::new(folder, Name::new("state.json").unwrap(), shape)
        .clock(|| "2026-11-22T09:30:00Z".parse().unwrap())
}

fn shape() -> Shape<Value> {
    Shape::new(json!({"cycle": 0, "most": 10}))
}

/// What is said of a file with this text.
fn said(text: &[u8], shape: Shape<Value>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state.json"), text).unwrap();
    file(folder.path(), shape).load().happened.iter().map(Happened::to_string).collect()
}

#[test]
fn what_happened_is_said() {
    let aside =
        "the old bytes are in state.corrupted.20261122T093000Z.json, the default is in force";
    for (text, found) in [
        ("7", "it holds a number, not an object"),
        ("[]", "it holds an array, not an object"),
        ("\"\"", "it holds a string, not an object"),
        ("null", "it holds null, not an object"),
        ("true", "it holds a boolean, not an object"),
        ("{", "it is no JSON: EOF while parsing an object at line 1 column 1"),
        ("{\"schema_version\": 0}", "`schema_version` is no whole number above 0"),
    ] {
        assert_eq!(said(text.as_bytes(), shape()), [format!("`state.json`: {found}; {aside}")]);
    }
    assert_eq!(
        said(b"", shape()),
        ["`state.json`: the file was empty; the default was written and is in force"]
    );
    assert_eq!(said(b"{\"cycle\": 1}", shape()), ["`state.json`: defaults for /most"]);
    let whole = b"{\"cycle\": 1, \"most\": 2}";
    assert_eq!(
        said(whole, shape().then(|_| Ok(()))),
        ["`state.json`: schema_version 1 was migrated to 2"]
    );
    assert_eq!(
        said(b"{\"schema_version\": 3, \"cycle\": 1, \"most\": 2}", shape()),
        ["`state.json` has schema_version 3, this program knows 1; it is not saved"]
    );
    for (from, to) in [(1, 2), (2, 3)] {
        let no = |state: &mut serde_json::Map<String, Value>| match state.get("most") {
            Some(_) => Ok(()),
            None => Err("there is no `most`".to_owned()),
        };
        let yes = |_: &mut serde_json::Map<String, Value>| Ok(());
        let shape = if from == 1 { shape().then(no).then(yes) } else { shape().then(yes).then(no) };
        let why = format!("it cannot be taken from schema_version {from} to {to}");
        assert_eq!(
            said(b"{}", shape),
            [format!("`state.json`: {why}: there is no `most`; {aside}")]
        );
    }
}

#[test]
#[cfg(unix)]
fn what_is_left_says_what_is_wrong_and_what_kept_it() {
    use contract_state::{Error, Left};
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let below = file(&folder.path().join("file"), shape());
    let happened = below.load().happened;
    let [Happened::Left(Left { problem, quarantined_as: None, why, .. })] = &happened[..] else {
        panic!("{happened:?}")
    };
    assert!(why.starts_with("it cannot be set aside: "), "{why}");
    assert_eq!(happened[0].to_string(), format!("`state.json` is not healed: {problem}; {why}"));
    assert_eq!(happened[0].payload(), None);
    assert_eq!(problem, "a part of its path is a file");
    let unread = below.save(&json!({})).unwrap_err();
    assert!(matches!(unread, Error::Unread { .. }), "{unread:?}");
    assert!(unread.to_string().contains("could not be read ("), "{unread}");
    assert!(unread.source().is_none());
}

#[test]
fn errors_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let limited = |folder: &Path| {
        let check = |state: &Value| match state["cycle"].as_u64() {
            Some(0..9) => Ok(()),
            _ => Err("`cycle` is too high".to_owned()),
        };
        file(folder, shape().check(check))
    };
    let invalid = limited(folder.path()).save(&json!({"cycle": 9, "most": 1})).unwrap_err();
    assert_eq!(
        invalid.to_string(),
        "the state for `state.json` is not what its shape allows: `cycle` is too high"
    );
    assert!(invalid.source().is_none());
    fs::write(folder.path().join("state.json"), "{\"schema_version\": 2}").unwrap();
    let later = file(folder.path(), shape());
    later.load();
    let newer = later.save(&json!({})).unwrap_err().to_string();
    assert!(newer.contains("schema_version 2, this program knows 1: start the later"), "{newer}");
    fs::write(folder.path().join("file"), "").unwrap();
    let below = file(&folder.path().join("file"), shape());
    let failed = below.save(&json!({})).unwrap_err();
    assert!(failed.to_string().starts_with("cannot write `"), "{failed}");
    assert!(failed.source().unwrap().is::<std::io::Error>());
    let bad = Name::new("A.json").unwrap_err().to_string();
    assert_eq!(
        bad,
        "`A.json` names no state file: write lower case, digits, `_`, `-` and `/`, ending in `.json`"
    );
}

/// The largest file that is read, and one byte more. Neither takes much of a disk.
#[test]
fn a_file_may_have_so_many_bytes() {
    const MOST: usize = 64 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = file(folder.path(), shape());
    let mut text = b"{\"cycle\": 1, \"most\": 2".to_vec();
    text.resize(MOST - 1, b' ');
    text.push(b'}');
    fs::write(&path, &text).unwrap();
    let loaded = state.load();
    assert_eq!((&loaded.state["cycle"], loaded.happened), (&json!(1), vec![]));
    fs::File::options().write(true).open(&path).unwrap().set_len(MOST as u64 + 1).unwrap();
    let happened = state.load().happened;
    let [Happened::Healed(healed)] = &happened[..] else { panic!("{happened:?}") };
    assert_eq!(healed.problem, HealedProblem::Corrupted);
    assert!(healed.reason.starts_with("it has more than 67108864 bytes"), "{}", healed.reason);
}
