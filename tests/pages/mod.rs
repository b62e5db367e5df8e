//! Repositories to be reported on, shared by the tests of the page.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::path::Path;

use crate::binary::{git, run};

/// Text that would do harm where it is not escaped.
pub const HOSTILE: &str =
    "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'</title>]]>&amp;{{ 7 * 7 }}";

/// Text that would turn what follows it around.
pub const BIDI: &str = "a\u{202e}txt.exe\u{2066}\u{200b}";

pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A repository with a bit of everything: three freezes, laws, a crate, an API, a finding.
pub fn story() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert_eq!(run(at, &["init"]).code, 0);
    git(at, &["init", "-q"]);
    for (version, day) in [("1.0.0", 1), ("1.1.0-rc.1", 2), ("2.0.0", 3)] {
        write(at, "contracts/README.md", &format!("{version}\n"));
        let now = format!("2026-01-0{day}T00:00:00Z");
        let args = ["freeze", "create", version, "--now", &now, "--description", "as agreed"];
        assert_eq!(run(at, &args).code, 0);
    }
    write(at, "contracts/laws/house.yaml", HOUSE);
    write(at, "contracts/api/openapi/main.yaml", API);
    write(at, "contracts/modules/notes/versions.yaml", "module: notes\nversion: \"1.2.0\"\n");
    write(at, "crates/store/Cargo.toml", CRATE);
    let broken = "{\"id\": 1}";
    write(at, "contracts/storage/examples/note.example.json", broken);
    folder
}

const HOUSE: &str = "law: house\ntitle: House rules\nsentences:\n  H1: nobody calls a shell\n  H2: everybody is kind\nrules:\n  - id: no-shell\n    kind: source\n    sentences: [H1]\n    forbid: {calls: [os.system]}\n    why: quoting goes wrong\n    remedy: use subprocess.run with a list\n";

const CRATE: &str = "[package]\nname = \"store\"\n[package.metadata.contracts]\nimplements = {\"storage/note\" = \"^1\"}\npublishes = [\"NOTE_CREATED\"]\n";

const API: &str = r##"openapi: "3.1.0"
info: {title: Notes, version: "1.0.0"}
paths:
  /v1/notes:
    get:
      operationId: listNotes
      summary: All notes
      deprecated: true
      responses:
        "200":
          description: These.
          content: {application/json: {schema: {$ref: "../../storage/schemas/note.schema.json"}}}
"##;

/// A repository in which every text that reaches the page is hostile.
pub fn hostile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    git(at, &["init", "-q"]);
    let text = serde_json::to_string(&format!("{HOSTILE}{BIDI}")).unwrap();
    let schema = format!(
        r##"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": {text}, "title": {text},
        "description": {text}, "type": "object", "required": [{text}], "deprecated": true,
        "properties": {{{text}: {{"description": {text}, "enum": [{text}], "default": {text}, "format": {text}}},
          "other": {{"$ref": {text}}}, "own": {{"$ref": "#/$defs/x"}}}},
        "$defs": {{{text}: {{"type": {text}, "description": {text}}}, "x": {{"pattern": {text}}}}}}}"##
    );
    let name = "contracts/storage/schemas/<b>'&x.schema.json";
    let name = if cfg!(windows) { "contracts/storage/schemas/x.schema.json" } else { name };
    write(at, name, &schema);
    let example = format!("{{\"$schema\": \"x\", {text}: {text}}}");
    write(at, &name.replace("schemas", "examples").replace(".schema.", ".example."), &example);
    write(at, "contracts/versions.yaml", &format!("version: {text}\n"));
    let topic = format!(
        "topics:\n  - name: {text}\n    version: {text}\n    description: {text}\n    schema_ref: {text}\n    obligations: [{text}]\n"
    );
    write(at, "contracts/events/topics.yaml", &topic);
    write(at, "contracts/events/envelope.schema.json", &format!("{{\"enum\": [{text}]}}"));
    write(
        at,
        "contracts/laws/x.yaml",
        &format!(
            "law: x\ntitle: {text}\nsentences:\n  {text}: {text}\nrules:\n  - id: r\n    kind: required-path\n    sentences: [{text}]\n    path: \"nowhere.txt\"\n    why: {text}\n    remedy: {text}\n"
        ),
    );
    write(
        at,
        "contracts/api/openapi/main.yaml",
        &format!(
            "openapi: 3.1.0\npaths:\n  {text}:\n    get:\n      operationId: {text}\n      summary: {text}\n      responses: {{{text}: {{}}}}\n"
        ),
    );
    let toml = toml_text(&format!("{HOSTILE}{BIDI}"));
    write(
        at,
        "Cargo.toml",
        &format!(
            "[package]\nname = {toml}\nversion = {toml}\n[package.metadata.contracts]\nimplements = [{toml}]\n"
        ),
    );
    let freeze = format!(
        r#"{{"format": "contract-freeze/2", "version": "1.0.0", "seq": 1, "prev": null, "root": {text}, "created_at": {text}, "bump": {text}, "description": {text}, "artifacts": []}}"#
    );
    write(at, "contracts/_frozen/freeze-1.0.0.json", &freeze);
    write(at, "contracts/_frozen/freeze-1.1.0.json", "{\"format\": \"<script>\"}");
    folder
}

/// A basic string of TOML.
fn toml_text(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}
