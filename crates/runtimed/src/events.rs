//! Publishing: what happened becomes a signed envelope under every version of its topic that is in force, in a journal
//! that readers follow.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use contract_embed::{Band, LogEvent, Span, Topic};
use contract_envelope::{Actor, DeviceKey, Draft, Sealer, Trace, versions_to_publish};
use contract_journal::{Journal, Options};
use contract_routing::identity::Identity;
use contract_state::{Happened, Name, Shape, StateFile};
use contract_supervisor::Log;
use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::trace::Trace as Here;

/// The key that events are signed with.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SigningKey {
    device_id: String,
    /// 32 bytes in hexadecimal; empty until there is one.
    seed: String,
}

/// An event that was published.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its id.
    pub id: String,
    /// Its topic.
    pub topic: Topic,
    /// Its size.
    pub bytes: usize,
    /// How long it took to seal and to keep it.
    pub took: Duration,
}

type Versions = dyn Fn(Topic) -> Result<Vec<Topic>, String> + Send + Sync;

/// Publishes events.
pub struct Publisher {
    sealer: Sealer,
    journal: Mutex<Journal>,
    versions: Box<Versions>,
    public: [u8; 32],
    key_id: String,
    /// What happened to the file of the key.
    pub(crate) healed: Vec<Happened>,
}

impl Publisher {
    /// Events go to `events.jsonl` below the data folder, signed with the key in `signing.json` there, which is made
    /// when there is none.
    ///
    /// # Errors
    /// When the journal cannot be opened, or there is no randomness for a key.
    pub fn open(data: &Path, log: &Arc<Log>) -> Result<Self, String> {
        let (device, healed) = signing_key(data, log)?;
        let (journal, opened) =
            Journal::open(&data.join("events.jsonl"), Options::default()).map_err(unopened)?;
        if let Some(torn) = opened.torn {
            let reason =
                format!("its writer died within a line: {} bytes are no event", torn.bytes);
            log.tell(LogEvent::JournalMended, json!({"file": "events.jsonl", "reason": reason}));
        }
        let (public, key_id) = (device.public(), device.key_id().to_owned());
        let sealer = Sealer::new(
            device,
            Some(std::env::consts::OS),
            Some("medium"),
            contract_envelope::SystemClock,
        );
        let versions = |topic| versions_to_publish(topic).map_err(|error| error.0);
        let journal = Mutex::new(journal);
        Ok(Publisher { sealer, journal, versions: Box::new(versions), public, key_id, healed })
    }

    /// With another way to know the versions of a topic that are in force.
    #[must_use]
    pub fn versions(
        mut self,
        versions: impl Fn(Topic) -> Result<Vec<Topic>, String> + Send + Sync + 'static,
    ) -> Self {
        self.versions = Box::new(versions);
        self
    }

    /// The public key that the events of this runtime are verified with.
    pub fn public_key(&self) -> [u8; 32] {
        self.public
    }

    /// The id of that key, which no other key of a runtime has.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Publishes an event, under each version of its topic that is in force; it is in the journal when this returns.
    /// Without a user the runtime itself acts. Within a request the event belongs to its trace.
    ///
    /// # Errors
    /// When it is not as the contracts say, or cannot be written.
    pub fn publish(
        &self,
        topic: Topic,
        who: Option<&Identity>,
        payload: &Value,
    ) -> Result<Vec<Published>, String> {
        let (actor, space) = match who {
            Some(who) => (Actor::user(&who.user_id), format!("personal:{}", who.user_id)),
            None => {
                let actor = Actor::other(contract_embed::ActorKind::Service, "runtime", None);
                (actor, "system:operations".to_owned())
            }
        };
        let (here, mut published) = (Here::here(), Vec::new());
        for topic in (self.versions)(topic)? {
            let start = Instant::now();
            let mut draft = Draft::new(topic, actor.clone(), &space, payload.clone());
            if topic.min_band() != Band::Green {
                // What is audited stays audited, and only the runtime's own group reads it.
                draft = draft.band(topic.min_band(), Some("mls:runtime")).irrevocable();
            }
            if let Some(here) = &here {
                let (trace_id, span_id) = (here.trace_id.clone(), here.span_id.clone());
                draft =
                    draft.trace(Trace { trace_id, span_id, parent_span_id: here.parent.clone() });
            }
            let event = self.sealer.seal(draft).map_err(|refused| refused.to_string())?;
            let text = to_raw_value(&event).map_err(|error| error.to_string())?;
            let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.append(&text).map_err(|error| error.to_string())?;
            drop(journal);
            let (bytes, took) = (text.get().len(), start.elapsed());
            published.push(Published { id: event.id, topic, bytes, took });
        }
        Ok(published)
    }
}

/// Says what an operator can do.
fn unopened(error: contract_journal::Error) -> String {
    match error {
        contract_journal::Error::Broken(_) => format!(
            "{error}, and nothing is appended to what may have been changed: find out by whom, and \
             move the file elsewhere; then a new one is begun"
        ),
        other => other.to_string(),
    }
}

/// The key of this runtime, and what happened to its file. One that is lost or damaged is replaced.
fn signing_key(data: &Path, log: &Arc<Log>) -> Result<(DeviceKey, Vec<Happened>), String> {
    let none = SigningKey { device_id: "runtime".to_owned(), seed: String::new() };
    let name = Name::new("signing.json").map_err(|error| error.to_string())?;
    let log = Arc::clone(log);
    let told = move |happened: &Happened| tell_healed(&log, happened);
    let file = StateFile::new(data, name, Shape::new(none)).private().listener(told);
    let loaded = file.load();
    let mut key = loaded.state;
    let seed = HEXLOWER_PERMISSIVE.decode(key.seed.as_bytes()).unwrap_or_default();
    let seed: [u8; 32] = match seed.try_into() {
        Ok(seed) => seed,
        Err(_) => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|error| error.to_string())?;
            key.seed = data_encoding::HEXLOWER.encode(&seed);
            file.save(&key).map_err(|error| error.to_string())?;
            seed
        }
    };
    // Two keys of one id could not be told apart by whoever verifies.
    let public = DeviceKey::new(&key.device_id, "", &seed).public();
    let id = data_encoding::HEXLOWER.encode(public.get(..8).unwrap_or_default());
    Ok((DeviceKey::new(&key.device_id, &format!("runtime-{id}"), &seed), loaded.happened))
}

/// Says in the log, and as a span, that a state file was healed.
pub(crate) fn tell_healed(log: &Log, happened: &Happened) {
    let Some(payload) = happened.payload() else { return };
    let attributes = json!({"file": payload.get("file"), "problem": payload.get("problem")});
    log.line(&Here::begin().line(Span::StateHeal, attributes, Duration::ZERO));
    log.healed(happened);
}
