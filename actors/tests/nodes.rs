//! One task on several nodes: what people on different servers may rely on.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use common::{CHANNEL, House, Worker, content, mention};
use tandem_actors::{DomainEvent, document};
use tandem_protocol::{
    JobId, NodeId, ProjectRole, TaskId,
    rest::{JobState, Progress, ProjectStatus, TaskStatus},
    ws::{JobProgress, ServerControl, ServerFrame, StepCounts, Subscribe, Topic, TopicKind},
};
use tandem_store::bus::{Bus as _, Cut, Hub};
use tokio::time::sleep;
use yrs::{ReadTxn, Transact};

struct Two {
    hub: Hub,
    nodes: Vec<(House, NodeId)>,
    task: TaskId,
    ann: Worker,
    bob: Worker,
}

/// Ann on one node, Bob on the other.
async fn two() -> Two {
    let hub = Hub::new();
    let nodes = House::nodes(&hub, 2);
    let task = nodes[0].0.task();
    let mut ann = Worker::join(nodes[0].0.connect("ann").await, task).await;
    let mut bob = Worker::join(nodes[1].0.connect("bob").await, task).await;
    ann.until(|w| w.peers.len() == 2).await;
    bob.until(|w| w.peers.len() == 2).await;
    Two { hub, nodes, task, ann, bob }
}

#[actix::test]
async fn edits_reach_people_on_other_nodes_and_all_copies_and_the_disk_are_equal() {
    let Two { nodes, task, mut ann, mut bob, .. } = two().await;
    for n in 0..20 {
        ann.put(&format!("a{n}"), f64::from(n));
        bob.put(&format!("b{n}"), f64::from(n));
    }
    ann.until(|w| w.content().len() == 40).await;
    bob.until(|w| w.content().len() == 40).await;
    ann.until_acked().await;
    bob.until_acked().await;
    assert_eq!(ann.content(), bob.content());
    assert_eq!(content(&nodes[0].0.stored(task).await), ann.content());
}

#[actix::test]
async fn no_node_tells_another_of_an_edit_that_may_still_be_lost() {
    let Two { nodes, mut ann, mut bob, .. } = two().await;
    nodes[0].0.log.hold();
    ann.put("mine", 1.0);
    nodes[0].0.log.append_waiting().await;
    // Long enough for everything but the disk.
    bob.show("box");
    ann.until(|w| w.peers.values().any(|state| state.tool.as_deref() == Some("box"))).await;
    assert!(bob.content().is_empty());
    nodes[0].0.log.release();
    bob.until(|w| w.content().contains_key("mine")).await;
    ann.until_acked().await;
}

#[actix::test]
async fn each_edit_is_journaled_once_by_the_node_that_took_it() {
    let Two { nodes, task, mut ann, mut bob, .. } = two().await;
    ann.put("a", 1.0);
    bob.until(|w| w.content().contains_key("a")).await;
    bob.put("b", 1.0);
    ann.until(|w| w.content().contains_key("b")).await;
    bob.until_acked().await;
    sleep(Duration::from_secs(5)).await;
    let log = &nodes[0].0.log;
    let id = tandem_store::documents::DocumentLog::open(log, &nodes[0].0.key(task)).await.unwrap().id;
    assert_eq!(log.tail_len(id), 2);
}

#[actix::test]
async fn people_cursors_and_ghosts_of_another_node_are_seen_and_go_with_their_owner() {
    let Two { mut ann, mut bob, .. } = two().await;
    ann.point(40, 44);
    bob.until(|w| w.cursors.last().is_some_and(|c| c.at == Some((40, 44)))).await;
    ann.ghost(Some(7.0));
    bob.until(|w| w.drawers().len() == 1).await;
    ann.ghost(None);
    bob.until(|w| w.drawers().is_empty()).await;
    ann.until(|w| w.epoch > 1).await;
    ann.ghost(Some(8.0));
    bob.until(|w| w.drawers().len() == 1).await;
    drop(ann);
    bob.until(|w| w.peers.len() == 1 && w.drawers().is_empty()).await;
}

