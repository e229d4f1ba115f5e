/** The REST API of the world in memory. */
import type { MemoryServer } from '@tandem/client/testing';

import { inputOf, layoutOf } from './layouts';
import { workflows } from './workflows';
import { anna, ben, chloe, projects, scene, tasks, uuid } from './world';

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
  });

const problem = (status: number, code: string, title: string, detail: string): Response =>
  json({ type: `/problems/${code}`, title, status, detail, code, retryable: false, errors: [] }, status);

const me = {
  user: anna,
  workspace_id: uuid(9),
  workspace_name: 'Demo workspace',
  workspace_role: 'admin',
  projects: projects.map((p) => ({
    project_id: p.id,
    role: 'admin',
    may: ['project.update', 'members.write', 'asset.write', 'task.create', 'document.write', 'history.restore', 'workflow.write'],
  })),
};

export const session = (token: string): object => ({
  access_token: token,
  access_expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  refresh_token: 'r',
  refresh_expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  me,
});

const first = tasks[0]?.id ?? '';
let fence = 1;
function lease(server: MemoryServer, taskId: string): object {
  const expires = new Date(Date.now() + 1_800_000).toISOString();
  const id = uuid(7000 + fence);
  server.task(taskId).change('in_progress', {
    assignment_id: id,
    user_id: anna.id,
    user_name: anna.name,
    status: 'accepted',
    expires_at: expires,
  });
  return {
    id,
    project_id: uuid(101),
    task_id: taskId,
    step: 'annotate',
    user_id: anna.id,
    status: 'accepted',
    fencing_token: fence++,
    assigned_at: new Date().toISOString(),
    accepted_at: null,
    expires_at: expires,
    ended_at: null,
  };
}

const history = (): object => {
  const kept = (n: number, reason: string, authors: string[], counts: [number, number, number, number]): object => ({
    id: uuid(6000 + n),
    task_id: first,
    step: 'annotate',
    reason,
    made_at: new Date(Date.now() - n * n * 1_500_000).toISOString(),
    made_by: authors[0] ?? null,
    authors,
    region_count: counts[0],
    added: counts[1],
    changed: counts[2],
    removed: counts[3],
  });
  return {
    items: [
      kept(1, 'manual', [anna.id], [12, 2, 1, 0]),
      kept(2, 'compaction', [anna.id, ben.id], [10, 4, 3, 1]),
      kept(4, 'restore', [ben.id, uuid(9999)], [7, 0, 0, 5]),
      kept(9, 'submit', [], [1, 0, 0, 0]),
    ],
    next_cursor: 'older',
  };
};

const nodes = (): object => {
  const node = (n: number, host: string, state: string, connections: number, more: object = {}): object => ({
    id: uuid(8000 + n),
    host,
    version: '0.1.0',
    state,
    drain_requested: state === 'draining',
    started_at: new Date(Date.now() - n * 7_000_000).toISOString(),
    silent_ms: 400 * n,
    connections,
    rooms: Math.round(connections / 7),
    durable: true,
    ...more,
  });
  return {
    me: uuid(8001),
    nodes: [
      node(1, 'tandem-7d9f6c5b8-x2kqp', 'ready', 412),
      node(2, 'tandem-7d9f6c5b8-m4zrt', 'ready', 388, { durable: false }),
      node(3, 'tandem-5c8d7f9d4-w9hbn', 'draining', 121, { version: '0.0.9' }),
      node(4, 'tandem-5c8d7f9d4-q7lcd', 'gone', 240, { version: '0.0.9', silent_ms: 190_000 }),
      node(5, 'tandem-5c8d7f9d4-a1sdf', 'left', 0, { version: '0.0.9', silent_ms: 700_000 }),
    ],
  };
};

