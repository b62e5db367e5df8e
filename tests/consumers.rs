//! `can-i-release` with the real binary: who breaks, who does not, of whom nobody knows.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, writes, stops")]

mod binary;

use std::path::Path;

use binary::{Run, git};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A repository whose contracts are committed, and are changed afterwards.
struct Contracts(TempDir);

fn note() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/storage/schemas/note.schema.json",
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "title"],
        "properties": {
            "id": {"type": "string"},
            "title": {"$ref": "common.schema.json#/$defs/Title"},
            "status": {"enum": ["open", "done"]},
            "items": {"type": "array", "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "count": {"type": "integer"}}
            }},
            "meta": {"type": "object"}
        }
    })
}

fn common() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/storage/schemas/common.schema.json",
        "$defs": {
            "Title": {"type": "string", "maxLength": 80},
            "Other": {"type": "string", "maxLength": 80}
        }
    })
}

const NOTE: &str = "contracts/storage/schemas/note.schema.json";
const COMMON: &str = "contracts/storage/schemas/common.schema.json";
const TOPICS: &str = "contracts/events/topics.yaml";
const API: &str = "contracts/api/openapi/main.yaml";

const TOPIC_LIST: &str = "version: 1.0.0
topics:
  - name: NOTE_CREATED
    version: \"1.0\"
    schema_ref: schemas/created.schema.json
    retention: P1Y
";

const OPENAPI: &str = "openapi: 3.1.0
info: {title: Notes, version: 1.0.0}
paths:
  /notes/{id}:
    get:
      operationId: readNote
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: a note
          content:
            application/json:
              schema:
                type: object
                required: [id, title]
                properties:
                  id: {type: string}
                  title: {type: string}
    put:
      operationId: writeNote
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string, maxLength: 80}
                body: {type: string}
      responses:
        '204': {description: written}
";

impl Contracts {
    fn new() -> Contracts {
        let contracts = Contracts(tempfile::tempdir().unwrap());
        contracts.write("contracts/versions.yaml", "version: 1.2.0\n");
        contracts.schema(NOTE, &note());
        contracts.schema(COMMON, &common());
        contracts.write(TOPICS, TOPIC_LIST);
        let mut created = note();
        created["$id"] = json!("https://example.com/events/schemas/created.schema.json");
        created["properties"]["title"] = json!({"type": "string"});
        contracts.schema("contracts/events/schemas/created.schema.json", &created);
        contracts.write(API, OPENAPI);
        git(contracts.path(), &["init", "-q", "-b", "main"]);
        git(contracts.path(), &["add", "-A"]);
        git(contracts.path(), &["commit", "-q", "-m", "contracts"]);
        contracts
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn schema(&self, path: &str, schema: &Value) {
        self.write(path, &format!("{schema:#}\n"));
    }

    /// A consumer with these entries below `reads:` and `writes:`.
    fn consumer(&self, name: &str, rest: &str) {
        let text = format!("consumer: {name}\nowner: team-{name}\n{rest}");
        self.write(&format!("contracts/consumers/{name}.consumer.yaml"), &text);
    }

    fn run(&self, args: &[&str]) -> Run {
        let base: &[&str] = &["can-i-release", "--against", "HEAD"];
        binary::run(self.path(), &[base, args].concat())
    }

    fn json(&self) -> Value {
        let run = self.run(&["--format", "json"]);
        assert!(run.code <= 1, "{}{}", run.stdout, run.stderr);
        let value: Value = serde_json::from_str(&run.stdout).unwrap();
        let schema: Value =
            serde_json::from_str(include_str!("../schemas/can-i-release-1.schema.json")).unwrap();
        let errors: Vec<String> = jsonschema::validator_for(&schema)
            .unwrap()
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{value:#}");
        assert_eq!(run.code == 0, value["can_release"].as_bool().unwrap());
        value
    }

    /// The verdict of each consumer, by name.
    fn fates(&self) -> std::collections::BTreeMap<String, String> {
        let value = self.json();
        let consumers = value["consumers"].as_array().unwrap();
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        consumers.iter().map(|c| (text(&c["consumer"]), text(&c["verdict"]))).collect()
    }

    /// Asserts the verdicts of some consumers: `title: breaks, rest: fine`.
    fn expect(&self, wanted: &str) {
        let found: Vec<String> = self.fates().iter().map(|(n, f)| format!("{n}: {f}")).collect();
        let mut wanted: Vec<String> = wanted.split(", ").map(str::to_owned).collect();
        wanted.sort();
        assert_eq!(found, wanted, "{}", self.run(&[]).stdout);
    }
}

/// Readers and writers of a note.
fn note_people(contracts: &Contracts) {
    let entry = |verb: &str, rest: &str| format!("{verb}:\n  - schema: storage/note\n{rest}");
    contracts.consumer("all", &entry("reads", ""));
    contracts.consumer("title", &entry("reads", "    pointers: [/title]\n"));
    contracts.consumer("status", &entry("reads", "    pointers: [/status]\n"));
    contracts.consumer("counts", &entry("reads", "    pointers: [/items/*/count]\n"));
    contracts.consumer("closed", &entry("reads", "    pointers: [/id]\n    closed: true\n"));
    contracts.consumer("writer", &entry("writes", ""));
    contracts.consumer("retitler", &entry("writes", "    pointers: [/title]\n"));
}

#[test]
fn nothing_changed_hurts_nobody() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let run = contracts.run(&[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("7 consumers against HEAD (1.2.0): 0 breaks, 0 unknown, 7 fine"));
}

#[test]
fn a_broken_configuration_answers_nobody() {
    let contracts = Contracts::new();
    note_people(&contracts);
    contracts.write("contract-guard.toml", "edition = [\n");
    let run = contracts.run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    assert!(run.stderr.contains("contract-guard.toml:1:12: error[config-invalid]"), "{run:?}");
}

#[test]
fn a_removed_property_hits_those_who_use_it() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["properties"].as_object_mut().unwrap().remove("status");
    contracts.schema(NOTE, &changed);
    contracts.expect("all: breaks, title: fine, status: breaks, counts: fine, closed: breaks, writer: breaks, retitler: fine");
    let run = contracts.run(&[]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("property-removed"), "{}", run.stdout);
    assert!(run.stdout.contains("team-status"), "{}", run.stdout);
}

/// What says nothing of documents is not to blame for what does.
#[test]
fn a_word_of_ones_own_at_the_top_hits_nobody_else() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["properties"]["status"]["enum"] = json!(["open", "done", "lost"]);
    changed["team"] = json!("shop");
    contracts.schema(NOTE, &changed);
    contracts.expect("all: breaks, title: fine, status: breaks, counts: fine, closed: breaks, writer: fine, retitler: fine");
}

