/** Control messages: JSON text, checked on the way in. */
import {
  boolean,
  count,
  FrameError,
  list,
  listOrNone,
  nullable,
  number,
  object,
  or,
  record,
  string,
  word,
  type Check,
} from './check.js';
import type {
  Bye,
  ClientControl,
  DurabilityChanged,
  ErrorMessage,
  GhostsReset,
  JobProgress,
  JobsChanged,
  LeaseChanged,
  LeaseView,
  Limits,
  LinkChanged,
  MyLease,
  Notification,
  Notified,
  Peer,
  PeerState,
  PersonHere,
  Pong,
  PresenceDiff,
  PresenceState,
  Progress,
  ProjectDiff,
  ProjectLive,
  Refreshed,
  RightsChanged,
  ServerControl,
  StepCounts,
  StepWorker,
  Subscribed,
  TaskChanged,
  TaskJoined,
  Topic,
  UserLive,
  UserSummary,
  Welcome,
  WorkflowDiff,
  WorkflowState,
} from './types.js';

const user = object<UserSummary>({ id: string, name: string, email: string, color: string });
const lease = object<LeaseView>({
  assignment_id: string,
  user_id: string,
  user_name: string,
  status: word(),
  expires_at: string,
});
const progress = object<Progress>({ total: number, pending: number, in_progress: number, completed: number, skipped: number });
const person = object<PersonHere>({ user, task_id: nullable(string) });
const myLease = object<MyLease>({
  assignment_id: string,
  project_id: string,
  task_id: string,
  fencing_token: count,
  expires_at: string,
});
const presence = object<PresenceState>({
  tool: nullable(string),
  label: nullable(string),
  selection: listOrNone(string),
  editing: nullable(string),
  viewport: nullable(list(number)),
});
const peer = object<Peer>({ peer: count, user, role: word(), state: presence });
const peerState = object<PeerState>({ peer: count, state: presence });
const stepCounts = object<StepCounts>({ step: string, waiting: count, working: count, done: count, held: count });
const stepWorker = object<StepWorker>({ assignment_id: string, step: string, task_id: string, user });
const jobProgress = object<JobProgress>({
  id: string,
  kind: string,
  state: word(),
  phase: nullable(string),
  done: count,
  total: count,
});
const topic = object<Topic>({ kind: word(), id: string });
const taskJoined = object<TaskJoined>({
  lineage: string,
  state_vector: string,
  peer: count,
  peers: list(peer),
  ghost_epoch: count,
  role: word(),
  read_only: nullable(string),
  status: word(),
  lease: nullable(lease),
  durable: boolean,
  linked: or(true, boolean),
});

const notification = object<Notification>({
  id: string,
  kind: word(),
  project_id: string,
  task_id: string,
  from: user,
  thread: string,
  comment: string,
  excerpt: string,
  created_at: string,
  read_at: nullable(string),
});

/** One checker per `type` the server may say. */
const checks = {
  welcome: object<Welcome>({
    session_id: string,
    user,
    workspace_id: string,
    server_time: string,
    token_expires_at: string,
    heartbeat_ms: count,
    limits: object<Limits>({ max_frame: count, max_channels: count }),
  }),
  refreshed: object<Refreshed>({ token_expires_at: string }),
  subscribed: object<Subscribed>({
    channel: count,
    topic,
    task: nullable(taskJoined),
    project: nullable(object<ProjectLive>({ progress, people: list(person) })),
    user: nullable(object<UserLive>({ leases: list(myLease) })),
  }),
  presence_diff: object<PresenceDiff>({ channel: count, joined: list(peer), changed: list(peerState), left: list(count) }),
  ghosts_reset: object<GhostsReset>({ channel: count, epoch: count }),
  task_changed: object<TaskChanged>({ channel: count, status: word(), lease: nullable(lease) }),
  durability_changed: object<DurabilityChanged>({ channel: count, durable: boolean }),
  link_changed: object<LinkChanged>({ channel: count, linked: boolean }),
  rights_changed: object<RightsChanged>({ channel: count, role: word(), read_only: nullable(string) }),
  project_diff: object<ProjectDiff>({ channel: count, progress: nullable(progress), here: list(person), left: list(string) }),
  jobs_changed: object<JobsChanged>({ channel: count, jobs: list(jobProgress) }),
  workflow_state: object<WorkflowState>({
    channel: count,
    workflow_id: nullable(string),
    steps: list(stepCounts),
    workers: list(stepWorker),
  }),
  workflow_diff: object<WorkflowDiff>({
    channel: count,
    workflow_id: nullable(string),
    steps: list(stepCounts),
    workers: list(stepWorker),
    left: list(string),
  }),
  lease_changed: object<LeaseChanged>({ channel: count, event: word(), lease: myLease }),
  notified: object<Notified>({ channel: count, notification }),
  error: object<ErrorMessage>({
    channel: nullable(count),
    seq: nullable(count),
    code: string,
    message: string,
    retryable: boolean,
    field: nullable(string),
    rule: nullable(string),
  }),
  pong: object<Pong>({ t: count, server_time: string }),
  bye: object<Bye>({ code: count, reason: string, reconnect_after_ms: nullable(count) }),
} satisfies Record<ServerControl['type'], Check<unknown>>;

const isKnown = (type: string): type is ServerControl['type'] => Object.hasOwn(checks, type);

/** @returns the message, or null for a `type` this client does not know (a newer server's: to be ignored and counted) */
export function decodeControl(text: string): ServerControl | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FrameError('a text frame is not JSON');
  }
  const type = string(record(value, 'message')['type'], 'message.type');
  if (!isKnown(type)) return null;
  return { type, ...checks[type](value, type) } as ServerControl;
}

export const encodeControl = (message: ClientControl): string => JSON.stringify(message);