#[actix::test]
async fn who_comes_later_sees_who_is_on_other_nodes() {
    let Two { nodes, task, mut ann, bob: _bob, .. } = two().await;
    ann.show("polygon");
    ann.ghost(Some(3.0));
    ann.point(4, 8);
    let mut cyd = Worker::join(nodes[1].0.connect("cyd").await, task).await;
    cyd.until(|w| w.peers.len() == 3 && w.drawers().len() == 1 && w.cursors.iter().any(|c| c.at == Some((4, 8)))).await;
    cyd.until(|w| w.peers.values().any(|state| state.tool.as_deref() == Some("polygon"))).await;
}

#[actix::test]
async fn a_ghost_that_others_know_from_whoever_introduced_its_drawer_ends_for_them_too() {
    let hub = Hub::new();
    let nodes = House::nodes(&hub, 2);
    let task = nodes[0].0.task();
    let mut ann = Worker::join(nodes[0].0.connect("ann").await, task).await;
    // Nobody else is there: no other node is told of it as it begins.
    ann.ghost(Some(7.0));
    ann.put("after it", 1.0);
    ann.until_acked().await;
    let mut bob = Worker::join(nodes[1].0.connect("bob").await, task).await;
    bob.until(|w| w.drawers().len() == 1).await;
    ann.until(|w| w.peers.len() == 2).await;
    let begun = tokio::time::Instant::now();
    ann.ghost(None);
    bob.until(|w| w.drawers().is_empty()).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "only because all is said again: {:?}", begun.elapsed());
}

#[actix::test]
async fn a_ghost_becomes_solid_without_a_gap() {
    let Two { nodes, mut ann, mut bob, .. } = two().await;
    ann.ghost(Some(7.0));
    bob.until(|w| w.drawers().len() == 1).await;
    nodes[0].0.log.hold();
    ann.put("solid", 7.0);
    ann.ghost(None);
    nodes[0].0.log.append_waiting().await;
    ann.show("select");
    bob.until(|w| w.peers.values().any(|state| state.tool.as_deref() == Some("select"))).await;
    assert_eq!(bob.drawers().len(), 1, "the shape is not here yet");
    nodes[0].0.log.release();
    bob.until(|w| w.drawers().is_empty()).await;
    assert!(bob.content().contains_key("solid"));
}

#[actix::test]
async fn what_the_bus_lost_is_read_from_the_disk() {
    let Two { hub, mut ann, mut bob, .. } = two().await;
    hub.drop_next(1);
    ann.put("lost", 1.0);
    bob.until(|w| w.content().contains_key("lost")).await;
    ann.put("then", 2.0);
    bob.until(|w| w.content().len() == 2).await;
}

/// Whoever meets another node asks the disk. That is over: what is lost now, nothing but the regular question finds.
async fn acquainted() -> Two {
    let two = two().await;
    sleep(Duration::from_secs(1)).await;
    two
}

#[actix::test]
async fn what_was_lost_unnoticed_is_read_from_the_disk_within_a_minute() {
    let Two { hub, mut ann, mut bob, .. } = acquainted().await;
    hub.lose_next(1);
    ann.put("lost", 1.0);
    ann.until_acked().await;
    let begun = tokio::time::Instant::now();
    bob.until(|w| w.content().contains_key("lost")).await;
    assert!(begun.elapsed() < Duration::from_secs(61), "{:?}", begun.elapsed());
}

