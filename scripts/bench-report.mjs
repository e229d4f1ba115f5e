// bench-report bench|long|peers|claim|web|micro FOLDER [SIZE ...]   rewrites one table of docs/performance.md from what that script measured.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const [kind, folder, ...sizes] = process.argv.slice(2);
const json = (name) =>
  existsSync(join(folder, `${name}.json`)) ? JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) : null;
const AGAIN = [1, 2, 3];
/** Of what was measured after several restarts (`NAME.1`, ...), the run with the first open in the middle. */
const middle = (name) => {
  const runs = AGAIN.flatMap((again) => json(`${name}.${again}`)?.figures ?? []);
  return runs.sort((a, b) => a['first open'].value - b['first open'].value)[runs.length >> 1];
};
const figures = (name) => json(name)?.figures ?? middle(name) ?? null;

const fixed = (n, digits = 1) => (n >= 1000 ? Math.round(n).toLocaleString('en') : n.toFixed(digits));
const ms = (t) => (t ? `p50 ${fixed(t.p50_ms)}, p99 ${fixed(t.p99_ms)} ms` : '');
const value = (f, name, digits = 1) => (f[name] ? fixed(f[name].value, digits) : '?');
const cpu = (f) => value(f, 'server CPU per million deliveries', 2);
const served = (f) => `${value(f, 'arrived, or a newer one instead', 1)} %`;
const CURSOR = 'cursor to another client';

/** A row of our own tables: what it shows, or that the run failed. */
const row = (name, what, goal, command, show) => {
  const f = figures(name);
  return [what, f ? show(f) : 'the run failed', goal, command && `\`tandem-loadtest ${command}\``];
};
const room = (f) => `${served(f)}, ${ms(f[CURSOR])}, CPU ${cpu(f)} s per million`;

function bench() {
  const start = json('start');
  const imports = json('import');
  return [
    ['what', 'measured', 'goal', 'command'],
    ['`tandem serve` to ready, empty data folder (makes the cluster and the demo)', `${start.first} s`, '', '`make bench`'],
    ['`tandem serve` to ready, second start', `${start.second} s`, '10 s', '`make bench`'],
    ['server idle with the demo, without Postgres', `${start.idle} MiB RSS`, '120 MB', '`make bench`'],
    row('room20', 'room: 20 people, all moving at 20 Hz', 'p99 10 ms', 'room --people 20', room),
    row('room500', 'room: 500 people, 50 moving at 20 Hz', 'all, p99 30 ms, CPU 0.5 s', 'room --people 500 --senders 50', room),
    row('room200', 'room: 200 people, 20 moving at 20 Hz', 'all, p99 25 ms, CPU 1.35 s', 'room --people 200 --senders 20', room),
    row(
      'room1000',
      'room: 1,000 people, all moving at 20 Hz',
      'p99 50 ms, 10 bytes a cursor',
      'room --people 1000',
      (f) => `${room(f)}, ${value(f, 'bytes a cursor on the wire')} bytes a cursor`,
    ),
    row(
      'saturate',
      'saturate: 100 people, most deliveries a second with p99 under 100 ms',
      '1,500,000 to 2,500,000',
      'saturate',
      (f) => `${value(f, 'most deliveries a second with p99 under 100 ms')} at ${value(f, 'at')} Hz, ${ms(f[CURSOR])}`,
    ),
    row('rooms', 'rooms: 1,000 documents of 10 people, one moving at 2 Hz in each', 'p99 2 ms, CPU 15 s', 'rooms', room),
    row(
      'idle',
      'idle: 10,000 connections',
      '10 KiB, 8,000/s',
      'idle',
      (f) => `${value(f, 'memory of a connection')} KiB RSS each, ${value(f, 'connections a second')}/s with the token checked`,
    ),
    row(
      'docs',
      'docs: 20 people edit 1,000 shapes at 10 Hz each, to the others',
      'all, p99 5 ms, equal',
      'docs',
      (f) =>
        `${value(f, 'arrived')} %, ${ms(f['edit to another client'])}, ${f["all equal at the end, a newcomer's copy too"] ? 'equal' : 'NOT EQUAL'}`,
    ),
    row('docs', 'docs: edit to durable acknowledgement', 'p50 5, p99 20 ms', 'docs', (f) =>
      ms(f['edit to durable acknowledgement']),
    ),
    row(
      'load',
      'load: 5,000 shapes, server just restarted, the middle of three restarts',
      '25 ms, then 4 ms',
      'load',
      (f) => `first ${value(f, 'first open')} ms, median of 20 more ${value(f, 'median of the others')} ms`,
    ),
    row(
      'joins',
      'join-storm: 100 people enter a new document together and write, 5 times',
      'one document, always',
      'join-storm',
      (f) =>
        `one document ${value(f, 'documents that were one')} times, all have everything: ${ms(f['until one has everything'])}`,
    ),
    row(
      'returns',
      'reconnect-storm: 500 people come back to 1,000 shapes within 0.5 s',
      '',
      'reconnect-storm --people 500',
      (f) => `${ms(f['from connecting until the copy is whole'])}; all back after ${value(f, 'all back after, at most')} s`,
    ),
    row(
      'slow',
      'slow-reader: one of 200 stops reading',
      'unchanged within 20 %, 1013',
      'slow-reader --people 200 --senders 20',
      (f) =>
        `p99 ${fixed(f['cursor to another client, without'].p99_ms)} without, ${fixed(f['cursor to another client, with'].p99_ms)} ms with; server at most ${value(f, 'server memory at most', 0)} MiB (${value(f, 'server memory without', 0)} without); the reader was ${f['reader 1 was']}`,
    ),
    row(
      'chaos',
      'chaos: 100 people, server and Postgres killed and paused, 1 min',
      'no acknowledged edit lost, all equal',
      'chaos --minutes 1 --seed 1',
      chaos,
    ),
    row('submit', 'submit, 20 people, each every 2 s', 'p99 25 ms', 'submit --people 20 --think-ms 2000', (f) => ms(f.submit)),
    row('submit', 'lease the next task', '', 'submit', (f) => ms(f['lease the next task'])),
    row('submit', 'open a task', '', 'submit', (f) => ms(f['open a task'])),
    ...[imports.small, imports.large].map((i) => [
      `import ${i.images.toLocaleString('en')} images, ${i.annotations.toLocaleString('en')} boxes`,
      `${i.seconds.toFixed(0)} s, peak ${i.peak_mib.toFixed(0)} MiB`,
      i === imports.large
        ? `memory of the small one (ratio ${(imports.large.peak_mib / imports.small.peak_mib).toFixed(2)})`
        : '',
      '`scripts/bench-import.mjs`',
    ]),
  ];
}

