//! The state of every plugin can be read at any time, and follows what happens to it.

use std::time::{Duration, Instant};

use contract_embed::PluginState;
use contract_plugin_host::{BadPlugin, Refused};
use serde_json::json;

use crate::common::{call, check, host, limits, program};

#[test]
fn every_plugin_has_a_state_that_can_be_read() {
    let (host, recorder) = host();
    for (name, manner) in [("a", ""), ("b", "load-missing"), ("c", "start-panic"), ("d", "")] {
        host.register(program(name, manner)).unwrap();
        assert_eq!(host.plugin(name).unwrap().state, PluginState::Registered);
    }
    check(&host);
    host.start_all();
    host.stop("d").unwrap();
    let states: Vec<_> = host.plugins().into_iter().map(|plugin| plugin.state).collect();
    use PluginState::{Failed, Ready, Stopped, Unavailable};
    assert_eq!(states, [Ready, Unavailable, Failed, Stopped]);
    check(&host);
    assert_eq!(recorder.states("d"), ["LOADING", "READY", "STOPPED"]);
    assert!(host.plugin("nobody").is_none());
}

#[test]
fn a_failed_plugin_can_be_started_again() {
    let (host, recorder) = host();
    host.register(program("ocr", "")).unwrap();
    host.start("ocr").unwrap();
    assert_eq!(host.call("ocr", &call("panic")).unwrap().state, PluginState::Failed);
    assert_eq!(host.start("ocr").unwrap(), PluginState::Ready);
    let known = host.plugin("ocr").unwrap();
    assert_eq!((known.reason, known.fault), (None, None));
    // What was counted stays counted.
    assert_eq!((known.success_count, known.error_count), (0, 1));
    let result = host.call("ocr", &call("echo")).unwrap();
    assert_eq!((result.value, result.state), (Ok(json!({"page": 1})), PluginState::Ready));
    // Or it is called again, and what works is ready.
    host.call("ocr", &call("panic")).unwrap();
    assert_eq!(host.call("ocr", &call("echo")).unwrap().state, PluginState::Ready);
    assert_eq!(recorder.states("ocr")[4..6], ["LOADING", "READY"]);
    check(&host);
}

#[test]
fn illegal_steps_are_errors_that_say_what_is_possible() {
    let (host, recorder) = host();
    host.register(program("ocr", "")).unwrap();
    let text = host.stop("ocr").unwrap_err().to_string();
    assert!(text.contains("REGISTERED") && text.ends_with("it can become LOADING"), "{text}");
    host.start("ocr").unwrap();
    let illegal = host.start("ocr").unwrap_err();
    assert_eq!((illegal.from, illegal.to), (Some(PluginState::Ready), PluginState::Loading));
    assert!(host.start("nobody").unwrap_err().to_string().contains("register it first"));
    host.stop("ocr").unwrap();
    assert!(host.stop("ocr").is_err());
    assert_eq!(recorder.states("ocr"), ["LOADING", "READY", "STOPPED"]);
}

#[test]
fn refused_calls_are_counted_too() {
    let (host, _) = host();
    host.register(program("ocr", "load-missing")).unwrap();
    let refused = |state| match host.call("ocr", &call("echo")).unwrap_err() {
        Refused::State { state: found, reason, .. } => {
            assert_eq!(found, state);
            reason
        }
        other => panic!("{other}"),
    };
    refused(PluginState::Registered);
    host.start("ocr").unwrap();
    assert!(refused(PluginState::Unavailable).unwrap().contains("libtorch"));
    host.stop("ocr").unwrap();
    refused(PluginState::Stopped);
    assert_eq!(host.plugin("ocr").unwrap().error_count, 3);
    for name in ["nobody", "nobody", &"x".repeat(5000)] {
        assert_eq!(host.call(name, &call("echo")), Err(Refused::Unknown(name.to_owned())));
    }
    let unknown = host.unknown_calls();
    assert_eq!((unknown.count, unknown.names["nobody"]), (3, 2));
    assert!(unknown.names.contains_key(&"x".repeat(63)));
    for n in 0..2000 {
        let _ = host.call(&format!("n{n}"), &call("echo"));
    }
    assert_eq!((host.unknown_calls().count, host.unknown_calls().names.len()), (2003, 1000));
    check(&host);
}

#[test]
fn what_a_call_of_before_comes_to_says_nothing_of_now() {
    let (host, _) = host();
    let mut plugin = program("ocr", "");
    limits(&mut plugin).wall = Duration::from_secs(2);
    host.register(plugin).unwrap();
    host.start("ocr").unwrap();
    let other = host.clone();
    let slow = std::thread::spawn(move || other.call("ocr", &call("loop")).unwrap());
    let start = Instant::now();
    while host.plugin("ocr").unwrap().state != PluginState::Running {
        assert!(start.elapsed() < Duration::from_secs(20));
    }
    check(&host);
    host.stop("ocr").unwrap();
    host.start("ocr").unwrap();
    let result = slow.join().unwrap();
    assert!(result.value.is_err());
    assert_eq!(result.state, PluginState::Ready, "it was stopped and started meanwhile");
    let known = host.plugin("ocr").unwrap();
    assert_eq!((known.state, known.error_count), (PluginState::Ready, 1));
    check(&host);
}

#[test]
fn what_the_contracts_do_not_allow_is_not_registered() {
    let (host, _) = host();
    for name in ["", "Ocr", "a b", "../x", &"x".repeat(64)] {
        let bad = host.register(program(name, "")).unwrap_err();
        assert!(matches!(bad, BadPlugin::Invalid(_)), "{bad}");
    }
    let mut plugin = program("ocr", "");
    plugin.version = Some("v1".to_owned());
    assert!(host.register(plugin).unwrap_err().to_string().contains("/version"));
    host.register(program("ocr", "")).unwrap();
    let taken = host.register(program("ocr", "")).unwrap_err();
    assert_eq!(taken, BadPlugin::Taken("ocr".to_owned()));
}
