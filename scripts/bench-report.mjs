// bench-report FOLDER FIRST SECOND IDLE   rewrites the table of docs/performance.md from what `bench` measured.
import { execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const [folder, first, second, idle] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
const room = read('room').figures;
const submit = read('submit').figures;
const imports = read('import');

const ms = (t) => `p50 ${t.p50_ms.toFixed(1)}, p99 ${t.p99_ms.toFixed(1)} ms`;
const rows = [
  ['`tandem serve` to ready, empty data folder (makes the cluster and the demo)', `${first} s`, '', '`make bench`'],
  ['`tandem serve` to ready, second start', `${second} s`, '10 s', '`make bench`'],
  ['server idle with the demo, without Postgres', `${idle} MiB RSS`, '120 MB', '`make bench`'],
  [
    'cursor to another client, 20 people moving at 20 Hz',
    ms(room['cursor to another client']),
    'p99 10 ms',
    '`tandem-loadtest room --people 20`',
  ],
  ['submit, 20 people, each every 2 s', ms(submit.submit), 'p99 25 ms', '`tandem-loadtest submit --people 20 --think-ms 2000`'],
  ['lease the next task', ms(submit['lease the next task']), '', '`tandem-loadtest submit --people 20 --think-ms 2000`'],
  [
    'edit to durable acknowledgement, 20 people',
    ms(submit['edit to durable acknowledgement']),
    '',
    '`tandem-loadtest submit --people 20`',
  ],
  ['open a task', ms(submit['open a task']), '', '`tandem-loadtest submit --people 20`'],
  ...[imports.small, imports.large].map((i) => [
    `import ${i.images.toLocaleString('en')} images, ${i.annotations.toLocaleString('en')} boxes`,
    `${i.seconds.toFixed(0)} s, peak ${i.peak_mib.toFixed(0)} MiB`,
    i === imports.large ? `memory of the small one (ratio ${(imports.large.peak_mib / imports.small.peak_mib).toFixed(2)})` : '',
    '`scripts/bench-import.mjs`',
  ]),
];

const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, loopback, load generator on the same cores`;
const commit = execSync('git rev-parse --short HEAD').toString().trim();
const table = ['| what | measured | goal | command |', '|---|---|---|---|', ...rows.map((r) => `| ${r.join(' | ')} |`)].join(
  '\n',
);
const page = 'docs/performance.md';
const text = readFileSync(page, 'utf8');
const marks = ['<!-- bench:begin -->', '<!-- bench:end -->'];
const [before, rest] = text.split(marks[0]);
const after = rest.split(marks[1])[1];
const block = `${marks[0]}\n${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${machine}\n\n${table}\n${marks[1]}`;
writeFileSync(page, before + block + after);
console.log(table);
