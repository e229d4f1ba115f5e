//! `saturate`: everybody in one room moves, faster and faster, until deliveries are late or do not grow any more.

use std::time::Duration;

use crate::{
    field::{self, Figures, Plan},
    process::Process,
    report::{Report, say},
    target::Target,
};

#[derive(clap::Args)]
pub struct Options {
    /// Connected people; all move.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=2_000))]
    people: u32,
    /// Moves a second and sender of the first step.
    #[arg(long, default_value_t = 10.0)]
    from_hz: f64,
    /// Each step is so much faster.
    #[arg(long, default_value_t = 1.4)]
    factor: f64,
    /// Seconds of a step that count.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    threads: u32,
}

const WARM_UP: Duration = Duration::from_secs(1);
const TOO_LATE_MS: f64 = 100.0;
/// Less than all of it is not a rate the server carries.
const SERVED_PERCENT: f64 = 99.0;
const STEPS: usize = 16;
/// Steps without growth after which there will be none.
const PATIENCE: usize = 2;

pub async fn run(target: &Target, options: &Options, server: Option<&Process>) -> anyhow::Result<Report> {
    let people = options.people as usize;
    let field = field::gather(target, Plan { rooms: 1, clients: people, senders: people, threads: options.threads as usize }).await?;
    let (mut hz, mut best, mut without) = (options.from_hz.clamp(0.1, 1_000.0), None::<(f64, Figures)>, 0);
    for _ in 0..STEPS {
        let figures = field.window(hz, WARM_UP, Duration::from_secs(options.seconds), server).await?;
        say(format!(
            "{hz:.0} Hz: {:.0} deliveries a second, p99 {:.1} ms, {:.1} % served, generator {:.0} %",
            figures.arrived_a_second(),
            figures.p99_ms(),
            figures.served_percent(),
            100.0 * figures.own_cpu / figures.seconds
        ));
        let good = figures.p99_ms() <= TOO_LATE_MS && figures.served_percent() >= SERVED_PERCENT && figures.lost == 0;
        if !good {
            break;
        }
        let most = best.as_ref().map_or(0.0, |(_, best)| best.arrived_a_second());
        without = if figures.arrived_a_second() > most * 1.05 { 0 } else { without + 1 };
        if figures.arrived_a_second() > most {
            best = Some((hz, figures));
        }
        if without >= PATIENCE {
            break;
        }
        hz *= options.factor.clamp(1.05, 4.0);
    }
    field.dismiss().await;
    let mut report = Report::new(format!("saturate: {people} people in one document, all moving"));
    match best {
        Some((hz, figures)) => {
            report.figure("most deliveries a second with p99 under 100 ms", figures.arrived_a_second(), "");
            report.figure("at", hz, "Hz");
            figures.report(&mut report);
        }
        None => report.fact("not even the first step went well", hz),
    }
    Ok(report)
}