/// Nobody is left who could be asked, so nobody would be.
#[actix::test]
async fn the_last_words_of_a_node_that_died_are_read_from_the_disk() {
    let Two { hub, nodes, mut ann, mut bob, .. } = acquainted().await;
    hub.lose_next(1);
    ann.put("lost", 1.0);
    ann.until_acked().await;
    hub.kill(nodes[0].1);
    let begun = tokio::time::Instant::now();
    bob.until(|w| w.content().contains_key("lost")).await;
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

/// What was acknowledged on one node is on the disk: whoever moves on is not told less by the next node, however far behind that is.
#[actix::test]
async fn who_comes_to_another_node_is_told_that_it_has_all_that_was_acknowledged() {
    let Two { hub, nodes, mut ann, mut bob, .. } = two().await;
    hub.lose_next(1);
    ann.put("lost", 1.0);
    ann.until_acked().await;
    let held = ann.doc.transact().state_vector();
    assert!(!bob.content().contains_key("lost"));
    let ann = ann.reconnect(nodes[1].0.connect("ann").await).await;
    let told = document::decode_state_vector(&ann.joined.unwrap().state_vector.0).unwrap();
    assert_eq!(told.get(&ann.doc.client_id()), held.get(&ann.doc.client_id()));
    bob.until(|w| w.content().contains_key("lost")).await;
}

#[actix::test]
async fn who_comes_with_edits_that_the_disk_cannot_know_is_let_in_all_the_same() {
    let Two { nodes, mut ann, mut bob, .. } = two().await;
    nodes[0].0.log.set_away(true);
    ann.put("unsaved", 1.0);
    let begun = tokio::time::Instant::now();
    let mut ann = ann.reconnect(nodes[1].0.connect("ann").await).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    nodes[0].0.log.set_away(false);
    ann.until_acked().await;
    bob.until(|w| w.content().contains_key("unsaved")).await;
}

#[actix::test]
async fn a_deletion_that_was_lost_is_found_too() {
    let Two { hub, mut ann, mut bob, .. } = acquainted().await;
    ann.put("goes", 1.0);
    bob.until(|w| w.content().len() == 1).await;
    hub.lose_next(1);
    ann.remove("goes");
    ann.until_acked().await;
    bob.until(|w| w.content().is_empty()).await;
}

#[actix::test]
async fn while_nodes_cannot_reach_each_other_people_are_told_work_goes_on_and_edits_come_over_the_disk() {
    let Two { hub, nodes, mut ann, mut bob, .. } = two().await;
    hub.cut(nodes[0].1, Cut::Both);
    ann.until(|w| !w.linked).await;
    ann.put("apart", 1.0);
    ann.until_acked().await;
    // Longer than what is done at the moment the link breaks.
    sleep(Duration::from_secs(20)).await;
    let begun = tokio::time::Instant::now();
    // Bob's node does not know that it is cut off; Ann's does and reads what Bob stores.
    bob.put("there", 1.0);
    bob.until_acked().await;
    ann.until(|w| w.content().contains_key("there")).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    bob.until(|w| w.peers.len() == 1).await;
    hub.heal(nodes[0].1);
    ann.until(|w| w.linked).await;
    bob.until(|w| w.content().contains_key("apart") && w.peers.len() == 2).await;
    ann.until(|w| w.peers.len() == 2).await;
}

/// Longer than a node tells its edits to nobody it knows of, with signs of life.
async fn long_alone(mut people: [&mut Worker; 2]) {
    let end = tokio::time::Instant::now() + Duration::from_secs(150);
    while tokio::time::Instant::now() < end {
        for person in &mut people {
            let next = tokio::time::Instant::now() + Duration::from_secs(5);
            person.until(|_| tokio::time::Instant::now() >= next).await;
        }
    }
}

#[actix::test]
async fn a_node_that_has_just_lost_the_others_goes_on_telling_its_edits() {
    let Two { hub, nodes, mut ann, mut bob, .. } = two().await;
    hub.cut(nodes[0].1, Cut::Hearing);
    ann.until(|w| w.peers.len() == 1).await;
    ann.put("told all the same", 1.0);
    let begun = tokio::time::Instant::now();
    bob.until(|w| w.content().contains_key("told all the same")).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[actix::test]
async fn an_edit_that_a_node_had_nobody_to_tell_is_read_as_soon_as_it_has_company_again() {
    let Two { hub, nodes, mut ann, mut bob, .. } = two().await;
    // Ann's node hears nothing and thinks that it is alone. Bob's hears it all the time, and misses nothing that it could be told of.
    hub.cut(nodes[0].1, Cut::Hearing);
    ann.until(|w| w.peers.len() == 1).await;
    long_alone([&mut ann, &mut bob]).await;
    ann.put("alone", 1.0);
    ann.until_acked().await;
    hub.heal(nodes[0].1);
    let begun = tokio::time::Instant::now();
    bob.until(|w| w.content().contains_key("alone")).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[actix::test]
async fn what_a_node_that_had_forgotten_this_one_kept_to_itself_is_read_when_it_knows_it_again() {
    let Two { hub, nodes, mut ann, mut bob, .. } = two().await;
    // Bob's node is not heard, and forgotten; it hears Ann's all the time, and does not know that it is told nothing.
    hub.cut(nodes[1].1, Cut::Speaking);
    ann.until(|w| w.peers.len() == 1).await;
    long_alone([&mut ann, &mut bob]).await;
    hub.delay(Duration::from_secs(1));
    hub.heal(nodes[1].1);
    // Bob's node learns after a second that it may have missed something, asks who is there and reads the disk. Ann's hears of it a second later still.
    sleep(Duration::from_millis(1_700)).await;
    ann.put("kept to itself", 1.0);
    ann.until_acked().await;
    let begun = tokio::time::Instant::now();
    bob.until(|w| w.content().contains_key("kept to itself")).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[actix::test]
async fn the_people_and_ghosts_of_a_node_that_died_are_gone_within_five_seconds() {
    let Two { hub, nodes, mut ann, mut bob, .. } = two().await;
    ann.ghost(Some(7.0));
    bob.until(|w| w.drawers().len() == 1).await;
    hub.kill(nodes[0].1);
    let begun = tokio::time::Instant::now();
    bob.until(|w| w.peers.len() == 1 && w.drawers().is_empty()).await;
    assert!(begun.elapsed() <= Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[actix::test]
async fn a_node_that_stops_says_so_and_its_people_are_gone_at_once() {
    let Two { nodes, mut bob, .. } = two().await;
    let begun = tokio::time::Instant::now();
    nodes[0].0.live.shutdown().await;
    bob.until(|w| w.peers.len() == 1).await;
    // What is waited for are its own connections.
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}", begun.elapsed());
}

#[actix::test]
async fn a_session_that_goes_on_with_another_node_leaves_its_old_seat() {
    let Two { nodes, task, ann, mut bob, .. } = two().await;
    let old = ann.client.session;
    let token = nodes[0].0.person("ann");
    let client = common::Client::hello(&nodes[1].0.live, &token, Some(old)).await;
    let mut again = Worker::join(client, task).await;
    again.until(|w| w.peers.len() == 2).await;
    bob.until(|w| w.peers.len() == 2).await;
    let mut ann = ann;
    assert_eq!(ann.client.close_code().await, 1000);
}

#[actix::test]
async fn a_task_and_a_persons_rights_that_change_on_one_node_are_told_on_the_other() {
    let Two { nodes, task, mut bob, .. } = two().await;
    let (here, workspace, project) = (&nodes[0].0, nodes[0].0.workspace, nodes[0].0.project);
    here.live.publish(DomainEvent::TaskChanged { workspace, project, task, status: TaskStatus::Completed, lease: None });
    let completed = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::TaskChanged(changed)) => Some(changed.status),
        _ => None,
    };
    assert_eq!(bob.client.wait(completed).await, TaskStatus::Completed);
    {
        let mut tasks = here.places.tasks.lock().unwrap();
        let record = tasks.get_mut(&task).unwrap();
        record.project_status = ProjectStatus::Archived;
    }
    here.live.publish(DomainEvent::RightsChanged { workspace, project, user: None });
    let read_only = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::RightsChanged(changed)) => changed.read_only.clone(),
        _ => None,
    };
    assert_eq!(bob.client.wait(read_only).await, "project_archived");
    here.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Active;
    here.places.tasks.lock().unwrap().get_mut(&task).unwrap().membership = Some(ProjectRole::Reviewer);
    let user = nodes[0].0.people.tokens.lock().unwrap().values().find(|who| who.user.name == "bob").unwrap().user_id();
    here.live.publish(DomainEvent::RightsChanged { workspace, project, user: Some(user) });
    let role = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::RightsChanged(changed)) => Some(changed.role),
        _ => None,
    };
    assert_eq!(bob.client.wait(role).await, ProjectRole::Reviewer);
}

