// bench-import TANDEM FOLDER   imports 1,000 and 10,000 generated images with ten boxes each and prints, as JSON, the time and
// the peak memory of each. Constant memory means that the second is about the first.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { png } from './png.mjs';

const [tandem, folder] = process.argv.slice(2);
const WIDTH = 160;
const HEIGHT = 120;
const BOXES = 10;

function dataset(count) {
  const path = join(folder, `coco-${count}`);
  mkdirSync(join(path, 'images'), { recursive: true });
  const images = [];
  const annotations = [];
  for (let n = 0; n < count; n++) {
    const file_name = `${String(n).padStart(6, '0')}.png`;
    writeFileSync(join(path, 'images', file_name), png(WIDTH, HEIGHT, n));
    images.push({ id: n + 1, file_name, width: WIDTH, height: HEIGHT });
    for (let k = 0; k < BOXES; k++) {
      const box = [k * 12, k * 9, 20, 15];
      annotations.push({ id: n * BOXES + k + 1, image_id: n + 1, category_id: 1 + (k % 3), bbox: box, area: 300, iscrowd: 0 });
    }
  }
  // In no helpful order, as real files are.
  annotations.sort((a, b) => ((a.id * 7919) % 1000003) - ((b.id * 7919) % 1000003));
  const categories = ['car', 'person', 'tree'].map((name, i) => ({ id: i + 1, name }));
  writeFileSync(join(path, 'annotations.json'), JSON.stringify({ images, annotations, categories }));
  return path;
}

async function importOnce(count) {
  const path = dataset(count);
  const started = Date.now();
  const child = spawn(tandem, [
    'import',
    'coco',
    join(path, 'annotations.json'),
    '--images',
    join(path, 'images'),
    '--project',
    `Bench ${count}`,
    '--workspace',
    'Demo',
  ]);
  let peak = 0;
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  const poll = setInterval(() => {
    try {
      const match = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (match) peak = Math.max(peak, Number(match[1]) / 1024);
    } catch {
      // It has just ended.
    }
  }, 50);
  const code = await new Promise((done) => child.once('exit', done));
  clearInterval(poll);
  rmSync(path, { recursive: true });
  if (code !== 0) throw new Error(`import of ${count} images ended with ${code}:\n${output}`);
  return { images: count, annotations: count * BOXES, seconds: (Date.now() - started) / 1000, peak_mib: peak };
}

const small = await importOnce(1000);
const large = await importOnce(10_000);
console.log(JSON.stringify({ small, large }));
