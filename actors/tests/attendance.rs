//! What a node says of its people so that their leases are kept: who works, who only sits there, who went.

mod common;

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use common::{CHANNEL, Client, House, Worker};
use tandem_actors::{ChoreError, Chores, DomainEvent};
use tandem_protocol::{
    UserId, WorkspaceId,
    ws::{LeaseEvent, MyLease, Ping, ServerControl, ServerFrame, TopicKind},
};
use tandem_store::{bus::Hub, system::Attendance};

/// Writes down what it is told, and tells what it was given to tell.
#[derive(Default)]
struct Notes {
    told: Mutex<Vec<Attendance>>,
    /// So many rounds fail before one is heard.
    failing: AtomicUsize,
    news: Mutex<Vec<DomainEvent>>,
    /// Nothing moves on.
    stuck: AtomicBool,
}

impl Notes {
    fn take(&self) -> Vec<Attendance> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    fn gone(&self) -> Vec<UserId> {
        self.take().into_iter().flat_map(|people| people.gone).collect()
    }

    /// How long the only one at work has done nothing, as last told.
    fn idle(&self) -> Option<Duration> {
        self.take().iter().rev().find_map(|people| people.at_work.first().map(|at| at.idle))
    }
}

#[async_trait]
impl Chores for Notes {
    async fn keep_leases(&self, people: &Attendance) -> Result<Vec<DomainEvent>, ChoreError> {
        if self.failing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            return Err(ChoreError("the database is away".into()));
        }
        self.told.lock().unwrap().push(people.clone());
        Ok(std::mem::take(&mut self.news.lock().unwrap()))
    }

    async fn expire_leases(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        Ok(Vec::new())
    }

    async fn relay_outbox(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        Ok(Vec::new())
    }

    async fn read_revocations(&self) -> Result<Vec<DomainEvent>, ChoreError> {
        Ok(Vec::new())
    }

    async fn move_tasks(&self, _: &HashSet<UserId>) -> Result<Vec<DomainEvent>, ChoreError> {
        if self.stuck.load(Ordering::Relaxed) {
            return Err(ChoreError("a workflow cannot go on".into()));
        }
        Ok(Vec::new())
    }

    async fn ensure_partitions(&self) -> Result<(), ChoreError> {
        Ok(())
    }
}

fn house() -> (House, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    (House::with_chores(notes.clone()), notes)
}

/// Time passes, in which these tabs show that they are alive, hear what is said, and do nothing else.
async fn pass(seconds: u64, tabs: &mut [&mut Client]) {
    for t in 0..seconds {
        for tab in &mut *tabs {
            tab.control(Ping { t });
            tab.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(_))).then_some(())).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[actix::test]
async fn who_does_something_is_at_work_and_a_tab_left_open_is_not() {
    let (house, notes) = house();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    pass(11, &mut [&mut ann.client]).await;
    assert!(notes.idle().expect("at work") < Duration::from_secs(15), "opening a task is doing something");
    pass(600, &mut [&mut ann.client]).await;
    assert!(notes.idle().expect("still there") >= Duration::from_secs(590));
    ann.put("a", 1.0);
    ann.until_acked().await;
    pass(11, &mut [&mut ann.client]).await;
    assert!(notes.idle().expect("at work") < Duration::from_secs(15), "an edit is");
    pass(600, &mut [&mut ann.client]).await;
    ann.point(40, 40);
    pass(11, &mut [&mut ann.client]).await;
    assert!(notes.idle().expect("at work") < Duration::from_secs(15), "a pointer that moves is");
}

#[actix::test]
async fn a_connection_that_comes_back_by_itself_is_no_work() {
    let (house, notes) = house();
    let task = house.task();
    let mut ann = Worker::join(house.connect("ann").await, task).await;
    pass(100, &mut [&mut ann.client]).await;
    let token = house.person("ann");
    let again = Client::hello(&house.live, &token, Some(ann.client.session)).await;
    let mut ann = ann.reconnect(again).await;
    notes.take();
    pass(11, &mut [&mut ann.client]).await;
    assert!(notes.idle().expect("there") >= Duration::from_secs(100));
}

#[actix::test]
async fn of_two_tabs_one_may_close_and_the_last_one_that_closes_is_told_once() {
    let (house, notes) = house();
    let task = house.task();
    let first = Worker::join(house.connect("ann").await, task).await;
    let mut second = Worker::join(house.connect("ann").await, task).await;
    let ann = first.client.user.id;
    pass(11, &mut [&mut second.client]).await;
    drop(first);
    pass(120, &mut [&mut second.client]).await;
    let told = notes.take();
    assert!(told.iter().all(|people| people.gone.is_empty()));
    assert_eq!(told.last().expect("told").at_work.len(), 1, "one person on one task");
    drop(second);
    pass(120, &mut []).await;
    assert_eq!(notes.gone(), [ann]);
}

