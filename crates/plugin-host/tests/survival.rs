//! Every way in which a plugin can fail, and a host that runs on.

use contract_embed::{Fault, Missing, PluginState};
use contract_plugin_host::{Host, Plugin, Source};
use serde_json::json;

use crate::common::{Recorder, call, check, host, limits, module, program};

/// Everything still works: another plugin is called, and says what it should.
fn runs(host: &Host) {
    if host.plugin("well").is_none() {
        host.register(program("well", "")).unwrap();
        assert_eq!(host.start("well").unwrap(), PluginState::Ready);
    }
    let result = host.call("well", &call("echo")).unwrap();
    assert_eq!((result.value, result.state), (Ok(json!({"page": 1})), PluginState::Ready));
    check(host);
}

/// Loads a plugin that cannot be loaded.
fn unloadable(plugin: Plugin, missing: Missing, why: &str) -> (Host, Recorder) {
    let (host, recorder) = host();
    let name = plugin.name.clone();
    host.register(plugin).unwrap();
    assert_eq!(host.start(&name).unwrap(), PluginState::Unavailable);
    let known = host.plugin(&name).unwrap();
    assert_eq!((known.missing, known.fault), (Some(missing), None), "{known:?}");
    assert!(known.loaded_at.is_none());
    let reason = known.reason.unwrap();
    assert!(reason.contains(why) && reason.contains("provide it"), "{reason}");
    assert_eq!(recorder.states(&name), ["LOADING", "UNAVAILABLE"]);
    assert_eq!(recorder.of("plugin_unavailable").len(), 1);
    runs(&host);
    (host, recorder)
}

/// Calls a plugin that fails in the call, and then again.
fn fails(plugin: Plugin, function: &str, fault: Fault, why: &str) {
    let (host, recorder) = host();
    let name = plugin.name.clone();
    host.register(plugin).unwrap();
    assert_eq!(host.start(&name).unwrap(), PluginState::Ready);
    for count in 1..=2 {
        let result = host.call(&name, &call(function)).unwrap();
        let failed = result.value.unwrap_err();
        assert_eq!((failed.fault, result.state), (fault, PluginState::Failed), "{failed:?}");
        assert!(failed.reason.contains(why), "{failed:?}");
        let known = host.plugin(&name).unwrap();
        assert_eq!((known.error_count, known.fault, known.missing), (count, Some(fault), None));
        assert_eq!(known.reason, Some(failed.reason));
        assert!(known.loaded_at.is_some());
        runs(&host);
    }
    let told = recorder.of("PLUGIN_CALL_FAILED");
    assert_eq!((told.len(), told[1]["error_count"].as_u64()), (2, Some(2)));
    assert_eq!(told[0]["step_id"], "read.1");
    assert_eq!(recorder.of("plugin_failed").len(), 2);
    let states = ["LOADING", "READY", "RUNNING", "FAILED", "RUNNING", "FAILED"];
    assert_eq!(recorder.states(&name), states);
}

#[test]
fn a_plugin_that_fails_to_load_leaves_the_host_running() {
    unloadable(program("torch", "load-missing"), Missing::Dependency, "libtorch.so.2");
    unloadable(program("model", "load-model"), Missing::ModelFile, "models/ocr.onnx");
    unloadable(program("raising", "load-panic"), Missing::Dependency, "no pixels");
    unloadable(program("slow", "load-loop"), Missing::Configuration, "200ms");
    unloadable(program("hungry", "load-memory"), Missing::Configuration, "bytes of memory");
    unloadable(program("aborting", "load-abort"), Missing::Dependency, "signal 6");
    unloadable(program("silent", "load-silent"), Missing::Dependency, "wrote nothing");

    let mut absent = program("absent", "");
    if let Source::Process(process) = &mut absent.source {
        process.program = "/no/such/program".into();
    }
    unloadable(absent, Missing::Dependency, "/no/such/program");
    let folder = tempfile::tempdir().unwrap();
    let gone = module(folder.path(), "gone", "i64.const 14");
    std::fs::remove_file(folder.path().join("gone.wasm")).unwrap();
    unloadable(gone, Missing::Dependency, "gone.wasm");
    let no_module = module(folder.path(), "text", "i64.const 14");
    std::fs::write(folder.path().join("text.wasm"), "no module").unwrap();
    unloadable(no_module, Missing::Dependency, "no WebAssembly module");
}