function chaos(f) {
  const broken = f['broken promises'].value;
  const settled = f['all acknowledged and equal after'];
  const memory = [
    ['memory of the last third of lives, to the first', 'of the last lives to the first'],
    ['memory at the end of a life, to its beginning', 'of the end of a life to its beginning'],
  ].filter(([figure]) => f[figure]);
  const grew = memory.map(([figure, what]) => `${fixed(f[figure].value, 2)} ${what}`).join(', ');
  return `${value(f, 'acknowledged', 0)} edits acknowledged, ${broken} lost or wrong, ${settled ? `all equal after ${fixed(settled.value)} s` : 'NOT ALL EQUAL'}${grew && `; memory ${grew}`}`;
}

const long = () => [
  ['what', 'measured', 'goal', 'command'],
  row(
    'bigdoc',
    'big-doc: 1,000,000 updates, compacted',
    'open in 100 ms, memory back',
    'big-doc',
    (f) =>
      `first open ${value(f, 'first open, from disk')} ms, others ${ms(f['the others'])}; memory ${value(f, 'server memory after writing, idle', 0)} MiB idle, ${value(f, 'server memory with it open', 0)} open, ${value(f, 'server memory idle again', 0)} idle again`,
  ),
  row(
    'manydocs',
    'many-docs: 10,000 documents in turn, and once more',
    'RSS within 10 % of before',
    'many-docs',
    (f) =>
      `${value(f, 'server memory before', 0)} MiB before, ${value(f, 'server memory at most', 0)} at most, ${value(f, 'server memory after the first time', 0)} after (ratio ${value(f, 'after the first time, to before', 2)}), ${value(f, 'server memory after', 0)} the second time (${value(f, 'after the second time, to the first', 2)}); ${value(f, 'documents a second')} a second`,
  ),
  row(
    'soak',
    'soak: 20 rooms of 10',
    'as good at the end',
    'soak',
    (f) =>
      `p99 ${value(f, 'p99 of the first shift')} ms at first, ${value(f, 'p99 of the last shift')} ms at last, memory ratio ${value(f, 'memory at the end, to settled', 2)}`,
  ),
  row('chaoslong', 'chaos: 200 people', 'no acknowledged edit lost, all equal', 'chaos', chaos),
];

