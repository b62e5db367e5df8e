//! The language server, spoken to as an editor does: the real binary, frames on standard input and output.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "a test writes, waits and stops"
)]
#![allow(unreachable_pub, clippy::expect_used, reason = "modules of a test")]

mod binary;
mod editor;

use std::path::Path;

use editor::{Editor, range};
use serde_json::{Value, json};

const NOTE: &str = "contracts/storage/schemas/note.schema.json";
const COMMON: &str = "contracts/storage/common.schema.json";
const EXAMPLE: &str = "contracts/storage/examples/note.example.json";
const EVENT: &str = "contracts/events/examples/note_created.example.json";
const TOPICS: &str = "contracts/events/topics.yaml";

/// The tree that `init` makes.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(binary::run(folder.path(), &["init"]).code, 0);
    folder
}

fn text(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// Line and column of a piece of text, in UTF-16.
fn place(text: &str, piece: &str) -> (u32, u32) {
    let at = text.find(piece).unwrap();
    let before = &text[..at];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    (u32::try_from(line).unwrap(), u32::try_from(text[start..at].encode_utf16().count()).unwrap())
}

/// Carries an edit out, as an editor that counts in UTF-16 does.
fn applied(text: &str, edit: &Value) -> String {
    let byte = |place: &Value| {
        let line = place["line"].as_u64().unwrap();
        let line: usize =
            text.split_inclusive('\n').take(usize::try_from(line).unwrap()).map(str::len).sum();
        let mut left = place["character"].as_u64().unwrap();
        let mut byte = line;
        for c in text[line..].chars() {
            if left == 0 {
                break;
            }
            left -= c.len_utf16() as u64;
            byte += c.len_utf8();
        }
        byte
    };
    let (start, end) = (byte(&edit["range"]["start"]), byte(&edit["range"]["end"]));
    format!("{}{}{}", &text[..start], edit["newText"].as_str().unwrap(), &text[end..])
}

#[test]
fn agrees_on_positions() {
    let folder = tree();
    for (offered, agreed) in [
        (json!(null), "utf-16"),
        (json!(["utf-32", "utf-16"]), "utf-16"),
        (json!(["utf-16", "utf-8"]), "utf-8"),
    ] {
        let mut editor = Editor::start(folder.path());
        let general = json!({"positionEncodings": offered});
        let root = editor.uri("");
        let params = json!({"processId": 1, "rootUri": root, "capabilities": {"general": general}});
        let result = editor.ask("initialize", params);
        assert_eq!(result["capabilities"]["positionEncoding"], agreed);
        assert_eq!(result["serverInfo"]["name"], "contract-guard");
        assert_eq!(editor.leave(), 0);
    }
}

#[test]
fn shows_a_break_while_it_is_typed_and_takes_it_back() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let good = text(folder.path(), NOTE);
    let bad = good.replace("$defs/Ulid", "$defs/Ulidd");
    editor.open(NOTE, &bad);
    let findings = editor.findings(NOTE);
    assert_eq!(findings[0].range, "14:14-14:50");
    assert_eq!(findings[0].code, "dangling-ref");
    editor.write(NOTE, 2, &good);
    assert_eq!(editor.findings(NOTE), []);
    editor.write(NOTE, 3, &bad);
    assert_eq!(editor.findings(NOTE).len(), findings.len());
    editor.close(NOTE);
    assert_eq!(editor.findings(NOTE), [], "the disk has no break");
    assert_eq!(text(folder.path(), NOTE), good);
    assert_eq!(editor.leave(), 0);
}

