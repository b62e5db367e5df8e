//! The conversation: what the editor says in which order, what is answered, what is told unasked.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use gen_lsp_types::{
    ClientCapabilities, CodeActionParams, CompletionParams, DefinitionParams, Diagnostic,
    DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, ErrorCodes, HoverParams, InitializeParams, PublishDiagnosticsParams,
    TextDocumentContentChangeEvent, TextDocumentPositionParams, Uri, WorkspaceFolders,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::snapshot::Snapshot;
use super::text::{Encoding, Text};
use super::wire::{self, Incoming, Refusal, Speaker};
use super::workspace::{Open, Workspace};
use super::{actions, capabilities, completion, definition, diagnostics, hover, uri};
use crate::document::Span;
use crate::source::CONFIG;
use crate::tree::ArtifactPath;

/// How long nobody types before the tree is checked.
const PAUSE: Duration = Duration::from_millis(120);

/// Messages that wait before the editor does.
const WAITING: usize = 64;

/// Where the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Silent,
    Running,
    Ending,
}

/// What the editor can do.
#[derive(Debug, Default)]
struct Client {
    takes_versions: bool,
    takes_watches: bool,
}

struct Server<W> {
    speaker: Speaker<W>,
    workspace: Workspace,
    client: Client,
    phase: Phase,
    snapshot: Option<Snapshot>,
    /// Whether the snapshot is of an earlier moment.
    is_old: bool,
    /// What was told of which file.
    told: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
    /// The last trouble with the disk, which is told once.
    trouble: String,
}