#[test]
fn a_wider_enum_hits_readers_and_no_writer() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["properties"]["status"] = json!({"enum": ["open", "done", "late"]});
    contracts.schema(NOTE, &changed);
    contracts.expect("all: breaks, title: fine, status: breaks, counts: fine, closed: breaks, writer: fine, retitler: fine");
}

#[test]
fn a_narrower_enum_hits_writers_and_no_reader() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["properties"]["status"] = json!({"enum": ["open"]});
    contracts.schema(NOTE, &changed);
    contracts.expect("all: fine, title: fine, status: fine, counts: fine, closed: fine, writer: breaks, retitler: fine");
}

#[test]
fn a_new_property_hits_only_readers_who_refuse_what_they_do_not_know() {
    let contracts = Contracts::new();
    note_people(&contracts);
    contracts.consumer("strict", "reads:\n  - schema: storage/note\n    closed: true\n");
    let mut changed = note();
    changed["properties"]["color"] = json!({"type": "string"});
    contracts.schema(NOTE, &changed);
    // Who is closed refuses the whole document, whatever part it looks at.
    contracts.expect("all: fine, title: fine, status: fine, counts: fine, closed: breaks, strict: breaks, writer: fine, retitler: fine");
}

#[test]
fn what_is_required_hits_every_writer() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["required"] = json!(["id", "title", "meta"]);
    contracts.schema(NOTE, &changed);
    contracts.expect("all: fine, title: fine, status: fine, counts: fine, closed: fine, writer: breaks, retitler: breaks");
}

#[test]
fn what_is_required_no_more_hits_those_who_read_it() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["required"] = json!(["id"]);
    contracts.schema(NOTE, &changed);
    contracts.expect("all: breaks, title: breaks, status: fine, counts: fine, closed: breaks, writer: fine, retitler: fine");
}

