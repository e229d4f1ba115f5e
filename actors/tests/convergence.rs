//! Three people, any order of edits, reconnects, slow and absent disks: in the end all copies are equal, and equal to the disk.

mod common;

use common::{House, Worker, content};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Put {
        who: usize,
        key: u8,
        value: i16,
    },
    Remove {
        who: usize,
        key: u8,
    },
    Ghost {
        who: usize,
        on: bool,
    },
    Point {
        who: usize,
        at: i16,
    },
    Reconnect {
        who: usize,
    },
    Hold,
    Release,
    Away(bool),
    Pause(u8),
    #[cfg(feature = "fault-injection")]
    CrashRoom,
    #[cfg(feature = "fault-injection")]
    CrashJournal,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3usize;
    prop_oneof![
        8 => (who.clone(), 0..6u8, any::<i16>()).prop_map(|(who, key, value)| Step::Put { who, key, value }),
        3 => (who.clone(), 0..6u8).prop_map(|(who, key)| Step::Remove { who, key }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Ghost { who, on }),
        1 => (who.clone(), any::<i16>()).prop_map(|(who, at)| Step::Point { who, at }),
        2 => who.prop_map(|who| Step::Reconnect { who }),
        1 => Just(Step::Hold),
        1 => Just(Step::Release),
        1 => any::<bool>().prop_map(Step::Away),
        2 => (0..50u8).prop_map(Step::Pause),
        1 => crash(),
    ]
}

#[cfg(feature = "fault-injection")]
fn crash() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Step::CrashRoom), Just(Step::CrashJournal)]
}

#[cfg(not(feature = "fault-injection"))]
fn crash() -> impl Strategy<Value = Step> {
    Just(Step::Pause(1))
}

async fn play(steps: Vec<Step>) {
    let house = House::with(|config| {
        config.restart.max_restarts = 1_000;
        config.room.compact_after = 7;
        // The people here neither read nor ping between their steps.
        config.session.stall = std::time::Duration::from_secs(3_600);
        config.session.heartbeat = std::time::Duration::from_secs(3_600);
    });
    let task = house.task();
    let names = ["ann", "bob", "cyd"];
    let mut people = Vec::new();
    for name in names {
        people.push(Some(Worker::join(house.connect(name).await, task).await));
    }
    for step in steps {
        match step {
            Step::Put { who, key, value } => {
                people[who].as_mut().unwrap().put(&key.to_string(), f64::from(value));
            }
            Step::Remove { who, key } => {
                people[who].as_mut().unwrap().remove(&key.to_string());
            }
            Step::Ghost { who, on } => people[who].as_mut().unwrap().ghost(on.then_some(1.0)),
            Step::Point { who, at } => people[who].as_mut().unwrap().point(at.into(), 0),
            Step::Reconnect { who } => {
                // A room whose disk is away cannot be opened; one that is open stays so.
                house.log.set_away(false);
                house.log.release();
                let worker = people[who].take().unwrap();
                let client = house.connect(names[who]).await;
                people[who] = Some(worker.reconnect(client).await);
            }
            Step::Hold => house.log.hold(),
            Step::Release => house.log.release(),
            Step::Away(away) => house.log.set_away(away),
            Step::Pause(ms) => tokio::time::sleep(std::time::Duration::from_millis(ms.into())).await,
            #[cfg(feature = "fault-injection")]
            Step::CrashRoom => {
                house.log.set_away(false);
                house.live.crash_task(task).await;
                tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            }
            #[cfg(feature = "fault-injection")]
            Step::CrashJournal => house.live.crash_journal().await,
        }
    }
    house.log.set_away(false);
    house.log.release();
    for worker in people.iter_mut().flatten() {
        worker.ghost(None);
        worker.put(&format!("end of {}", worker.client.user.name), 1.0);
        worker.until(|w| w.acked == w.seq).await;
    }
    let disk = content(&house.stored(task).await);
    for worker in people.iter_mut().flatten() {
        // Acknowledged means durable: nothing of mine may be missing on disk.
        worker.until(|w| w.content() == disk).await;
        worker.until(|w| w.drawers().is_empty()).await;
    }
    assert!(house.live.task_stats(task).await.unwrap().drawers.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_copies_and_the_disk_end_up_equal(steps in prop::collection::vec(step(), 1..60)) {
        actix::System::new().block_on(play(steps));
    }
}