const actors = (): object => {
  const actor = (kind: string, mailbox: number | null, more: object = {}): object => ({
    kind,
    id: null,
    state: 'up',
    restarts: 0,
    mailbox_ms: mailbox,
    ...more,
  });
  const open = tasks.slice(0, 6).map((task, n) => ({
    ...actor('task', n === 4 ? null : 0.2 + n * 17.3, { id: task.id, restarts: n === 2 ? 1 : 0 }),
    project_id: uuid(101),
    loaded: n !== 4,
    members: 7 - n,
    edits: 1_204 - n * 190,
    refused: n === 3 ? 2 : 0,
    not_on_disk: n === 0,
    document_bytes: 1_840_000 >> n,
  }));
  return {
    sessions: 412,
    tasks: 58,
    projects: 9,
    people: 377,
    durable: true,
    waiting_bytes: 18_200,
    busy: [{ thread: 'tandem-room-1', actor: 'task', message: 'Compact', ms: 184 }],
    root: [actor('journal', 0.31), actor('timer', null), actor('node', null, { restarts: 1 })],
    my_projects: [],
    my_jobs: [],
    my_tasks: open,
    my_task_count: 6,
    desks: [{ number: 1, connections: 412, rooms: 58, seats: 405, waiting_bytes: 0, mailbox_ms: 0.2 }],
    my_people: [],
    my_people_count: 0,
    my_sessions: [],
    my_session_count: 0,
  };
};

const withUrl = (task: (typeof tasks)[number]): object => ({
  ...task,
  ...inputOf(task.id),
  asset: { ...task.asset, url: scene(Number(task.id.slice(-3))) },
});

export function install(server: MemoryServer, token: string): void {
  const real = window.fetch.bind(window);
  const next = (): object => {
    const task = tasks.find((t) => t.status === 'pending');
    if (!task) return { work: null };
    task.status = 'in_progress';
    return { work: { task: withUrl(task), assignment: lease(server, task.id) } };
  };
  const answer = (method: string, path: string, query: URLSearchParams, body: string): Response => {
    const [, kind, id, part] = path.split('/');
    const workflow = workflows(method, path, body);
    if (workflow) return json(workflow, method === 'POST' && part === 'workflows' ? 201 : 200);
    const task = tasks.find((t) => t.id === id);
    if (kind === 'auth')
      return query.has('bad') ? problem(401, 'unauthorized', 'Sign in', 'The link has run out.') : json(session(token));
    if (kind === 'me') return json(me);
    if (kind === 'users') return json({ items: [anna, ben, chloe], next_cursor: null });
    if (kind === 'projects' && !id) return json({ items: projects, next_cursor: null });
    if (kind === 'projects' && part === 'next') return json(next());
    if (kind === 'projects' && part === 'members') {
      const items = [anna, ben].map((user) => ({
        user,
        role: user === anna ? 'admin' : 'reviewer',
        since: '2026-11-01T00:00:00Z',
        paused: null,
      }));
      return json({ items, next_cursor: null });
    }
    if (kind === 'projects' && part === 'tasks') {
      const from = Number(query.get('cursor') ?? 0);
      const fits = tasks.filter(
        (t) => (!query.get('status') || t.status === query.get('status')) && t.asset.filename.startsWith(query.get('q') ?? ''),
      );
      const end = from + Number(query.get('limit') ?? 50);
      return json({ items: fits.slice(from, end), next_cursor: end < fits.length ? String(end) : null });
    }
    if (kind === 'projects') {
      const project = projects.find((p) => p.id === id);
      return project ? json(project) : problem(404, 'not_found', 'Not found', 'There is no such project, or you are not in it.');
    }
    if (kind === 'tasks' && part === 'claim' && task) return json({ task: withUrl(task), assignment: lease(server, task.id) });
    if (kind === 'tasks' && part === 'layout') return json(layoutOf(id ?? ''));
    if (kind === 'tasks' && part === 'history') return json(history());
    if (kind === 'tasks') return task ? json(withUrl(task)) : problem(404, 'not_found', 'Not found', 'There is no such task.');
    if (kind === 'assignments' && part === 'submit') return json({ annotation: {}, next: (next() as { work: unknown }).work });
    if (kind === 'assignments')
      return json({
        id,
        task_id: first,
        fencing_token: fence,
        expires_at: new Date(Date.now() + 1_800_000).toISOString(),
      });
    if (kind === 'assets') return json({ ...tasks.find((t) => t.asset.id === id)?.asset, url: scene(3) });
    if (kind === 'admin' && id === 'nodes') return json(nodes());
    if (kind === 'admin' && id === 'actors') return json(actors());
    return problem(404, 'no_such_route', 'No such route', `${method} ${path}`);
  };
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!url.pathname.startsWith('/api/v1')) return real(input, init);
    await new Promise((done) => setTimeout(done, 60));
    return answer(request.method, url.pathname.slice(7), url.searchParams, await request.clone().text());
  };
}
