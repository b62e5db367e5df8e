//! What every event must be, whoever made it: as the schemas of the envelope, its invariants and its topic say, and as
//! the catalog of topics and the policy of bands say beyond them. Signatures are checked elsewhere.

use contract_embed::{Band, Obligation, schema, schemas};
use jiff::Timestamp;
use serde_json::Value;

use crate::canonical::payload_sha256;
use crate::envelope::Envelope;
use crate::refused::Refused;
use crate::undo::undo_until;

/// The contracts that this code was written for.
const VERSION: &str = "1.0.0";

/// The schemas of an event: envelope, invariants, and the payload of its topic.
pub(crate) fn schemas_hold(event: &Value) -> Result<(), Refused> {
    for name in ["events/envelope", "invariants/envelope"] {
        let schema = schema(name, VERSION).map_err(|no| Refused::NoSchema(no.to_string()))?;
        schema.validate(event)?;
    }
    let topic = event.get("topic").and_then(Value::as_str).unwrap_or_default();
    let topic = crate::TopicRef::find(topic)?.topic;
    let of_topic = schemas().find(|schema| schema.path() == topic.schema_path());
    let no = || Refused::NoSchema(format!("no schema `{}`", topic.schema_path()));
    let payload = event.get("payload").unwrap_or(&Value::Null);
    Ok(of_topic.ok_or_else(no)?.validate(payload)?)
}

/// What no schema says: band and obligations of the topic, obligations of the band, the end of undoing, the hash.
pub(crate) fn rules_hold(event: &Envelope<Value>) -> Result<(), Refused> {
    let (topic, band) = (event.topic.topic, event.band);
    if band.rank() < topic.min_band().rank() {
        return Err(Refused::Band { topic, band, least: topic.min_band() });
    }
    let mut demanded = demanded(event.topic.topic, band).into_iter();
    if let Some(obligation) = demanded.find(|demanded| !event.obligations.contains(demanded)) {
        return Err(Refused::Obligation(obligation));
    }
    if let Some(until) = &event.undo_until {
        undo_holds(event, until)?;
    }
    if payload_sha256(&event.payload)? == event.hashes.payload_sha256 {
        Ok(())
    } else {
        Err(Refused::Hash)
    }
}

/// The obligations of a topic and a band, in the order of the contracts.
pub(crate) fn demanded(topic: contract_embed::Topic, band: Band) -> Vec<Obligation> {
    let all = Obligation::ALL.iter().copied();
    all.filter(|one| topic.obligations().contains(one) || band.obligations().contains(one))
        .collect()
}

fn undo_holds(event: &Envelope<Value>, until: &str) -> Result<(), Refused> {
    let wrong = |why: &str| Err(Refused::Undo(why.to_owned()));
    if event.band != Band::Amber {
        return wrong("only an AMBER event can be undone");
    }
    let times = (event.ts.parse::<Timestamp>(), until.parse::<Timestamp>());
    let (Ok(ts), Ok(until)) = times else { return wrong("a time cannot be read") };
    if undo_until(ts) == Some(until) { Ok(()) } else { wrong("it is not 15 minutes after `ts`") }
}
