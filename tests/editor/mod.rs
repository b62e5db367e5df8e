//! An editor, as far as the protocol can tell: it starts the server, speaks frames, and waits.
#![expect(clippy::needless_pass_by_value, reason = "what is sent is made where it is sent")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Far beyond what any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Editor {
    pub folder: PathBuf,
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Notifications that came while something else was waited for.
    kept: Vec<Value>,
    next: i64,
}

impl Editor {
    /// The server, started and not yet spoken to.
    pub fn start(folder: &Path) -> Editor {
        let mut child = Command::new(env!("CARGO_BIN_EXE_contract-guard"))
            .arg("lsp")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = frame(&mut out) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let stdin = child.stdin.take();
        let folder = folder.canonicalize().unwrap();
        Editor { folder, child, stdin, messages, kept: Vec::new(), next: 0 }
    }

    /// The server of a folder, after the greetings.
    pub fn open_folder(folder: &Path, capabilities: Value) -> Editor {
        let mut editor = Editor::start(folder);
        let root = editor.uri("");
        let params = json!({"processId": null, "rootUri": root.trim_end_matches('/'), "capabilities": capabilities});
        editor.ask("initialize", params);
        editor.tell("initialized", json!({}));
        editor
    }

    /// An editor that counts in UTF-16, as all can.
    pub fn plain(folder: &Path) -> Editor {
        Editor::open_folder(folder, json!({}))
    }

    pub fn uri(&self, path: &str) -> String {
        let folder = self.folder.display().to_string();
        let folder = folder.trim_start_matches(r"\\?\").replace('\\', "/");
        format!("file:///{}/{path}", folder.trim_start_matches('/'))
    }

    /// Bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// A request and its whole response.
    pub fn exchange(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.until(|message| message["id"] == id && message.get("method").is_none())
    }

    /// A request and its result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.exchange(method, params);
        assert_eq!(response.get("error"), None, "{method}");
        response["result"].clone()
    }

    /// The next message that is meant; others are kept.
    pub fn until(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&is_meant) {
            return self.kept.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("the server says nothing");
            if is_meant(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    pub fn open(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        let document = json!({"uri": uri, "languageId": "json", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// A new text of an open file.
    pub fn write(&mut self, path: &str, version: i32, text: &str) {
        let document = json!({"uri": self.uri(path), "version": version});
        let changes = json!([{"text": text}]);
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.tell("textDocument/didChange", params);
    }

    pub fn close(&mut self, path: &str) {
        let document = json!({"uri": self.uri(path)});
        self.tell("textDocument/didClose", json!({"textDocument": document}));
    }

    /// What is told next of a file: the ranges, codes and messages of its diagnostics.
    pub fn findings(&mut self, path: &str) -> Vec<Found> {
        let uri = self.uri(path);
        let is_meant = |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        };
        let params = self.until(is_meant)["params"].take();
        params["diagnostics"].as_array().unwrap().iter().map(Found::read).collect()
    }

    /// A question about a place.
    pub fn at(&mut self, method: &str, path: &str, line: u32, character: u32) -> Value {
        let position = json!({"line": line, "character": character});
        let document = json!({"uri": self.uri(path)});
        self.ask(method, json!({"textDocument": document, "position": position}))
    }

    pub fn actions(&mut self, path: &str, range: &Value, only: Option<&str>) -> Vec<Value> {
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let document = json!({"uri": self.uri(path)});
        let params = json!({"textDocument": document, "range": range, "context": context});
        self.ask("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    }

    /// Hangs up without a word, and gives the exit code.
    pub fn hang_up(mut self) -> i32 {
        drop(self.stdin.take());
        self.ended()
    }

    /// Says goodbye, and gives the exit code.
    pub fn leave(mut self) -> i32 {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.ended()
    }

    pub fn ended(mut self) -> i32 {
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.child.kill().unwrap();
        panic!("the server does not end");
    }
}

/// A diagnostic: `1:2-1:5`, code, first line of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub range: String,
    pub code: String,
    pub message: String,
}

impl Found {
    fn read(diagnostic: &Value) -> Found {
        assert_eq!(diagnostic["source"], "contract-guard");
        let message = diagnostic["message"].as_str().unwrap();
        Found {
            range: range(&diagnostic["range"]),
            code: diagnostic["code"].as_str().unwrap().to_owned(),
            message: message.lines().next().unwrap().to_owned(),
        }
    }
}

/// `1:2-1:5`
pub fn range(range: &Value) -> String {
    let place = |place: &Value| format!("{}:{}", place["line"], place["character"]);
    format!("{}-{}", place(&range["start"]), place(&range["end"]))
}

fn frame(input: &mut impl BufRead) -> Option<Value> {
    let mut head = String::new();
    input.read_line(&mut head).ok()?;
    let length = head.strip_prefix("Content-Length: ")?.trim().parse().ok()?;
    let mut empty = String::new();
    input.read_line(&mut empty).ok()?;
    assert_eq!(empty, "\r\n", "standard output is only protocol");
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