fn read_only(frame: &ServerFrame) -> Option<String> {
    match frame {
        ServerFrame::Control(ServerControl::RightsChanged(changed)) => changed.read_only.clone(),
        _ => None,
    }
}

#[actix::test]
async fn rights_that_change_while_nodes_cannot_reach_each_other_take_effect_within_seconds() {
    let Two { hub, nodes, task, mut ann, mut bob, .. } = two().await;
    let (here, workspace, project) = (&nodes[0].0, nodes[0].0.workspace, nodes[0].0.project);
    hub.cut(nodes[1].1, Cut::Both);
    bob.until(|w| !w.linked).await;
    here.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    here.live.publish(DomainEvent::RightsChanged { workspace, project, user: None });
    assert_eq!(ann.client.wait(read_only).await, "project_archived");
    let begun = tokio::time::Instant::now();
    assert_eq!(bob.client.wait(read_only).await, "project_archived");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[actix::test]
async fn an_archived_project_is_noticed_although_the_word_of_it_was_lost() {
    let Two { hub, nodes, task, mut bob, .. } = acquainted().await;
    let (here, workspace, project) = (&nodes[0].0, nodes[0].0.workspace, nodes[0].0.project);
    here.places.tasks.lock().unwrap().get_mut(&task).unwrap().project_status = ProjectStatus::Archived;
    hub.drop_next(1);
    here.live.publish(DomainEvent::RightsChanged { workspace, project, user: None });
    let noticed = tokio::time::timeout(Duration::from_secs(5), bob.client.wait(read_only)).await;
    assert_eq!(noticed.expect("nobody told this node"), "project_archived");
}

#[actix::test]
async fn a_projects_watcher_sees_people_and_progress_of_every_node() {
    let Two { nodes, ann, bob: _bob, .. } = two().await;
    let (here, there) = (&nodes[0].0, &nodes[1].0);
    let mut boss = there.connect("boss").await;
    boss.control(Subscribe {
        channel: CHANNEL,
        topic: Topic { kind: TopicKind::Project, id: there.project.into() },
        lineage: None,
        state_vector: None,
    });
    let mut names: std::collections::BTreeSet<String> =
        boss.subscribed().await.project.unwrap().people.into_iter().map(|person| person.user.name).collect();
    while names.len() < 3 {
        let more = |frame: &ServerFrame| match frame {
            ServerFrame::Control(ServerControl::ProjectDiff(diff)) => Some(diff.here.clone()),
            _ => None,
        };
        names.extend(boss.wait(more).await.into_iter().map(|person| person.user.name));
    }
    *here.places.progress.lock().unwrap() = Progress { total: 3, pending: 2, ..Progress::default() };
    here.live.publish(DomainEvent::ProgressChanged { workspace: here.workspace, project: here.project });
    let progress = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::ProjectDiff(diff)) => diff.progress,
        _ => None,
    };
    assert_eq!(boss.wait(progress).await.total, 3);
    drop(ann);
    let left = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::ProjectDiff(diff)) => diff.left.first().copied(),
        _ => None,
    };
    boss.wait(left).await;
}