#[test]
fn a_definition_in_another_file_is_felt_where_it_is_used() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = common();
    changed["$defs"]["Title"]["maxLength"] = json!(120);
    changed["$defs"]["Other"]["maxLength"] = json!(120);
    contracts.schema(COMMON, &changed);
    contracts.expect("all: breaks, title: breaks, status: fine, counts: fine, closed: breaks, writer: fine, retitler: fine");
    changed["$defs"]["Title"]["maxLength"] = json!(40);
    contracts.schema(COMMON, &changed);
    contracts.expect("all: fine, title: fine, status: fine, counts: fine, closed: fine, writer: breaks, retitler: breaks");
    let mut changed = common();
    changed["$defs"]["Other"]["type"] = json!("integer");
    contracts.schema(COMMON, &changed);
    contracts.expect("all: fine, title: fine, status: fine, counts: fine, closed: fine, writer: fine, retitler: fine");
}

#[test]
fn items_are_told_apart_below_a_star() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["properties"]["items"]["items"]["properties"]["count"] = json!({"type": "string"});
    contracts.schema(NOTE, &changed);
    contracts.expect("all: breaks, title: fine, status: fine, counts: breaks, closed: breaks, writer: breaks, retitler: fine");
}

#[test]
fn a_schema_that_is_gone_hits_everybody() {
    let contracts = Contracts::new();
    note_people(&contracts);
    std::fs::remove_file(contracts.path().join(NOTE)).unwrap();
    let fates = contracts.fates();
    assert!(fates.values().all(|fate| fate == "breaks"), "{fates:?}");
}

#[test]
fn a_schema_that_cannot_be_read_is_unknown_to_those_who_use_it() {
    let contracts = Contracts::new();
    note_people(&contracts);
    contracts.consumer("api", "reads:\n  - operation: GET /notes/{id}\n");
    contracts.write(NOTE, "{");
    let fates = contracts.fates();
    assert_eq!(fates["api"], "fine");
    assert_eq!(fates["title"], "unknown");
    assert_eq!(fates["writer"], "unknown");
}

#[test]
fn topics_hit_their_readers_by_name_and_by_payload() {
    let contracts = Contracts::new();
    let entry = |rest: &str| format!("reads:\n  - topic: NOTE_CREATED@1.0\n{rest}");
    contracts.consumer("all", &entry(""));
    contracts.consumer("title", &entry("    pointers: [/title]\n"));
    let mut created = note();
    created["$id"] = json!("https://example.com/events/schemas/created.schema.json");
    created["properties"]["title"] = json!({"type": "string"});
    created["properties"].as_object_mut().unwrap().remove("status");
    contracts.schema("contracts/events/schemas/created.schema.json", &created);
    contracts.expect("all: breaks, title: fine");
    contracts.write(TOPICS, "version: 1.0.0\ntopics: []\n");
    contracts.expect("all: breaks, title: breaks");
}

#[test]
fn an_envelope_is_read_with_every_topic_but_for_the_names_of_others() {
    let contracts = Contracts::new();
    let envelope = |topics: Value, band: Value| {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://example.com/events/envelope.schema.json",
            "type": "object",
            "required": ["topic", "band"],
            "properties": {"topic": {"enum": topics}, "band": {"enum": band}, "payload": {"type": "object"}}
        })
    };
    let path = "contracts/events/envelope.schema.json";
    contracts.schema(path, &envelope(json!(["NOTE_CREATED"]), json!(["GREEN", "RED"])));
    git(contracts.path(), &["add", "-A"]);
    git(contracts.path(), &["commit", "-q", "-m", "envelope"]);
    contracts.consumer("reader", "reads:\n  - topic: NOTE_CREATED@1.0\n    pointers: [/title]\n");
    contracts
        .schema(path, &envelope(json!(["NOTE_CREATED", "NOTE_GONE"]), json!(["GREEN", "RED"])));
    contracts.expect("reader: fine");
    contracts.schema(path, &envelope(json!(["NOTE_CREATED"]), json!(["GREEN", "RED", "BLACK"])));
    contracts.expect("reader: breaks");
}

#[test]
fn what_comes_round_is_followed() {
    let contracts = Contracts::new();
    let tree = |name: Value| {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://example.com/storage/schemas/tree.schema.json",
            "type": "object",
            "properties": {
                "name": name,
                "id": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#"}}
            }
        })
    };
    let path = "contracts/storage/schemas/tree.schema.json";
    contracts.schema(path, &tree(json!({"type": "string"})));
    git(contracts.path(), &["add", "-A"]);
    git(contracts.path(), &["commit", "-q", "-m", "tree"]);
    let reads = |at: &str| format!("reads:\n  - schema: storage/tree\n    pointers: [{at}]\n");
    contracts.consumer("names", &reads("/name"));
    contracts.consumer("deep", &reads("/children/*/children/*/name"));
    contracts.consumer("ids", &reads("/id"));
    contracts.schema(path, &tree(json!({"type": ["string", "null"]})));
    contracts.expect("names: breaks, deep: breaks, ids: fine");
}