#[actix::test]
async fn who_leaves_a_task_and_stays_connected_is_not_gone() {
    let (house, notes) = house();
    let task = house.task();
    let mut home = house.connect("ann").await;
    drop(Worker::join(house.connect("ann").await, task).await);
    pass(120, &mut [&mut home]).await;
    let told = notes.take();
    assert!(told.iter().all(|people| people.gone.is_empty()));
    let last = told.last().expect("told");
    assert_eq!((last.at_work.len(), &last.here), (0, &vec![home.user.id]));
}

#[actix::test]
async fn what_the_database_did_not_hear_is_said_again() {
    let (house, notes) = house();
    let ann = Worker::join(house.connect("ann").await, house.task()).await;
    let id = ann.client.user.id;
    pass(11, &mut []).await;
    notes.failing.store(200, Ordering::Relaxed);
    drop(ann);
    pass(150, &mut []).await;
    assert_eq!(notes.gone(), []);
    notes.failing.store(0, Ordering::Relaxed);
    pass(15, &mut []).await;
    assert_eq!(notes.gone(), [id]);
}

/// The node that lost somebody says that they went; the one that has them says every few seconds that they are there, which stands.
#[actix::test]
async fn somebody_with_a_tab_on_another_node_is_still_said_to_be_there() {
    let (first, second) = (Arc::new(Notes::default()), Arc::new(Notes::default()));
    let hub = Hub::new();
    let nodes = House::nodes_with(&hub, vec![Some(first.clone()), Some(second.clone())]);
    let task = nodes[0].0.task();
    let here = Worker::join(nodes[0].0.connect("ann").await, task).await;
    let mut there = Worker::join(nodes[1].0.connect("ann").await, task).await;
    let ann = there.client.user.id;
    pass(11, &mut [&mut there.client]).await;
    drop(here);
    first.take();
    pass(120, &mut [&mut there.client]).await;
    assert_eq!(first.gone(), [ann]);
    second.take();
    pass(11, &mut [&mut there.client]).await;
    let told = second.take();
    assert!(
        told.iter().any(|people| people.here == [ann] && people.at_work.len() == 1) && told.iter().all(|people| people.gone.is_empty())
    );
}

#[actix::test]
async fn news_of_a_lease_reach_every_tab_on_every_node() {
    let notes = Arc::new(Notes::default());
    let hub = Hub::new();
    let nodes = House::nodes_with(&hub, vec![Some(notes.clone()), None]);
    let mut tabs = Vec::new();
    for (house, _) in [&nodes[0], &nodes[0], &nodes[1]] {
        let mut tab = house.connect("ann").await;
        let id = tab.user.id;
        tab.subscribe(CHANNEL, TopicKind::User, id.into());
        tab.subscribed().await;
        tabs.push(tab);
    }
    let lease = MyLease {
        assignment_id: tandem_protocol::AssignmentId::new(),
        project_id: nodes[0].0.project,
        task_id: nodes[0].0.task(),
        fencing_token: 7,
        expires_at: chrono::Utc::now(),
    };
    let (user, workspace): (UserId, WorkspaceId) = (tabs[0].user.id, nodes[0].0.workspace);
    notes.news.lock().unwrap().push(DomainEvent::LeaseChanged { workspace, user, event: LeaseEvent::Expiring, lease: lease.clone() });
    for tab in &mut tabs {
        let told = tab
            .wait(|frame| match frame {
                ServerFrame::Control(ServerControl::LeaseChanged(changed)) => Some(changed.clone()),
                _ => None,
            })
            .await;
        assert_eq!((told.event, &told.lease), (LeaseEvent::Expiring, &lease));
    }
}

#[actix::test]
async fn what_became_of_a_lease_is_told_whatever_fails_after_it() {
    let (house, notes) = house();
    notes.stuck.store(true, Ordering::Relaxed);
    let mut tab = house.connect("ann").await;
    let user = tab.user.id;
    tab.subscribe(CHANNEL, TopicKind::User, user.into());
    tab.subscribed().await;
    let lease = MyLease {
        assignment_id: tandem_protocol::AssignmentId::new(),
        project_id: house.project,
        task_id: house.task(),
        fencing_token: 7,
        expires_at: chrono::Utc::now(),
    };
    notes.news.lock().unwrap().push(DomainEvent::LeaseChanged { workspace: house.workspace, user, event: LeaseEvent::Expired, lease });
    tab.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::LeaseChanged(_))).then_some(())).await;
}
