//! Messages with any content.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use proptest::{collection::vec, option, prelude::*, sample::select};
use tandem_protocol::{
    AssignmentId, JobId, LineageId, NotificationId, ProjectId, ProjectRole, SessionId, TaskId, UserId, WorkflowId, WorkspaceId,
    rest::{AssignmentStatus, JobState, LeaseView, Notification, NotificationKind, Progress, TaskStatus, UserSummary},
    ws::*,
};
use uuid::Uuid;

pub fn client() -> impl Strategy<Value = ClientFrame> {
    prop_oneof![client_control().prop_map(ClientFrame::Control), client_hot().prop_map(ClientFrame::Hot)]
}

pub fn server() -> impl Strategy<Value = ServerFrame> {
    prop_oneof![server_control().prop_map(ServerFrame::Control), server_hot().prop_map(ServerFrame::Hot)]
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn text() -> impl Strategy<Value = String> {
    // Controls, quotes, astral characters: whatever JSON has to escape.
    vec(any::<char>(), 0..20).prop_map(|chars| chars.into_iter().collect())
}

fn payload() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..4_000_000_000, 0u32..1_000_000_000).prop_map(|(s, n)| DateTime::from_timestamp(s, n).unwrap())
}

fn role() -> impl Strategy<Value = ProjectRole> {
    select(ProjectRole::ALL)
}

fn status() -> impl Strategy<Value = TaskStatus> {
    select(vec![TaskStatus::Pending, TaskStatus::InProgress, TaskStatus::Review, TaskStatus::Completed, TaskStatus::Skipped])
}

fn user() -> impl Strategy<Value = UserSummary> {
    (uuid(), text(), text(), text()).prop_map(|(id, name, email, color)| UserSummary { id: UserId(id), name, email, color })
}

fn presence() -> impl Strategy<Value = PresenceState> {
    let number = any::<f32>().prop_filter("JSON has no NaN", |n| n.is_finite());
    (
        option::of(text()),
        option::of(text()),
        vec(text(), 0..3),
        option::of(text()),
        option::of([number.clone(), number.clone(), number.clone(), number]),
    )
        .prop_map(|(tool, label, selection, editing, viewport)| PresenceState { tool, label, selection, editing, viewport })
}

fn topic() -> impl Strategy<Value = Topic> {
    (select(vec![TopicKind::Task, TopicKind::Project, TopicKind::User, TopicKind::Workflow]), uuid())
        .prop_map(|(kind, id)| Topic { kind, id })
}

fn base64() -> impl Strategy<Value = Base64> {
    vec(any::<u8>(), 0..60).prop_map(Base64)
}

fn client_control() -> impl Strategy<Value = ClientControl> {
    prop_oneof![
        (text(), text(), option::of(uuid()))
            .prop_map(|(token, client, resume)| Hello { token, client, resume: resume.map(SessionId) }.into()),
        text().prop_map(|token| Refresh { token }.into()),
        (any::<u32>(), topic(), option::of(uuid()), option::of(base64())).prop_map(|(channel, topic, lineage, state_vector)| {
            Subscribe { channel, topic, lineage: lineage.map(LineageId), state_vector }.into()
        }),
        any::<u32>().prop_map(|channel| Unsubscribe { channel }.into()),
        (any::<u32>(), presence()).prop_map(|(channel, state)| SetPresence { channel, state }.into()),
        any::<u64>().prop_map(|t| Ping { t }.into()),
    ]
}

fn client_hot() -> impl Strategy<Value = ClientHot> {
    let seq = 0u64..1 << 53;
    prop_oneof![
        (any::<u32>(), seq, payload()).prop_map(|(channel, seq, bytes)| ClientHot::Update { channel, seq, bytes }),
        (any::<u32>(), any::<u32>(), payload()).prop_map(|(channel, epoch, bytes)| ClientHot::Ghost { channel, epoch, bytes }),
        (any::<u32>(), any::<i32>(), any::<i32>()).prop_map(|(channel, x4, y4)| ClientHot::Cursor { channel, x4, y4 }),
        any::<u32>().prop_map(|channel| ClientHot::CursorGone { channel }),
    ]
}