#[test]
fn a_waiver_settles_what_is_not_proven_and_mends_no_reader() {
    let contracts = Contracts::new();
    note_people(&contracts);
    let mut changed = note();
    changed["properties"]["status"] = json!({"enum": ["open"]});
    contracts.schema(NOTE, &changed);
    let value = contracts.json();
    let print = value["consumers"][0]["because"][0]["fingerprint"].as_str().unwrap().to_owned();
    let args = ["--reason", "nobody", "--owner", "ada", "--until", "2099-12-31"];
    let args = [&["waive", &print, "--against", "HEAD"], args.as_slice()].concat();
    let run = binary::run(contracts.path(), &args);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let value = contracts.json();
    assert_eq!(value["consumers"][0]["verdict"], "breaks", "{value:#}");
    assert_eq!(value["consumers"][0]["because"][0]["waived"], true, "{value:#}");
}

#[test]
fn nobody_breaks_by_a_draft() {
    let contracts = Contracts::new();
    let mut drafted = note();
    drafted["properties"]["status"]["x-stability"] = json!("draft");
    contracts.schema(NOTE, &drafted);
    note_people(&contracts);
    // That it becomes one is a break.
    assert_eq!(contracts.fates()["status"], "breaks");
    git(contracts.path(), &["add", "-A"]);
    git(contracts.path(), &["commit", "-q", "-m", "draft"]);
    drafted["properties"].as_object_mut().unwrap().remove("status");
    contracts.schema(NOTE, &drafted);
    let fates = contracts.fates();
    assert!(fates.values().all(|fate| fate == "fine"), "{fates:?}");
}

#[test]
fn operations_hit_callers_by_what_they_send_and_read() {
    let contracts = Contracts::new();
    let get = |rest: &str| format!("reads:\n  - operation: GET /notes/{{noteId}}\n{rest}");
    let put = |rest: &str| format!("writes:\n  - operation: PUT /notes/{{id}}\n{rest}");
    contracts.consumer("reader", &get(""));
    contracts.consumer("ids", &get("    pointers: [/id]\n"));
    contracts.consumer("writer", &put(""));
    contracts.consumer("bodies", &put("    pointers: [/body]\n"));
    contracts.write(API, &OPENAPI.replace("required: [id, title]", "required: [id]"));
    contracts.expect("reader: breaks, ids: fine, writer: fine, bodies: fine");
    contracts.write(API, &OPENAPI.replace("maxLength: 80", "maxLength: 20"));
    contracts.expect("reader: fine, ids: fine, writer: breaks, bodies: fine");
    contracts.write(API, &OPENAPI.replace("required: [title]", "required: [title, body]"));
    contracts.expect("reader: fine, ids: fine, writer: breaks, bodies: breaks");
    let gone = OPENAPI.split("    put:").next().unwrap();
    contracts.write(API, gone);
    contracts.expect("reader: fine, ids: fine, writer: breaks, bodies: breaks");
    contracts.write(API, &format!("{OPENAPI}security: [{{key: []}}]\ncomponents:\n  securitySchemes:\n    key: {{type: apiKey, in: header, name: key}}\n"));
    contracts.expect("reader: breaks, ids: breaks, writer: breaks, bodies: breaks");
}

#[test]
fn names_that_mean_nothing_are_unknown() {
    let contracts = Contracts::new();
    contracts.consumer("schema", "reads:\n  - schema: storage/nite\n");
    contracts.consumer("topic", "reads:\n  - topic: NOTE_CREATED@2.0\n");
    contracts.consumer("operation", "reads:\n  - operation: GET /note/{id}\n");
    contracts.consumer("pointer", "reads:\n  - schema: storage/note\n    pointers: [/titel]\n");
    contracts
        .consumer("free", "reads:\n  - schema: storage/note\n    pointers: [/meta/anything]\n");
    contracts.consumer("old", "contracts: {version: ^0.9}\nreads:\n  - schema: storage/note\n");
    contracts.consumer("new", "contracts: {version: ^1.1}\nreads:\n  - schema: storage/note\n");
    contracts.expect("schema: unknown, topic: unknown, operation: unknown, pointer: unknown, free: fine, old: unknown, new: fine");
    let run = contracts.run(&[]);
    assert_eq!(run.code, 1);
    for text in [
        "there is no schema `storage/nite`",
        "near it is `NOTE_CREATED@1.0`",
        "near it is `GET /notes/{id}`",
        "nothing declares `/titel` in `storage/note`; near it is `title`",
        "it was built against ^0.9, and is compared with 1.2.0",
    ] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
}

