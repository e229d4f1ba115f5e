//! `submit`: people work through the queue as the browser does: lease a task, join it, draw a box, wait until it is
//! acknowledged, submit, lease the next.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use hdrhistogram::Histogram;
use serde_json::json;
use tandem_protocol::{
    RegionId,
    rest::{NextTask, SubmitTask, Submitted, Work},
    ws::{Base64, ClientFrame, ClientHot, ServerFrame, ServerHot, Unsubscribe},
};
use tokio::task::JoinSet;
use yrs::{Any, Doc, Map, MapPrelim, ReadTxn, StateVector, Transact, Update, updates::decoder::Decode, updates::encoder::Encode};

use crate::{
    fixture::Fixture,
    http::Http,
    paper::LABEL,
    report::{Report, histogram, record},
    socket::{self, Reader},
};

#[derive(clap::Args)]
pub struct Options {
    /// People working at once.
    #[arg(long, default_value_t = 20)]
    people: usize,
    /// Submits a person; at most 10,000.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    tasks: u32,
    /// Milliseconds a person looks at each task before submitting it. 0 is a saturation test, not people.
    #[arg(long, default_value_t = 250)]
    think_ms: u64,
}

struct Figures {
    submit: Histogram<u64>,
    next: Histogram<u64>,
    durable: Histogram<u64>,
    open: Histogram<u64>,
}

pub async fn run(fixture: &Fixture, options: &Options) -> anyhow::Result<Report> {
    let mut people = JoinSet::new();
    let start = Instant::now();
    for (index, token) in fixture.people(options.people)?.iter().enumerate() {
        // People do not press Enter in step.
        let offset = Duration::from_millis(options.think_ms * index as u64 / options.people as u64);
        people.spawn(work(fixture.clone(), token.clone(), options.tasks, Duration::from_millis(options.think_ms), offset));
    }
    let mut all = Figures { submit: histogram()?, next: histogram()?, durable: histogram()?, open: histogram()? };
    while let Some(done) = people.join_next().await {
        let figures = done??;
        all.submit.add(figures.submit)?;
        all.next.add(figures.next)?;
        all.durable.add(figures.durable)?;
        all.open.add(figures.open)?;
    }
    let title = format!("submit: {} people, {} tasks each, {} ms a task", options.people, options.tasks, options.think_ms);
    let mut report = Report::new(title);
    report.times("submit", &all.submit);
    report.times("lease the next task", &all.next);
    report.times("edit to durable acknowledgement", &all.durable);
    report.times("open a task", &all.open);
    report.figure("submits a second", all.submit.len() as f64 / start.elapsed().as_secs_f64(), "");
    Ok(report)
}

async fn work(fixture: Fixture, token: String, tasks: u32, think: Duration, offset: Duration) -> anyhow::Result<Figures> {
    let mut figures = Figures { submit: histogram()?, next: histogram()?, durable: histogram()?, open: histogram()? };
    let mut http = Http::connect(&fixture, &token).await?;
    let (mut writer, mut reader, welcome) = socket::connect(&fixture, &token).await?;
    tokio::time::sleep(offset).await;
    let first: NextTask = http.post(&format!("/projects/{}/next", fixture.project_id), &json!({})).await?;
    let mut work = first.work;
    for channel in 1..=tasks {
        let Some(Work { task, assignment }) = work.take() else { bail!("the queue ran dry: make the fixture with more tasks") };
        let opened = Instant::now();
        let (_, content) = socket::join_task(&mut writer, &mut reader, channel, task.id).await?;
        record(&mut figures.open, opened.elapsed());
        let author = welcome.user.id.to_string();
        let (state_vector, edit) = draw_box(&content, &author)?;
        let drawn = Instant::now();
        writer.frame(&ClientFrame::Hot(ClientHot::Update { channel, seq: 1, bytes: edit })).await?;
        wait_for_ack(&mut reader, channel).await?;
        record(&mut figures.durable, drawn.elapsed());
        tokio::time::sleep(think).await;
        let body = SubmitTask {
            fencing_token: assignment.fencing_token,
            state_vector: Some(Base64(state_vector)),
            snapshot: None,
            time_spent_ms: Some(1000),
            and_next: true,
        };
        let pressed = Instant::now();
        let _: Submitted = http.post(&format!("/assignments/{}/submit", assignment.id), &body).await?;
        record(&mut figures.submit, pressed.elapsed());
        writer.control(Unsubscribe { channel }).await?;
        let asked = Instant::now();
        let next: NextTask = http.post(&format!("/projects/{}/next", fixture.project_id), &json!({})).await?;
        record(&mut figures.next, asked.elapsed());
        work = next.work;
    }
    Ok(figures)
}

async fn wait_for_ack(reader: &mut Reader, channel: u32) -> anyhow::Result<()> {
    loop {
        match reader.next().await? {
            ServerFrame::Hot(ServerHot::Ack { channel: c, .. }) if c == channel => return Ok(()),
            ServerFrame::Control(tandem_protocol::ws::ServerControl::Error(error)) => bail!("the edit was refused: {}", error.message),
            _ => {}
        }
    }
}

/// The document's new state vector, and the update that adds one box.
fn draw_box(content: &[u8], author: &str) -> anyhow::Result<(Vec<u8>, Bytes)> {
    let doc = Doc::new();
    let regions = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    txn.apply_update(Update::decode_v1(content).context("unreadable sync frame")?)?;
    let before: StateVector = txn.state_vector();
    let geometry: Any = Any::from_json(r#"{"kind":"box","x":10,"y":10,"width":40,"height":30}"#)?;
    let region: MapPrelim = [
        ("label".to_owned(), Any::from(LABEL)),
        ("geometry".to_owned(), geometry),
        ("author".to_owned(), Any::from(author)),
        ("z".to_owned(), Any::from(0)),
    ]
    .into_iter()
    .collect();
    let region = regions.insert(&mut txn, RegionId::new().to_string(), region);
    region.insert(&mut txn, "attributes", MapPrelim::default());
    Ok((txn.state_vector().encode_v1(), txn.encode_diff_v1(&before).into()))
}