fn server_hot() -> impl Strategy<Value = ServerHot> {
    let cursor = (any::<u32>(), option::of(any::<(i32, i32)>())).prop_map(|(peer, at)| CursorAt { peer, at });
    prop_oneof![
        (any::<u32>(), payload()).prop_map(|(channel, bytes)| ServerHot::Sync { channel, bytes }),
        (any::<u32>(), payload()).prop_map(|(channel, bytes)| ServerHot::Update { channel, bytes }),
        (any::<u32>(), 0u64..1 << 53).prop_map(|(channel, seq)| ServerHot::Ack { channel, seq }),
        (any::<u32>(), any::<u32>(), payload()).prop_map(|(channel, epoch, bytes)| ServerHot::Ghost { channel, epoch, bytes }),
        (any::<u32>(), vec(cursor, 0..10)).prop_map(|(channel, cursors)| ServerHot::Cursors { channel, cursors }),
    ]
}

fn lease_view() -> impl Strategy<Value = LeaseView> {
    let status = select(vec![AssignmentStatus::Assigned, AssignmentStatus::Accepted, AssignmentStatus::Expired]);
    (uuid(), uuid(), text(), status, time()).prop_map(|(assignment, user, user_name, status, expires_at)| LeaseView {
        assignment_id: AssignmentId(assignment),
        user_id: UserId(user),
        user_name,
        status,
        expires_at,
    })
}

fn my_lease() -> impl Strategy<Value = MyLease> {
    (uuid(), uuid(), uuid(), any::<i64>(), time()).prop_map(|(assignment, project, task, fencing_token, expires_at)| MyLease {
        assignment_id: AssignmentId(assignment),
        project_id: ProjectId(project),
        task_id: TaskId(task),
        fencing_token,
        expires_at,
    })
}

fn peer() -> impl Strategy<Value = Peer> {
    (any::<u32>(), user(), role(), presence()).prop_map(|(peer, user, role, state)| Peer { peer, user, role, state })
}

fn task_joined() -> impl Strategy<Value = TaskJoined> {
    let document = (uuid(), base64(), any::<u32>(), vec(peer(), 0..3), any::<u32>());
    let task = (role(), option::of(text()), status(), option::of(lease_view()), any::<bool>(), any::<bool>());
    (document, task).prop_map(|((lineage, state_vector, peer, peers, ghost_epoch), (role, read_only, status, lease, durable, linked))| {
        TaskJoined { lineage: LineageId(lineage), state_vector, peer, peers, ghost_epoch, role, read_only, status, lease, durable, linked }
    })
}

fn progress() -> impl Strategy<Value = Progress> {
    any::<[i64; 5]>().prop_map(|[total, pending, in_progress, completed, skipped]| Progress {
        total,
        pending,
        in_progress,
        completed,
        skipped,
    })
}

fn person() -> impl Strategy<Value = PersonHere> {
    (user(), option::of(uuid())).prop_map(|(user, task)| PersonHere { user, task_id: task.map(TaskId) })
}

fn subscribed() -> impl Strategy<Value = Subscribed> {
    let project = (progress(), vec(person(), 0..3)).prop_map(|(progress, people)| ProjectLive { progress, people });
    let user = vec(my_lease(), 0..3).prop_map(|leases| UserLive { leases });
    (any::<u32>(), topic(), option::of(task_joined()), option::of(project), option::of(user))
        .prop_map(|(channel, topic, task, project, user)| Subscribed { channel, topic, task, project, user })
}

fn error() -> impl Strategy<Value = ErrorMessage> {
    let place = (option::of(any::<u32>()), option::of(any::<u64>()));
    (place, text(), text(), any::<bool>(), option::of(text()), option::of(text())).prop_map(
        |((channel, seq), code, message, retryable, field, rule)| ErrorMessage { channel, seq, code, message, retryable, field, rule },
    )
}

fn welcome() -> impl Strategy<Value = Welcome> {
    (uuid(), user(), uuid(), (time(), time()), any::<[u32; 3]>()).prop_map(
        |(session, user, workspace, (server_time, token_expires_at), [heartbeat_ms, max_frame, max_channels])| Welcome {
            session_id: SessionId(session),
            user,
            workspace_id: WorkspaceId(workspace),
            server_time,
            token_expires_at,
            heartbeat_ms,
            limits: Limits { max_frame, max_channels },
        },
    )
}

fn job() -> impl Strategy<Value = JobProgress> {
    (uuid(), text(), select(JobState::ALL), option::of(text()), any::<[i64; 2]>())
        .prop_map(|(id, kind, state, phase, [done, total])| JobProgress { id: JobId(id), kind, state, phase, done, total })
}

