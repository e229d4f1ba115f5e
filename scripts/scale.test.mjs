// docs/scale.md says what docs/scale.json gives, and the arithmetic is that of its words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ceilings, levers, names, number, page, person, primaries, read, server, written } from './scale.mjs';

const changed = (change) => {
  const plan = read();
  change(plan);
  return plan;
};

test('the page is the one that its figures make', () => {
  assert.equal(page(), written(page(), read()), 'run `node scripts/scale.mjs`');
});

test('every cost was measured or has its place, and the page asks for every table', () => {
  for (const [name, cost] of Object.entries(read().costs)) {
    assert.ok(cost.value > 0 && cost.what && cost.command, name);
  }
  for (const name of names) assert.ok(page().includes(`<!-- scale:${name} -->`), name);
});

test('a cost of a thousand microseconds a second is a thousandth of a core', () => {
  const plan = changed(({ costs, profile, design }) => {
    for (const cost of Object.values(costs)) if (/µs|ms/.test(cost.unit)) cost.value = 0;
    costs.edit_server_cpu_us.value = 1000;
    profile.edits_per_minute.value = 60;
    design.people_per_server.value = 500;
    design.server_cores.value = 1;
  });
  assert.deepEqual(person(plan).server_us, { 'cursors and heartbeats': 0, edits: 1000, 'tasks: lease, open, submit': 0 });
  assert.equal(server(plan).cpu, 0.5);
  assert.equal(server(plan).full_by_cpu, 600);
});

test('whoever works alone sends nothing to others', () => {
  const alone = person(changed(({ profile }) => (profile.shared_share.value = 0)));
  assert.equal(alone.deliveries, 0);
  assert.equal(alone.redis_us['cursors, published'], 0);
  assert.ok(alone.redis_us['edits into streams'] > 0, 'an edit is published whoever listens');
});

test('twice as dear is full at half as many, and the first to be full stands first', () => {
  const before = new Map(ceilings(read()));
  const after = new Map(ceilings(changed(({ costs }) => (costs.edit_wal_bytes.value *= 2, costs.task_wal_bytes.value *= 2, costs.region_wal_bytes.value *= 2))));
  const wal = 'Postgres, one primary: WAL';
  assert.ok(Math.abs(after.get(wal) * 2 - before.get(wal)) < 1);
  const people = [...before.values()];
  assert.deepEqual(people, [...people].sort((a, b) => a - b));
});

test('a change that is named makes room', () => {
  const plan = read();
  for (const [what, , now, then] of levers(plan)) assert.ok(then > now, what);
  assert.deepEqual(plan, read(), 'and leaves the plan as it was');
});

test('the first primary is enough until one of its limits, then there are more', () => {
  const plan = read();
  const first = Math.min(...ceilings(plan).filter(([what]) => what.startsWith('Postgres, one primary')).map(([, n]) => n));
  assert.equal(primaries(plan, Math.floor(first * 0.99)), 1);
  assert.equal(primaries(plan, Math.ceil(first * 1.01)), 2);
});

test('numbers have three digits, whole ones up to four', () => {
  assert.deepEqual([0, 0.01234, 1.234, 12.34, 123.4, 1024, 1234.5, 12345, 1234567].map(number), ['0', '0.012', '1.2', '12.3', '123', '1,024', '1,230', '12,300', '1,230,000']);
});
