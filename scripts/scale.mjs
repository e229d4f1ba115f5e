// scale [--check]        rewrites the tables of docs/scale.md from docs/scale.json: what one person costs, and what many need.
// scale --take FILE      first puts the figures that scripts/scale-measure wrote to FILE into docs/scale.json.
// The functions are exported for scripts/scale.test.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, root));
export const read = () => JSON.parse(readFileSync(path('docs/scale.json'), 'utf8'));
export const page = () => readFileSync(path('docs/scale.md'), 'utf8');

/** Three digits, with thousands; what is whole and has four at most stays as it is. */
export function number(n) {
  if (Number.isInteger(n) && Math.abs(n) < 10000) return n.toLocaleString('en');
  if (Math.abs(n) >= 100) return Math.round(Number(n.toPrecision(3))).toLocaleString('en');
  return String(Number(n.toPrecision(Math.abs(n) >= 10 ? 3 : 2)));
}
const bytes = (n) => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; n >= 1000 && unit < units.length - 1; unit++) n /= 1000;
  return `${number(n)} ${units[unit]}`;
};
export const table = ([head, ...rows]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** What somebody who is connected does in a second, and what that costs. CPU in microseconds, that is millionths of a core. */
export function person(plan) {
  const c = Object.fromEntries(Object.entries(plan.costs).map(([name, cost]) => [name, cost.value]));
  const p = Object.fromEntries(Object.entries(plan.profile).map(([name, part]) => [name, part.value]));
  const moves = p.moving_share * p.moves_per_second;
  const sent = moves * (p.shared_share + (1 - p.shared_share) * p.moves_alone);
  const edits = p.edits_per_minute / 60;
  const tasks = p.tasks_per_hour / 3600;
  // The figure is of rooms where each move goes to two others: one move costs what two of its deliveries were measured to. One that
  // goes to nobody is counted like it: the dear side.
  const move_us = 2 * c.cursor_cpu_s_per_million;
  const beats = 2 / p.heartbeat_seconds;
  // What goes over the bus is what somebody on another server may want: of tasks that several people have open.
  const shared = p.shared_share;
  const publishes = shared * p.apart_share * moves;
  return {
    moves,
    deliveries: moves * p.shared_share * (p.people_together - 1),
    edits,
    tasks,
    regions: tasks * p.regions_per_task,
    server_us: {
      'cursors and heartbeats': (sent + beats) * move_us,
      edits: edits * c.edit_server_cpu_us,
      'tasks: lease, open, submit': tasks * c.task_server_cpu_ms * 1e3,
    },
    postgres_us: {
      edits: edits * c.edit_pg_cpu_us,
      'tasks: lease, open, submit': tasks * c.task_pg_cpu_ms * 1e3,
      'region rows': tasks * p.regions_per_task * c.region_insert_pg_cpu_us,
    },
    wal_bytes: edits * c.edit_wal_bytes + tasks * (c.task_wal_bytes + p.regions_per_task * c.region_wal_bytes),
    stored_bytes: tasks * p.regions_per_task * rowBytes(c),
    redis_us: {
      'edits into streams': edits * c.redis_xadd_us,
      'edits read elsewhere': shared * p.apart_share * edits * c.redis_xread_us,
      'cursors, published': publishes * c.redis_publish_to_two_us,
    },
    redis_frames: edits + publishes,
    memory_kib: c.connection_kib + c.document_kib / (shared * p.people_together + 1 - shared),
  };
}

const sum = (parts) => Object.values(parts).reduce((a, b) => a + b, 0);
/** What one region is on disk: its own row and indexes, its part of the annotation's JSON, of that again in the history, and of the task. */
export const rowBytes = (c) => c.region_heap_bytes + c.region_index_bytes + 2 * c.annotation_bytes_per_region + c.task_bytes_per_region;

/** How many people each part has room for, the smallest first. */
export function ceilings(plan) {
  const one = person(plan);
  const h = Object.fromEntries(Object.entries(plan.hardware).map(([name, part]) => [name, part.value]));
  const c = plan.costs;
  const usable = h.usable_share;
  return [
    ['Redis, one process: CPU (one thread)', (usable * 1e6) / sum(one.redis_us)],
    ['Postgres, one primary: CPU', (usable * h.postgres_cores * 1e6) / sum(one.postgres_us)],
    ['Postgres, one primary: WAL', (usable * h.wal_bytes_per_second) / one.wal_bytes],
    ['Postgres: connections of the servers', (h.postgres_connections / c.connections_per_server.value) * plan.design.people_per_server.value],
  ].sort((a, b) => a[1] - b[1]);
}

/** What a change would be worth: the part it relieves, and how many people that has room for, before and after. */
export function levers(plan) {
  const [pool, redis, cpu] = ['Postgres: connections of the servers', 'Redis, one process: CPU (one thread)', 'Postgres, one primary: CPU'];
  const full = (part) => (changed) => new Map(ceilings(changed)).get(part);
  return [
    ['8 connections a server', 'connections to Postgres', full(pool), (plan) => (plan.costs.connections_per_server.value = 8)],
    ['nine of ten shared tasks are on one server', 'one Redis', full(redis), (plan) => (plan.profile.apart_share.value = 0.1)],
    ['the journal has a Postgres of its own', 'the primary, by CPU', full(cpu), (plan) => (plan.costs.edit_pg_cpu_us.value = 0)],
    ['edits come in commits of 64, as a busier server makes them', 'the primary, by CPU', full(cpu), (plan) => (plan.costs.edit_pg_cpu_us.value = plan.costs.journal_64_pg_cpu_us.value)],
  ].map(([what, part, of, change]) => {
    const changed = structuredClone(plan);
    change(changed);
    return [what, part, of(plan), of(changed)];
  });
}

/** One server: what it has room for by each of its limits. */
export function server(plan) {
  const one = person(plan);
  const { people_per_server: people, server_cores: cores, server_memory_mib: memory } = plan.design;
  const fixed = plan.costs.server_base_mib.value + plan.costs.journal_waiting_mib.value;
  return {
    cpu: (people.value * sum(one.server_us)) / 1e6 / cores.value,
    memory_mib: fixed + (people.value * one.memory_kib) / 1024,
    back_s: people.value / plan.costs.comebacks_per_second.value,
    full_by_cpu: (plan.hardware.usable_share.value * cores.value * 1e6) / sum(one.server_us),
    full_by_memory: ((memory.value - fixed) * 1024) / one.memory_kib,
  };
}

const parts = {
  profile: (plan) =>
    table([['a person who is connected', 'assumed', 'why'], ...Object.values(plan.profile).map((p) => [p.what, `${number(p.value)} ${p.unit}`.trim(), p.why])]),
  costs: (plan) =>
    table([['what', 'cost', 'from'], ...Object.values(plan.costs).map((c) => [c.what, `${number(c.value)} ${c.unit}`.trim(), c.command])]),
  person: (plan) => {
    const one = person(plan);
    const rows = (where, costs) => Object.entries(costs).map(([what, us]) => [where, what, `${number(us)} µs`]);
    return [
      `A second of one person: ${number(one.moves)} moves of the cursor, ${number(one.deliveries)} deliveries to others, ${number(one.edits)} edits, ` +
        `${number(one.tasks)} tasks (${number(one.tasks * 3600)} an hour), ${number(one.regions)} region rows.`,
      '',
      table([
        ['where', 'for what', 'CPU'],
        ...rows('server', one.server_us),
        ...rows('Postgres', one.postgres_us),
        ...rows('Redis', one.redis_us),
        ['Postgres', 'WAL', bytes(one.wal_bytes)],
        ['server', 'memory, while connected', `${number(one.memory_kib)} KiB`],
      ]),
    ].join('\n');
  },
  server: (plan) => {
    const s = server(plan);
    const d = plan.design;
    return table([
      [`${number(d.people_per_server.value)} people on one server`, 'needed', `of ${number(d.server_cores.value)} cores and ${number(d.server_memory_mib.value)} MiB`],
      ['CPU', `${number(s.cpu * d.server_cores.value)} cores`, `${number(s.cpu * 100)} %; full at ${number(s.full_by_cpu)} people`],
      ['memory', `${number(s.memory_mib)} MiB`, `${number((s.memory_mib / d.server_memory_mib.value) * 100)} %; full at ${number(s.full_by_memory)} people`],
      ['coming back after it is gone', `${number(s.back_s)} s`, 'by `limits.comebacks`'],
    ]);
  },
  people: (plan) => {
    const one = person(plan);
    const h = plan.hardware;
    const cores = (costs, n) => number((sum(costs) * n) / 1e6);
    const row = (what, show) => [what, ...plan.people.map(show)];
    return table([
      ['connected at once', ...plan.people.map(number)],
      row('deliveries of cursors a second', (n) => number(one.deliveries * n)),
      row('edits a second', (n) => number(one.edits * n)),
      row('tasks a second', (n) => number(one.tasks * n)),
      row('region rows a day', (n) => number(one.regions * n * 3600 * plan.profile.hours_per_day.value)),
      row('servers', (n) => number(Math.max(2, Math.ceil(n / plan.design.people_per_server.value) + 1))),
      row('CPU of all servers, cores', (n) => cores(one.server_us, n)),
      row('memory of all connections', (n) => bytes(one.memory_kib * 1024 * n)),
      row('connections to Postgres', (n) => number(Math.max(2, Math.ceil(n / plan.design.people_per_server.value) + 1) * plan.costs.connections_per_server.value)),
      row('CPU of Postgres, cores', (n) => cores(one.postgres_us, n)),
      row('WAL a second', (n) => bytes(one.wal_bytes * n)),
      row(`Postgres primaries (${number(h.postgres_cores.value)} cores, ${bytes(h.wal_bytes_per_second.value)}/s of WAL)`, (n) =>
        number(primaries(plan, n)),
      ),
      row('growth of Postgres a day', (n) => bytes(one.stored_bytes * n * 3600 * plan.profile.hours_per_day.value)),
      row('frames through Redis a second', (n) => number(one.redis_frames * n)),
      row('CPU of Redis, cores', (n) => cores(one.redis_us, n)),
      row('Redis processes', (n) => number(Math.ceil((sum(one.redis_us) * n) / 1e6 / h.usable_share.value))),
    ]);
  },
  ceilings: (plan) => table([['part', 'full at this many people'], ...ceilings(plan).map(([what, n]) => [what, number(n)])]),
  levers: (plan) =>
    table([['if', 'of what', 'full now at', 'then at'], ...levers(plan).map(([what, part, now, then]) => [what, part, number(now), number(then)])]),
  regions: (plan) => {
    const c = Object.fromEntries(Object.entries(plan.costs).map(([name, cost]) => [name, cost.value]));
    const n = plan.regions;
    const tall = (rows) => number(Math.ceil(n / rows));
    return table([
      [`${number(n)} region rows`, ''],
      ['the rows', bytes(n * c.region_heap_bytes)],
      ['their three indexes', bytes(n * c.region_index_bytes)],
      ['the annotations they belong to (JSON, whole)', bytes(n * c.annotation_bytes_per_region)],
      ['the same once more in their history (`annotation_events`), if none was ever changed', bytes(n * c.annotation_bytes_per_region)],
      ['the tasks of those', bytes(n * c.task_bytes_per_region)],
      ['all', bytes(n * rowBytes(c))],
      ['one of 8 partitions', bytes((n / 8) * (c.region_heap_bytes + c.region_index_bytes))],
      [`partitions of at most ${bytes(plan.design.partition_bytes.value)}`, tall(plan.design.partition_bytes.value / (c.region_heap_bytes + c.region_index_bytes))],
      ['WAL while they are written, without the history', bytes(n * c.region_wal_bytes)],
      ['CPU of Postgres to insert them', `${number((n * c.region_insert_pg_cpu_us) / 1e6 / 3600)} core hours`],
      ...['1', '2', '4'].map((millions) => [
        `a page of 100 regions of one label, with ${millions} million rows`,
        `${number(plan.all_figures[`region_page_of_label_ms_at_${millions}000000`])} ms`,
      ]),
      ['a base backup at 500 MB/s', `${number((n * rowBytes(c)) / 500e6 / 60)} minutes`],
    ]);
  },
};

export function primaries(plan, people) {
  const one = person(plan);
  const h = plan.hardware;
  const cpu = (sum(one.postgres_us) * people) / 1e6 / (h.postgres_cores.value * h.usable_share.value);
  const wal = (one.wal_bytes * people) / (h.wal_bytes_per_second.value * h.usable_share.value);
  return Math.max(1, Math.ceil(Math.max(cpu, wal)));
}

export const names = Object.keys(parts);

/** The page with its tables made anew. */
export function written(text, plan) {
  for (const [name, make] of Object.entries(parts)) {
    const marks = new RegExp(`(<!-- scale:${name} -->\n)[^]*?(\n<!-- end -->)`);
    if (!marks.test(text)) throw new Error(`docs/scale.md has no place for ${name}`);
    text = text.replace(marks, (_, before, after) => `${before}${make(plan)}${after}`);
  }
  return text;
}

function take(file) {
  const plan = read();
  const figures = JSON.parse(readFileSync(file, 'utf8'));
  for (const cost of Object.values(plan.costs)) if (cost.figure) cost.value = figures[cost.figure];
  plan.all_figures = figures;
  writeFileSync(path('docs/scale.json'), `${JSON.stringify(plan, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, file] = process.argv.slice(2);
  if (what === '--take') take(file);
  const [before, after] = [page(), written(page(), read())];
  if (what === '--check' && before !== after) {
    console.error('docs/scale.md is stale: run `node scripts/scale.mjs`');
    process.exit(1);
  }
  if (before !== after) writeFileSync(path('docs/scale.md'), after);
}
