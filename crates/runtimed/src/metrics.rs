//! Counts of what happened, as `contracts/observability/metrics` names them, told in the text format of Prometheus
//! (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract_embed::Metric;

/// Upper bounds of what is measured in seconds.
const SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];

/// Upper bounds of what is measured in bytes.
const BYTES: &[f64] = &[256.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0];

/// The labels of a series, as they are written.
type Labels = String;

enum Sample {
    Count(u64),
    Level(f64),
    Spread(Histogram),
}

#[derive(Default)]
struct Histogram {
    /// Of each bound, how many are not above it.
    counts: Vec<u64>,
    count: u64,
    sum: f64,
}

type Series = BTreeMap<(Metric, Labels), Sample>;

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

fn bounds(metric: Metric) -> &'static [f64] {
    if metric.unit() == "bytes" { BYTES } else { SECONDS }
}

impl Metrics {
    fn series(&self) -> MutexGuard<'_, Series> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more of what is counted.
    pub(crate) fn count(&self, metric: Metric, pairs: &[(&str, &str)]) {
        self.add(metric, pairs, 1);
    }

    /// So many more.
    pub(crate) fn add(&self, metric: Metric, pairs: &[(&str, &str)], more: u64) {
        let (key, mut series) = ((metric, labels(pairs)), self.series());
        let sample = series.entry(key).or_insert(Sample::Count(0));
        if let Sample::Count(count) = sample {
            *count += more;
        }
    }

    /// So many in all, where somebody else counts.
    pub(crate) fn total(&self, metric: Metric, pairs: &[(&str, &str)], count: u64) {
        let key = (metric, labels(pairs));
        self.series().insert(key, Sample::Count(count));
    }

    /// What it is now.
    pub(crate) fn set(&self, metric: Metric, pairs: &[(&str, &str)], value: f64) {
        let key = (metric, labels(pairs));
        self.series().insert(key, Sample::Level(value));
    }

    /// How long something took.
    pub(crate) fn took(&self, metric: Metric, pairs: &[(&str, &str)], time: Duration) {
        self.measured(metric, pairs, time.as_secs_f64());
    }

    /// How much it was, in the unit of the metric.
    pub(crate) fn measured(&self, metric: Metric, pairs: &[(&str, &str)], value: f64) {
        let (key, bounds) = ((metric, labels(pairs)), bounds(metric));
        let mut series = self.series();
        let none = || Sample::Spread(Histogram::default());
        if let Sample::Spread(histogram) = series.entry(key).or_insert_with(none) {
            histogram.counts.resize(bounds.len(), 0);
            for (bound, count) in bounds.iter().zip(&mut histogram.counts) {
                *count += u64::from(value <= *bound);
            }
            histogram.count += 1;
            histogram.sum += value;
        }
    }

    /// All of it as text.
    pub(crate) fn text(&self) -> String {
        let (series, mut out, mut last) = (self.series(), String::new(), None);
        for ((metric, labels), sample) in series.iter() {
            if last.replace(*metric) != Some(*metric) {
                let (about, kind) = (metric.about(), metric.kind());
                let _ = writeln!(out, "# HELP {metric} {about}\n# TYPE {metric} {kind}");
            }
            match sample {
                Sample::Count(count) => drop(writeln!(out, "{metric}{{{labels}}} {count}")),
                Sample::Level(value) => drop(writeln!(out, "{metric}{{{labels}}} {value}")),
                Sample::Spread(histogram) => spread(&mut out, *metric, labels, histogram),
            }
        }
        out
    }
}

fn spread(out: &mut String, metric: Metric, labels: &str, histogram: &Histogram) {
    for (bound, count) in bounds(metric).iter().zip(&histogram.counts) {
        let _ = writeln!(out, "{metric}_bucket{{{labels},le=\"{bound}\"}} {count}");
    }
    let Histogram { count, sum, .. } = histogram;
    let _ = writeln!(out, "{metric}_bucket{{{labels},le=\"+Inf\"}} {count}");
    let _ = writeln!(out, "{metric}_sum{{{labels}}} {sum}\n{metric}_count{{{labels}}} {count}");
}
