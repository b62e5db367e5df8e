//! The process that the supervisor starts: it serves, and it works in cycles that a heartbeat tells of. A cycle that
//! fails is a degraded one, and the next follows.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use contract_embed::{EmptyReason, EngineStatus, LogEvent, Metric, PluginState, Span, Topic};
use contract_exec::Launcher;
use contract_state::{Happened, Name, Shape, StateFile};
use contract_supervisor::{Cycle, Log, Outputs, Worker};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::{App, StartError};
use crate::config::Configuration;
use crate::events::tell_healed;
use crate::http;
use crate::trace::Trace;

/// The name of the worker.
pub const NAME: &str = "runtimed";

/// The journals below the data folder.
pub const JOURNALS: [&str; 3] = ["events.jsonl", "lifecycle.jsonl", "runtimed/cycles.jsonl"];

/// After so many cycles a plugin that failed is started again.
const CYCLES_TO_RESTART: u64 = 5;

/// What the worker remembers from one process to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Cycles of all processes.
    cycles: u64,
    /// Plugins that were started again.
    plugins_restarted: u64,
}

/// Serves and works until it is asked to end.
///
/// # Errors
/// When it cannot start: a route is missing, the address is taken, the configuration is wrong.
pub fn work(
    configuration: &Configuration,
    data: &Path,
    mut worker: Worker,
    log: Log,
) -> Result<(), StartError> {
    let unusable = |error: &dyn std::fmt::Display| StartError::Unusable(error.to_string());
    let log = Arc::new(log);
    let launcher = Launcher::own().map_err(|error| unusable(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| unusable(&error))?;
    let _inside = runtime.enter();
    let app = Arc::new(App::start(configuration, data, &launcher, Arc::clone(&log))?);
    let served = &configuration.served;
    let listener = listen(&served.listen)?;
    let address = listener.local_addr().map_err(|error| unusable(&error))?;
    log.tell(LogEvent::Listening, json!({"address": address.to_string()}));
    let api = Arc::clone(&app);
    runtime.spawn(async move { serve(listener, http::router(api)).await });
    if let Some(address) = &served.metrics_listen {
        let (listener, told) = (listen(address)?, Arc::clone(&app));
        let text = move || {
            let told = Arc::clone(&told);
            async move { told.metrics_text() }
        };
        let router = axum::Router::new().route("/metrics", axum::routing::get(text));
        runtime.spawn(async move { serve(listener, router).await });
    }
    let host = app.plugins().clone();
    runtime.spawn_blocking(move || host.start_all());
    let progress = progress(data, &app, &log);
    worker.run_cycles(Duration::from_millis(served.cycle_pause_ms), |cycle| {
        one(&app, &progress, cycle)
    });
    // Requests that are being answered have until the supervisor's patience ends.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

fn listen(address: &str) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address)
        .map_err(|error| StartError::Unusable(format!("cannot listen on `{address}`: {error}")))?;
    listener.set_nonblocking(true).map_err(|error| StartError::Unusable(error.to_string()))?;
    Ok(listener)
}

async fn serve(listener: TcpListener, router: axum::Router) {
    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
        // It ends with the process.
        let _ = axum::serve(listener, router).await;
    }
}

/// The state file of the worker; that it was healed is published.
fn progress(data: &Path, app: &Arc<App>, log: &Arc<Log>) -> Option<StateFile<Progress>> {
    let name = Name::new("worker/progress.json").ok()?;
    let shape = Shape::new(Progress { cycles: 0, plugins_restarted: 0 });
    let (app, log) = (Arc::clone(app), Arc::clone(log));
    let told = move |happened: &Happened| {
        tell_healed(&log, happened);
        app.healed(happened);
    };
    Some(StateFile::new(data, name, shape).listener(told))
}

/// One cycle: looks after plugins, and says what came of it.
fn one(
    app: &Arc<App>,
    progress: &Option<StateFile<Progress>>,
    cycle: &Cycle,
) -> Result<Outputs, String> {
    let start = Instant::now();
    let mut state = progress.as_ref().map(|file| file.load().state);
    let plugins = app.plugins().plugins();
    let failed = plugins.iter().filter(|plugin| plugin.state == PluginState::Failed);
    let again: Vec<String> = failed.map(|plugin| plugin.name.clone()).collect();
    if let Some(state) = &mut state {
        state.cycles += 1;
        if state.cycles % CYCLES_TO_RESTART == 0 {
            for name in &again {
                state.plugins_restarted += 1;
                // What comes of it is in the state of the plugin.
                let _ = app.plugins().start(name);
            }
        }
    }
    let mut errors = Vec::new();
    if let (Some(file), Some(state)) = (progress, &state)
        && let Err(error) = file.save(state)
    {
        errors.push(error.to_string());
    }
    let count = plugins.len() as u64;
    completed(app, cycle, count, &errors, start.elapsed());
    match errors.is_empty() {
        true if count > 0 => Ok(Outputs::of(count)),
        true => Ok(Outputs::none(EmptyReason::InputEmpty)),
        false => Err(errors.join("; ")),
    }
}

fn completed(app: &App, cycle: &Cycle, outputs: u64, errors: &[String], took: Duration) {
    let status = if errors.is_empty() { EngineStatus::Ok } else { EngineStatus::Degraded };
    app.is_degraded.store(status == EngineStatus::Degraded, Ordering::Relaxed);
    let pairs = [("worker", NAME), ("engine_status", status.as_str())];
    app.metrics.count(Metric::RuntimeCyclesTotal, &pairs);
    let worker = [("worker", NAME)];
    app.metrics.add(Metric::RuntimeCycleErrorsTotal, &worker, errors.len() as u64);
    app.metrics.took(Metric::RuntimeCycleDurationSeconds, &worker, took);
    let attributes = json!({"worker": NAME, "cycle": cycle.number, "engine.status": status});
    app.log.line(&Trace::begin().line(Span::WorkerCycle, attributes, took));
    let mut payload = json!({
        "cycle": cycle.number,
        "worker": NAME,
        "run_id": cycle.run_id,
        "engine_status": status,
        "errors_this_cycle": errors,
        "outputs": outputs,
        "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "finished_at": jiff::Timestamp::now().to_string(),
    });
    if let (0, Some(fields)) = (outputs, payload.as_object_mut()) {
        let reason =
            if errors.is_empty() { EmptyReason::InputEmpty } else { EmptyReason::CycleFailed };
        fields.insert("empty_reason".to_owned(), json!(reason));
    }
    app.publish(Topic::CycleCompleted, None, &payload);
}
