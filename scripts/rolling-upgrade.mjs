// The people, the load balancer and the operator of scripts/rolling-upgrade: OLD and NEW are programs, TANDEM_TEST_DATABASE_URL an empty Postgres.
import assert from 'node:assert/strict';
import { spawn, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import WebSocket from 'ws';

import { Session, memoryPersistence } from '../client-sdk/dist/index.js';

const [OLD, NEW] = process.argv.slice(2);
const number = (name, usual) => Number(process.env[name] ?? usual);
const NODES = number('TANDEM_NODES', 2);
const PEOPLE = number('TANDEM_PEOPLE', 40);
const DOCUMENTS = number('TANDEM_DOCUMENTS', 8);
const GAP_MS = number('TANDEM_GAP_MS', 2_000);
/** Edits a person makes are this far apart. */
const EDIT_MS = 400;
/** How often the load balancer asks whether a node is ready; nodes give it three times as long to notice. */
const ASK_MS = 300;
const DRAIN = '1s';
const PATIENCE = 60_000;

const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

async function until(what, look, ms = PATIENCE) {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const box = await mkdtemp(join(tmpdir(), 'tandem-rolling-'));
await chmod(box, 0o755);
const common = {
  ...process.env,
  DATABASE_URL: process.env.TANDEM_TEST_DATABASE_URL,
  TANDEM_TENANT_KEY: randomUUID() + randomUUID(),
  TANDEM_JWT_SECRET: randomUUID() + randomUUID(),
  TANDEM_LOG: 'warn',
};
const command = (binary, folder, ...args) =>
  promisify(execFile)(binary, args, { env: { ...common, TANDEM_DATA_DIR: join(box, folder) }, maxBuffer: 1 << 26 });

/** One place for a node: its process is replaced, its port stays. */
class Place {
  ready = false;

  constructor(index, port) {
    this.index = index;
    this.port = port;
  }

  async start(binary) {
    const env = {
      ...common,
      TANDEM_BIND: `127.0.0.1:${this.port}`,
      TANDEM_DATA_DIR: join(box, `node-${this.index}`),
      // A program that does not know the setting says so and goes on.
      TANDEM_DRAIN_NOTICE: DRAIN,
    };
    this.output = '';
    const child = spawn(binary, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => (this.output += chunk));
    child.stderr.on('data', (chunk) => (this.output += chunk));
    this.ended = new Promise((done) => child.once('exit', done));
    this.child = child;
    await until(`node ${this.index} is ready:\n${this.output}`, () => {
      if (child.exitCode !== null) throw new Error(`node ${this.index} ended:\n${this.output}`);
      return this.ask();
    });
  }

  async ask() {
    const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    this.ready = answer?.ok === true;
    return this.ready;
  }

  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    assert.equal(code, 0, `node ${this.index} stopped with ${code}:\n${this.output}`);
    this.ready = false;
  }
}

/** A load balancer as people have them: connections in turn to whoever was ready when last asked. */
class Balancer {
  #turn = 0;
  #sockets = new Set();

  constructor(places) {
    this.places = places;
    this.server = net.createServer((client) => this.#serve(client));
    this.timer = setInterval(() => void Promise.all(places.map((place) => place.ask())), ASK_MS);
  }

  async listen() {
    this.server.listen(0, '127.0.0.1');
    await new Promise((done) => this.server.once('listening', done));
    this.port = this.server.address().port;
  }

  #serve(client) {
    const open = this.places.filter((place) => place.ready);
    const place = open[this.#turn++ % Math.max(1, open.length)];
    client.on('error', () => client.destroy());
    if (!place) return client.destroy();
    const upstream = net.connect(place.port, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => this.#sockets.delete(one) && other.destroy());
      one.pipe(other);
    }
  }

  close() {
    clearInterval(this.timer);
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }
}

/** Somebody who edits one document without pause, and notes when they were without it. */
class Person {
  longest = 0;
  gaps = 0;
  /** Of those it made, when all were saved last. */
  acknowledged = 0;
  #since = null;

  constructor(url, token, task) {
    const tokens = { current: () => token, refresh: async () => token };
    this.session = new Session({ url: `${url.replace(/^http/, 'ws')}/ws`, tokens, WebSocket, storage: memoryPersistence() });
    this.room = this.session.subscribeTask(task);
    this.task = task;
  }

  get live() {
    return this.session.state.status === 'open' && this.room.snapshot().phase === 'joined';
  }

  begin() {
    this.looking = setInterval(() => this.#look(), 10);
    this.editing = setTimeout(() => this.#edit(), Math.random() * EDIT_MS);
  }

  #look() {
    if (!this.live) this.#since ??= performance.now();
    else if (this.#since !== null) this.#over();
    if (this.room.saveState === 'saved') this.acknowledged = this.made.size;
  }

  #over() {
    this.longest = Math.max(this.longest, performance.now() - this.#since);
    this.gaps += 1;
    this.#since = null;
  }

  made = new Set();

  #edit() {
    const geometry = { kind: 'box', x: Math.random() * 500, y: Math.random() * 400, width: 20, height: 20 };
    this.made.add(this.room.regions.add({ label: 'car', geometry }));
    this.editing = setTimeout(() => this.#edit(), EDIT_MS * (0.5 + Math.random()));
  }

  async rest() {
    clearTimeout(this.editing);
    await until('everything is acknowledged', () => this.live && this.room.saveState === 'saved');
    this.#look();
    clearInterval(this.looking);
  }

  close() {
    clearTimeout(this.editing);
    clearInterval(this.looking);
    this.session.close();
  }
}

async function replace(places, binary, name) {
  for (const place of places) {
    say(`node ${place.index} becomes the ${name} one`);
    await place.stop();
    await place.start(binary);
    // Its load balancer takes a moment to see it, and its people to come.
    await sleep(2_000);
  }
}

/** Newcomers, each of whom reads a document from the disk, find every edit somebody was told is kept. */
async function check(url, token, people) {
  const lost = [];
  for (const task of new Set(people.map((person) => person.task))) {
    const reader = new Person(url, token, task);
    await until('a newcomer is in', () => reader.live);
    const there = new Set(reader.room.regions.list().map((region) => region.id));
    for (const person of people.filter((one) => one.task === task)) {
      for (const id of person.made) if (!there.has(id)) lost.push(id);
    }
    reader.close();
  }
  return lost;
}

const places = await Promise.all(Array.from({ length: NODES }, async (_, index) => new Place(index + 1, await freePort())));
const balancer = new Balancer(places);
let people = [];
try {
  await balancer.listen();
  const url = `http://127.0.0.1:${balancer.port}`;
  await command(OLD, 'operator', 'migrate');
  const wanted = ['--people', String(PEOPLE), '--tasks', String(DOCUMENTS), '--named', String(DOCUMENTS)];
  const fixture = JSON.parse((await command(OLD, 'operator', 'dev', 'fixture', ...wanted)).stdout);
  await Promise.all(places.map((place) => place.start(OLD)));
  people = fixture.tokens.slice(0, PEOPLE).map((token, n) => new Person(url, token, fixture.task_ids[n % DOCUMENTS]));
  await Promise.all(people.map((person) => until('everybody is in', () => person.live)));
  for (const person of people) person.begin();
  await sleep(2_000);

  say('the new program migrates, the old ones work on');
  await command(NEW, 'operator', 'migrate');
  await sleep(2_000);
  await replace(places, NEW, 'new');
  await replace(places, OLD, 'old');

  for (const person of people) await person.rest();
  const acknowledged = people.reduce((sum, person) => sum + person.acknowledged, 0);
  // A node that nobody was on reads everything from the disk.
  for (const place of places) await place.stop();
  for (const place of places) await place.start(NEW);
  const lost = await check(url, fixture.tokens[0], people);
  const longest = people.map((person) => Math.round(person.longest)).sort((a, b) => a - b);
  const figures = {
    nodes: NODES,
    people: PEOPLE,
    documents: DOCUMENTS,
    redis: Boolean(process.env.TANDEM_REDIS_URL),
    edits: people.reduce((sum, person) => sum + person.made.size, 0),
    acknowledged,
    lost: lost.length,
    gaps: people.reduce((sum, person) => sum + person.gaps, 0),
    gap_ms: { median: longest[longest.length >> 1], longest: longest.at(-1) },
  };
  console.log(JSON.stringify(figures, null, 2));
  const folder = process.env.TANDEM_JSON;
  if (folder) await writeFile(join(folder, 'rolling-upgrade.json'), JSON.stringify(figures, null, 2));
  assert.equal(lost.length, 0, `lost: ${lost.slice(0, 5).join(', ')}`);
  assert.ok(figures.edits > 0 && acknowledged === figures.edits, `${figures.edits} edits, ${acknowledged} acknowledged`);
  assert.ok(figures.gap_ms.longest <= GAP_MS, `somebody was without a live document for ${figures.gap_ms.longest} ms`);
} finally {
  for (const person of people) person.close();
  balancer.close();
  for (const place of places) place.child?.kill('SIGKILL');
  await rm(box, { recursive: true, force: true });
}