#[test]
fn shows_what_breaks_in_files_that_are_not_open() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    editor.open(COMMON, &text(folder.path(), COMMON).replace("\"Ulid\"", "\"Id\""));
    assert_eq!(editor.findings(NOTE)[0].code, "dangling-ref");
    editor.close(COMMON);
    assert_eq!(editor.findings(NOTE), []);
    // A whole document is marked at its first line.
    let example = text(folder.path(), EXAMPLE);
    editor.open(EXAMPLE, &example.replace("  \"title\": \"Milk\",\n", ""));
    assert_eq!(editor.findings(EXAMPLE)[0].range, "0:0-0:1");
    editor.write(EXAMPLE, 2, &example);
    assert_eq!(editor.findings(EXAMPLE), []);
    editor.close(EXAMPLE);
    // And what another program writes, once the editor tells of it.
    std::fs::write(folder.path().join(EXAMPLE), "{").unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(editor.findings(EXAMPLE)[0].code, "invalid-json");
}

#[test]
fn counts_in_utf_16_and_over_crlf() {
    let folder = tree();
    let bad = "{\r\n  \"id\": \"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\r\n  \"title\": \"😀\", \"content\": 5,\r\n  \"created_at\": \"2026-01-01T08:00:00Z\"\r\n}\r\n";
    let mut editor = Editor::plain(folder.path());
    editor.open(EXAMPLE, bad);
    assert_eq!(editor.findings(EXAMPLE)[0].range, "2:28-2:29");
    let offered = json!({"general": {"positionEncodings": ["utf-8"]}});
    let mut editor = Editor::open_folder(folder.path(), offered);
    editor.open(EXAMPLE, bad);
    assert_eq!(editor.findings(EXAMPLE)[0].range, "2:30-2:31");
}

#[test]
fn repairs_through_the_editor_only() {
    let folder = tree();
    let before = binary::files(folder.path());
    let mut editor = Editor::plain(folder.path());
    let bad = text(folder.path(), NOTE)
        .replace("  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n", "")
        .replace("A note that", "😀 A note that")
        .replace('\n', "\r\n");
    editor.open(NOTE, &bad);
    let findings = editor.findings(NOTE);
    assert_eq!(findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["missing-dialect"]);
    let top = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let actions = editor.actions(NOTE, &top, None);
    assert_eq!(actions.len(), 1, "{actions:#?}");
    assert_eq!(
        (&actions[0]["kind"], &actions[0]["isPreferred"]),
        (&json!("quickfix"), &json!(true))
    );
    assert_eq!(actions[0]["diagnostics"][0]["code"], "missing-dialect");
    let edits = &actions[0]["edit"]["changes"][editor.uri(NOTE)];
    let good = applied(&bad, &edits[0]);
    assert!(good.contains("draft/2020-12/schema"), "{good}");
    assert!(!good.replace("\r\n", "").contains('\n'), "line endings stay: {good:?}");
    editor.write(NOTE, 2, &good);
    assert_eq!(editor.findings(NOTE), []);
    assert_eq!(editor.actions(NOTE, &top, None), Vec::<Value>::new());
    assert_eq!(binary::files(folder.path()), before, "nothing is written");
}

#[test]
fn repairs_a_whole_file_and_says_which_version() {
    let folder = tree();
    let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
    let mut editor = Editor::open_folder(folder.path(), capabilities);
    let bad = "{\n  \"title\": \"Note\",\n  \"type\": \"object\",\n}\n";
    editor.open(NOTE, bad);
    assert!(editor.findings(NOTE).iter().any(|f| f.code == "trailing-comma"));
    let all = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let actions = editor.actions(NOTE, &all, Some("source.fixAll"));
    let changes = &actions[0]["edit"]["documentChanges"];
    assert_eq!(actions[0]["kind"], "source.fixAll.contract-guard");
    let own =
        changes.as_array().unwrap().iter().find(|c| c["textDocument"]["uri"] == editor.uri(NOTE));
    assert_eq!(own.unwrap()["textDocument"]["version"], 1);
    let good = applied(bad, &own.unwrap()["edits"][0]);
    for part in ["\"$schema\"", "\"$id\"", "\"object\"\n}"] {
        assert!(good.contains(part), "{good}");
    }
    assert!(editor.actions(NOTE, &all, Some("refactor")).is_empty());
}