#[test]
fn a_plugin_that_fails_to_start_leaves_the_host_running() {
    for (manner, fault) in [
        ("start-panic", Fault::Exception),
        ("start-missing", Fault::Exception),
        ("start-abort", Fault::Signal),
        ("start-memory", Fault::OutOfMemory),
        ("start-loop", Fault::Timeout),
    ] {
        let (host, recorder) = host();
        host.register(program("ocr", manner)).unwrap();
        assert_eq!(host.start("ocr").unwrap(), PluginState::Failed, "{manner}");
        let known = host.plugin("ocr").unwrap();
        assert_eq!((known.fault, known.error_count), (Some(fault), 1), "{known:?}");
        assert_eq!(recorder.states("ocr"), ["LOADING", "READY", "RUNNING", "FAILED"]);
        runs(&host);
    }
}

#[test]
fn a_plugin_that_raises_leaves_the_host_running() {
    fails(program("ocr", ""), "panic", Fault::Exception, "no pixels");
    fails(program("ocr", ""), "input", Fault::BadInput, "must be at least 1");
    fails(program("ocr", ""), "unheard_of", Fault::Exception, "no function `unheard_of`");
    fails(program("ocr", ""), "missing", Fault::Exception, "libtorch");
}

#[test]
fn a_plugin_without_end_to_its_memory_leaves_the_host_running() {
    fails(program("ocr", ""), "memory", Fault::OutOfMemory, "bytes of memory");
}

#[test]
fn a_plugin_without_end_to_its_time_leaves_the_host_running() {
    let mut plugin = program("ocr", "");
    limits(&mut plugin).wall = std::time::Duration::from_millis(300);
    fails(plugin, "loop", Fault::Timeout, "300ms");
}

#[test]
fn a_plugin_that_dies_leaves_the_host_running() {
    fails(program("ocr", ""), "abort", Fault::Signal, "signal 6");
    fails(program("ocr", ""), "overflow", Fault::Signal, "signal 6");
}

#[test]
fn a_plugin_that_answers_nonsense_leaves_the_host_running() {
    fails(program("ocr", ""), "silent", Fault::Exception, "wrote nothing");
    fails(program("ocr", ""), "text", Fault::Exception, "JSON value");
    fails(program("ocr", ""), "flood", Fault::Exception, "bytes of output");
}

#[test]
fn modules_that_fail_leave_the_host_running() {
    let folder = tempfile::tempdir().unwrap();
    let all = [
        ("trap", "unreachable", Fault::Exception, "unreachable"),
        ("loop", "(loop $l (br $l)) unreachable", Fault::Timeout, "fuel"),
        ("deep", "(call $call (i32.const 0) (i32.const 0))", Fault::Exception, "stack"),
        (
            "memory",
            "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 99)) (i32.const -1)))) unreachable",
            Fault::OutOfMemory,
            "bytes of memory",
        ),
        ("text", "i64.const 2", Fault::Exception, "JSON value"),
    ];
    for (name, body, fault, why) in all {
        fails(module(folder.path(), name, body), "read", fault, why);
    }
}

#[test]
fn a_program_that_goes_while_the_host_runs_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("plugin");
    std::fs::copy(crate::common::TESTBED, &copy).unwrap();
    let mut plugin = program("ocr", "");
    if let Source::Process(process) = &mut plugin.source {
        process.program.clone_from(&copy);
    }
    let (host, _) = host();
    host.register(plugin).unwrap();
    assert_eq!(host.start("ocr").unwrap(), PluginState::Ready);
    std::fs::remove_file(&copy).unwrap();
    let result = host.call("ocr", &call("echo")).unwrap();
    assert_eq!(
        (result.value.unwrap_err().fault, result.state),
        (Fault::Exception, PluginState::Failed)
    );
    // Started again it is what it is: something that cannot be loaded.
    assert_eq!(host.start("ocr").unwrap(), PluginState::Unavailable);
    assert_eq!(host.plugin("ocr").unwrap().missing, Some(Missing::Dependency));
    runs(&host);
}