/** Peers: one line a measure, ours, and what ours is of each peer. */
function peers() {
  const servers = ['yws', 'hocus', 'sweet', 'yjs', 'tandem'];
  const names = {
    yws: '@y/websocket-server 0.1.5',
    hocus: 'Hocuspocus 4.7.0',
    sweet: 'y-sweet 0.9.1',
    yjs: 'ours, y-websocket framing',
    tandem: 'ours, own protocol',
  };
  const lines = [['measure', ...servers.map((s) => names[s]), 'ours (y-websocket framing) to Hocuspocus', 'to y-sweet']];
  const add = (what, scenario, pick, show) => {
    const got = servers.map((s) => figures(`${scenario}.${s}`));
    const values = got.map((f) => (f ? (pick(f) ?? NaN) : NaN));
    const of = (peer) => {
      const ratio = values[servers.indexOf('yjs')] / values[servers.indexOf(peer)];
      return Number.isFinite(ratio) ? ratio.toFixed(2) : '';
    };
    lines.push([
      what,
      ...got.map((f, i) => (f && Number.isFinite(values[i]) ? show(values[i], f) : f ? 'none' : 'failed')),
      of('hocus'),
      of('sweet'),
    ]);
  };
  const p99 = (f) => f[CURSOR].p99_ms;
  for (const [scenario, what] of [
    ['room500', 'room 500/50'],
    ['room200', 'room 200/20'],
    ['rooms', 'rooms 1,000 x 10'],
  ]) {
    add(`${what}: p99`, scenario, p99, (v, f) => `${fixed(v)} ms (${served(f)})`);
    add(
      `${what}: CPU s per million deliveries`,
      scenario,
      (f) => f['server CPU per million deliveries'].value,
      (v) => v.toFixed(2),
    );
  }
  const most = 'most deliveries a second with p99 under 100 ms';
  add(
    'saturate 100: most deliveries a second, p99 under 100 ms',
    'saturate',
    (f) => f[most]?.value,
    (v) => fixed(v),
  );
  add(
    'docs 20 x 10 Hz: p99 to the others',
    'docs',
    (f) => f['edit to another client'].p99_ms,
    (v, f) =>
      `${fixed(v)} ms (${value(f, 'arrived')} %, ${f["all equal at the end, a newcomer's copy too"] ? 'equal' : 'NOT EQUAL'})`,
  );
  add(
    'docs: CPU s per million deliveries',
    'docs',
    (f) => f['server CPU per million deliveries'].value,
    (v) => v.toFixed(1),
  );
  add(
    'docs: acknowledged p99 (Hocuspocus: in memory; ours: on disk)',
    'docs',
    (f) => (f['edit to durable acknowledgement'] ?? f['edit to acknowledgement'])?.p99_ms,
    (v) => `${fixed(v)} ms`,
  );
  add(
    'load 5,000 shapes: first open after a restart, the middle of three',
    'load',
    (f) => f['first open'].value,
    (v) => `${fixed(v)} ms`,
  );
  add(
    'load 5,000 shapes: median of 20 more',
    'load',
    (f) => f['median of the others'].value,
    (v) => `${fixed(v)} ms`,
  );
  add(
    'join-storm 100: everybody has everything, p99',
    'joins',
    (f) => f['until one has everything'].p99_ms,
    (v, f) => `${fixed(v)} ms (${value(f, 'arrived')} %, ${f['one document each time'] ? 'one document' : 'SPLIT'})`,
  );
  return lines;
}

function claim() {
  const ask = 'ask for the next task';
  const most = 'claims a second, without a pause';
  const all = sizes.map((size) => ({
    size: Number(size),
    server: figures(`claim${size}`),
    calm: figures(`calm${size}`),
    bare: figures(`pgbench${size}`),
  }));
  const cells = (show) => all.map((run) => (run.server && run.calm && run.bare ? show(run) : 'the run failed'));
  const [first, last] = [all[0], all.at(-1)];
  const ratio = (of) => (of(first) && of(last) ? (of(last) / of(first)).toFixed(2) : '?');
  return [
    ['what', ...all.map((run) => `${run.size.toLocaleString('en')} waiting`), 'longest to shortest', 'goal'],
    [
      '150 people, each asks about once a second: an ask',
      ...cells((run) => ms(run.server[ask])),
      ratio((run) => run.server?.[ask].p50_ms),
      'p99 10 ms, ratio 2',
    ],
    [
      'the same, each about every five seconds: an ask',
      ...cells((run) => ms(run.calm[ask])),
      ratio((run) => run.calm?.[ask].p50_ms),
      'p99 10 ms',
    ],
    [
      'bare SQL (find.sql, give.sql) 150 times a second',
      ...cells((run) => ms(run.bare.paced)),
      ratio((run) => run.bare?.paced.p50_ms),
      '',
    ],
    [
      'without a pause, 20 at a time: claims a second',
      ...cells((run) => fixed(run.server[most].value)),
      ratio((run) => 1 / run.server?.[most].value),
      'ratio of times 2',
    ],
    [
      'bare SQL (find.sql, give.sql) on 20 connections: a second',
      ...cells((run) => fixed(run.bare.tps)),
      ratio((run) => 1 / run.bare?.tps),
      '',
    ],
    ['server to bare SQL', ...cells((run) => (run.server[most].value / run.bare.tps).toFixed(2)), '', '0.5'],
    [
      'CPU of the server, without Postgres, a claim',
      ...cells((run) => `${value(run.server, 'server CPU a claim', 2)} ms`),
      '',
      '',
    ],
  ];
}

