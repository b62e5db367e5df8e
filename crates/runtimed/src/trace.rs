//! Traces: a request goes on with the trace of whoever sent it (W3C Trace Context, `traceparent`), or begins one, and
//! what is done for it is told as spans within it: lines of the log, with the names and attributes of the contracts.

use std::time::Duration;

use contract_embed::Span;
use contract_supervisor::Log;
use serde_json::{Value, json};

tokio::task_local! {
    /// Where the request stands that this task answers.
    static HERE: Trace;
}

/// Where something stands in a trace.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    /// 16 hexadecimal digits.
    pub(crate) span_id: String,
    /// The span around it.
    pub(crate) parent: Option<String>,
    /// Whether whoever began the trace keeps it.
    is_kept: bool,
}

fn new_span_id() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    random.get(..16).unwrap_or_default().to_owned()
}

impl Trace {
    /// A new one.
    pub(crate) fn begin() -> Trace {
        let trace_id = uuid::Uuid::new_v4().simple().to_string();
        Trace { trace_id, span_id: new_span_id(), parent: None, is_kept: true }
    }

    /// The one of a request, from its `traceparent`.
    pub(crate) fn of(traceparent: Option<&str>) -> Trace {
        let Some((trace_id, parent, is_kept)) = traceparent.and_then(parse) else {
            return Trace::begin();
        };
        Trace { trace_id, span_id: new_span_id(), parent: Some(parent), is_kept }
    }

    /// That of the request that is being answered.
    pub(crate) fn here() -> Option<Trace> {
        HERE.try_with(Clone::clone).ok()
    }

    /// Does what belongs to it.
    pub(crate) async fn around<F: Future>(self, work: F) -> F::Output {
        HERE.scope(self, work).await
    }

    /// A part of it.
    fn child(&self) -> Trace {
        let (trace_id, parent) = (self.trace_id.clone(), Some(self.span_id.clone()));
        Trace { trace_id, span_id: new_span_id(), parent, is_kept: self.is_kept }
    }

    /// The line of a span that has just ended; attributes that are null are left out.
    pub(crate) fn line(&self, span: Span, mut attributes: Value, took: Duration) -> Value {
        if let Some(attributes) = attributes.as_object_mut() {
            attributes.retain(|_, value| !value.is_null());
        }
        json!({
            "ts": jiff::Timestamp::now().to_string(),
            "span": span,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "parent_span_id": self.parent,
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "attributes": attributes,
        })
    }
}

/// Does something that waits, on a thread for that, within the same request.
///
/// # Errors
/// When it panicked.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    let here = Trace::here();
    let within = move || match here {
        Some(here) => HERE.sync_scope(here, work),
        None => work(),
    };
    tokio::task::spawn_blocking(within).await
}

/// Tells a span that has just ended, within the request that is being answered. Outside of one, and in a trace that
/// nobody keeps, it is not told.
pub(crate) fn tell(log: &Log, span: Span, took: Duration, attributes: impl FnOnce() -> Value) {
    let child = HERE.try_with(|here| here.is_kept.then(|| here.child()));
    if let Some(child) = child.ok().flatten() {
        log.minor(&child.line(span, attributes(), took));
    }
}

/// `00-<trace>-<span>-<flags>`; ids of zeros only are none. The lowest bit of the flags says that the trace is kept.
fn parse(header: &str) -> Option<(String, String, bool)> {
    let mut parts = header.trim().split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    let is_hex = |text: &str, length: usize| {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        text.len() == length && digits && text.bytes().any(|b| b != b'0')
    };
    let is_known = version.len() == 2 && version != "ff";
    let fits = is_known && is_hex(trace, 32) && is_hex(span, 16);
    fits.then(|| (trace.to_owned(), span.to_owned(), flags & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::{Trace, parse};

    #[test]
    fn a_trace_goes_on_when_it_is_one() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(Trace::of(Some(good)).trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        for bad in [
            "",
            "00",
            "00-x-y-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
            assert_eq!(Trace::of(Some(bad)).trace_id.len(), 32);
        }
    }
}
