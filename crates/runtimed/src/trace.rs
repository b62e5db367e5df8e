//! Traces: a request goes on with the trace of whoever sent it (W3C Trace Context, `traceparent`), or begins one, and
//! its span is a line of the log.

use serde_json::{Map, Value, json};

/// Where a request stands in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    /// 16 hexadecimal digits, of this request.
    pub(crate) span_id: String,
    /// The span that it belongs to.
    pub(crate) parent: Option<String>,
}

impl Trace {
    /// Goes on with a header, or begins.
    pub(crate) fn of(traceparent: Option<&str>) -> Trace {
        let random = uuid::Uuid::new_v4().simple().to_string();
        let span_id = random.get(..16).unwrap_or_default().to_owned();
        match traceparent.and_then(parse) {
            Some((trace_id, parent)) => Trace { trace_id, span_id, parent: Some(parent) },
            None => {
                let trace_id = uuid::Uuid::new_v4().simple().to_string();
                Trace { trace_id, span_id, parent: None }
            }
        }
    }

    /// The line of a span, with the attributes that the contracts name.
    pub(crate) fn span(&self, name: &str, attributes: &Map<String, Value>, ms: u128) -> Value {
        json!({
            "ts": jiff::Timestamp::now().to_string(),
            "span": name,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "parent_span_id": self.parent,
            "duration_ms": u64::try_from(ms).unwrap_or(u64::MAX),
            "attributes": attributes,
        })
    }
}

/// `00-<trace>-<span>-<flags>`; ids of zeros only are none.
fn parse(header: &str) -> Option<(String, String)> {
    let mut parts = header.trim().split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        text.len() == length && digits && text.bytes().any(|b| b != b'0')
    };
    let is_known = version.len() == 2 && version != "ff";
    (is_known && is_hex(trace, 32) && is_hex(span, 16)).then(|| (trace.to_owned(), span.to_owned()))
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
