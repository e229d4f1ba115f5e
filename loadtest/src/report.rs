//! Figures, as a table for people and as JSON for docs/performance.md.

use std::{fmt::Write as _, time::Duration};

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

/// What a run found out.
pub struct Report {
    title: String,
    rows: Vec<(String, String)>,
    values: Map<String, Value>,
}

impl Report {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), rows: Vec::new(), values: Map::new() }
    }

    /// A figure with its unit in words.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str) {
        self.rows.push((name.to_owned(), format!("{value:.2} {unit}")));
        self.values.insert(name.to_owned(), json!({ "value": value, "unit": unit }));
    }

    /// Percentiles of times in microseconds.
    pub fn times(&mut self, name: &str, histogram: &Histogram<u64>) {
        let ms = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
        let (p50, p90, p99, max) = (ms(0.5), ms(0.9), ms(0.99), histogram.max() as f64 / 1000.0);
        self.rows.push((name.to_owned(), format!("p50 {p50:.2}  p90 {p90:.2}  p99 {p99:.2}  max {max:.2} ms  (n = {})", histogram.len())));
        self.values
            .insert(name.to_owned(), json!({ "p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "max_ms": max, "count": histogram.len() }));
    }

    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut out = format!("{}\n", self.title);
        for (name, value) in &self.rows {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {name:width$}  {value}");
        }
        out
    }

    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&json!({ "title": self.title, "figures": self.values }))
    }
}

/// Microseconds up to a minute, three digits.
pub fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1));
}