#[actix::test]
async fn a_jobs_progress_is_told_to_every_watcher_on_every_node() {
    let Two { nodes, .. } = two().await;
    let (here, there) = (&nodes[0].0, &nodes[1].0);
    let job =
        |state, done| JobProgress { id: JobId::from(uuid::Uuid::from_u128(7)), kind: "import".into(), state, phase: None, done, total: 9 };
    let all_nodes_read = |now: JobProgress| nodes.iter().for_each(|(house, _)| *house.places.jobs.lock().unwrap() = vec![now.clone()]);
    all_nodes_read(job(JobState::Running, 1));
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::JobsChanged(changed)) => Some(changed.jobs.clone()),
        _ => None,
    };
    let topic = Topic { kind: TopicKind::Project, id: there.project.into() };
    let mut watchers = Vec::new();
    for (house, name) in [(there, "boss"), (there, "deputy"), (here, "chief")] {
        let mut watcher = house.connect(name).await;
        watcher.control(Subscribe { channel: CHANNEL, topic, lineage: None, state_vector: None });
        assert_eq!(watcher.wait(told).await, [job(JobState::Running, 1)], "those that are open, right away");
        watchers.push(watcher);
    }
    for (state, done) in [(JobState::Running, 5), (JobState::Succeeded, 9)] {
        all_nodes_read(job(state, done));
        here.live.publish(DomainEvent::JobChanged { workspace: here.workspace, project: here.project });
        for watcher in &mut watchers {
            assert_eq!(watcher.wait(told).await, [job(state, done)]);
        }
    }
}

