//! What refers to what, and who is hit: trees in memory for what is found, the real binary for what is shown.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, runs and stops")]

mod binary;

use std::path::Path;

use binary::{Run, git, run};
use contract_guard::catalog::{self, Layout};
use contract_guard::document::Limits;
use contract_guard::graph::{self, EdgeKind, Graph, Manifest, NodeKind, NotFound};
use contract_guard::tree::Tree;

const COMMON: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.org/storage/common.schema.json",
  "$defs": {
    "Ulid": {"type": "string"},
    "Tag": {"type": "string"},
    "Author": {"properties": {"id": {"$ref": "#/$defs/Ulid"}}}
  }
}"##;

const NOTE: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.org/storage/schemas/note.schema.json",
  "properties": {
    "id": {"$ref": "../common.schema.json#/$defs/Ulid"},
    "title": {"type": "string"}
  }
}"##;

const ENVELOPE: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.org/events/envelope.schema.json",
  "properties": {"topic": {"enum": ["NOTE_CREATED", "NOTE_GONE"]}, "payload": {"type": "object"}}
}"##;

const TOPICS: &str = "topics:
  - name: NOTE_CREATED
    version: \"1.0\"
    schema_ref: ./schemas/note_created.schema.json
  - name: NOTE_GONE
    version: \"1.0\"
    schema_ref: ./schemas/gone.schema.json
";

const CREATED: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.org/events/schemas/note_created.schema.json",
  "properties": {
    "note": {"$ref": "../../storage/schemas/note.schema.json"},
    "by": {"$ref": "../../storage/common.schema.json#/$defs/Author"}
  }
}"##;

const API: &str = r##"
openapi: "3.1.0"
security: [{bearer: []}]
paths:
  /v1/notes:
    parameters: [{$ref: "#/components/parameters/Mode"}]
    get:
      operationId: listNotes
      responses:
        "200":
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Page"}
    post:
      operationId: createNote
      requestBody:
        content:
          application/json:
            schema: {$ref: "../../storage/schemas/note.schema.json#/properties/title"}
components:
  securitySchemes: {bearer: {type: http}}
  parameters: {Mode: {in: query, name: mode}}
  schemas:
    Page: {items: {$ref: "../../storage/schemas/note.schema.json"}}
"##;

