// The other side of the differential tests: yjs itself, one JSON array a line in, one JSON value a line out. Bytes are base64.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';

const docs = new Map();
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const text = (bytes) => Buffer.from(bytes).toString('base64');
const root = (doc) => doc.getMap('regions');
const isShared = (value) => value instanceof Y.AbstractType;

/** What a transaction adds to a document, as one update. */
function changed(doc, change) {
  const updates = [];
  const hear = (update) => updates.push(update);
  doc.on('update', hear);
  doc.transact(change);
  doc.off('update', hear);
  return updates.length === 0 ? null : text(Y.mergeUpdates(updates));
}

/** One random edit: the numbers say where and what. `programs.rs` has the same for yrs. */
function edit(doc, numbers) {
  let at = 0;
  const next = (bound) => numbers[at++ % numbers.length] % bound;
  const plain = () => [next(100), next(1000) + 0.5, null, true, `s${next(50)}`, { a: [1, { b: 'ü😀' }] }][next(6)];
  const fresh = () => [() => new Y.Map(), () => new Y.Array(), () => new Y.Text('a😀b')][next(3)]();
  const value = () => (next(3) === 0 ? fresh() : plain());
  let here = root(doc);
  for (;;) {
    if (here instanceof Y.Map) {
      const key = `k${next(4)}`;
      const inside = here.get(key);
      if (isShared(inside) && next(4) > 0) here = inside;
      else return next(5) === 0 ? here.delete(key) : here.set(key, value());
    } else if (here instanceof Y.Array) {
      const index = here.length === 0 ? 0 : next(here.length);
      const inside = here.length === 0 ? undefined : here.get(index);
      if (isShared(inside) && next(3) > 0) here = inside;
      else if (here.length > 0 && next(3) === 0) return here.delete(index, 1);
      else return here.insert(index, [value(), next(10)]);
    } else {
      // At whole characters: half an emoji is nobody's intention.
      const characters = [...here.toString()];
      const index = next(characters.length + 1);
      const offset = characters.slice(0, index).join('').length;
      if (index < characters.length && next(3) === 0) return here.delete(offset, characters[index].length);
      return here.insert(offset, ['x', 'yz', 'é', '😀'][next(4)]);
    }
  }
}

const load = (path) => JSON.parse(gunzipSync(readFileSync(path)).toString());

function patch(target, patches) {
  for (const [position, deleted, inserted] of patches) {
    if (deleted > 0) target.delete(position, deleted);
    if (inserted.length > 0) target.insert(position, inserted);
  }
}

/** A trace of one author, as updates of `batch` transactions each. */
function sequential(path, limit, batch) {
  const { txns, endContent } = load(path);
  const doc = new Y.Doc();
  doc.clientID = 7;
  const updates = [changed(doc, () => root(doc).set('t', new Y.Text()))];
  const target = root(doc).get('t');
  for (let at = 0; at < Math.min(limit, txns.length); at += batch) {
    updates.push(
      changed(doc, () => txns.slice(at, Math.min(at + batch, limit)).forEach(({ patches }) => patch(target, patches))),
    );
  }
  return { updates, content: target.toString(), whole: limit >= txns.length, endContent };
}

/** A trace of several authors: each transaction is made on a copy that has exactly what its author knew. */
function concurrent(path, limit) {
  const { txns, endContent, numAgents } = load(path);
  const first = new Y.Doc();
  first.clientID = 7;
  const start = changed(first, () => root(first).set('t', new Y.Text()));
  const agents = Array.from({ length: numAgents }, (_, agent) => {
    const doc = new Y.Doc();
    doc.clientID = 100 + agent;
    Y.applyUpdate(doc, bytes(start));
    return { doc, has: new Set() };
  });
  const updates = [];
  const learn = (agent, indices) => {
    const missing = [];
    const open = [...indices];
    while (open.length > 0) {
      const index = open.pop();
      if (agent.has.has(index)) continue;
      agent.has.add(index);
      missing.push(index);
      open.push(...txns[index].parents);
    }
    for (const index of missing.sort((a, b) => a - b)) Y.applyUpdate(agent.doc, bytes(updates[index]));
  };
  for (const [index, txn] of txns.slice(0, limit).entries()) {
    const agent = agents[txn.agent];
    learn(agent, txn.parents);
    updates.push(changed(agent.doc, () => patch(root(agent.doc).get('t'), txn.patches)) ?? text(new Uint8Array([0, 0])));
    agent.has.add(index);
  }
  const all = new Y.Doc();
  for (const update of [start, ...updates]) Y.applyUpdate(all, bytes(update));
  return { updates: [start, ...updates], content: root(all).get('t').toString(), whole: limit >= txns.length, endContent };
}

const commands = {
  open: (id, client) => {
    const doc = new Y.Doc();
    doc.clientID = client;
    docs.set(id, doc);
  },
  edit: (id, numbers) => changed(docs.get(id), () => edit(docs.get(id), numbers)),
  apply: (id, update) => Y.applyUpdate(docs.get(id), bytes(update)),
  json: (id) => root(docs.get(id)).toJSON(),
  text: (id, name) => docs.get(id).getText(name).toString(),
  vector: (id) => text(Y.encodeStateVector(docs.get(id))),
  diff: (id, vector) => text(Y.encodeStateAsUpdate(docs.get(id), vector === null ? undefined : bytes(vector))),
  waiting: (id) => docs.get(id).store.pendingStructs !== null || docs.get(id).store.pendingDs !== null,
  merge: (updates) => text(Y.mergeUpdates(updates.map(bytes))),
  sequential,
  concurrent,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...args] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(commands[command](...args) ?? null)}\n`);
}
