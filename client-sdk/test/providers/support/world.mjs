// A real `tandem serve` with people and tasks of its own for the scenarios.
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import WebSocket from 'ws';

import { Session, memoryPersistence, uuidv7 } from '../../../dist/index.js';
import { Server, makeProject, signIn } from '../../../../web/e2e/support/server.mjs';

/** Waits for something to become true; says what was seen instead. */
export async function until(what, look, ms = Number(process.env.PATIENCE ?? 15_000)) {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export const box = (x, y = 20) => ({ kind: 'box', x, y, width: 40, height: 30 });

/** Tokens are signed here too, so that some can run out soon. */
const SECRET = randomBytes(32).toString('hex');

export class World {
  #sessions = new Set();
  #rooms = new Set();

  static async start() {
    const world = new World();
    world.server = await Server.start({ TANDEM_JWT_SECRET: SECRET });
    world.admin = await signIn(world.server, 'admin');
    world.ann = await signIn(world.server, 'annotator');
    world.bob = await signIn(world.server, 'reviewer');
    return world;
  }

  get ws() {
    return this.server.url.replace(/^http/, 'ws');
  }

  /** A project of its own with so many tasks. */
  async project(tasks) {
    const people = [
      [this.ann, 'labeler'],
      [this.bob, 'reviewer'],
    ];
    return makeProject(this.admin, `providers ${uuidv7()}`, { people, images: tasks, size: [64, 48] });
  }

  async archive({ id }, status = 'archived') {
    const { status: answer, body } = await this.admin.api('PATCH', `/projects/${id}`, { status });
    if (answer >= 300) throw new Error(`${answer} ${JSON.stringify(body)}`);
  }

  async member({ id }, person, role) {
    const path = `/projects/${id}/members/${person.me.user.id}`;
    const { status, body } = await (role ? this.admin.api('PUT', path, { role }) : this.admin.api('DELETE', path));
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  }

  async signOutEverywhere(person) {
    const { status, body } = await this.admin.api('POST', `/users/${person.me.user.id}/revoke-sessions`);
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  }

  /** A fresh token of a person that runs out in so many seconds. */
  token(person, seconds = 900) {
    return this.#sign(person, { exp: Math.floor(Date.now() / 1000) + seconds });
  }

  /** As of somebody who signed in just now. Tokens tell their making in whole seconds: it is one of the next. */
  async tokenAnew(person) {
    await pause(1_100 - (Date.now() % 1_000));
    const now = Math.floor(Date.now() / 1000);
    return this.#sign(person, { iat: now, exp: now + 900 });
  }

  #sign(person, changed) {
    const [head, claims] = person.token.split('.');
    const fresh = { ...JSON.parse(Buffer.from(claims, 'base64url')), ...changed };
    const body = `${head}.${Buffer.from(JSON.stringify(fresh)).toString('base64url')}`;
    return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
  }

  /** Our own client in a task's room. */
  async ours(person, task) {
    const tokens = {
      current: async () => this.token(person),
      refresh: async () => this.token(person),
      subscribe: () => () => {},
    };
    const session = new Session({ url: `${this.ws}/ws`, tokens, WebSocket, storage: memoryPersistence() });
    const room = session.subscribeTask(task.id);
    this.#sessions.add(session);
    this.#rooms.add(room);
    await until('joined', () => room.snapshot().phase === 'joined');
    return room;
  }

  /** Postgres and all it has started, stopped in the middle of whatever they do. */
  async pausePostgres() {
    const pids = family(await this.server.postgresPid());
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    return () => {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    };
  }

  async [Symbol.asyncDispose]() {
    for (const room of this.#rooms) room.close();
    for (const session of this.#sessions) session.close();
    await this.server?.[Symbol.asyncDispose]();
  }
}

/** A process and its children, the parent last. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return [...children.flatMap(family), pid];
}
