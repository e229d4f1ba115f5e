// The client against a real server, and unmodified y-websocket clients beside it.
//
//   TANDEM_BIN=path/to/tandem node --test client-sdk/test/integration.mjs      starts a server of its own, kills and restarts it
//   TANDEM_URL=http://... TANDEM_SIGN_IN='admin=...,annotator=...,reviewer=...' node --test ...   uses one that runs (tokens of sign-in links)
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';

import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import {
  ApiError,
  createApi,
  idempotencyKey,
  memoryPersistence,
  ok,
  Session,
  sessionTokens,
  signIn,
  uuidv7,
} from '../dist/index.js';

const { Server } = process.env.TANDEM_URL ? {} : await import('../../web/e2e/support/server.mjs');

const box = (x, y = 20) => ({ kind: 'box', x, y, width: 40, height: 30 });

/** Waits for something to become true; says what was seen instead. */
async function until(what, look, ms = 15_000) {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Where the server is and how to sign in. */
async function target() {
  if (Server) {
    const server = await Server.start();
    const token = (person) => new URL(server.link(person)).hash.replace('#token=', '');
    return { server, url: server.url, token, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }
  const tokens = Object.fromEntries((process.env.TANDEM_SIGN_IN ?? '').split(',').map((pair) => pair.split('=', 2)));
  return {
    url: process.env.TANDEM_URL.replace(/\/$/, ''),
    token: (person) => tokens[person],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Every session made here, so that none is left behind. */
const sessions = new Set();

function connect(at, tokens, options = {}) {
  const session = new Session({ url: `${at.url.replace(/^http/, 'ws')}/ws`, tokens, WebSocket, ...options });
  sessions.add(session);
  return session;
}

async function enter(at, name) {
  const options = { baseUrl: at.url };
  const tokens = sessionTokens(options, await signIn(options, at.token(name)));
  const api = createApi({ ...options, tokens });
  const storage = memoryPersistence();
  const live = () => connect(at, tokens, { storage });
  return { name, tokens, api, live, session: live(), me: tokens.session.me };
}

/** A grey PNG of 640 x 480. */
function picture(shade) {
  const crc = (bytes) => {
    let c = ~0;
    for (const byte of bytes) {
      c ^= byte;
      for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    return ~c >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 2, 128, 0, 0, 1, 224, 8, 0, 0, 0, 0]);
  const rows = Buffer.concat(Array.from({ length: 480 }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(640, shade)])));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Ask for a place, put the bytes there, say so. */
async function upload(api, path, shade) {
  const bytes = picture(shade);
  const body = { filename: `grey-${shade}.png`, content_type: 'image/png', size: bytes.length };
  const { asset, upload: to } = await ok(
    api.POST('/api/v1/projects/{project_id}/assets', { params: { path, header: idempotencyKey() }, body }),
  );
  const answer = await fetch(to.url, { method: to.method, headers: to.headers, body: bytes });
  assert.ok(answer.ok, `upload: ${answer.status} ${await answer.text()}`);
  const ready = await ok(api.POST('/api/v1/assets/{asset_id}/complete', { params: { path: { asset_id: asset.id } } }));
  assert.deepEqual([ready.status, ready.width, ready.height], ['ready', 640, 480]);
  return ready;
}

/** A project of its own, with four pictures and these people. */
async function makeProject({ api }, people) {
  const label = (name, color) => ({
    name,
    color,
    hotkey: null,
    kinds: ['box'],
    keypoints: [],
    skeleton: [],
    supercategory: null,
  });
  const label_schema = { labels: [label('car', '#3366cc'), label('person', '#cc6633')] };
  const body = { name: `integration ${uuidv7()}`, description: '', label_schema };
  const project = await ok(api.POST('/api/v1/projects', { params: { header: idempotencyKey() }, body }));
  const path = { project_id: project.id };
  for (const [person, role] of people) {
    const member = { path: { ...path, user_id: person.me.user.id } };
    await ok(api.PUT('/api/v1/projects/{project_id}/members/{user_id}', { params: member, body: { role } }));
  }
  const assets = await Promise.all([10, 80, 160, 240].map((shade) => upload(api, path, shade)));
  const made = {
    tasks: assets.map((asset) => ({
      asset_id: asset.id,
      external_id: asset.filename,
      batch_id: null,
      priority: null,
      input: null,
    })),
  };
  const { tasks } = await ok(
    api.POST('/api/v1/projects/{project_id}/tasks', { params: { path, header: idempotencyKey() }, body: made }),
  );
  assert.equal(tasks.length, 4);
  return { project, tasks };
}

/** Rejects with an ApiError of this code. */
const refused = (answer, code) =>
  assert.rejects(answer, (error) => error instanceof ApiError && (assert.equal(error.code, code), true));

describe('the client and a real server', { concurrency: false }, () => {
  let at, admin, ann, bob, project, tasks;
  const rooms = [];

  const room = async (person, task, session = person.session) => {
    const joined = session.subscribeTask(task.id);
    rooms.push(joined);
    await until('joined', () => joined.snapshot().phase === 'joined' || joined.snapshot().failure);
    await joined.whenJoined();
    return joined;
  };
  const count = (of) => of.regions.size;

  before(async () => {
    at = await target();
    [admin, ann, bob] = await Promise.all(['admin', 'annotator', 'reviewer'].map((name) => enter(at, name)));
    ({ project, tasks } = await makeProject(admin, [
      [ann, 'labeler'],
      [bob, 'reviewer'],
    ]));
  });

  after(async () => {
    for (const one of rooms) one.close();
    for (const session of sessions) session.close();
    await at?.[Symbol.asyncDispose]();
  });

  test('problems name the field and the rule', async () => {
    const body = { name: '', description: '', label_schema: { labels: [] } };
    const error = await ok(admin.api.POST('/api/v1/projects', { body })).catch((e) => e);
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.fields[0]?.field, 'name');
    assert.ok(error.fields[0]?.rule);
  });

  test('a creation with a key happens once, and another body with the same key is refused', async () => {
    const header = idempotencyKey();
    const create = (name) =>
      ok(
        admin.api.POST('/api/v1/projects', { body: { name, description: '', label_schema: { labels: [] } }, params: { header } }),
      );
    const name = `integration ${uuidv7()}`;
    const first = await create(name);
    assert.equal((await create(name)).id, first.id);
    await refused(create(`${name} other`), 'idempotency_mismatch');
  });

  test('tokens are renewed, and a living session goes on with the new one', async () => {
    const before = ann.tokens.session.refresh_token;
    // Tokens count seconds: within one, a new one may look like the old.
    await new Promise((done) => setTimeout(done, 1_100));
    await ann.tokens.refresh();
    assert.notEqual(ann.tokens.session.refresh_token, before);
    assert.equal((await ok(ann.api.GET('/api/v1/me'))).user.id, ann.me.user.id);
  });

  test('two people see each other, and each other’s cursors, ghosts and shapes', async () => {
    const [a, b] = [await room(ann, tasks[0]), await room(bob, tasks[0])];
    const before = count(a);
    await until('both here', () => a.presence.peers().length === 2 && b.presence.peers().length === 2);
    a.presence.setMine({ tool: 'box', selection: ['x'] });
    await until('the tool', () => b.presence.peer(a.presence.me)?.state.tool === 'box');

    a.cursors.moveTo(12.25, 99.5);
    await until('the cursor', () => b.cursors.others().some((c) => c.peer === a.presence.me && c.x === 12.25 && c.y === 99.5));
    a.cursors.leave();
    await until('the cursor gone', () => b.cursors.others().length === 0);

    a.ghosts.setMine({ region_id: null, tool: 'box', label: 'car', geometry: box(1) });
    await until('the ghost', () => b.ghosts.others().some((g) => g.label === 'car'));
    for (let x = 2; x < 60; x += 1) {
      a.ghosts.setMine({ region_id: null, tool: 'box', label: 'car', geometry: box(x) });
      await new Promise((done) => setTimeout(done, 5));
    }
    await until('the last move', () => b.ghosts.others()[0]?.geometry.x === 59);
    const gaps = [];
    const look = () => b.ghosts.others().length + count(b) === before && gaps.push('gap');
    const stop = [b.ghosts.subscribe(look), b.regions.subscribe(look)];
    const id = a.commit({ label: 'car', geometry: box(59), attributes: { occluded: false } });
    await until('the shape', () => b.regions.get(id) && b.ghosts.others().length === 0);
    stop.forEach((off) => off());
    assert.deepEqual(gaps, [], 'the ghost became solid without a gap');
    assert.deepEqual(b.regions.get(id), a.regions.get(id));
    assert.equal(b.regions.get(id).author, ann.me.user.id);
    await a.whenSaved();
    assert.equal(a.saveState, 'saved');
  });

  test('undo takes back only one’s own', async () => {
    const [a, b] = [await room(ann, tasks[1]), await room(bob, tasks[1])];
    const mine = a.regions.add({ label: 'a', geometry: box(1) });
    await until('mine at Bob’s', () => b.regions.get(mine));
    const theirs = b.regions.add({ label: 'b', geometry: box(2) });
    await until('theirs at mine', () => a.regions.get(theirs));
    assert.equal(a.undo.undo(), true);
    await until('mine gone', () => !b.regions.get(mine));
    assert.ok(b.regions.get(theirs));
    assert.equal(a.undo.undo(), false);
    b.regions.remove(theirs);
    await until('theirs gone', () => !a.regions.get(theirs));
    b.undo.undo();
    await until('theirs back, whole', () => a.regions.get(theirs)?.geometry.x === 2);
    await Promise.all([a.whenSaved(), b.whenSaved()]);
  });

  test('two people who begin a text and a set at the same moment both keep theirs', async () => {
    const [a, b] = [await room(ann, tasks[0]), await room(bob, tasks[0])];
    // Neither waits for the other: whichever the server hears first.
    for (const [one, word] of [
      [a, 'from ann '],
      [b, 'from bob '],
    ]) {
      one.fields.setText('notes', word);
      one.fields.setEntry('tags', word, true);
    }
    await Promise.all([a.whenSaved(), b.whenSaved()]);
    const text = (of) => of.fields.get('notes')?.text ?? '';
    await until('both words', () => [a, b].every((of) => text(of).includes('from ann ') && text(of).includes('from bob ')));
    assert.equal(text(a), text(b));
    await until('both tags', () => [a, b].every((of) => Object.keys(of.fields.get('tags').entries).length === 2));
    a.undo.undo();
    a.undo.undo();
    await until('mine taken back', () => text(b) === 'from bob ' && Object.keys(b.fields.get('tags').entries).length === 1);
    await a.whenSaved();
    // Who comes new is given the same.
    const late = await room(admin, tasks[0]);
    await until('all of it', () => text(late) === 'from bob ');
  });

  test('a cut wire loses and doubles nothing', async () => {
    const sockets = [];
    class Cuttable extends WebSocket {
      constructor(...args) {
        super(...args);
        sockets.push(this);
      }
    }
    const session = connect(at, ann.tokens, { WebSocket: Cuttable });
    const [a, b] = [await room(ann, tasks[2], session), await room(bob, tasks[2])];
    const before = count(b);
    for (let round = 0; round < 5; round += 1) {
      for (let i = 0; i < 20; i += 1) {
        a.regions.add({ label: `${round}`, geometry: box(i) });
        if (i === 10) sockets.at(-1).terminate();
        await new Promise((done) => setTimeout(done, 3));
      }
      await a.whenSaved();
    }
    await until('all at Bob’s', () => count(b) === before + 100);
    assert.ok(sockets.length >= 5);
    session.close();
  });

  test('two unmodified y-websocket clients sync, and share the document with ours', async () => {
    const task = tasks[2];
    const ours = await room(ann, task);
    const stock = await Promise.all(
      [ann, bob].map(async (person) => {
        const doc = new Y.Doc();
        const params = { token: await person.tokens.current() };
        const url = `${at.url.replace(/^http/, 'ws')}/yjs`;
        const provider = new WebsocketProvider(url, task.id, doc, { params, WebSocketPolyfill: WebSocket, disableBc: true });
        await until('synced', () => provider.synced);
        return { doc, provider, regions: doc.getMap('regions') };
      }),
    );
    const [one, two] = stock;
    const write = (peer, id, label) =>
      peer.doc.transact(() => {
        const region = new Y.Map();
        peer.regions.set(id, region);
        region.set('label', label);
        region.set('geometry', box(5));
      });
    const [first, second] = [uuidv7(), uuidv7()];
    write(one, first, 'from a stock client');
    await until('at the other stock client', () => two.regions.get(first)?.get('label') === 'from a stock client');
    await until('at ours', () => ours.regions.get(first)?.label === 'from a stock client');
    write(two, second, 'answer');
    await until('the answer', () => one.regions.has(second) && ours.regions.get(second));
    const mine = ours.regions.add({ label: 'ours', geometry: box(6) });
    await until('ours at both', () => one.regions.has(mine) && two.regions.has(mine));

    one.provider.awareness.setLocalStateField('user', { name: 'stock' });
    await until('awareness', () =>
      [...two.provider.awareness.getStates().values()].some((state) => state.user?.name === 'stock'),
    );
    for (const { provider, doc } of stock) {
      provider.destroy();
      doc.destroy();
    }
  });

  test('a lease is one person’s, and a submit has exactly what was seen', async () => {
    const path = { project_id: project.id };
    const { work } = await ok(ann.api.POST('/api/v1/projects/{project_id}/next', { params: { path } }));
    assert.ok(work);
    const assignment = { path: { assignment_id: work.assignment.id } };
    const { fencing_token } = work.assignment;
    await ok(ann.api.POST('/api/v1/assignments/{assignment_id}/accept', { params: assignment, body: { fencing_token } }));
    const a = await room(ann, work.task);
    await until('the lease', () => a.lease?.user_id === ann.me.user.id && a.lease.status === 'accepted');

    const labels = project.label_schema.labels;
    const label = labels.find((one) => !one.kinds?.length || one.kinds.includes('box'))?.name;
    assert.ok(label, 'a label that takes boxes');
    for (const { id } of a.regions.list()) a.regions.remove(id);
    const ids = Array.from({ length: 10 }, (_, i) => a.regions.add({ label, geometry: box(i) }));
    const submit = (token) =>
      ok(
        ann.api.POST('/api/v1/assignments/{assignment_id}/submit', {
          params: assignment,
          body: { fencing_token: token, state_vector: a.stateVector(), time_spent_ms: 1_000, and_next: false },
        }),
      );
    await refused(submit(fencing_token - 1), 'lease_stale');
    // Not waiting for "saved": the server waits until it has what the state vector says.
    const { annotation } = await submit(fencing_token);
    assert.deepEqual(annotation.regions.map((region) => region.id).sort(), ids.sort());
    await until('the status', () => a.status !== 'in_progress' && a.status !== null);
  });

  test('what is saved survives kill -9, and what was drawn meanwhile arrives', { skip: !Server }, async () => {
    const a = await room(ann, tasks[1]);
    const saved = a.regions.add({ label: 'saved', geometry: box(1) });
    await a.whenSaved();
    await at.server.kill9();
    await until('offline', () => a.saveState === 'offline');
    const drawn = a.regions.add({ label: 'drawn meanwhile', geometry: box(2) });
    await at.server.up();
    await a.whenSaved();
    const fresh = await room(bob, tasks[1], bob.live());
    assert.ok(fresh.regions.get(saved), 'what was saved is there');
    assert.ok(fresh.regions.get(drawn), 'what was drawn meanwhile arrived');
  });

  test(
    'killed in the middle of a storm, the server still has everything that was ever called saved',
    { skip: !Server },
    async () => {
      const task = tasks[3];
      for (let round = 0; round < 3; round += 1) {
        const storm = [ann, bob, admin].map((person) => person.live());
        const robots = await Promise.all(storm.map((session, i) => room([ann, bob, admin][i], task, session)));
        const drawn = robots.map(() => []);
        const promised = new Set();
        const look = (i) => robots[i].saveState === 'saved' && drawn[i].forEach((id) => promised.add(id));
        robots.forEach((robot, i) => robot.subscribe(() => look(i)));
        const killed = new Promise((done) => setTimeout(() => done(at.server.kill9()), 400 + Math.random() * 800));
        const end = killed.then(() => 'killed');
        while ((await Promise.race([end, new Promise((done) => setTimeout(done, Math.random() * 12))])) !== 'killed') {
          const i = Math.floor(Math.random() * robots.length);
          drawn[i].push(robots[i].regions.add({ label: 'storm', geometry: box(round) }));
        }
        // Nobody who could deliver anything again may be there when the server comes back.
        for (const session of sessions) session.close();
        await at.server.up();
        const fresh = connect(at, ann.tokens);
        const there = await room(ann, task, fresh);
        const lost = [...promised].filter((id) => !there.regions.get(id));
        assert.deepEqual(lost, [], `${promised.size} promised`);
        assert.ok(promised.size > 0);
        fresh.close();
        // What was never called saved is still with its author, and arrives.
        for (const person of [ann, bob, admin]) person.session = person.live();
        const back = await Promise.all([ann, bob, admin].map((person) => room(person, task)));
        await Promise.all(back.map((one) => one.whenSaved()));
        await until('every stroke', () => drawn.flat().every((id) => back[0].regions.get(id)));
      }
    },
  );

  test('a random hour: three sessions edit, undo and lose their wires, and agree in the end', async () => {
    const sockets = new Set();
    class Cuttable extends WebSocket {
      constructor(...args) {
        super(...args);
        sockets.add(this);
      }
    }
    const task = tasks.at(-1);
    const wires = [ann, bob, admin].map((person) => connect(at, person.tokens, { WebSocket: Cuttable }));
    const robots = await Promise.all(wires.map((session, i) => room([ann, bob, admin][i], task, session)));
    const chance = () => Math.random();
    for (let step = 0; step < 600; step += 1) {
      const robot = robots[Math.floor(chance() * robots.length)];
      const some = robot.regions.list()[Math.floor(chance() * robot.regions.size)];
      const dice = chance();
      if (dice < 0.45 || !some) robot.regions.add({ label: 'r', geometry: box(step) });
      else if (dice < 0.75) robot.regions.update(some.id, { geometry: box(-step), attributes: { step } });
      else if (dice < 0.9) robot.regions.remove(some.id);
      else robot.undo.undo();
      if (chance() < 0.02) [...sockets].at(-1)?.terminate();
      if (step % 5 === 0) await new Promise((done) => setTimeout(done, 4));
    }
    await Promise.all(robots.map((robot) => robot.whenSaved()));
    const picture = (robot) => JSON.stringify(robot.regions.list());
    await until('agreement', () => robots.every((robot) => robot.saveState === 'saved' && picture(robot) === picture(robots[0])));
    for (const session of wires) session.close();
  });
});
