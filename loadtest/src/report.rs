//! Figures, as a table for people and as JSON for docs/performance.md.

use std::{fmt::Write as _, time::Duration};

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

/// What a run found out.
pub struct Report {
    title: String,
    rows: Vec<(String, String)>,
    values: Map<String, Value>,
    failure: Option<String>,
}

impl Report {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), rows: Vec::new(), values: Map::new(), failure: None }
    }

    /// A figure with its unit in words.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str) {
        self.rows.push((name.to_owned(), format!("{} {unit}", readable(value))));
        self.values.insert(name.to_owned(), json!({ "value": value, "unit": unit }));
    }

    /// Something that is or is not so, or a name.
    pub fn fact(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        self.rows.push((name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        self.values.insert(name.to_owned(), value);
    }

    /// Percentiles of times in microseconds.
    pub fn times(&mut self, name: &str, histogram: &Histogram<u64>) {
        let ms = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
        let (p50, p90, p99, p999, max) = (ms(0.5), ms(0.9), ms(0.99), ms(0.999), histogram.max() as f64 / 1000.0);
        let count = histogram.len();
        self.rows
            .push((name.to_owned(), format!("p50 {p50:.2}  p90 {p90:.2}  p99 {p99:.2}  p99.9 {p999:.2}  max {max:.2} ms  (n = {count})")));
        self.values.insert(
            name.to_owned(),
            json!({ "p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "p999_ms": p999, "max_ms": max, "count": count }),
        );
    }

    /// Something happened that must not.
    pub fn fail(&mut self, why: String) {
        self.failure = Some(why);
    }

    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut out = format!("{}\n", self.title);
        for (name, value) in &self.rows {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {name:width$}  {}", value.trim_end());
        }
        out
    }

    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&json!({ "title": self.title, "figures": self.values, "failure": self.failure }))
    }
}

fn readable(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// Microseconds up to a minute, three digits.
pub fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(micros(time).max(1));
}

pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Progress, for whoever waits.
pub fn say(what: impl std::fmt::Display) {
    eprintln!("  {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_of_threads_add_up() {
        let (mut all, mut part) = (histogram().unwrap(), histogram().unwrap());
        for ms in 1..=100 {
            record(if ms % 2 == 0 { &mut all } else { &mut part }, Duration::from_millis(ms));
        }
        all.add(&part).unwrap();
        assert_eq!(all.len(), 100);
        let mut report = Report::new("t");
        report.times("took", &all);
        let figures = &serde_json::from_str::<Value>(&report.json().unwrap()).unwrap()["figures"]["took"];
        assert_eq!(figures["count"], 100);
        assert!((figures["p50_ms"].as_f64().unwrap() - 50.0).abs() < 0.1, "{figures}");
        assert!((figures["p99_ms"].as_f64().unwrap() - 99.0).abs() < 0.1, "{figures}");
    }

    #[test]
    fn times_beyond_a_minute_count_as_a_minute() {
        let mut times = histogram().unwrap();
        record(&mut times, Duration::from_secs(3600));
        record(&mut times, Duration::ZERO);
        assert_eq!(times.len(), 2);
        assert!(times.max() >= 59_000_000 && times.min() == 1);
    }

    #[test]
    fn the_table_lines_up_and_says_what_it_is_about() {
        let mut report = Report::new("room: two people");
        report.figure("deliveries", 12.0, "");
        report.figure("a", 0.5, "s");
        report.fact("one document", true);
        assert_eq!(report.table(), "room: two people\n  deliveries    12\n  a             0.50 s\n  one document  true\n");
    }
}
