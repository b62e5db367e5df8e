//! The configuration: what is missing has its default, and what is wrong is refused with a sentence.

use contract_embed::ResourceKind;
use contract_runtimed::Configuration;
use serde_json::{Value, json};

use crate::setup::configuration;

#[test]
fn missing_keys_have_their_defaults() {
    let mut whole = configuration(ResourceKind::ALL);
    for key in ["supervisor", "plugins"] {
        whole.as_object_mut().unwrap().shift_remove(key);
    }
    let read = Configuration::of(whole).unwrap();
    assert_eq!((read.restart_delay_seconds, read.kill_timeout_seconds), (2, 10));
    assert_eq!((read.stale_after_seconds, read.call_timeout_seconds), (90, 30));
    assert_eq!(read.defaulted.len(), 5);
}

#[test]
fn a_wrong_configuration_says_what_is_wrong() {
    let base = configuration(ResourceKind::ALL);
    let cases: [(&str, Value, &str); 12] = [
        ("/schema_version", json!(2), "start a later one"),
        ("/mode", json!("production"), "/mode"),
        ("/integrations/runtimed/tenant_id", json!(7), "integrations.runtimed"),
        ("/integrations/runtimed/keys", json!({"k": {"rsa": "x"}}), "integrations.runtimed"),
        ("/routes/0/backend", json!("redis"), "/routes/0/backend"),
        ("/integrations/runtimed/keys", json!({}), "nobody could say who they are"),
        ("/integrations/runtimed/keys", json!({"k": {"hs256": "<secret>"}}), "no base64url"),
        ("/integrations/runtimed/keys", json!({"k": {"hs256": "c2hvcnQ"}}), "fewer than 32 bytes"),
        ("/integrations/runtimed/tenant_id", json!("ACME!"), "tenant_id"),
        ("/integrations/runtimed/surfaces", json!({"Chat!": []}), "surfaces.Chat!"),
        ("/integrations/runtimed/listen", json!("8080"), "write `127.0.0.1:8080`"),
        ("/integrations", json!({}), "`runtimed example` shows one"),
    ];
    for (pointer, value, says) in cases {
        let mut whole = base.clone();
        *whole.pointer_mut(pointer).unwrap() = value;
        let error = Configuration::of(whole).unwrap_err().to_string();
        assert!(error.contains(says), "{pointer}: {error}");
    }
    for bytes in [&b""[..], b"{", b"[]", b"\xff\xff"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        assert!(Configuration::read(file.path()).is_err());
    }
}

/// No variable of the environment and no second file says how the server is set up.
#[test]
fn everything_is_read_from_the_one_file() {
    fn sources(folder: &std::path::Path, see: &mut impl FnMut(&std::path::Path, &str)) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path, see),
                false => see(&path, &std::fs::read_to_string(&path).unwrap()),
            }
        }
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut readers = Vec::new();
    sources(&folder, &mut |path, text| {
        for word in ["env::var", "option_env!", "dotenv"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
        if text.contains("fs::read") || text.contains("File::open") {
            readers.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    });
    readers.sort();
    // A token of a cloud lies in a file of its own, of which the configuration says the path.
    assert_eq!(readers, ["clouds.rs", "config.rs"]);
    // A key that nobody knows is refused, so nothing that was meant is left out.
    let mut whole = configuration(ResourceKind::ALL);
    whole["integrations"]["runtimed"]["cycle_pause_milliseconds"] = json!(1);
    assert!(Configuration::of(whole).is_err());
}