#[test]
fn marks_repairs_that_decide_something() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let bad = text(folder.path(), NOTE).replace("\"minLength\"", "\"minLenght\"");
    editor.open(NOTE, &bad);
    editor.findings(NOTE);
    let (line, character) = place(&bad, "\"minLenght\"");
    let at = json!({"line": line, "character": character + 1});
    let actions = editor.actions(NOTE, &json!({"start": at, "end": at}), None);
    assert_eq!(actions[0]["isPreferred"], false);
    assert!(actions[0]["title"].as_str().unwrap().ends_with("(unsafe: may be a decision)"));
    let edit = &actions[0]["edit"]["changes"][editor.uri(NOTE)][0];
    assert_eq!(applied(&bad, edit), text(folder.path(), NOTE));
}

#[test]
fn leads_to_definitions() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let schema = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.com/contracts/storage/schemas/note.schema.json",
  "$defs": {"Own": {"$anchor": "own", "type": "string"}},
  "properties": {
    "a": {"$ref": "../common.schema.json#/$defs/Ulid"},
    "b": {"$ref": "#/$defs/Own"},
    "c": {"$ref": "https://example.com/contracts/storage/common.schema.json"},
    "d": {"$ref": "#own"},
    "e": {"$ref": "#/$defs/None"}
  }
}
"##;
    editor.open(NOTE, schema);
    let own = editor.uri(NOTE);
    let common = editor.uri(COMMON);
    let cases = [
        (5, &common, "6:4-6:10"),
        (6, &own, "3:12-3:17"),
        (7, &common, "0:0-0:0"),
        (8, &own, "3:12-3:17"),
    ];
    for (line, uri, at) in cases {
        let location = editor.at("textDocument/definition", NOTE, line, 20);
        assert_eq!(
            (location["uri"].as_str().unwrap(), range(&location["range"]).as_str()),
            (uri.as_str(), at)
        );
    }
    assert_eq!(editor.at("textDocument/definition", NOTE, 9, 20), Value::Null, "it leads nowhere");
    assert_eq!(editor.at("textDocument/definition", NOTE, 0, 0), Value::Null);
    let (line, character) = place(&text(folder.path(), TOPICS), "./schemas");
    let location = editor.at("textDocument/definition", TOPICS, line, character);
    assert!(location["uri"].as_str().unwrap().ends_with("note_created.schema.json"));
    let (line, character) = place(&text(folder.path(), EVENT), "NOTE_CREATED");
    let location = editor.at("textDocument/definition", EVENT, line, character);
    assert_eq!(location["uri"], editor.uri(TOPICS));
}

#[test]
fn explains_what_is_under_the_cursor() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let bad = text(folder.path(), NOTE).replace("$defs/Ulid", "$defs/Ulidd");
    editor.open(NOTE, &bad);
    let hover = editor.at("textDocument/hover", NOTE, 14, 20);
    assert_eq!(range(&hover["range"]), "14:14-14:50");
    let markdown = hover["contents"]["value"].as_str().unwrap();
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert!(markdown.starts_with("**error[dangling-ref]** "), "{markdown}");
    for part in ["**Why** ", "**How to fix** ", "**Bad**\n\n```json\n", "**Good**\n\n```json\n"] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let (line, character) = place(&bad, "../common.schema.json#/$defs/Timestamp");
    let hover = editor.at("textDocument/hover", NOTE, line, character);
    let expected = r"contracts/storage/common.schema.json\#/\$defs/Timestamp

RFC 3339 time.";
    assert_eq!(hover["contents"]["value"], expected);
    assert_eq!(editor.at("textDocument/hover", NOTE, 0, 0), Value::Null);
}

#[test]
fn a_description_makes_no_editor_fetch_anything() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let common = text(folder.path(), COMMON)
        .replace("RFC 3339 time.", "![x](https://evil.example/x) <img src=y>");
    editor.open(COMMON, &common);
    let (line, character) =
        place(&text(folder.path(), NOTE), "../common.schema.json#/$defs/Timestamp");
    let hover = editor.at("textDocument/hover", NOTE, line, character);
    let markdown = hover["contents"]["value"].as_str().unwrap();
    assert!(markdown.ends_with(r"\!\[x\]\(https://evil.example/x\) \<img src\=y\>"), "{markdown}");
}