#[test]
fn nobody_at_all_is_no_answer() {
    let contracts = Contracts::new();
    let run = contracts.run(&[]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stderr.contains("nothing matched"), "{}", run.stderr);
    contracts.consumer("web", "reads:\n  - schema: storage/note\n");
    std::fs::create_dir(contracts.path().join("empty")).unwrap();
    assert_eq!(contracts.run(&["--consumers", "empty"]).code, 3);
    assert_eq!(contracts.run(&["--consumers", "missing"]).code, 3);
    let run = binary::run(contracts.path(), &["can-i-release"]);
    assert_eq!(run.code, 3, "without a freeze: {}", run.stderr);
    assert!(run.stderr.contains("there is no freeze"), "{}", run.stderr);
    // The same where it was asked for by name, and in every command that compares.
    for args in [
        &["can-i-release", "--against", "latest"][..],
        &["check", "--against", "latest"],
        &["diff"],
        &["diff", "latest", "HEAD"],
        &["bump"],
        &["freeze", "verify"],
    ] {
        let run = binary::run(contracts.path(), args);
        assert_eq!(run.code, 3, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("there is no freeze"), "{args:?}: {}", run.stderr);
    }
    let run = binary::run(contracts.path(), &["can-i-release", "--against", "nowhere"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn repositories_beside_are_asked() {
    let contracts = Contracts::new();
    let text =
        |name: &str| format!("consumer: {name}\nowner: x\nreads:\n  - schema: storage/note\n");
    contracts.write("beside/web/contracts.consumer.yaml", &text("web"));
    contracts.write(
        "beside/cli/contracts.consumer.json",
        "{\"consumer\": \"cli\", \"owner\": \"y\", \"writes\": [{\"schema\": \"storage/note\"}]}",
    );
    contracts.write("beside/cli/src/other.consumer.yaml", &text("not-at-the-top"));
    contracts.write("copies/app.consumer.yml", &text("app"));
    contracts.consumer("own", "reads:\n  - schema: storage/note\n");
    let run = contracts.run(&["--consumers", "beside", "copies", "--format", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let names: Vec<&str> = value["consumers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["consumer"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["app", "cli", "own", "web"]);
    let one = contracts.run(&["--consumers", "beside/web/contracts.consumer.yaml"]);
    assert!(one.stdout.contains("2 consumers"), "{}", one.stdout);
    assert_eq!(contracts.run(&["--consumers", NOTE]).code, 2);
}

#[test]
fn files_that_cannot_be_trusted_are_unknown() {
    let contracts = Contracts::new();
    let fine = "consumer: web\nowner: x\nreads:\n  - schema: storage/note\n";
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("broken.consumer.yaml", b"consumer: [".to_vec(), "invalid-yaml"),
        ("latin.consumer.yaml", b"consumer: caf\xe9\n".to_vec(), "invalid-encoding"),
        ("utf16.consumer.yaml", b"\xff\xfec\0".to_vec(), "invalid-encoding"),
        ("twice.consumer.yaml", format!("{fine}owner: y\n").into_bytes(), "duplicate-key"),
        ("extra.consumer.yaml", format!("{fine}ownr: y\n").into_bytes(), "consumer-invalid"),
        ("empty.consumer.yaml", Vec::new(), "invalid-yaml"),
        ("comma.consumer.json", b"{\"consumer\": \"web\",}".to_vec(), "trailing-comma"),
        ("two.consumer.yaml", format!("{fine}---\n{fine}").into_bytes(), "multiple-documents"),
        ("deep.consumer.json", "[".repeat(100_000).into_bytes(), "limit-exceeded"),
    ];
    for (name, bytes, code) in cases {
        for folder in ["contracts/consumers", "beside"] {
            let path = contracts.path().join(folder);
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join(name), &bytes).unwrap();
            let args: &[&str] = if folder == "beside" { &["--consumers", "beside"] } else { &[] };
            let run = contracts.run(args);
            assert_eq!(run.code, 1, "{name}: {}{}", run.stdout, run.stderr);
            assert!(run.stdout.contains("0 breaks, 1 unknown, 0 fine"), "{name}: {}", run.stdout);
            let line = run.stdout.lines().find(|line| line.contains(&format!("[{code}]")));
            let line = line.unwrap_or_else(|| panic!("{name}: no {code}\n{}", run.stdout));
            let place = line.split(": ").next().unwrap();
            assert!(place.starts_with(&format!("{folder}/{name}")), "{line}");
            if !bytes.is_empty() {
                assert_eq!(place.split(':').count(), 3, "line and column: {line}");
            }
            std::fs::remove_file(path.join(name)).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let contracts = Contracts::new();
    let fine = "consumer: web\nowner: x\nreads:\n  - schema: storage/note\n";
    contracts.write("elsewhere/contracts.consumer.yaml", fine);
    std::fs::create_dir_all(contracts.path().join("contracts/consumers")).unwrap();
    std::fs::create_dir_all(contracts.path().join("beside")).unwrap();
    let target = contracts.path().join("elsewhere/contracts.consumer.yaml");
    let own = contracts.path().join("contracts/consumers/web.consumer.yaml");
    symlink(&target, &own).unwrap();
    let run = contracts.run(&[]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("symlink-outside-tree"), "{}", run.stdout);
    std::fs::remove_file(own).unwrap();
    symlink(&target, contracts.path().join("beside/web.consumer.yaml")).unwrap();
    symlink(contracts.path().join("elsewhere"), contracts.path().join("beside/app")).unwrap();
    symlink("/nowhere/at/all", contracts.path().join("beside/gone.consumer.yaml")).unwrap();
    let run = contracts.run(&["--consumers", "beside"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("3 unknown, 0 fine"), "{}", run.stdout);
}

#[test]
fn formats_are_deterministic_and_escape_what_they_show() {
    let contracts = Contracts::new();
    note_people(&contracts);
    contracts.write(
        "contracts/consumers/evil.consumer.yaml",
        "consumer: \"a|b\\e[31m\"\nowner: \"<b>`x`\"\nreads:\n  - schema: \"no|such\\u202e\"\n",
    );
    let mut changed = note();
    changed["properties"]["status"] = json!({"enum": ["late"]});
    contracts.schema(NOTE, &changed);
    for format in ["human", "json", "markdown"] {
        let first = contracts.run(&["--format", format]);
        assert_eq!(first.code, 1, "{}", first.stderr);
        assert_eq!(first.stdout, contracts.run(&["--format", format]).stdout);
        assert!(!first.stdout.contains('\u{1b}'), "{format}: {}", first.stdout);
    }
    let markdown = contracts.run(&["--format", "markdown"]).stdout;
    let rows = markdown.lines().filter(|line| line.starts_with("| `"));
    for row in rows {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{row}");
    }
    assert_eq!(contracts.run(&["--format", "sarif"]).code, 2);
}

#[test]
fn the_graph_knows_consumers() {
    let contracts = Contracts::new();
    note_people(&contracts);
    contracts.consumer("events", "reads:\n  - topic: NOTE_CREATED@1.0\n  - schema: storage/nite\n");
    let run = binary::run(contracts.path(), &["impact", "storage/note"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("consumers\n"), "{}", run.stdout);
    assert!(run.stdout.contains("contracts/consumers/title.consumer.yaml"), "{}", run.stdout);
    assert!(!run.stdout.contains("events.consumer.yaml"), "{}", run.stdout);
    let by_name = binary::run(contracts.path(), &["graph", "title"]);
    assert!(by_name.stdout.contains("note.schema.json"), "{}{}", by_name.stdout, by_name.stderr);
    let json = binary::run(contracts.path(), &["graph", "--format", "json"]).stdout;
    let value: Value = serde_json::from_str(&json).unwrap();
    let schema: Value =
        serde_json::from_str(include_str!("../schemas/graph-1.schema.json")).unwrap();
    assert!(jsonschema::is_valid(&schema, &value), "{value:#}");
    assert!(json.contains("storage/nite"), "{json}");
}

#[test]
fn migration_guides_name_consumers() {
    let contracts = Contracts::new();
    note_people(&contracts);
    git(contracts.path(), &["add", "-A"]);
    git(contracts.path(), &["commit", "-q", "-m", "consumers"]);
    let mut changed = note();
    changed["properties"].as_object_mut().unwrap().remove("status");
    contracts.schema(NOTE, &changed);
    contracts.write("contracts/versions.yaml", "version: 2.0.0\n");
    let run = binary::run(contracts.path(), &["migrate", "HEAD", "."]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let guide = contracts.path().join("contracts/migrations/1.2.0-to-2.0.0.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    assert!(guide.contains("- Consumers: `all`, `closed`, `counts`"), "{guide}");
}

#[test]
fn the_published_schema_says_what_the_reader_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../schemas/contracts.consumer.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks/consumer-invalid");
    for (side, is_valid) in [("pass", true), ("fail", false)] {
        for entry in walkdir::WalkDir::new(fixtures.join(side)) {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().contains(".consumer.") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                let value: Value = serde_yaml::from_str(&text).unwrap();
                assert_eq!(validator.is_valid(&value), is_valid, "{}", entry.path().display());
            }
        }
    }
}

/// Every pair of small schemas against what brute force over documents says: who reads or writes `/a` is fine
/// only if no document of the new side surprises it, and is not blamed for what happens to `/b`.
#[test]
fn brute_force_finds_nobody_who_was_said_to_be_fine() {
    let parts = [
        None,
        Some(json!({"type": "string"})),
        Some(json!({"type": "integer"})),
        Some(json!({"type": ["string", "null"]})),
        Some(json!({"enum": ["x", "y"]})),
        Some(json!({"enum": ["x"]})),
        Some(json!({"type": "string", "maxLength": 1})),
        Some(json!({"anyOf": [{"type": "integer"}, {"const": "x"}]})),
    ];
    let mut sides = Vec::new();
    for (i, a) in parts.iter().enumerate() {
        for needs_a in [false, true].into_iter().filter(|needs| a.is_some() || !needs) {
            for (b, needs_b) in [(&parts[1], false), (&parts[4], true), (&parts[0], false)] {
                // All of `a`, and `b` by turns, so that there are not too many.
                if i % 3 == 1 || b.is_some() != needs_a {
                    sides.push(Small::new(a.as_ref(), needs_a, b.as_ref(), needs_b));
                }
            }
        }
    }
    let mut surprises = 0;
    for old in &sides {
        for new in &sides {
            let fates = small_fates(&old.schema(), &new.schema());
            let told = format!("{} -> {}: {fates:?}", old.schema(), new.schema());
            if old.surprises_reader(new) {
                surprises += 1;
                assert_ne!(fates["reader"], "fine", "{told}");
            }
            if old.refuses_writer(new) {
                surprises += 1;
                assert_ne!(fates["writer"], "fine", "{told}");
            }
            if old.a == new.a && old.needs_a == new.needs_a && old.a.is_some() {
                assert_eq!(fates["reader"], "fine", "{told}");
            }
        }
    }
    assert!(surprises > 100, "{surprises}");
}

/// A schema of two members.
struct Small {
    a: Option<Value>,
    needs_a: bool,
    b: Option<Value>,
    needs_b: bool,
}

impl Small {
    fn new(a: Option<&Value>, needs_a: bool, b: Option<&Value>, needs_b: bool) -> Small {
        Small { a: a.cloned(), needs_a, b: b.cloned(), needs_b }
    }

    fn schema(&self) -> Value {
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://example.com/storage/schemas/small.schema.json",
            "type": "object", "required": [], "properties": {}
        });
        for (name, part, needed) in [("a", &self.a, self.needs_a), ("b", &self.b, self.needs_b)] {
            if let Some(part) = part {
                schema["properties"][name] = part.clone();
            }
            if needed {
                schema["required"].as_array_mut().unwrap().push(json!(name));
            }
        }
        schema
    }

    /// Documents of this schema that hold nothing else.
    fn documents(&self) -> Vec<Value> {
        let values = || {
            [
                None,
                Some(json!("x")),
                Some(json!("y")),
                Some(json!("zz")),
                Some(json!(1)),
                Some(json!(null)),
            ]
        };
        let validator = jsonschema::validator_for(&self.schema()).unwrap();
        let mut found = Vec::new();
        for a in values().into_iter().filter(|a| a.is_none() || self.a.is_some()) {
            for b in values().into_iter().filter(|b| b.is_none() || self.b.is_some()) {
                let mut document = json!({});
                for (name, value) in [("a", &a), ("b", &b)] {
                    if let Some(value) = value {
                        document[name] = value.clone();
                    }
                }
                if validator.is_valid(&document) {
                    found.push(document);
                }
            }
        }
        found
    }

    /// Whether somebody who was built for `self` finds something else at `/a` in a document of `new`.
    fn surprises_reader(&self, new: &Small) -> bool {
        let Some(a) = &self.a else { return false };
        let surprises = |document: &Value| match document.get("a") {
            None => self.needs_a,
            Some(value) => !jsonschema::is_valid(a, value),
        };
        new.a.is_none() || new.documents().iter().any(surprises)
    }

    /// Whether a document that was written is refused, for `/a` or for want of something.
    fn refuses_writer(&self, new: &Small) -> bool {
        if self.a.is_none() {
            return false;
        }
        let refused = |document: &Value| {
            let of_a = match (document.get("a"), &new.a) {
                (None, _) => new.needs_a,
                (Some(value), Some(a)) => !jsonschema::is_valid(a, value),
                (Some(_), None) => true,
            };
            of_a || new.needs_b && document.get("b").is_none()
        };
        self.documents().iter().any(refused)
    }
}

/// The verdicts on a reader and a writer of `/a`.
fn small_fates(old: &Value, new: &Value) -> std::collections::BTreeMap<String, &'static str> {
    use contract_guard::catalog::{Layout, build_uncompiled};
    use contract_guard::document::Limits;
    use contract_guard::tree::{Artifact, ArtifactPath, Tree};
    let catalog = |files: &[(&str, String)]| {
        let mut tree = Tree { root: "contracts".to_owned(), ..Tree::default() };
        for (path, text) in files {
            let bytes = text.clone().into_bytes();
            tree.artifacts.insert(ArtifactPath::new(path).unwrap(), Artifact::new(bytes));
        }
        build_uncompiled(&tree, &Layout::default(), &Limits::default())
    };
    let path = "contracts/storage/schemas/small.schema.json";
    let (old, new) = (catalog(&[(path, old.to_string())]), catalog(&[(path, new.to_string())]));
    let file = |name: &str, verb: &str| {
        let text = format!(
            "consumer: {name}\nowner: x\n{verb}:\n  - schema: storage/small\n    pointers: [/a]\n"
        );
        (format!("contracts/consumers/{name}.consumer.yaml"), text)
    };
    let (reader, writer) = (file("reader", "reads"), file("writer", "writes"));
    let files = catalog(&[(&reader.0, reader.1), (&writer.0, writer.1)]);
    let files = contract_guard::consumer::Files { catalog: &files, broken: Default::default() };
    let config = contract_guard::gate::Config::default();
    let accepted = contract_guard::gate::Accepted::default();
    let seen = contract_guard::consumer::eyes(&files).into_iter().map(|eyes| {
        let compare = contract_guard::gate::compare_through;
        (eyes, compare(&old, &new, &config, &accepted, Some(eyes)).items)
    });
    let seen = seen.collect();
    let answers = contract_guard::consumer::answers(&old, &new, &files, &seen);
    answers.into_iter().map(|answer| (answer.name, answer.fate.name())).collect()
}

/// What leads to a file outside is not its name.
#[test]
fn the_way_to_a_repository_beside_is_no_unportable_path() {
    let contracts = Contracts::new();
    let text = "consumer: web\nowner: x\nreads:\n  - schema: storage/note\n";
    contracts.write("beside/web/contracts.consumer.yaml", text);
    contracts.write("own/contracts/versions.yaml", "version: 1.2.0\n");
    contracts.schema(&format!("own/{NOTE}"), &note());
    git(contracts.path(), &["add", "-A"]);
    git(contracts.path(), &["commit", "-q", "-m", "own"]);
    let own = contracts.path().join("own");
    let whole = contracts.path().join("beside").display().to_string();
    for path in ["../beside", "../beside/web/contracts.consumer.yaml", "../own/../beside", &whole] {
        let args = ["can-i-release", "--against", "HEAD", "--consumers", path];
        let run = binary::run(&own, &args);
        assert_eq!(run.code, 0, "{path}: {run:?}");
        assert!(!run.stdout.contains("unportable-path"), "{path}: {}", run.stdout);
    }
}
