//! Everything that requests need, built from the configuration. What is required and missing is an error here, before
//! the first request.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use contract_embed::{LogEvent, Metric, Mode, ResourceKind, Span, SpineEventType, Topic};
use contract_exec::Launcher;
use contract_plugin_host::{Host, Sink};
use contract_routing::identity::{AuditFailed, AuditSink, Binding, Identity, Members, Resolver};
use contract_routing::{MissingRoutes, Registry};
use contract_state::Happened;
use contract_stores::{Emitter, Routed, Stores};
use contract_supervisor::{Heartbeat, Log};
use serde_json::{Value, json};

use crate::check;
use crate::config::{BadConfiguration, Configuration};
use crate::events::{Published, Publisher};
use crate::metrics::Metrics;
use crate::observed::Observing;
use crate::safety::{Gate, Open};
use crate::trace;

/// Why the runtime does not start.
#[derive(Debug)]
pub enum StartError {
    /// The configuration is wrong.
    Configuration(BadConfiguration),
    /// Required kinds have no route.
    Missing(MissingRoutes),
    /// Something that it needs cannot be had.
    Unusable(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Configuration(why) => why.fmt(f),
            StartError::Missing(missing) => missing.fmt(f),
            StartError::Unusable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StartError {}

type Identities = Resolver<Members, SpineAudit>;

/// Everything that requests need.
pub struct App {
    pub(crate) stores: Stores,
    pub(crate) plugins: Host,
    pub(crate) identities: Identities,
    pub(crate) binding: Binding,
    pub(crate) trust: String,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) gate: Box<dyn Gate>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Arc<Log>,
    /// Requests that are being answered, and how many may be.
    pub(crate) open: AtomicUsize,
    pub(crate) most: usize,
    /// Where the heartbeat of the worker lies, and its name.
    pub(crate) data: std::path::PathBuf,
    /// Whether the last cycle was degraded, which a heartbeat that cannot be written does not tell.
    pub(crate) is_degraded: AtomicBool,
}

/// Puts refused identities on the spine. It waits for the spine, and so runs where waiting is allowed.
pub(crate) struct SpineAudit(Box<Record>);

type Record = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

impl AuditSink for SpineAudit {
    fn record(&self, payload: &Value) -> Result<(), AuditFailed> {
        (self.0)(payload).map_err(AuditFailed)
    }
}

/// The spine record of an audit payload.
fn audit_event(payload: &Value) -> Value {
    json!({
        "event_id": uuid::Uuid::new_v4().to_string(),
        "run_id": ulid::Ulid::generate().to_string(),
        "step_id": "identity",
        "timestamp": jiff::Timestamp::now().to_string(),
        "event_type": SpineEventType::Audit,
        "source": "system",
        "payload": payload,
    })
}

/// Publishes what plugins do, and logs it.
struct Told {
    publisher: Arc<Publisher>,
    metrics: Arc<Metrics>,
    log: Arc<Log>,
}

impl Sink for Told {
    fn event(&self, topic: Topic, payload: &Value) {
        let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
        if topic == Topic::PluginCallFailed {
            let pairs = [("plugin", text("name")), ("fault", text("fault"))];
            self.metrics.count(Metric::RuntimePluginFaultsTotal, &pairs);
        }
        publish(&self.publisher, (&self.metrics, &self.log), topic, None, payload);
    }

