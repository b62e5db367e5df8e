//! Hosts with real plugins, and a sink that checks everything it is told.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract_embed::{LogEvent, Topic, schema};
use contract_exec::{Demand, Launcher, Limits, Process};
use contract_plugin_host::{Call, Host, Plugin, Sink, Source};
use serde_json::{Value, json};

pub(crate) const TESTBED: &str = env!("CARGO_BIN_EXE_contract-plugin-host-testbed");
pub(crate) const RUN: &str = "01JD5A0P2Q4R6S8T0V2W4X6Y8Z";

/// Everything that was told, each event valid for its topic.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<(String, Value)>>>);

impl Sink for Recorder {
    fn event(&self, topic: Topic, payload: &Value) {
        let name = topic.schema_path().replace("/schemas/", "/").replace(".schema.json", "");
        let said = schema(&name, "1.0.0").unwrap().validate(payload);
        let topic = match said {
            Ok(()) => topic.name().to_owned(),
            Err(invalid) => format!("INVALID: {invalid}"),
        };
        self.0.lock().unwrap().push((topic, payload.clone()));
    }

    fn log(&self, line: &Value) {
        let name = match LogEvent::of_line(line) {
            Ok(event) => event.as_str().to_owned(),
            Err(wrong) => format!("INVALID: {wrong}"),
        };
        self.0.lock().unwrap().push((name, line.clone()));
    }
}

impl Recorder {
    pub(crate) fn of(&self, name: &str) -> Vec<Value> {
        let all = self.0.lock().unwrap();
        let invalid = all.iter().find(|(topic, _)| topic.starts_with("INVALID"));
        assert_eq!(invalid, None);
        all.iter().filter(|(topic, _)| topic == name).map(|(_, value)| value.clone()).collect()
    }

    /// The states that a plugin came into.
    pub(crate) fn states(&self, plugin: &str) -> Vec<String> {
        let changes = self.of("PLUGIN_STATE_CHANGED");
        let of_it = changes.iter().filter(|change| change["name"] == plugin);
        of_it.map(|change| change["state"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn host() -> (Host, Recorder) {
    let recorder = Recorder::default();
    (Host::new(recorder.clone(), 64), recorder)
}

/// A program that behaves in this manner; see the testbed.
pub(crate) fn program(name: &str, manner: &str) -> Plugin {
    let mut process = Process::new(Launcher::at(TESTBED), TESTBED);
    process.arguments = vec![manner.into()];
    process.limits.wall = Duration::from_secs(20);
    process.limits.memory = 256 << 20;
    if manner.ends_with("loop") {
        process.limits.wall = Duration::from_millis(200);
    }
    if cfg!(not(target_os = "linux")) {
        process.demand = Demand::WhatThereIs;
    }
    let mut plugin = Plugin::new(name, Source::Process(process));
    plugin.version = Some("1.4.2".to_owned());
    plugin.description = Some("Reads text from images.".to_owned());
    if manner.starts_with("start-") {
        plugin.start = Some("start".to_owned());
    }
    plugin
}

/// The limits of a program.
pub(crate) fn limits(plugin: &mut Plugin) -> &mut Limits {
    match &mut plugin.source {
        Source::Process(process) => &mut process.limits,
        Source::Module { limits, .. } => limits,
    }
}

/// A module whose function does this.
pub(crate) fn module(folder: &Path, name: &str, body: &str) -> Plugin {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "alloc") (param i32) (result i32) i32.const 1024)
            (func $call (export "call") (param $place i32) (param $length i32) (result i64) {body})
            (data (i32.const 0) "{{\22fine\22: true}}"))"#
    );
    let path = folder.join(format!("{name}.wasm"));
    std::fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
    let limits = Limits { fuel: 10_000_000, ..Limits::default() };
    let mut plugin =
        Plugin::new(name, Source::Module { path, function: "call".to_owned(), limits });
    plugin.load = None;
    plugin
}

pub(crate) fn call(function: &str) -> Call {
    let arguments = json!({"page": 1});
    let (function, run_id) = (function.to_owned(), RUN.to_owned());
    Call { function, arguments, run_id, step_id: Some("read.1".to_owned()) }
}

/// Sees that what the registry says is what the contracts allow.
pub(crate) fn check(host: &Host) {
    let state = schema("storage/plugin_state", "1.0.0").unwrap();
    let health = schema("storage/plugin_health_response", "1.0.0").unwrap();
    for plugin in host.plugins() {
        state.validate(&plugin.value()).unwrap();
        health.validate(&plugin.health()).unwrap();
    }
}