/// A small tree in which most kinds of references stand.
fn whole() -> Tree {
    Tree::from_texts(
        "contracts",
        [
            ("contracts/storage/common.schema.json", COMMON),
            ("contracts/storage/schemas/note.schema.json", NOTE),
            ("contracts/storage/examples/note.example.json", "{\"id\": \"1\"}"),
            ("contracts/events/envelope.schema.json", ENVELOPE),
            ("contracts/events/topics.yaml", TOPICS),
            ("contracts/events/schemas/note_created.schema.json", CREATED),
            (
                "contracts/events/examples/note_created.example.json",
                "{\n\"topic\": \"NOTE_CREATED\", \"payload\": {}}",
            ),
            ("contracts/invariants/envelope.schema.json", "{\"type\": \"object\"}"),
            ("contracts/api/openapi/main.yaml", API),
            ("contracts/laws/house.yaml", "law: house\nsource: contracts/HOUSE.md\n"),
            ("contracts/HOUSE.md", "# House\n"),
            ("contracts/modules/flows/versions.yaml", "module: flows\nversion: 1.2.0\n"),
            ("contracts/modules/flows/storage/schemas/flow.schema.json", r##"{"$ref": "#"}"##),
        ],
    )
}

fn manifest(path: &str, text: &str) -> Manifest {
    Manifest { path: path.to_owned(), bytes: text.as_bytes().into() }
}

fn manifests() -> Vec<Manifest> {
    vec![
        manifest(
            "crates/store/Cargo.toml",
            "[package]\nname = \"store\"\nversion = \"0.2.0\"\n\n[package.metadata.contracts]\n\
             publishes = [\"NOTE_CREATED\"]\n\n[package.metadata.contracts.implements]\n\
             \"storage/note\" = \"^1\"\n\"storage/gone\" = \"^1\"\n",
        ),
        manifest(
            "crates/app/Cargo.toml",
            "[package]\nname = \"app\"\n[dependencies]\nkept = { package = \"store\", path = \"../store\" }\n",
        ),
        manifest("crates/other/Cargo.toml", "[package]\nname = \"other\"\n"),
        manifest("crates/broken/Cargo.toml", "[package\n"),
    ]
}

struct Built {
    catalog: catalog::Catalog,
    graph: Graph,
}

fn built(tree: &Tree, manifests: &[Manifest]) -> Built {
    let catalog = catalog::build_uncompiled(tree, &Layout::default(), &Limits::default());
    let graph = graph::build(&catalog, manifests);
    Built { catalog, graph }
}

fn fixture() -> Built {
    built(&whole(), &manifests())
}

impl Built {
    fn find(&self, text: &str) -> Result<graph::Found, NotFound> {
        graph::find(&self.graph, &self.catalog, text)
    }

    /// Who is hit, by name.
    fn hit(&self, text: &str) -> Vec<String> {
        let found = self.find(text).unwrap();
        let hits = graph::impact(&self.graph, &found).hits;
        let short = |id: &str| id.replace("contracts/", "");
        hits.iter().map(|hit| short(&self.graph.node(hit.node).unwrap().id)).collect()
    }

    fn edges(&self, kind: EdgeKind) -> Vec<String> {
        let id = |node| self.graph.node(node).unwrap().id.replace("contracts/", "");
        let of_kind = self.graph.edges.iter().filter(|edge| edge.kind == kind);
        of_kind.map(|edge| format!("{} > {}", id(edge.from), id(edge.to))).collect()
    }
}

#[test]
fn every_kind_of_reference_is_seen() {
    let built = fixture();
    let expected: [(EdgeKind, &[&str]); 13] = [
        (
            EdgeKind::Parameter,
            &[
                "operation:GET /v1/notes > api/openapi/main.yaml",
                "operation:POST /v1/notes > api/openapi/main.yaml",
            ],
        ),
        (EdgeKind::Request, &["operation:POST /v1/notes > storage/schemas/note.schema.json"]),
        (
            EdgeKind::Response,
            &["operation:GET /v1/notes > api/openapi/main.yaml#/components/schemas/Page"],
        ),
        (
            EdgeKind::Security,
            &[
                "operation:GET /v1/notes > api/openapi/main.yaml#/components/securitySchemes/bearer",
                "operation:POST /v1/notes > api/openapi/main.yaml#/components/securitySchemes/bearer",
            ],
        ),
        (
            EdgeKind::ExampleOf,
            &[
                "events/examples/note_created.example.json > events/envelope.schema.json",
                "storage/examples/note.example.json > storage/schemas/note.schema.json",
            ],
        ),
        (
            EdgeKind::EventOf,
            &["events/examples/note_created.example.json > topic:NOTE_CREATED@1.0"],
        ),
        (EdgeKind::Payload, &["topic:NOTE_CREATED@1.0 > events/schemas/note_created.schema.json"]),
        (
            EdgeKind::Enumerates,
            &[
                "events/envelope.schema.json > topic:NOTE_CREATED@1.0",
                "events/envelope.schema.json > topic:NOTE_GONE@1.0",
            ],
        ),
        (EdgeKind::InvariantOf, &["invariants/envelope.schema.json > events/envelope.schema.json"]),
        (EdgeKind::LawOf, &["laws/house.yaml > HOUSE.md"]),
        (EdgeKind::Implements, &["crate:store > storage/schemas/note.schema.json"]),
        (EdgeKind::Publishes, &["crate:store > topic:NOTE_CREATED@1.0"]),
        (EdgeKind::DependsOn, &["crate:app > crate:store"]),
    ];
    for (kind, edges) in expected {
        assert_eq!(built.edges(kind), edges, "{kind:?}");
    }
    let nowhere: Vec<&str> = built.graph.dangling.iter().map(|d| d.text.as_str()).collect();
    assert_eq!(nowhere, ["./schemas/gone.schema.json", "storage/gone ^1"]);
    assert_eq!(built.graph.of_kind(NodeKind::Crate).count(), 2, "others name no contract");
}

#[test]
fn a_change_of_a_definition_hits_those_who_reach_it() {
    let built = fixture();
    let hit = built.hit("common.schema.json#/$defs/Ulid");
    for name in [
        "storage/schemas/note.schema.json",
        "events/schemas/note_created.schema.json",
        "storage/common.schema.json#/$defs/Author",
        "storage/examples/note.example.json",
        "topic:NOTE_CREATED@1.0",
        "events/examples/note_created.example.json",
        "operation:GET /v1/notes",
        "crate:store",
        "crate:app",
    ] {
        assert!(hit.contains(&name.to_owned()), "{name} is not in {hit:?}");
    }
    // Only the title of a note is its body.
    assert!(!hit.contains(&"operation:POST /v1/notes".to_owned()), "{hit:?}");
    assert!(!hit.contains(&"events/envelope.schema.json".to_owned()), "{hit:?}");
    assert_eq!(built.hit("common.schema.json#/$defs/Tag"), [""; 0]);
    assert_eq!(built.hit("common.schema.json#/$defs"), built.hit("common.schema.json"));
}

#[test]
fn what_is_above_and_below_the_pointer_counts() {
    let built = fixture();
    let title = built.hit("note.schema.json#/properties/title");
    assert!(title.contains(&"operation:POST /v1/notes".to_owned()), "a part of it: {title:?}");
    assert!(title.contains(&"operation:GET /v1/notes".to_owned()), "the whole: {title:?}");
    let all = built.hit("note.schema.json#/properties");
    assert!(all.contains(&"operation:POST /v1/notes".to_owned()), "{all:?}");
    let other = built.hit("note.schema.json#/properties/id");
    assert!(!other.contains(&"operation:POST /v1/notes".to_owned()), "{other:?}");
}

#[test]
fn a_topic_that_is_renamed_hits_the_envelope_and_a_new_payload_does_not() {
    let built = fixture();
    let envelope = "events/envelope.schema.json".to_owned();
    assert!(built.hit("NOTE_CREATED").contains(&envelope));
    assert!(built.hit("NOTE_CREATED@1.0").contains(&envelope));
    assert!(!built.hit("note_created.schema.json").contains(&envelope));
    assert!(built.hit("note_created.schema.json").contains(&"crate:store".to_owned()));
}

#[test]
fn chains_are_the_shortest() {
    let built = fixture();
    let found = built.find("common.schema.json#/$defs/Ulid").unwrap();
    let impact = graph::impact(&built.graph, &found);
    let topic = built.graph.by_id("topic:NOTE_CREATED@1.0").unwrap();
    let hit = impact.hits.iter().find(|hit| hit.node == topic).unwrap();
    let kinds: Vec<EdgeKind> =
        hit.chain.iter().map(|id| built.graph.edge(*id).unwrap().kind).collect();
    assert_eq!(kinds, [EdgeKind::Payload, EdgeKind::Refers, EdgeKind::Refers]);
    let first = built.graph.edge(hit.chain[0]).unwrap();
    assert_eq!(first.position.unwrap().line, 4);
}

#[test]
fn names_mean_what_users_mean() {
    let built = fixture();
    let label = |text: &str| built.find(text).map(|found| found.label);
    assert_eq!(label("listNotes").unwrap(), "listNotes");
    for text in [
        "contracts/storage/schemas/note.schema.json",
        "note.schema.json",
        "./note.schema.json",
        "schemas/note.schema.json",
        "storage/note",
        "https://example.org/storage/schemas/note.schema.json",
        "get /v1/notes",
        "/v1/notes",
        "NOTE_CREATED",
        "topic:NOTE_CREATED@1.0",
        "flows",
        "store",
        "crates/store/Cargo.toml",
        "contracts/storage/",
        "common.schema.json#Ulid",
        "common.schema.json#/%24defs/Ulid",
        "NOTE_CREATED#/schema_ref",
    ] {
        assert!(label(text).is_ok(), "{text}: {:?}", label(text));
    }
    assert_eq!(built.find("contracts/storage").unwrap().places.len(), 3);
    assert_eq!(
        label("envelope.schema.json"),
        Err(NotFound::Ambiguous(vec![
            "contracts/events/envelope.schema.json".to_owned(),
            "contracts/invariants/envelope.schema.json".to_owned(),
        ]))
    );
    assert_eq!(
        label("NOTE_CREATE"),
        Err(NotFound::Unknown(vec!["topic:NOTE_CREATED@1.0".to_owned()]))
    );
    let Err(NotFound::NoPlace { deepest, near, .. }) =
        label("note.schema.json#/properties/titel/type")
    else {
        panic!("there is no such place")
    };
    assert_eq!((deepest.as_str(), near[0].as_str()), ("/properties", "title"));
}

#[test]
fn circles_are_marked_and_end() {
    let schema = |name: &str, to: &str| {
        format!(
            r##"{{"$id": "https://e.org/{name}.schema.json", "items": {{"$ref": "{to}.schema.json"}}}}"##
        )
    };
    let (a, b, c) = (schema("a", "b"), schema("b", "a"), schema("c", "a"));
    let tree = Tree::from_texts(
        "contracts",
        [
            ("contracts/a.schema.json", a.as_str()),
            ("contracts/b.schema.json", b.as_str()),
            ("contracts/c.schema.json", c.as_str()),
        ],
    );
    let built = built(&tree, &[]);
    assert_eq!(built.graph.cycles, [[0, 1]]);
    assert_eq!(built.hit("c.schema.json"), [""; 0]);
    assert_eq!(built.hit("a.schema.json"), ["b.schema.json", "c.schema.json"]);
    assert_eq!(fixture().graph.cycles.len(), 1, "a schema that refers to itself");
}

/// A chain and a star of ten thousand: neither depth nor degree may cost more than they are.
#[test]
fn large_graphs_are_quick() {
    const MANY: usize = 10_000;
    let name = |i: usize| format!("contracts/storage/schemas/s{i:05}.schema.json");
    let texts: Vec<(String, String)> = (0..MANY)
        .map(|i| {
            let next = (i + 1) % MANY;
            let text = format!(
                r##"{{"$id": "https://e.org/s{i:05}.schema.json", "items": {{"$ref": "s{next:05}.schema.json"}}, "not": {{"$ref": "s00000.schema.json#/$defs/A"}}, "$defs": {{"A": true}}}}"##
            );
            (name(i), text)
        })
        .collect();
    let tree = Tree::from_texts("contracts", texts.iter().map(|(p, t)| (p.as_str(), t.as_str())));
    let started = std::time::Instant::now();
    let built = built(&tree, &[]);
    assert_eq!(built.graph.cycles.len(), 1);
    assert_eq!(built.hit("s00000.schema.json").len(), MANY - 1);
    let all = graph::select(&built.graph, &[], graph::Direction::Forward, None, &[]);
    assert_eq!(all.edges.len(), 2 * MANY);
    // Far from what a quadratic way would take, also in a debug build on a busy machine.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, artifact) in &whole().artifacts {
        write(folder.path(), path.as_str(), &String::from_utf8_lossy(&artifact.bytes));
    }
    for manifest in manifests() {
        write(folder.path(), &manifest.path, &String::from_utf8_lossy(&manifest.bytes));
    }
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "x"]);
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn impact_says_who_is_hit_and_where() {
    let folder = repository();
    let Run { code, stdout, .. } =
        run(folder.path(), &["impact", "common.schema.json#/$defs/Ulid"]);
    assert_eq!(code, 0);
    for line in [
        "a change of contracts/storage/common.schema.json#/$defs/Ulid hits 2 schemas, ",
        "  store\n    implements storage/schemas/note.schema.json, crates/store/Cargo.toml:9\n",
        "  app\n    depends on store, through storage/schemas/note.schema.json, crates/app/Cargo.toml:4\n",
        "  NOTE_CREATED@1.0\n    carries events/schemas/note_created.schema.json, through",
    ] {
        assert!(stdout.contains(line), "{line}\n{stdout}");
    }
    let Run { code, stdout, .. } = run(folder.path(), &["impact", "common.schema.json#/$defs/Tag"]);
    assert_eq!(code, 0);
    assert!(
        stdout.starts_with("nothing refers to contracts/storage/common.schema.json#/$defs/Tag")
    );
}