#[actix::test]
async fn a_person_is_told_of_a_comment_wherever_they_are() {
    let Two { nodes, .. } = two().await;
    let (here, there) = (&nodes[0].0, &nodes[1].0);
    let mut tabs = [here.connect("cleo").await, there.connect("cleo").await];
    for tab in &mut tabs {
        tab.subscribe(CHANNEL, TopicKind::User, tab.user.id.into());
        tab.subscribed().await;
    }
    let (user, from) = (tabs[0].user.id, tabs[0].user.clone());
    let notification = mention(here.project, &from, "look");
    here.live.publish(DomainEvent::Notified { workspace: here.workspace, user, notification: notification.clone() });
    for tab in &mut tabs {
        assert_eq!(tab.notified().await, notification);
    }
}

#[actix::test]
async fn the_work_of_a_project_is_told_on_every_node() {
    let Two { nodes, .. } = two().await;
    let (here, there) = (&nodes[0].0, &nodes[1].0);
    let mut boss = there.connect("boss").await;
    let topic = Topic { kind: TopicKind::Workflow, id: there.project.into() };
    boss.control(Subscribe { channel: CHANNEL, topic, lineage: None, state_vector: None });
    let state = |frame: &ServerFrame| matches!(frame, ServerFrame::Control(ServerControl::WorkflowState(_))).then_some(());
    boss.wait(state).await;
    let steps = vec![StepCounts { step: "annotate".into(), done: 3, ..StepCounts::default() }];
    // All nodes read one database.
    for (house, _) in &nodes {
        house.places.work.lock().unwrap().steps.clone_from(&steps);
    }
    here.live.publish(DomainEvent::ProgressChanged { workspace: here.workspace, project: here.project });
    let diff = |frame: &ServerFrame| match frame {
        ServerFrame::Control(ServerControl::WorkflowDiff(diff)) => Some(diff.steps.clone()),
        _ => None,
    };
    assert_eq!(boss.wait(diff).await, steps);
}

#[actix::test]
async fn a_node_with_nobody_on_a_task_hears_nothing_of_it() {
    let hub = Hub::new();
    let nodes = House::nodes(&hub, 2);
    let task = nodes[0].0.task();
    let (spy, frames) = (hub.join(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&frames);
    let _ear = spy.listen(
        tandem_protocol::node::Topic::Task(task),
        Box::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            true
        }),
    );
    let mut ann = Worker::join(nodes[0].0.connect("ann").await, task).await;
    for n in 0..10 {
        ann.put(&format!("a{n}"), 1.0);
        ann.point(n, n);
    }
    ann.until_acked().await;
    assert_eq!(nodes[1].0.live.ready().rooms, 0);
    // The beginning, and twice who is there: as the room finds that it listens, and as it opens.
    let said = frames.load(Ordering::Relaxed);
    assert!(said <= 4, "{said} frames for nobody");
}