    fn log(&self, line: &Value) {
        self.log.line(line);
    }
}

impl App {
    /// Builds it. Must be called within the runtime of tokio that serves.
    ///
    /// # Errors
    /// When a kind that the mode requires has no route, or something is wrong with the configuration or the folder.
    pub fn start(
        configuration: &Configuration,
        data: &Path,
        launcher: &Launcher,
        log: Arc<Log>,
    ) -> Result<App, StartError> {
        let unusable = |why: String| StartError::Unusable(why);
        let registry = Registry::from_configuration(&configuration.whole);
        let registry = registry
            .map_err(|error| StartError::Configuration(BadConfiguration(error.to_string())))?;
        if let Err(missing) = registry.require_all(configuration.mode) {
            missing.missing.iter().for_each(|route| tell_missing(&log, route.kind, route.mode));
            return Err(StartError::Missing(missing));
        }
        let backends = crate::clouds::backends(data, &configuration.served.backends);
        let metrics = Arc::new(Metrics::default());
        let (inner, metrics_of, log_of) =
            (backends.map_err(unusable)?, Arc::clone(&metrics), Arc::clone(&log));
        let observing = Observing { inner, metrics: metrics_of, log: log_of };
        let stores = Stores::new(Arc::new(Routed::new(Arc::new(registry), observing)));
        let publisher = Publisher::open(data, &log).map(Arc::new).map_err(unusable)?;
        tell_start(configuration, &stores, &metrics, &log);
        let told = Told {
            publisher: Arc::clone(&publisher),
            metrics: Arc::clone(&metrics),
            log: Arc::clone(&log),
        };
        let served = &configuration.served;
        let plugins = Host::new(told, served.most_requests);
        check::register(&plugins, configuration, launcher).map_err(StartError::Configuration)?;
        let app = App {
            identities: identities(configuration, &stores)?,
            binding: Binding {
                tenant_id: served.tenant_id.clone(),
                mode: configuration.mode,
                surface_id: None,
            },
            trust: served.device_trust.clone(),
            stores,
            plugins,
            publisher,
            gate: Box::new(Open),
            metrics,
            log,
            open: AtomicUsize::new(0),
            most: served.most_requests,
            data: data.to_owned(),
            is_degraded: AtomicBool::new(false),
        };
        app.publisher.healed.iter().for_each(|happened| app.healed(happened));
        Ok(app)
    }

    /// With another gate before plugins.
    #[must_use]
    pub fn gate(mut self, gate: impl Gate + 'static) -> App {
        self.gate = Box::new(gate);
        self
    }

    /// Counts and publishes that a state file was healed.
    pub(crate) fn healed(&self, happened: &Happened) {
        let Some(payload) = happened.payload() else { return };
        let problem = payload.get("problem").and_then(Value::as_str).unwrap_or_default();
        self.metrics.count(Metric::RuntimeStateFilesHealedTotal, &[("problem", problem)]);
        self.publish(Happened::TOPIC, None, &payload);
    }

    /// Who publishes its events.
    pub fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// What it keeps.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Its log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Its plugins.
    pub fn plugins(&self) -> &Host {
        &self.plugins
    }

    /// Its counts, as text.
    pub fn metrics_text(&self) -> String {
        let mut states = std::collections::BTreeMap::new();
        for plugin in self.plugins.plugins() {
            *states.entry(plugin.state).or_insert(0.0) += 1.0;
        }
        for state in contract_embed::PluginState::ALL {
            let count = states.get(state).copied().unwrap_or(0.0);
            self.metrics.set(Metric::RuntimePlugins, &[("state", state.as_str())], count);
        }
        if let Some(beat) = contract_supervisor::read_heartbeat(&self.data, crate::work::NAME) {
            let worker = [("worker", beat.worker.as_str())];
            self.metrics.set(Metric::RuntimeHeartbeatAgeSeconds, &worker, age(&beat));
            self.metrics.total(Metric::RuntimeWorkerRestartsTotal, &worker, beat.restarts);
        }
        self.metrics.text()
    }

    /// A place among the requests that are answered at a time.
    pub(crate) fn enter(&self) -> Option<Inside<'_>> {
        let before = self.open.fetch_add(1, Ordering::SeqCst);
        let inside = Inside(&self.open);
        (before < self.most).then_some(inside)
    }

    /// Publishes an event; when that fails the log says so.
    pub(crate) fn publish(&self, topic: Topic, who: Option<&Identity>, payload: &Value) {
        publish(&self.publisher, (&self.metrics, &self.log), topic, who, payload);
    }
}

