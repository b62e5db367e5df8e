//! A host starts, whatever its plugins and its optional modules do.

use std::time::{Duration, Instant};

use contract_embed::{PluginState, Topic};
use contract_plugin_host::{Host, Sink};
use serde_json::Value;

use crate::common::{call, check, host, program};

#[test]
fn a_failing_plugin_never_keeps_the_host_from_starting() {
    let (host, recorder) = host();
    let manners = [
        "load-missing",
        "load-panic",
        "load-abort",
        "load-memory",
        "load-loop",
        "start-panic",
        "start-abort",
        "start-loop",
        "",
    ];
    for (n, manner) in manners.iter().enumerate() {
        host.register(program(&format!("p{n}"), manner)).unwrap();
    }
    host.start_all();
    let states: Vec<_> = host.plugins().into_iter().map(|plugin| plugin.state).collect();
    use PluginState::{Failed, Ready, Unavailable};
    assert_eq!(states, [[Unavailable; 5].as_slice(), &[Failed; 3], &[Ready]].concat());
    assert!(host.call("p8", &call("echo")).unwrap().value.is_ok());
    assert_eq!(recorder.of("plugin_unavailable").len(), 5);
    check(&host);
}

#[test]
fn plugins_that_hang_hang_together() {
    let (host, _) = host();
    for n in 0..8 {
        let mut plugin = program(&format!("p{n}"), "load-loop");
        crate::common::limits(&mut plugin).wall = Duration::from_secs(2);
        host.register(plugin).unwrap();
    }
    let start = Instant::now();
    host.start_all();
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
}

#[test]
fn an_optional_module_that_fails_is_skipped() {
    let (host, recorder) = host();
    assert_eq!(host.optional("zapier", || Ok::<_, String>(7)), Some(7));
    let failed = host.optional("telegram", || Err::<u8, _>("no token is configured"));
    assert_eq!(failed, None);
    let panicked = host.optional("voice", || -> Result<u8, String> {
        std::panic::resume_unwind(Box::new("no sound card"))
    });
    assert_eq!(panicked, None);
    let skipped = host.skipped();
    let names: Vec<&str> = skipped.iter().map(|skipped| skipped.name.as_str()).collect();
    assert_eq!(names, ["telegram", "voice"]);
    assert!(skipped[1].reason.contains("no sound card"), "{skipped:?}");
    let lines = recorder.of("optional_module_skipped");
    assert_eq!((lines.len(), &lines[0]["plugin"]), (2, &Value::from("telegram")));
}

/// Panics, and calls the host again while it is told something.
struct Bad(std::sync::Arc<std::sync::OnceLock<Host>>);

impl Sink for Bad {
    fn event(&self, _: Topic, _: &Value) {
        if let Some(host) = self.0.get() {
            let _ = (host.plugins(), host.call("nobody", &call("echo")), host.stop("ocr"));
        }
        std::panic::resume_unwind(Box::new("a bad listener"));
    }
}

#[test]
fn a_sink_that_panics_or_calls_back_stops_nothing() {
    let known = std::sync::Arc::new(std::sync::OnceLock::new());
    let host = Host::new(Bad(known.clone()), 4);
    host.register(program("ocr", "")).unwrap();
    assert_eq!(host.start("ocr").unwrap(), PluginState::Ready);
    let _ = known.set(host.clone());
    // The first event has it stopped.
    let result = host.call("ocr", &call("echo")).unwrap();
    assert_eq!((result.value.is_ok(), result.state), (true, PluginState::Stopped));
    check(&host);
}