fn labels(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn completes_references_in_a_text_that_does_not_parse() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let text = "{\n  \"$id\": \"https://example.com/contracts/storage/schemas/note.schema.json\",\n  \"properties\": {\"é😀\": {\"$ref\": \"../co\n}\n";
    editor.open(NOTE, text);
    let (line, character) = place(text, "co\n");
    let list = editor.at("textDocument/completion", NOTE, line, character + 2);
    let labels = labels(&list);
    let ulid = "../common.schema.json#/$defs/Ulid";
    // What the file was before it broke still tells where paths lead from.
    for label in ["../common.schema.json", ulid, "../../events/envelope.schema.json"] {
        assert!(labels.contains(&label), "{labels:#?}");
    }
    let item = list["items"].as_array().unwrap().iter().find(|item| item["label"] == ulid).unwrap();
    assert_eq!(range(&item["textEdit"]["range"]), "2:34-2:39");
    assert_eq!(item["detail"], "Crockford base32 ULID.");
    editor.write(NOTE, 2, &applied(text, &item["textEdit"]).replace("Ulid\n", "Ulid\"}}\n"));
    assert!(
        editor.at("textDocument/definition", NOTE, 2, 41)["uri"]
            .as_str()
            .unwrap()
            .ends_with(COMMON)
    );
}

#[test]
fn completes_own_definitions_and_topics() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let schema = "{\"$defs\": {\"Own\": {}}, \"$ref\": \"\"}\n";
    editor.open(NOTE, schema);
    let list = editor.at("textDocument/completion", NOTE, 0, 32);
    assert!(labels(&list).contains(&"#/$defs/Own"), "{list:#}");
    assert_eq!(editor.at("textDocument/completion", NOTE, 0, 5), Value::Null);
    let event = text(folder.path(), EVENT);
    let (line, character) = place(&event, "NOTE_CREATED");
    let list = editor.at("textDocument/completion", EVENT, line, character);
    assert_eq!(labels(&list), ["NOTE_CREATED"]);
    assert_eq!(list["items"][0]["detail"], "A user wrote a note.");
    let topics = "version: \"1.0.0\"\ntopics:\n  - name: X\n    schema_ref: \n";
    editor.open(TOPICS, topics);
    let list = editor.at("textDocument/completion", TOPICS, 3, 16);
    let item = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["label"] == "./schemas/note_created.schema.json");
    assert_eq!(item.unwrap()["textEdit"]["newText"], "\"./schemas/note_created.schema.json\"");
}

#[test]
fn lays_new_files_and_the_configuration_over_the_disk() {
    let folder = tree();
    let mut editor = Editor::plain(folder.path());
    let new = "contracts/storage/schemas/ä b.schema.json";
    editor.open(&new.replace('ä', "%C3%A4").replace(' ', "%20"), "{");
    let findings = editor.findings("contracts/storage/schemas/%C3%A4%20b.schema.json");
    assert_eq!(findings[0].code, "invalid-json");
    editor.open("contract-guard.toml", "[levels]\ninvalid-json = \"off\"\nnonsense = 1\n");
    assert_eq!(editor.findings("contract-guard.toml")[0].range, "2:0-2:8");
    assert!(!folder.path().join(new).exists());
    std::fs::write(folder.path().join("contracts/.contractignore"), "left-out\n").unwrap();
    std::fs::create_dir(folder.path().join("contracts/left-out")).unwrap();
    std::fs::write(folder.path().join("contracts/left-out/x.schema.json"), "{}").unwrap();
    editor.open("contracts/left-out/x.schema.json", "{");
    assert_eq!(
        editor.at("textDocument/hover", "contracts/left-out/x.schema.json", 0, 0),
        Value::Null
    );
}