fn publish(
    publisher: &Publisher,
    (metrics, log): (&Metrics, &Log),
    topic: Topic,
    who: Option<&Identity>,
    payload: &Value,
) {
    match publisher.publish(topic, who, payload) {
        Ok(published) => published.iter().for_each(|event| tell_published(metrics, log, event)),
        Err(why) => log.tell(LogEvent::NotPublished, json!({"topic": topic, "reason": why})),
    }
}

fn tell_published(metrics: &Metrics, log: &Log, event: &Published) {
    let (topic, band) = (event.topic.name(), event.topic.min_band());
    metrics.count(Metric::RuntimeEventsAppendedTotal, &[("topic", topic), ("band", band.as_str())]);
    let bytes = f64::from(u32::try_from(event.bytes).unwrap_or(u32::MAX));
    metrics.measured(Metric::RuntimeEventSizeBytes, &[("topic", topic)], bytes);
    trace::tell(
        log,
        Span::SpineAppend,
        event.took,
        || json!({"event.id": event.id, "event.topic": event.topic, "event.band": band}),
    );
}

/// Seconds since a heartbeat.
pub(crate) fn age(beat: &Heartbeat) -> f64 {
    jiff::Timestamp::now().duration_since(beat.beat_at).as_secs_f64().max(0.0)
}

/// A request that is being answered.
pub(crate) struct Inside<'a>(&'a AtomicUsize);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Says that something cannot be kept, since nothing says where.
pub(crate) fn tell_missing(log: &Log, kind: ResourceKind, mode: Mode) {
    log.tell(LogEvent::RouteMissing, json!({"resource_kind": kind, "mode": mode}));
}

/// Says what an operator should know: defaults, and routes that only lab may have.
fn tell_start(configuration: &Configuration, stores: &Stores, metrics: &Metrics, log: &Log) {
    for key in &configuration.defaulted {
        log.tell(LogEvent::ConfigurationDefaultUsed, json!({"key": key}));
    }
    let mode = configuration.mode;
    metrics.set(Metric::RuntimeInfo, &[("mode", mode.as_str())], 1.0);
    let missing = stores.routed().registry().diagnostics(mode);
    let missing = missing.iter().filter(|of| !of.missing.is_empty()).count();
    metrics.set(
        Metric::RuntimeRoutesMissing,
        &[("mode", mode.as_str())],
        f64::from(u32::try_from(missing).unwrap_or(u32::MAX)),
    );
    for route in stores.routed().registry().routes().filter(|route| route.mode == Mode::Lab) {
        let label = route.label.as_ref().map(|label| label.text.as_str());
        let (kind, mode) = (route.resource_kind, route.mode);
        let fields = json!({"resource_kind": kind, "mode": mode, "reason": label});
        log.tell(LogEvent::LabRouteInUse, fields);
    }
}

fn identities(configuration: &Configuration, stores: &Stores) -> Result<Identities, StartError> {
    let served = &configuration.served;
    let keys = check::keys(served).map_err(StartError::Configuration)?;
    let mut members = Members::new();
    for (surface, projects) in &served.surfaces {
        let projects: Vec<&str> = projects.iter().map(String::as_str).collect();
        members = members.with(&served.tenant_id, configuration.mode, surface, &projects);
    }
    let (stores, tenant, mode) = (stores.clone(), served.tenant_id.clone(), configuration.mode);
    let handle = tokio::runtime::Handle::try_current()
        .map_err(|error| StartError::Unusable(error.to_string()))?;
    let record = move |payload: &Value| {
        let emitter = Emitter::Runtime { tenant: &tenant, mode };
        let append = async { stores.spine().append(emitter, &audit_event(payload)).await };
        handle.block_on(append).map(drop).map_err(|error| error.to_string())
    };
    let audit = SpineAudit(Box::new(record));
    Ok(Resolver::new(keys, members, audit, contract_routing::identity::SystemClock))
}