#[test]
fn paths_lead_from_the_current_folder() {
    let folder = repository();
    let inside = folder.path().join("contracts/storage/schemas");
    let Run { code, stdout, .. } = run(&inside, &["impact", "../common.schema.json#Ulid"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("../../../crates/store/Cargo.toml:9"), "{stdout}");
    // What is gone from the disk is in the commit.
    std::fs::remove_file(inside.join("note.schema.json")).unwrap();
    assert_eq!(run(&inside, &["impact", "note.schema.json"]).code, 2);
    assert_eq!(run(&inside, &["impact", "note.schema.json", "--at", "HEAD"]).code, 0);
    assert_eq!(run(&inside, &["impact", "./note.schema.json", "--staged"]).code, 0);
    let top = run(folder.path(), &["impact", "contracts/events/topics.yaml", "--format", "short"]);
    assert!(top.stdout.starts_with("contracts/events/envelope.schema.json:4:"), "{}", top.stdout);
    let elsewhere = tempfile::tempdir().unwrap();
    let path = folder.path().join("contracts/storage/common.schema.json");
    let Run { code, stdout, .. } = run(elsewhere.path(), &["graph", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{stdout}");
}

#[test]
fn what_is_not_there_is_a_usage_error_with_suggestions() {
    let folder = repository();
    for (args, said) in [
        (&["impact", "NOTE_CREATE"][..], "the nearest is `topic:NOTE_CREATED@1.0`"),
        (&["impact", "envelope.schema.json"], "may be `contracts/events/envelope.schema.json` or"),
        (&["impact", "note.schema.json#/properties/titel"], "has `title`"),
        (&["graph", "no-such-thing-at-all"], "nothing in the contracts is called"),
        (&["graph", "--module", "nots"], "there is no module `nots`"),
        (&["graph", "--hide", "sample"], "kinds are schema"),
        (&["check", "--format", "dot"], "does not write dot"),
        (&["impact", "store", "--format", "mermaid"], "does not write mermaid"),
        (&["graph", "--format", "html"], "does not write html"),
        (&["graph", "--format", "markdown"], "does not write markdown"),
    ] {
        let Run { code, stdout, stderr } = run(folder.path(), args);
        assert_eq!(code, 2, "{args:?} {stdout}");
        assert!(stderr.contains(said), "{args:?}: {stderr}");
    }
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(empty.path(), &["graph"]).code, 3);
    assert_eq!(run(empty.path(), &["impact", "x"]).code, 3);
}

#[test]
fn a_tree_shows_each_node_once() {
    let folder = repository();
    let forward = run(folder.path(), &["graph", "NOTE_CREATED"]).stdout;
    assert!(
        forward.starts_with("topic NOTE_CREATED@1.0\n├── carried in contracts/events/"),
        "{forward}"
    );
    assert!(!forward.contains("NOTE_GONE"), "an envelope leads to no other topic: {forward}");
    let reverse = run(folder.path(), &["graph", "common.schema.json#Ulid", "--reverse"]).stdout;
    assert!(
        reverse.contains("crate store 0.2.0 (implements)  crates/store/Cargo.toml:9"),
        "{reverse}"
    );
    assert!(reverse.contains(" (*)"), "{reverse}");
    let one =
        run(folder.path(), &["graph", "common.schema.json#Ulid", "--reverse", "--depth", "1"]);
    assert_eq!(one.stdout.lines().filter(|line| line.contains("── ")).count(), 2, "{}", one.stdout);
}

#[test]
fn broken_files_are_said_and_stop_nothing() {
    let folder = repository();
    write(folder.path(), "contracts/storage/schemas/bad.schema.json", "{");
    let Run { code, stdout, .. } = run(folder.path(), &["graph"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("1 file cannot be read"), "{stdout}");
    assert!(stdout.contains("2 references lead nowhere"), "{stdout}");
    // Whoever refers to a file that is broken is hit when it changes, all the same.
    write(folder.path(), "contracts/storage/common.schema.json", "{");
    let stdout = run(folder.path(), &["impact", "common.schema.json"]).stdout;
    assert!(stdout.contains("  contracts/storage/schemas/note.schema.json\n"), "{stdout}");
    let stdout = run(folder.path(), &["graph", "--format", "short"]).stdout;
    assert!(stdout.contains("implements `storage/gone ^1`, which is not there"), "{stdout}");
}

#[test]
fn without_git_there_are_no_crates() {
    let folder = repository();
    std::fs::remove_dir_all(folder.path().join(".git")).unwrap();
    let Run { code, stdout, stderr } = run(folder.path(), &["graph"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(!stdout.contains("crate"), "{stdout}");
}

fn valid(text: &str, schema: &str) {
    let report: serde_json::Value = serde_json::from_str(text).unwrap();
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn json_is_as_published() {
    let folder = repository();
    write(folder.path(), "contracts/storage/schemas/bad.schema.json", "{");
    let (graph, impact) = (
        include_str!("../schemas/graph-1.schema.json"),
        include_str!("../schemas/impact-1.schema.json"),
    );
    for args in
        [&["graph"][..], &["graph", "NOTE_CREATED", "--reverse"], &["graph", "--module", "flows"]]
    {
        let args = [args, &["--format", "json"]].concat();
        let once = run(folder.path(), &args).stdout;
        valid(&once, graph);
        assert_eq!(once, run(folder.path(), &args).stdout);
    }
    for what in ["common.schema.json", "NOTE_CREATED", "flows", "HOUSE.md"] {
        valid(&run(folder.path(), &["impact", what, "--format", "json"]).stdout, impact);
    }
}

/// Names from a contract end no string and begin no markup.
#[test]
fn pictures_escape_what_contracts_say() {
    let folder = repository();
    let hostile = "X\"]; end --> `<script>` & #quot; \\";
    write(
        folder.path(),
        "contracts/events/topics.yaml",
        &format!(
            "topics:\n  - name: {}\n    schema_ref: ./schemas/note_created.schema.json\n",
            serde_json::to_string(&format!("{hostile}\u{202e}\u{1b}[31m")).unwrap()
        ),
    );
    let mermaid = run(folder.path(), &["graph", "--format", "mermaid"]).stdout;
    let dot = run(folder.path(), &["graph", "--format", "dot"]).stdout;
    let human = run(folder.path(), &["graph"]).stdout;
    for text in [&mermaid, &dot, &human] {
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text}");
    }
    assert!(!mermaid.contains("<script>") && !mermaid.contains("X\"]"), "{mermaid}");
    assert!(mermaid.starts_with("flowchart LR\n"));
    assert!(dot.contains(r#"X\"]; end --> `<script>` & #quot; \\"#), "{dot}");
}
