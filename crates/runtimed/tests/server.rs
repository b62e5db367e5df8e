//! A server in this process, on a port of its own, and people who have tokens for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use contract_embed::api::{self, Found, Response};
use contract_embed::{LogEvent, Mode, ResourceKind, SpineEventType};
use contract_exec::Launcher;
use contract_runtimed::{App, Configuration, StartError, http::router};
use contract_stores::SpineFilter;
use contract_supervisor::Log;
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{Answer, send};
pub(crate) use crate::setup::RUN;
use crate::setup::{claims, token};

impl Answer {
    pub(crate) fn text(&self, key: &str) -> &str {
        self.body[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {self:?}"))
    }
}

/// A server, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<App>,
    pub(crate) folder: TempDir,
    pub(crate) runtime: tokio::runtime::Runtime,
    token: String,
    log: Written,
}

/// What was written to the log.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// Spans, and events; each event must be as the contracts say.
    fn lines(&self) -> (Vec<Value>, Vec<(LogEvent, Value)>) {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let values = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
        let (spans, told): (Vec<Value>, Vec<Value>) =
            values.partition(|line| line.get("span").is_some());
        let told = told.into_iter().map(|line| (LogEvent::of_line(&line).unwrap(), line));
        (spans, told.collect())
    }
}

impl Server {
    pub(crate) fn new() -> Server {
        Server::of(&crate::setup::configuration(ResourceKind::ALL), |app| app).unwrap()
    }

    pub(crate) fn of(
        configuration: &Value,
        with: impl FnOnce(App) -> App,
    ) -> Result<Server, StartError> {
        let (folder, log) = (tempfile::tempdir().unwrap(), Written::default());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let configuration =
            Configuration::of(configuration.clone()).map_err(StartError::Configuration)?;
        let app = {
            let _inside = runtime.enter();
            let launcher = Launcher::at(env!("CARGO_BIN_EXE_runtimed"));
            App::start(&configuration, folder.path(), &launcher, Arc::new(Log::to(log.clone())))?
        };
        let app = Arc::new(with(app));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let served = router(Arc::clone(&app));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, served).await.unwrap();
        });
        let token = token(&claims("ada"));
        Ok(Server { address, app, folder, runtime, token, log })
    }

    /// The lines of an event that come.
    pub(crate) fn log(&self, event: LogEvent) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let told = self.log.lines().1.into_iter().filter(|(told, _)| *told == event);
            let lines: Vec<Value> = told.map(|(_, line)| line).collect();
            if !lines.is_empty() || Instant::now() > end {
                return lines;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The spans that were told so far.
    pub(crate) fn spans(&self) -> Vec<Value> {
        self.app.log().flush();
        self.log.lines().0
    }

    /// Sends a request as ada; the answer must be one of the contracts.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        if body.is_some() {
            all.push(("content-type", "application/json"));
        }
        all.extend(headers);
        self.raw(method, path, &all, body.map(|body| body.to_string().into_bytes()).as_deref())
    }

    pub(crate) fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let answer = send(self.address, method, path, headers, body).unwrap();
        assert_eq!(
            wrong(method, path, &answer),
            Vec::<String>::new(),
            "{method} {path}: {answer:?}"
        );
        answer
    }

    /// The records of a type on the spine.
    pub(crate) fn spine(&self, event_type: SpineEventType) -> Vec<Value> {
        let filter = SpineFilter { event_type: Some(event_type), ..SpineFilter::default() };
        let spine = self.app.stores().spine();
        let listed = spine.list(Mode::Lab, "acme", &filter, None, 100);
        self.runtime.block_on(listed).unwrap().items
    }

    /// The events of a topic, once there are so many; plugins are told of by a thread of its own.
    pub(crate) fn published(&self, topic: &str, count: usize) -> Vec<Value> {
        let path = self.folder.path().join("events.jsonl");
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let entries = contract_journal::read(&path).unwrap();
            let events = entries.map(|entry| entry.unwrap().get::<Value>().unwrap());
            let is_it =
                |event: &Value| event["topic"].as_str().unwrap().split('@').next() == Some(topic);
            let found: Vec<Value> = events.filter(is_it).collect();
            if found.len() >= count || Instant::now() > end {
                assert_eq!(found.len(), count, "{topic}");
                return found;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// What the contracts say against an answer.
fn wrong(method: &str, path: &str, answer: &Answer) -> Vec<String> {
    let path = path.split('?').next().unwrap_or_default();
    let mut wrong = Vec::new();
    if answer.header("x-contract-version") != Some(contract_embed::VERSION) {
        wrong.push(format!("x-contract-version is {:?}", answer.header("x-contract-version")));
    }
    match api::find(method, path) {
        Found::Operation(operation, _) => {
            let media = answer.header("content-type");
            let response = Response {
                status: answer.status,
                headers: &answer.headers,
                body: media.map(|media| (media, &answer.body)),
            };
            wrong.extend(
                operation
                    .check_response(&response)
                    .into_iter()
                    .map(|p| format!("{}: {}", p.at, p.detail)),
            );
        }
        Found::OtherMethods(_) => {
            if answer.status != 405 || answer.header("allow").is_none() {
                wrong.push(format!("{} for another method", answer.status));
            }
        }
        Found::Nothing if answer.status != 404 => {
            wrong.push(format!("{} for no path", answer.status))
        }
        Found::Nothing => {}
    }
    wrong
}