/// Serves until the editor is done or gone.
pub(super) fn run(
    mut input: impl BufRead + Send + 'static,
    output: impl Write,
    workspace: Workspace,
) -> u8 {
    let (sender, receiver) = sync_channel(WAITING);
    // It is never joined: it may wait for a word that does not come.
    std::thread::spawn(move || {
        while let Some(message) = wire::read(&mut input) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    let mut server = Server {
        speaker: Speaker::new(output),
        workspace,
        client: Client::default(),
        phase: Phase::Silent,
        snapshot: None,
        is_old: false,
        told: BTreeMap::new(),
        trouble: String::new(),
    };
    server.listen(&receiver)
}

impl<W: Write> Server<W> {
    fn listen(&mut self, receiver: &Receiver<Incoming>) -> u8 {
        while self.speaker.is_open {
            let message = match self.is_old && self.phase == Phase::Running {
                true => receiver.recv_timeout(PAUSE),
                false => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Incoming::Request { id, method, params }) => self.request(&id, &method, params),
                Ok(Incoming::Notification { method, .. }) if method == "exit" => {
                    return u8::from(self.phase != Phase::Ending);
                }
                Ok(Incoming::Notification { method, params }) => self.notification(&method, params),
                Ok(Incoming::Response) => {}
                Ok(Incoming::Broken { id, error }) => self.speaker.answer(&id, Err(error)),
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        1
    }

    fn request(&mut self, id: &Value, method: &str, params: Value) {
        let result = match (self.phase, method) {
            (Phase::Silent, "initialize") => {
                parsed(params).and_then(|params| self.initialize(params))
            }
            (Phase::Silent, _) => Err(Refusal::new(
                ErrorCodes::ServerNotInitialized,
                "the first request is `initialize`",
            )),
            (Phase::Ending, _) => {
                Err(Refusal::new(ErrorCodes::InvalidRequest, "after `shutdown` comes `exit`"))
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Ending;
                Ok(Value::Null)
            }
            (Phase::Running, "initialize") => {
                Err(Refusal::new(ErrorCodes::InvalidRequest, "`initialize` comes once"))
            }
            // A defect of one rule ends one answer, not the session.
            (Phase::Running, _) => catch_unwind(AssertUnwindSafe(|| self.ask(method, params)))
                .unwrap_or_else(|_| {
                    Err(Refusal::new(ErrorCodes::InternalError, format!("`{method}` failed")))
                }),
        };
        self.speaker.answer(id, result);
    }

    fn initialize(&mut self, params: InitializeParams) -> Result<Value, Refusal> {
        let ClientCapabilities { workspace, general, .. } = &params.capabilities;
        let workspace = workspace.as_ref();
        let edits = workspace.and_then(|w| w.workspace_edit.as_ref());
        let watches = workspace.and_then(|w| w.did_change_watched_files.as_ref());
        self.client.takes_versions = edits.and_then(|e| e.document_changes) == Some(true);
        self.client.takes_watches = watches.and_then(|w| w.dynamic_registration) == Some(true);
        let offered = general.as_ref().and_then(|g| g.position_encodings.as_deref());
        self.workspace.encoding = Encoding::agree(offered);
        self.workspace.is_told = self.client.takes_watches;
        self.workspace.folders = folders(params);
        self.phase = Phase::Running;
        Ok(capabilities::of(self.workspace.encoding))
    }

    /// A question about the texts as they are now.
    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        match method {
            "textDocument/hover" => {
                let params: HoverParams = parsed(params)?;
                let at = params.text_document_position_params;
                self.at(&at, |snapshot, path| written(&hover::hover(snapshot, path, at.position)))
            }
            "textDocument/definition" => {
                let params: DefinitionParams = parsed(params)?;
                let at = params.text_document_position_params;
                let found = |s: &Snapshot, p: &_| definition::definition(s, p, at.position);
                self.at(&at, |snapshot, path| written(&found(snapshot, path)))
            }
            "textDocument/completion" => {
                let params: CompletionParams = parsed(params)?;
                let at = params.text_document_position_params;
                let found = |s: &Snapshot, p: &_| completion::completion(s, p, at.position);
                self.at(&at, |snapshot, path| written(&found(snapshot, path)))
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = parsed(params)?;
                let CodeActionParams { text_document, range, context, .. } = &params;
                let versioned = self.client.takes_versions;
                self.in_file(&text_document.uri, |snapshot, path| {
                    written(&actions::actions(snapshot, path, *range, context, versioned))
                })
            }
            _ => {
                let message = format!("`{method}` is not known");
                Err(Refusal::new(ErrorCodes::MethodNotFound, message))
            }
        }
    }

    fn at(
        &mut self,
        at: &TextDocumentPositionParams,
        answer: impl FnOnce(&Snapshot, &ArtifactPath) -> Value,
    ) -> Result<Value, Refusal> {
        self.in_file(&at.text_document.uri, answer)
    }

    /// An answer about an artifact; `null` about any other file.
    fn in_file(
        &mut self,
        uri: &Uri,
        answer: impl FnOnce(&Snapshot, &ArtifactPath) -> Value,
    ) -> Result<Value, Refusal> {
        if self.is_old {
            self.look();
        }
        let Some(snapshot) = &self.snapshot else { return Ok(Value::Null) };
        let path = snapshot.artifact(uri);
        Ok(path.map_or(Value::Null, |path| answer(snapshot, &path)))
    }

    fn notification(&mut self, method: &str, params: Value) {
        if self.phase != Phase::Running {
            return;
        }
        let understood = match method {
            "initialized" => {
                self.watch();
                self.changed(true)
            }
            "textDocument/didOpen" => parsed(params).map(|params| self.open(params)),
            "textDocument/didChange" => parsed(params).and_then(|params| self.change(params)),
            "textDocument/didClose" => parsed(params).map(|params: DidCloseTextDocumentParams| {
                self.workspace.documents.remove(&params.text_document.uri.0);
                drop(self.changed(true));
            }),
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => self.changed(true),
            "workspace/didChangeWorkspaceFolders" => {
                parsed(params).map(|params| self.move_to(&params))
            }
            _ => Ok(()),
        };
        if let Err(refusal) = understood {
            self.say(&format!("`{method}` is not understood: {}", refusal.message));
        }
    }

    /// Whether the disk may have changed, too.
    fn changed(&mut self, on_disk: bool) -> Result<(), Refusal> {
        if on_disk {
            self.workspace.stale();
        }
        self.is_old = true;
        Ok(())
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let open = Open { version: document.version, text: document.text, parsed: None };
        self.workspace.documents.insert(document.uri.0, open);
        drop(self.changed(true));
    }

    /// Whole texts are asked for; who sends parts all the same is understood, too.
    fn change(&mut self, params: DidChangeTextDocumentParams) -> Result<(), Refusal> {
        let uri = params.text_document.text_document_identifier.uri.0;
        let encoding = self.workspace.encoding;
        let Some(open) = self.workspace.documents.get_mut(&uri) else {
            return Err(Refusal::new(ErrorCodes::InvalidParams, format!("`{uri}` is not open")));
        };
        open.version = params.text_document.version;
        for change in params.content_changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    open.text = whole.text;
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let text = Text::new(open.text.as_bytes(), encoding, true);
                    let (start, end) = (text.offset(part.range.start), text.offset(part.range.end));
                    open.text.replace_range(Span::new(start, end).range(), &part.text);
                }
            }
        }
        self.changed(false)
    }

    fn move_to(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        let path = |uri: &Uri| uri::to_path(&uri.0, cfg!(windows)).map(PathBuf::from);
        for removed in &params.event.removed {
            let removed = path(&removed.uri);
            self.workspace.folders.retain(|folder| Some(folder) != removed.as_ref());
        }
        self.workspace.folders.extend(params.event.added.iter().filter_map(|f| path(&f.uri)));
        drop(self.changed(true));
    }

    /// Asks the editor to tell what changes on disk.
    fn watch(&mut self) {
        if !self.client.takes_watches {
            return;
        }
        let root = self.workspace.watched_root();
        let globs = [format!("**/{root}/**"), format!("**/{CONFIG}")];
        let watchers = globs.map(|glob| json!({"globPattern": glob}));
        let method = "workspace/didChangeWatchedFiles";
        let registration =
            json!({"id": "disk", "method": method, "registerOptions": {"watchers": watchers}});
        let params = json!({"registrations": [registration]});
        self.speaker.request("disk", "client/registerCapability", &params);
    }

    /// Looks at the tree again, and tells what is new.
    fn look(&mut self) {
        self.is_old = false;
        let workspace = &mut self.workspace;
        let (snapshot, trouble) = match catch_unwind(AssertUnwindSafe(|| workspace.snapshot())) {
            Ok(Ok(snapshot)) => (snapshot, String::new()),
            Ok(Err(error)) => (None, error.to_string()),
            Err(_) => (None, "the tree could not be checked".to_owned()),
        };
        self.snapshot = snapshot;
        if trouble != self.trouble && !trouble.is_empty() {
            self.say(&trouble);
        }
        self.trouble = trouble;
        self.publish();
    }

    /// Tells what differs from what was told, and takes back what holds no more.
    fn publish(&mut self) {
        let mut all: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)> = BTreeMap::new();
        if let Some(snapshot) = &self.snapshot {
            for shown in snapshot.shown.values() {
                all.insert(shown.uri.clone(), (Some(shown.version), Vec::new()));
            }
            for (path, diagnostics) in diagnostics::all(snapshot) {
                all.entry(snapshot.uri(&path).0).or_default().1 = diagnostics;
            }
        }
        for gone in
            self.told.keys().filter(|uri| !all.contains_key(*uri)).cloned().collect::<Vec<_>>()
        {
            if self.told.remove(&gone).is_some_and(|(_, diagnostics)| !diagnostics.is_empty()) {
                self.speaker
                    .notify(PUBLISH, &PublishDiagnosticsParams::new(Uri(gone), None, Vec::new()));
            }
        }
        for (uri, news) in all {
            if self.told.get(&uri) == Some(&news) {
                continue;
            }
            let (version, diagnostics) = news.clone();
            let params = PublishDiagnosticsParams::new(Uri(uri.clone()), version, diagnostics);
            self.speaker.notify(PUBLISH, &params);
            self.told.insert(uri, news);
        }
    }

    fn say(&mut self, message: &str) {
        let message = format!("contract-guard: {message}");
        self.speaker.notify("window/logMessage", &json!({"type": 2, "message": message}));
    }
}

const PUBLISH: &str = "textDocument/publishDiagnostics";

/// The folders that an editor shows; `rootUri` is from before there were several.
#[expect(deprecated, reason = "editors still send it")]
fn folders(params: InitializeParams) -> Vec<PathBuf> {
    let listed = match params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(list)) => list,
        _ => Vec::new(),
    };
    let mut uris: Vec<Uri> = listed.into_iter().map(|folder| folder.uri).collect();
    if uris.is_empty() {
        uris.extend(params.root_uri);
    }
    uris.iter().filter_map(|u| uri::to_path(&u.0, cfg!(windows)).map(PathBuf::from)).collect()
}

fn parsed<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal::new(ErrorCodes::InvalidParams, error.to_string()))
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
