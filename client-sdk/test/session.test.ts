import { describe, expect, it, vi } from 'vitest';

import { CloseCode, fixedToken, SignInNeeded, type SessionState } from '../src/index.js';
import { MemoryConnection, MemoryServer } from '../src/testing/index.js';
import { box, pass, person, TASK, useFakeClock } from './support.js';

useFakeClock();

const only = (server: MemoryServer): MemoryConnection => {
  const [connection] = server.connections;
  if (!connection || server.connections.size > 1) throw new Error(`${server.connections.size} connections`);
  return connection;
};

async function connected(options: Parameters<typeof person>[2] = {}, server = new MemoryServer()) {
  server.task(TASK);
  const ann = person(server, 'ann', options);
  const states: SessionState[] = [];
  ann.session.onState((state) => states.push(state));
  ann.session.connect();
  await pass(50);
  return { server, ...ann, states };
}

describe('a session', () => {
  it('sends its token in the first message and is open after the welcome', async () => {
    const { server, session, states } = await connected();
    expect(server.heard[0]).toMatchObject({
      type: 'hello',
      client: expect.stringMatching(/^tandem-client\//) as string,
      resume: null,
    });
    expect(states.map((state) => state.status)).toEqual(['connecting', 'open']);
    expect(session.info?.user.name).toBe('ann');
  });

  it('comes back after a cut wire, and names the session it replaces', async () => {
    const { server, session, states } = await connected();
    const before = session.info?.sessionId;
    server.cutAll();
    await pass(1_000);
    expect(states.map((state) => state.status)).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
    expect(server.heard.filter((message) => message.type === 'hello').at(-1)).toMatchObject({ resume: before });
  });

  it('waits longer and longer, at most 2.5 s at first, while the server is down', async () => {
    const { server, states } = await connected();
    server.crash();
    await pass(20_000);
    const pauses = states.flatMap((state, i) => {
      const next = states.slice(i + 1).find((one) => one.status === 'connecting');
      return state.status === 'waiting' && next ? [state.retryAt] : [];
    });
    const gaps = pauses.slice(1).map((at, i) => at - (pauses[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_510);
    expect(gaps[0]).toBeLessThan(gaps.at(-1) ?? 0);
    server.restart();
    await pass(3_000);
    expect(states.at(-1)?.status).toBe('open');
  });

  it('gives up for good on close codes 4400 to 4499, known or not', async () => {
    for (const code of [CloseCode.badFrame, CloseCode.forbidden, 4488]) {
      const { server, session } = await connected();
      only(server).end(code, 'no');
      await pass(60_000);
      expect(session.state).toEqual({ status: 'closed', code, reason: 'no' });
      expect(server.connections.size).toBe(0);
    }
  });

  it('comes back after every other close code', async () => {
    for (const code of [1006, CloseCode.internal, CloseCode.restart, CloseCode.tryLater, CloseCode.idle, 4399, 4500]) {
      const { server, session } = await connected();
      only(server).end(code);
      await pass(5_000);
      expect(session.state.status, String(code)).toBe('open');
    }
  });

  it('stays away as long as the server asks, and up to as long again', async () => {
    const { server, states } = await connected({ random: () => 0.5 });
    const at = Date.now();
    only(server).end(CloseCode.restart, 'restarting', { reconnect_after_ms: 2_000 });
    await pass(2_990);
    expect(states.at(-1)).toMatchObject({ status: 'waiting', reason: 'server_asked' });
    expect((states.at(-1) as { retryAt: number }).retryAt - at).toBeCloseTo(3_000, -2);
    await pass(100);
    expect(states.at(-1)?.status).toBe('open');
  });

  it('does not come back when the server says goodbye for good', async () => {
    const { server, session } = await connected();
    only(server).end(1000, 'the workspace was closed', { reconnect_after_ms: null });
    await pass(60_000);
    expect(session.state).toMatchObject({ status: 'closed', reason: 'the workspace was closed' });
  });

  it('close() is final and quiet', async () => {
    const { server, session, states } = await connected();
    session.close();
    await pass(60_000);
    expect(states.at(-1)?.status).toBe('closed');
    expect(server.connections.size).toBe(0);
    expect(() => session.connect()).toThrow(/closed/);
  });
});

describe('tokens', () => {
  it('are renewed on the living connection before they run out', async () => {
    const server = new MemoryServer();
    const refresh = vi.fn(() => Promise.resolve(server.token('ann', 300_000)));
    const { session } = await connected({ tokens: { current: () => server.token('ann', 300_000), refresh } }, server);
    const connection = only(server);
    await pass(241_000);
    expect(refresh).toHaveBeenCalledTimes(1);
    await pass(1_000_000);
    expect(refresh.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(session.state.status).toBe('open');
    expect(only(server)).toBe(connection);
  });

  it('that cannot be renewed just now are tried again before the end', async () => {
    const server = new MemoryServer();
    const refresh = vi.fn(() => Promise.resolve(server.token('ann', 300_000)));
    refresh.mockRejectedValueOnce(new Error('the network is away'));
    await connected({ tokens: { current: () => server.token('ann', 300_000), refresh } }, server);
    await pass(250_000);
    expect(refresh).toHaveBeenCalledTimes(2);
    expect(server.heard.filter((message) => message.type === 'refresh')).toHaveLength(1);
  });

  it('turned down as expired (4001) are renewed, then the session comes back at once', async () => {
    const server = new MemoryServer();
    const old = server.token('ann', -1);
    const { session } = await connected(
      { tokens: { current: () => old, refresh: () => Promise.resolve(server.token('ann')) } },
      server,
    );
    await pass(50);
    expect(session.state.status).toBe('open');
  });

  it('that stay expired are not asked for in a busy loop', async () => {
    const server = new MemoryServer();
    const refresh = vi.fn(() => Promise.resolve(server.token('ann', -1)));
    await connected({ tokens: { current: () => server.token('ann', -1), refresh } }, server);
    await pass(10_000);
    expect(refresh.mock.calls.length).toBeLessThan(15);
  });

  it('that cannot be renewed ever close the session', async () => {
    const server = new MemoryServer();
    const { session } = await connected({ tokens: fixedToken(server.token('ann', -1)) }, server);
    await pass(1_000);
    expect(session.state).toMatchObject({ status: 'closed', reason: expect.stringContaining('run out') as string });
  });

  it('are waited for while the network is away', async () => {
    const server = new MemoryServer();
    let online = false;
    const current = (): Promise<string> =>
      online ? Promise.resolve(server.token('ann')) : Promise.reject(new Error('no network'));
    const { session } = await connected({ tokens: { current, refresh: () => Promise.reject(new SignInNeeded()) } }, server);
    await pass(5_000);
    expect(session.state).toMatchObject({ status: 'waiting', reason: 'token' });
    online = true;
    await pass(3_000);
    expect(session.state.status).toBe('open');
  });
});

describe('heartbeat', () => {
  it('keeps a quiet connection alive', async () => {
    const { server, session, states } = await connected();
    await pass(10 * 60_000);
    expect(session.state.status).toBe('open');
    expect(states).toHaveLength(2);
    expect(server.heard.filter((message) => message.type === 'ping').length).toBeGreaterThan(30);
  });

  it('notices a pulled cable within two heartbeats', async () => {
    const { server, states } = await connected();
    only(server).socket.freeze();
    await pass(40_000);
    expect(states.map((state) => state.status)).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  });

  it('asks at once when the network says it changed', async () => {
    const { server, session, online } = await connected();
    only(server).socket.freeze();
    server.up = false;
    online.value = false;
    online.changed();
    await pass(3_100);
    expect(session.state).toMatchObject({ status: 'waiting', reason: 'offline' });
  });

  it('does not believe "offline" while the server answers', async () => {
    const { states, online } = await connected();
    online.value = false;
    online.changed();
    await pass(60_000);
    expect(states.at(-1)?.status).toBe('open');
  });

  it('does not wait for the pause when the network comes back', async () => {
    const { server, session, online } = await connected();
    online.value = false;
    server.crash();
    await pass(60_000);
    server.restart();
    expect(session.state.status).toBe('waiting');
    online.value = true;
    online.changed();
    await pass(20);
    expect(session.state.status).toBe('open');
  });

  it('gives up a server that never says welcome', async () => {
    const receive = vi.spyOn(MemoryConnection.prototype, 'receive').mockReturnValue(undefined);
    const { session } = await connected();
    await pass(10_500);
    expect(session.state).toMatchObject({ attempt: 1 });
    receive.mockRestore();
    await pass(30_000);
    expect(session.state.status).toBe('open');
  });
});

describe('an old socket', () => {
  it('never touches the new session, whatever it still says', async () => {
    const { server, session } = await connected();
    const room = session.subscribeTask(TASK);
    await pass();
    const old = only(server);
    const late = { onmessage: old.socket.onmessage, onclose: old.socket.onclose };
    old.socket.freeze();
    await pass(45_000);
    expect(session.state.status).toBe('open');
    const info = session.info;
    room.regions.add({ label: 'a', geometry: box() });
    await pass();

    // The operating system wakes up and delivers what it held back.
    late.onmessage?.({ data: JSON.stringify({ type: 'bye', code: 4403, reason: 'late', reconnect_after_ms: null }) } as never);
    late.onmessage?.({ data: Uint8Array.of(18, 1, 9).buffer } as never);
    late.onclose?.({ code: 4403, reason: 'late' } as never);
    await pass();
    expect(session.info).toBe(info);
    expect(session.state.status).toBe('open');
    expect(room.saveState).toBe('saved');
  });
});

describe('frames', () => {
  it('of an unknown type or kind are ignored and counted', async () => {
    const { server, session } = await connected();
    const { socket } = only(server);
    socket.deliver(JSON.stringify({ type: 'fireworks', colour: 'red' }));
    socket.deliver(Uint8Array.of(99, 1, 2, 3));
    await pass();
    expect(session.stats).toEqual({ unknownFrames: 2, badFrames: 0 });
    expect(session.state.status).toBe('open');
  });

  it('that break the protocol end the connection, and the next one starts clean', async () => {
    const { server, session, states } = await connected();
    only(server).socket.deliver('{"type":"welcome"}');
    await pass(1_000);
    only(server).socket.deliver(Uint8Array.of(18, 0x80));
    await pass(1_000);
    expect(session.stats.badFrames).toBe(2);
    expect(states.at(-1)?.status).toBe('open');
  });
});

describe('many topics', () => {
  it('share one connection and are all joined again after a reconnect', async () => {
    const { server, session } = await connected();
    const second = '0192f0c1-0000-7000-8000-00000000bbbb';
    server.task(second);
    const rooms = [session.subscribeTask(TASK), session.subscribeTask(second)];
    const project = session.subscribeProject('0192f0c1-0000-7000-8000-00000000cccc');
    const user = session.subscribeUser();
    await pass();
    expect(server.connections.size).toBe(1);
    server.cutAll();
    await pass(20);
    expect(project.snapshot().joined).toBe(false);
    await pass(1_000);
    expect(rooms.map((room) => room.snapshot().phase)).toEqual(['joined', 'joined']);
    expect(project.snapshot()).toMatchObject({ joined: true, progress: { total: 0 } });
    expect(user.snapshot().joined).toBe(true);
    const channels = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []));
    expect(new Set(channels).size).toBe(channels.length);
  });

  it('follow people and progress of a project', async () => {
    const { server, session } = await connected();
    const project = session.subscribeProject('0192f0c1-0000-7000-8000-00000000cccc');
    await pass();
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const bob = { id: 'u-bob', name: 'bob', email: 'b@example.test', color: '#000000' };
    const progress = { total: 9, pending: 8, in_progress: 1, completed: 0, skipped: 0 };
    only(server).send({ type: 'project_diff', channel, progress, here: [{ user: bob, task_id: TASK }], left: [] });
    await pass();
    expect(project.snapshot()).toMatchObject({ progress, people: [{ user: bob, task_id: TASK }] });
    only(server).send({ type: 'project_diff', channel, progress: null, here: [], left: ['u-bob'] });
    await pass();
    expect(project.snapshot()).toMatchObject({ progress, people: [] });
  });

  it('follow the jobs of a project', async () => {
    const { server, session } = await connected();
    const project = session.subscribeProject('0192f0c1-0000-7000-8000-00000000cccc');
    await pass();
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const job = { id: 'j1', kind: 'import', state: 'running', phase: 'uploading', done: 2, total: 9 } as const;
    const other = { ...job, id: 'j2' };
    only(server).send({ type: 'jobs_changed', channel, jobs: [job, other] });
    await pass();
    const before = project.snapshot().jobs;
    expect([...before.values()]).toEqual([job, other]);
    const ended = { ...job, state: 'succeeded', phase: null, done: 9 } as const;
    only(server).send({ type: 'jobs_changed', channel, jobs: [ended] });
    await pass();
    expect([...project.snapshot().jobs.values()]).toEqual([ended, other]);
    expect(before.get('j1'), 'what was shown is not changed behind its back').toEqual(job);
  });

  it('follow the work of a project, step by step', async () => {
    const { server, session } = await connected();
    const work = session.subscribeWorkflow('0192f0c1-0000-7000-8000-00000000cccc');
    expect(work.snapshot().steps).toBeNull();
    await pass();
    expect(work.snapshot()).toMatchObject({ joined: true, steps: new Map(), workers: [] });
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const bob = { id: 'u-bob', name: 'bob', email: 'b@example.test', color: '#000000' };
    const counts = (step: string, waiting: number) => ({ step, waiting, working: 0, done: 0, held: 0 });
    const at = { assignment_id: 'a1', step: 'annotate', task_id: TASK, user: bob };
    const diff = { type: 'workflow_diff', channel, workflow_id: 'w1' } as const;
    only(server).send({ ...diff, steps: [counts('annotate', 4), counts('review', 2)], workers: [at], left: [] });
    await pass();
    expect(work.snapshot()).toMatchObject({ workflowId: 'w1', workers: [at] });
    expect(work.snapshot().steps?.get('review')).toEqual(counts('review', 2));
    only(server).send({ ...diff, steps: [counts('review', 1)], workers: [], left: ['a1'] });
    await pass();
    expect([...(work.snapshot().steps?.values() ?? [])]).toEqual([counts('annotate', 4), counts('review', 1)]);
    expect(work.snapshot().workers).toEqual([]);
  });

  it('know nothing of the work before from the state that comes after a reconnect', async () => {
    const { server, session } = await connected();
    const work = session.subscribeWorkflow('0192f0c1-0000-7000-8000-00000000cccc');
    await pass();
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const steps = [{ step: 'annotate', waiting: 4, working: 0, done: 0, held: 0 }];
    only(server).send({ type: 'workflow_diff', channel, workflow_id: null, steps, workers: [], left: [] });
    await pass();
    server.cutAll();
    await pass(20);
    expect(work.snapshot()).toMatchObject({ joined: false, steps: new Map([['annotate', steps[0]]]) });
    await pass(1_000);
    expect(work.snapshot()).toMatchObject({ joined: true, steps: new Map() });
  });

  it('tell of my leases, in this tab or another', async () => {
    const { server, session } = await connected();
    const user = session.subscribeUser();
    const events: string[] = [];
    user.onLease((event, lease) => events.push(`${event} ${lease.assignment_id}`));
    await pass();
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const lease = { assignment_id: 'a1', project_id: 'p', task_id: TASK, fencing_token: 7, expires_at: '2026-11-20T13:00:00Z' };
    only(server).send({ type: 'lease_changed', channel, event: 'given', lease });
    await pass();
    expect(user.snapshot().leases).toEqual([lease]);
    only(server).send({ type: 'lease_changed', channel, event: 'expiring', lease });
    await pass();
    expect(user.snapshot()).toMatchObject({ leases: [lease], expiring: ['a1'] });
    const later = { ...lease, expires_at: '2026-11-20T13:30:00Z' };
    only(server).send({ type: 'lease_changed', channel, event: 'renewed', lease: later });
    await pass();
    expect(user.snapshot()).toMatchObject({ leases: [later], expiring: [] });
    only(server).send({ type: 'lease_changed', channel, event: 'expired', lease });
    await pass();
    expect(user.snapshot().leases).toEqual([]);
    expect(events).toEqual(['given a1', 'expiring a1', 'renewed a1', 'expired a1']);
  });

  it('tell of comments that name me', async () => {
    const { server, session } = await connected();
    const user = session.subscribeUser();
    const told: string[] = [];
    const stop = user.onNotification((notification) => told.push(`${notification.kind} ${notification.excerpt}`));
    await pass();
    const channel = server.heard.flatMap((message) => (message.type === 'subscribe' ? [message.channel] : []))[0] ?? 0;
    const notification = {
      id: 'n1',
      kind: 'mention' as const,
      project_id: 'p',
      task_id: TASK,
      from: { id: 'u', name: 'Ann', email: 'a@b', color: '#102030' },
      thread: 't',
      comment: 'c',
      excerpt: 'look, @Ben',
      created_at: '2026-11-20T13:00:00Z',
      read_at: null,
    };
    only(server).send({ type: 'notified', channel, notification });
    await pass();
    expect(told).toEqual(['mention look, @Ben']);
    stop();
    only(server).send({ type: 'notified', channel, notification });
    await pass();
    expect(told).toHaveLength(1);
  });

  it('are tried again when the server is only busy', async () => {
    const { server, session } = await connected();
    const real = server.hasTask.bind(server);
    let busy = 2;
    vi.spyOn(server, 'hasTask').mockImplementation((id) => busy-- <= 0 && real(id));
    const send = vi.spyOn(only(server), 'send');
    send.mockImplementation(function (this: MemoryConnection, message) {
      const told = message.type === 'error' ? { ...message, code: 'overloaded', retryable: true } : message;
      this.socket.deliver(JSON.stringify(told));
    });
    const room = session.subscribeTask(TASK);
    await pass(2_000);
    expect(room.snapshot().phase).toBe('joined');
  });
});