fn notification() -> impl Strategy<Value = Notification> {
    let places = (uuid(), uuid(), uuid());
    let words = (text(), text(), text());
    (places, select(NotificationKind::ALL), user(), words, time(), option::of(time())).prop_map(
        |((id, project, task), kind, from, (thread, comment, excerpt), created_at, read_at)| Notification {
            id: NotificationId(id),
            kind,
            project_id: ProjectId(project),
            task_id: TaskId(task),
            from,
            thread,
            comment,
            excerpt,
            created_at,
            read_at,
        },
    )
}

fn step_counts() -> impl Strategy<Value = StepCounts> {
    (text(), any::<[i64; 4]>()).prop_map(|(step, [waiting, working, done, held])| StepCounts { step, waiting, working, done, held })
}

fn step_worker() -> impl Strategy<Value = StepWorker> {
    (uuid(), text(), uuid(), user()).prop_map(|(assignment, step, task, user)| StepWorker {
        assignment_id: AssignmentId(assignment),
        step,
        task_id: TaskId(task),
        user,
    })
}

/// All that a `workflow` topic is told, of which a state has the first part.
fn workflow_diff() -> impl Strategy<Value = WorkflowDiff> {
    let lists = (vec(step_counts(), 0..3), vec(step_worker(), 0..3), vec(uuid().prop_map(AssignmentId), 0..3));
    (any::<u32>(), option::of(uuid().prop_map(WorkflowId)), lists).prop_map(|(channel, workflow_id, (steps, workers, left))| WorkflowDiff {
        channel,
        workflow_id,
        steps,
        workers,
        left,
    })
}

fn server_control() -> impl Strategy<Value = ServerControl> {
    let channel = any::<u32>;
    let changed = (any::<u32>(), presence()).prop_map(|(peer, state)| PeerState { peer, state });
    prop_oneof![
        welcome().prop_map(Into::into),
        time().prop_map(|token_expires_at| Refreshed { token_expires_at }.into()),
        subscribed().prop_map(Into::into),
        (channel(), vec(peer(), 0..3), vec(changed, 0..3), vec(any::<u32>(), 0..3))
            .prop_map(|(channel, joined, changed, left)| PresenceDiff { channel, joined, changed, left }.into()),
        (channel(), any::<u32>()).prop_map(|(channel, epoch)| GhostsReset { channel, epoch }.into()),
        (channel(), status(), option::of(lease_view())).prop_map(|(channel, status, lease)| TaskChanged { channel, status, lease }.into()),
        (channel(), any::<bool>()).prop_map(|(channel, durable)| DurabilityChanged { channel, durable }.into()),
        (channel(), any::<bool>()).prop_map(|(channel, linked)| LinkChanged { channel, linked }.into()),
        (channel(), option::of(progress()), vec(person(), 0..3), vec(uuid().prop_map(UserId), 0..3))
            .prop_map(|(channel, progress, here, left)| ProjectDiff { channel, progress, here, left }.into()),
        (channel(), vec(job(), 0..3)).prop_map(|(channel, jobs)| JobsChanged { channel, jobs }.into()),
        (channel(), select(vec![LeaseEvent::Given, LeaseEvent::Submitted, LeaseEvent::Reassigned]), my_lease())
            .prop_map(|(channel, event, lease)| LeaseChanged { channel, event, lease }.into()),
        (channel(), notification()).prop_map(|(channel, notification)| Notified { channel, notification }.into()),
        (channel(), peer(), option::of(text())).prop_map(|(channel, peer, read_only)| RightsChanged {
            channel,
            role: peer.role,
            read_only
        }
        .into()),
        workflow_diff().prop_map(Into::into),
        workflow_diff()
            .prop_map(|WorkflowDiff { channel, workflow_id, steps, workers, .. }| WorkflowState { channel, workflow_id, steps, workers })
            .prop_map(Into::into),
        error().prop_map(ServerControl::Error),
        (any::<u64>(), time()).prop_map(|(t, server_time)| Pong { t, server_time }.into()),
        (any::<u16>(), text(), option::of(any::<u32>())).prop_map(|(code, reason, reconnect_after_ms)| Bye {
            code,
            reason,
            reconnect_after_ms
        }
        .into()),
    ]
}