/** The workbench in a browser, beside the same shapes drawn plainly. */
function web() {
  const { count, points, mine, plain, next, late } = json('web');
  const shapes = `${count.toLocaleString('en')} polygons of ${points} points`;
  const frame = (t) => `p50 ${fixed(t.p50)}, p95 ${fixed(t.p95)}, worst ${fixed(t.worst)} ms`;
  const gesture = (what, name, goal) => [
    `${what}, time between frames`,
    frame(mine[name]),
    frame(plain[name]),
    (mine[name].p95 / plain[name].p95).toFixed(2),
    goal,
  ];
  return [
    [shapes, 'workbench', 'react-konva', 'workbench to react-konva', 'goal'],
    [
      'open: from the address to all shapes in hand and two frames more',
      `${fixed(mine.open, 0)} ms`,
      `${fixed(plain.open, 0)} ms (no server, no live document)`,
      (mine.open / plain.open).toFixed(2),
      '2,000 ms',
    ],
    gesture('pan', 'pan', 'p95 33 ms'),
    gesture('zoom', 'zoom', 'p95 33 ms'),
    [
      'press on one: until a frame shows it (Event Timing)',
      `${fixed(mine.pressed)} ms`,
      `${fixed(plain.pressed)} ms`,
      (mine.pressed / plain.pressed).toFixed(2),
      '33 ms',
    ],
    gesture('press on one and drag it', 'drag', 'p95 33 ms'),
    ...(next ? opening(next, late) : []),
  ];
}

/** From one task to another, and to where others are at work. */
function opening(next, late) {
  const times = ({ p50, worst }) => `p50 ${fixed(p50, 0)}, worst ${fixed(worst, 0)} ms`;
  return [
    [
      `submit and next (${next.tasks} tasks): from the answer to the next picture, its document and a frame`,
      times(next.after),
      '',
      '',
      '100 ms',
    ],
    ['the same from the key on, with the submit', times(next.whole), '', '', ''],
    [
      `late joiner: ${late.shapes.toLocaleString('en')} polygons, a shape being drawn and its drawer, from the address on`,
      `${fixed(late.open, 0)} ms`,
      '',
      '',
      '1,000 ms',
    ],
  ];
}

/** What criterion left behind of each benchmark. */
function micro() {
  const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
  const time = (ns) => {
    const [unit, size] = [['s', 1e9], ['ms', 1e6], ['µs', 1e3]].find(([, size]) => ns >= size) ?? ['ns', 1]; // prettier-ignore
    return `${(ns / size).toPrecision(3)} ${unit}`;
  };
  const rate = (throughput, ns) => {
    const [[unit, count] = []] = Object.entries(throughput ?? {});
    if (unit === 'Elements') return `${Math.round((count / ns) * 1e9).toLocaleString('en')} a second`;
    return unit === 'Bytes' ? `${Math.round(((count / ns) * 1e9) / 2 ** 20).toLocaleString('en')} MiB a second` : '';
  };
  const found = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('new/benchmark.json'));
  const rows = found.map((path) => {
    const { full_id, throughput } = read(join(folder, path));
    const ns = read(join(folder, dirname(path), 'estimates.json')).median.point_estimate;
    return [full_id.replaceAll('/', ': '), time(ns), rate(throughput, ns)];
  });
  return [['what', 'median time', 'that is'], ...rows.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))];
}

const makers = { bench, long, peers, claim, web, micro };
const lines = makers[kind]();
const [head, ...rows] = lines;
const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
const table = [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, loopback, load generator on the same cores`;
const commit = execSync('git rev-parse --short HEAD').toString().trim();
console.log(table);
if (process.env.TANDEM_BENCH_SHORT) process.exit();
const page = 'docs/performance.md';
const text = readFileSync(page, 'utf8');
const marks = [`<!-- ${kind}:begin -->`, `<!-- ${kind}:end -->`];
const [before, rest] = text.split(marks[0]);
const after = rest.split(marks[1])[1];
const date = new Date().toISOString().slice(0, 10);
writeFileSync(
  page,
  `${before}${marks[0]}\n${date}, commit ${commit}, ${machine}, Node ${process.version}\n\n${table}\n${marks[1]}${after}`,
);
