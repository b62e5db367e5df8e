//! Counts of what happened, with the names and labels of `contracts/observability/metrics`, told in the text format of
//! Prometheus (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of durations, in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];

/// The labels of a series, as they are written.
type Labels = String;

#[derive(Default)]
struct Histogram {
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

#[derive(Default)]
struct Series {
    counters: BTreeMap<(&'static str, Labels), u64>,
    gauges: BTreeMap<(&'static str, Labels), f64>,
    durations: BTreeMap<(&'static str, Labels), Histogram>,
}

/// All counts of this process.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<Series>);

fn labels(pairs: &[(&str, &str)]) -> Labels {
    let quoted = |(name, value): &(&str, &str)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    };
    pairs.iter().map(quoted).collect::<Vec<_>>().join(",")
}

impl Metrics {
    fn series(&self) -> std::sync::MutexGuard<'_, Series> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self, name: &'static str, pairs: &[(&str, &str)]) {
        *self.series().counters.entry((name, labels(pairs))).or_default() += 1;
    }

    pub(crate) fn set(&self, name: &'static str, pairs: &[(&str, &str)], value: f64) {
        self.series().gauges.insert((name, labels(pairs)), value);
    }

    pub(crate) fn took(&self, name: &'static str, pairs: &[(&str, &str)], time: Duration) {
        let mut series = self.series();
        let histogram = series.durations.entry((name, labels(pairs))).or_default();
        let seconds = time.as_secs_f64();
        for (bound, count) in BOUNDS.iter().zip(&mut histogram.counts) {
            *count += u64::from(seconds <= *bound);
        }
        histogram.count += 1;
        histogram.sum += seconds;
    }

    /// All of it as text.
    pub(crate) fn text(&self) -> String {
        let series = self.series();
        let mut out = String::new();
        let mut last = "";
        for ((name, labels), value) in &series.counters {
            head(&mut out, &mut last, name, "counter");
            let _ = writeln!(out, "{name}{{{labels}}} {value}");
        }
        for ((name, labels), value) in &series.gauges {
            head(&mut out, &mut last, name, "gauge");
            let _ = writeln!(out, "{name}{{{labels}}} {value}");
        }
        for ((name, labels), histogram) in &series.durations {
            head(&mut out, &mut last, name, "histogram");
            for (bound, count) in BOUNDS.iter().zip(histogram.counts) {
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let Histogram { count, sum, .. } = histogram;
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(out, "{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {count}");
        }
        out
    }
}

fn head(out: &mut String, last: &mut &'static str, name: &'static str, kind: &str) {
    if *last != name {
        let _ = writeln!(out, "# TYPE {name} {kind}");
        *last = name;
    }
}