#[test]
fn looks_at_freezes_again_when_they_change() {
    let folder = tree();
    assert_eq!(binary::run(folder.path(), &["freeze", "create", "1.0.0"]).code, 0);
    let freeze = "contracts/_frozen/freeze-1.0.0.json";
    let mut editor = Editor::plain(folder.path());
    let whole = text(folder.path(), freeze);
    std::fs::write(folder.path().join(freeze), whole.replace("Crockford", "Crackford")).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(editor.findings(freeze)[0].code, "freeze-altered");
    editor.open(NOTE, "{");
    assert_eq!(editor.findings(NOTE)[0].code, "invalid-json");
    std::fs::write(folder.path().join(freeze), whole).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(editor.findings(freeze), []);
}

#[test]
fn a_folder_without_contracts_has_nothing_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::plain(folder.path());
    editor.open("x.schema.json", "{");
    for method in ["hover", "definition", "completion"] {
        assert_eq!(
            editor.at(&format!("textDocument/{method}"), "x.schema.json", 0, 0),
            Value::Null
        );
    }
    assert_eq!(editor.leave(), 0);
}

#[test]
fn says_what_it_can_do() {
    let folder = tree();
    let mut editor = Editor::start(folder.path());
    let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
    let expected = json!({
        "positionEncoding": "utf-16",
        "textDocumentSync": {"openClose": true, "change": 1, "save": true},
        "completionProvider": {"triggerCharacters": ["\"", "/", "#", "$"]},
        "hoverProvider": true,
        "definitionProvider": true,
        "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.contract-guard"]},
        "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
    });
    assert_eq!(editor.ask("initialize", params)["capabilities"], expected);
    assert_eq!(editor.leave(), 0);
}

#[test]
fn goes_along_when_folders_come_and_go() {
    let (empty, folder) = (tempfile::tempdir().unwrap(), tree());
    let mut editor = Editor::plain(empty.path());
    editor.folder = folder.path().canonicalize().unwrap();
    editor.open(NOTE, "{");
    // The contracts are found from a folder below them, too.
    let storage = json!({"uri": editor.uri("contracts/storage"), "name": "storage"});
    let change =
        |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    editor.tell("workspace/didChangeWorkspaceFolders", change(json!([storage]), json!([])));
    assert_eq!(editor.findings(NOTE)[0].code, "invalid-json");
    editor.tell("workspace/didChangeWorkspaceFolders", change(json!([]), json!([storage])));
    assert_eq!(editor.findings(NOTE), []);
}

#[test]
fn knows_that_editors_hide_a_byte_order_mark() {
    let folder = tree();
    let good = text(folder.path(), EXAMPLE).replace('\n', " ");
    let shown = &good.replace("\"Two litres.\"", "5");
    std::fs::write(folder.path().join(EXAMPLE), format!("\u{feff}{shown}")).unwrap();
    let mut editor = Editor::plain(folder.path());
    editor.open(EXAMPLE, shown);
    let findings = editor.findings(EXAMPLE);
    let of = |code: &str| findings.iter().find(|f| f.code == code).map(|f| f.range.as_str());
    assert_eq!(of("byte-order-mark"), Some("0:0-0:0"), "{findings:#?}");
    let (_, column) = place(shown, "5,   \"created_at");
    assert_eq!(of("example-invalid"), Some(format!("0:{column}-0:{}", column + 1).as_str()));
    let top = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let actions = editor.actions(EXAMPLE, &top, None);
    let is_about_the_mark = |a: &&Value| a["diagnostics"][0]["code"] == "byte-order-mark";
    assert_eq!(actions.iter().find(is_about_the_mark), None, "there is no text to take away");
}

#[test]
fn a_configuration_that_leads_nowhere_is_told_once() {
    let folder = tree();
    std::fs::write(folder.path().join("contract-guard.toml"), "contracts = \"none\"\n").unwrap();
    let mut editor = Editor::plain(folder.path());
    let told = editor.until(|message| message["method"] == "window/logMessage");
    assert!(told["params"]["message"].as_str().unwrap().contains("is no folder"));
    std::fs::remove_file(folder.path().join("contract-guard.toml")).unwrap();
    editor.open(NOTE, "{");
    assert_eq!(editor.findings(NOTE)[0].code, "invalid-json");
}

