// A real `tandem serve` with embedded Postgres and S3 on a fresh data folder. Killed and started again at will.
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { png } from '../../../scripts/png.mjs';

const BINARY = process.env.TANDEM_BIN ?? 'tandem';
/**
 * A data folder as a first start leaves it, made by whoever needs it first and copied by all others: the debug build paints its demo for a
 * quarter of a minute. Not named: each start is a first one.
 */
const TEMPLATE = process.env.TANDEM_DATA_TEMPLATE;
const WEB = new URL('../../dist', import.meta.url).pathname;

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export class Server {
  #process;
  #output = '';
  /** @type {Record<string, string>} sign-in links by person */
  links = {};

  static async start(env = {}) {
    const server = await Server.#fresh(env);
    if (TEMPLATE) {
      if (!(await stat(TEMPLATE).catch(() => null))) await Server.#makeTemplate();
      // Not fs.cp: the cluster belongs to another user when we are root.
      await promisify(execFile)('cp', ['-a', `${TEMPLATE}/.`, server.dataDir]);
    }
    await server.up();
    return server;
  }

  static async #fresh(env) {
    const server = new Server();
    server.dataDir = await mkdtemp(join(tmpdir(), 'tandem-e2e-'));
    // Postgres runs as another user when we are root: it has to be able to walk in.
    await chmod(server.dataDir, 0o755);
    server.port = await freePort();
    server.env = env;
    return server;
  }

  static async #makeTemplate() {
    const first = await Server.#fresh({});
    await first.up();
    await first.stop();
    await rename(first.dataDir, TEMPLATE);
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.#process.pid;
  }

  /** What the server has printed since it was last started. */
  get output() {
    return this.#output;
  }

  async up() {
    this.#output = '';
    const child = spawn(BINARY, ['serve'], {
      env: {
        ...process.env,
        TANDEM_BIND: `127.0.0.1:${this.port}`,
        TANDEM_DATA_DIR: this.dataDir,
        TANDEM_WEB_DIR: WEB,
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const collect = (chunk) => (this.#output += chunk);
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const ended = new Promise((_, fail) => {
      child.once('exit', (code) => fail(new Error(`tandem ended with ${code}:\n${this.#output}`)));
    });
    ended.catch(() => {});
    await Promise.race([ended, this.#ready()]);
    for (const line of this.#output.split('\n')) {
      const match = /^\s*(.+?)\s+(http:\S+\/sign-in#token=\S+)/.exec(line);
      if (match) this.links[match[1].trim()] = match[2];
    }
  }

  async #ready() {
    for (;;) {
      if (this.#output.includes('/sign-in#token=')) {
        const answer = await fetch(`${this.url}/readyz`).catch(() => null);
        if (answer?.ok) return;
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** The link of the first person whose line matches. */
  link(person) {
    const found = Object.entries(this.links).find(([name]) => name.toLowerCase().includes(person.toLowerCase()));
    if (!found) throw new Error(`no sign-in link for ${person} in:\n${this.#output}`);
    return found[1];
  }

  /** As power loss would: nothing is flushed, nobody is told. */
  async kill9() {
    await this.#end('SIGKILL');
  }

  async stop() {
    await this.#end('SIGTERM');
  }

  #end(signal) {
    return new Promise((done) => {
      if (this.#process.exitCode !== null) return done();
      this.#process.once('exit', done);
      this.#process.kill(signal);
    });
  }

  /** The embedded Postgres' postmaster, for stopping it under load. */
  async postgresPid() {
    const folder = await findPostmasterPid(this.dataDir);
    return Number((await readFile(folder, 'utf8')).split('\n')[0]);
  }

  async [Symbol.asyncDispose]() {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

async function findPostmasterPid(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === 'postmaster.pid') return path;
    if (entry.isDirectory()) {
      const found = await findPostmasterPid(path).catch(() => null);
      if (found) return found;
    }
  }
  return null;
}

/** A signed-in person's REST access, without a browser. */
export async function signIn(server, person) {
  const token = new URL(server.link(person)).hash.replace('#token=', '');
  const answer = await fetch(`${server.url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw new Error(`sign-in of ${person}: ${answer.status} ${await answer.text()}`);
  const session = await answer.json();
  const api = async (method, path, body) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${session.access_token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  };
  return { session, api, token: session.access_token, me: session.me };
}

const LABELS = [
  { name: 'car', color: '#2563eb', hotkey: '1' },
  { name: 'person', color: '#dc2626', hotkey: '2' },
];

/** A project of its own with these people and images, made through the API as an integrator would. */
export async function makeProject(
  admin,
  name,
  { people, images, size = [1280, 860], labels = LABELS, picture = png, format = 'png', input = null },
) {
  const must = async (method, path, body) => {
    const { status, body: answer } = await admin.api(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const project = await must('POST', '/projects', { name, label_schema: { labels } });
  for (const [session, role] of people) await must('PUT', `/projects/${project.id}/members/${session.me.user.id}`, { role });
  const tasks = [];
  for (let n = 0; n < images; n++) {
    const bytes = picture(size[0], size[1], n * 7919);
    const asked = await must('POST', `/projects/${project.id}/assets`, {
      filename: `image-${n}.${format}`,
      content_type: `image/${format}`,
      size: bytes.length,
    });
    const put = await fetch(asked.upload.url, { method: asked.upload.method, headers: asked.upload.headers, body: bytes });
    if (!put.ok) throw new Error(`upload: ${put.status} ${await put.text()}`);
    await must('POST', `/assets/${asked.asset.id}/complete`);
    tasks.push({ asset_id: asked.asset.id, input });
  }
  const made = await must('POST', `/projects/${project.id}/tasks`, { tasks });
  return { project, tasks: made.tasks };
}
