/** A small world in memory, so that the screens can be looked at without a server. Never part of the shipped app. */
import type { components, Progress, UserSummary } from '@tandem/client';

type Schemas = components['schemas'];

export const uuid = (n: number): string => `0192f0c1-0000-7000-8000-${String(n).padStart(12, '0')}`;

const user = (n: number, name: string, color: string): UserSummary => ({
  id: uuid(n),
  name,
  email: `${name.split(' ')[0]?.toLowerCase() ?? ''}@demo.test`,
  color,
});

export const anna = user(1, 'Anna Berger', '#2f7de1');
export const ben = user(2, 'Ben Okafor', '#e5743b');
export const chloe = user(3, 'Chloé Martin', '#2c9e6b');

export const labels: Schemas['LabelDef'][] = [
  ['car', '#3e8ede', '1'],
  ['person', '#e5484d', '2'],
  ['bicycle', '#46a758', '3'],
  ['traffic light', '#e2a336', '4'],
  ['tree', '#12a594', 't'],
  ['building', '#a35bd1', null],
].map(([name, color, hotkey]) => ({
  name: name ?? '',
  color: color ?? '',
  hotkey: hotkey ?? null,
  kinds: [],
  keypoints: name === 'person' ? ['head', 'neck', 'left hand', 'right hand', 'hip'] : [],
  skeleton:
    name === 'person'
      ? [
          [0, 1],
          [1, 2],
          [1, 3],
          [1, 4],
        ]
      : [],
  supercategory: null,
}));

const progress = (total: number, completed: number, in_progress: number, skipped: number): Progress => ({
  total,
  completed,
  in_progress,
  skipped,
  pending: total - completed - in_progress - skipped,
});

const project = (n: number, name: string, description: string, counts: Progress): Schemas['Project'] => ({
  id: uuid(100 + n),
  customer_id: null,
  name,
  description,
  status: 'active',
  label_schema: { labels: n === 1 ? labels : labels.slice(0, n + 1) },
  lease_seconds: 1800,
  my_role: 'admin',
  progress: counts,
  created_at: '2026-11-01T09:00:00Z',
  updated_at: '2026-11-20T09:00:00Z',
});

export const projects = [
  project(
    1,
    'Street scenes',
    'Boxes around everything that moves, and what makes it stop. Crowds as one box.',
    progress(320, 143, 12, 5),
  ),
  project(2, 'Shelf audit', 'Products on supermarket shelves, by brand.', progress(1200, 1034, 4, 40)),
  project(3, 'Pose benchmark', '', progress(48, 0, 0, 0)),
];

/** A street, drawn; good enough to judge contrast of shapes and cursors on something like a photo. */
export function scene(seed: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = 1280;
  canvas.height = 800;
  const ctx = canvas.getContext('2d');
  if (!ctx) return '';
  let state = seed * 7919 + 17;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const sky = ctx.createLinearGradient(0, 0, 0, 420);
  sky.addColorStop(0, '#7fa8d6');
  sky.addColorStop(1, '#dbe7f0');
  ctx.fillStyle = sky;
  ctx.fillRect(0, 0, 1280, 800);
  for (let x = -20; x < 1280; x += 90 + random() * 80) {
    const h = 160 + random() * 240;
    ctx.fillStyle = `hsl(${20 + random() * 30} ${15 + random() * 20}% ${42 + random() * 25}%)`;
    ctx.fillRect(x, 470 - h, 80 + random() * 60, h);
    ctx.fillStyle = 'rgb(40 50 70 / 45%)';
    for (let wy = 485 - h; wy < 440; wy += 34) for (let wx = x + 10; wx < x + 70; wx += 24) ctx.fillRect(wx, wy, 12, 18);
  }
  ctx.fillStyle = '#55585e';
  ctx.fillRect(0, 470, 1280, 330);
  ctx.fillStyle = '#c9c4b8';
  ctx.fillRect(0, 462, 1280, 26);
  ctx.fillStyle = '#e8e4d4';
  for (let x = 0; x < 1280; x += 130) ctx.fillRect(x, 640, 70, 8);
  for (const [x, y, w] of CARS) {
    ctx.fillStyle = `hsl(${random() * 360} 55% 42%)`;
    ctx.beginPath();
    ctx.roundRect(x, y + w * 0.16, w, w * 0.26, w * 0.06);
    ctx.roundRect(x + w * 0.2, y, w * 0.55, w * 0.26, w * 0.08);
    ctx.fill();
    ctx.fillStyle = '#1b1c20';
    for (const part of [0.2, 0.78]) {
      ctx.beginPath();
      ctx.arc(x + w * part, y + w * 0.42, w * 0.09, 0, 7);
      ctx.fill();
    }
  }
  return canvas.toDataURL('image/jpeg', 0.9);
}

export const CARS: readonly (readonly [number, number, number])[] = [
  [120, 520, 230],
  [470, 500, 170],
  [760, 560, 300],
  [1080, 498, 150],
];

const asset = (n: number): Schemas['Asset'] => ({
  id: uuid(5000 + n),
  project_id: uuid(101),
  filename: `street_${String(n).padStart(4, '0')}.jpg`,
  status: 'ready',
  reason: null,
  content_type: 'image/jpeg',
  size: 240_000,
  width: 1280,
  height: 800,
  orientation: 1,
  url: null,
  created_at: '2026-11-18T09:00:00Z',
});

const STATUSES: Schemas['TaskStatus'][] = ['in_progress', 'pending', 'completed', 'pending', 'completed', 'skipped', 'completed'];

export const tasks: Schemas['Task'][] = Array.from({ length: 320 }, (_, n) => ({
  id: uuid(1000 + n),
  project_id: uuid(101),
  batch_id: null,
  external_id: null,
  step: 'annotate',
  status: STATUSES[n % STATUSES.length] ?? 'pending',
  priority: 5,
  asset: asset(n),
  input: {},
  lease: null,
  region_count: STATUSES[n % STATUSES.length] === 'completed' ? 3 + ((n * 7) % 20) : 0,
  created_at: '2026-11-18T09:00:00Z',
  updated_at: new Date(Date.parse('2026-11-20T09:00:00Z') - n * 1_300_000).toISOString(),
  completed_at: null,
  is_withheld: false,
}));