#[test]
fn asks_to_be_told_what_changes_on_disk() {
    let folder = tree();
    let watches = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut editor = Editor::open_folder(folder.path(), watches);
    let request = editor.until(|message| message["method"] == "client/registerCapability");
    let registration = &request["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(registration["registerOptions"]["watchers"][0]["globPattern"], "**/contracts/**");
    editor.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
    editor.open(COMMON, &text(folder.path(), COMMON));
    assert_eq!(editor.findings(COMMON), []);
    std::fs::write(folder.path().join(NOTE), "{").unwrap();
    let changes = json!({"changes": [{"uri": editor.uri(NOTE), "type": 2}]});
    editor.tell("workspace/didChangeWatchedFiles", changes);
    assert_eq!(editor.findings(NOTE)[0].code, "invalid-json");
}

#[test]
fn survives_hostile_words() {
    let folder = tree();
    let mut editor = Editor::start(folder.path());
    let code = |response: &Value| response["error"]["code"].as_i64().unwrap();
    assert_eq!(code(&editor.exchange("textDocument/hover", json!({}))), -32002);
    editor.tell("textDocument/didOpen", json!(null));
    editor.send_bytes(b"Content-Length: 3\r\n\r\n{]}");
    let broken = editor.until(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(code(&broken), -32700);
    editor.send_bytes(b"no header at all\r\n\r\n");
    editor.until(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(code(&editor.exchange("initialize", json!({"capabilities": 5}))), -32602);
    let params = json!({"processId": null, "rootUri": editor.uri(""), "capabilities": {}});
    editor.ask("initialize", params.clone());
    editor.tell("initialized", json!({}));
    assert_eq!(code(&editor.exchange("initialize", params)), -32600);
    assert_eq!(code(&editor.exchange("workspace/nonsense", json!({}))), -32601);
    assert_eq!(code(&editor.exchange("textDocument/hover", json!([1]))), -32602);
    editor.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": []}),
    );
    editor.until(|message| message["method"] == "window/logMessage");
    let far = json!({"line": 4_000_000_000_u32, "character": 4_000_000_000_u32});
    let deep = "[".repeat(100_000);
    let uris = [
        "untitled:Untitled-1",
        "",
        "file:",
        "file:///etc/../x",
        "http://x/y",
        "file:///%ff",
        "file:///c%3A/x.json",
    ];
    for uri in
        uris.iter().map(|uri| (*uri).to_owned()).chain([editor.uri(NOTE), editor.uri("README.md")])
    {
        let document = json!({"uri": uri, "languageId": "x", "version": 1, "text": deep});
        editor.tell("textDocument/didOpen", json!({"textDocument": document}));
        for method in ["hover", "definition", "completion"] {
            let params = json!({"textDocument": {"uri": uri}, "position": far});
            editor.ask(&format!("textDocument/{method}"), params);
        }
    }
    let part = json!({"range": {"start": far, "end": {"line": 0, "character": 3}}, "text": "😀"});
    let change =
        json!({"textDocument": {"uri": editor.uri(NOTE), "version": 2}, "contentChanges": [part]});
    editor.tell("textDocument/didChange", change);
    assert!(!editor.findings(NOTE).is_empty());
    assert_eq!(editor.leave(), 0);
}

#[test]
fn ends_as_the_protocol_says() {
    let folder = tree();
    assert_eq!(Editor::plain(folder.path()).hang_up(), 1);
    let mut editor = Editor::plain(folder.path());
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended(), 1);
    let mut editor = Editor::plain(folder.path());
    editor.ask("shutdown", Value::Null);
    let refused = editor.exchange("textDocument/hover", json!({}));
    assert_eq!(refused["error"]["code"], -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended(), 0);
    let mut editor = Editor::plain(folder.path());
    editor.send_bytes(b"Content-Length: 100\r\n\r\n{");
    assert_eq!(editor.hang_up(), 1, "in the middle of a message");
}
