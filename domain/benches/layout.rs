//! What a layout costs: seed 003's B.4 compiled (on each save and each keystroke of the editor), an answer checked, a large layout compiled.
//! `cargo bench -p tandem-domain`.

use std::{collections::BTreeMap, hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;
use tandem_domain::{
    expression::Shape,
    layout::{Data, Environment, Registry, check, compile, parse},
};

const B4: &str = include_str!("../tests/layout/seed_b4.xml");

fn layout(c: &mut Criterion) {
    let library = BTreeMap::new();
    let environment = Environment { registry: Registry::standard(), library: &library, input: Shape::Any };
    let compiled = compile(B4, &environment).expect("the seed's layout compiles");
    let answer = json!({ "confidence": "high", "entities": (0..200).map(|at| json!({ "start": at * 9, "end": at * 9 + 5, "label": "Anatomy" })).collect::<Vec<_>>() });
    let fields: String = (0..1_000)
        .map(|field| format!("<TextInput id=\"f{field}\" bind:value=\"$.output.f{field}\" :visible=\"$.output.f0.length > {field}\" />\n"))
        .collect();
    let large = format!("<Layout id=\"large\">{fields}</Layout>");
    c.bench_function("layout: parse B.4", |b| b.iter(|| parse(black_box(B4))));
    c.bench_function("layout: compile B.4", |b| b.iter(|| compile(black_box(B4), &environment)));
    c.bench_function("layout: compile 1,000 fields", |b| b.iter(|| compile(black_box(&large), &environment)));
    c.bench_function("layout: check 200 entities", |b| b.iter(|| check(&compiled, black_box(&answer), &Data::default())));
}

/// Seconds, not minutes: these are for comparing before and after.
fn quick() -> Criterion {
    Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1))
}

criterion_group! { name = benches; config = quick(); targets = layout }
criterion_main!(benches);
