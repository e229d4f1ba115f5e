import '@fontsource-variable/inter';
import '~/styles/tokens.css';
import '~/styles/base.css';
import '~/styles/ui.css';
import '~/styles/floating.css';
import '~/styles/shell.css';
import '~/styles/pages.css';
import '~/styles/project.css';
import '~/styles/editors.css';

import { createApi, Session, type ProjectRoom, type SessionApi, type UserSummary } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import * as Y from 'yjs';
import { createRoot } from 'react-dom/client';

import { App } from '~/app/app';
import { enter, type AuthSession } from '~/session/account';
import type { Backend } from '~/session/backend';
import { install, session } from './rest';
import { work } from './workflows';
import { anna, ben, CARS, chloe, projects, tasks, uuid } from './world';

const server = new MemoryServer({ latencyMs: 8 });
setInterval(() => tasks.forEach((task) => server.hasTask(task.id) && server.task(task.id).write()), 40);
const tokenOf = (user: UserSummary): string => {
  const token = server.token(user.name);
  Object.assign(server.grant(token)?.user ?? {}, user);
  return token;
};
const mine = tokenOf(anna);
install(server, mine);

function region(regions: Y.Map<unknown>, n: number, label: string, author: string | null, geometry: unknown): void {
  const map = new Y.Map<unknown>();
  regions.set(uuid(90_000 + n), map);
  map.set('label', label);
  map.set('geometry', geometry);
  map.set('attributes', new Y.Map());
  if (author) map.set('author', author);
  map.set('z', 0);
  map.set('created_at', 1_763_600_000_000 + n * 1000);
}

for (const task of tasks) {
  server.task(task.id).edit((regions) => {
    CARS.forEach(([x, y, w], n) =>
      region(regions, n, 'car', n % 2 ? anna.id : ben.id, {
        kind: 'box',
        x: x - 4,
        y: y - 4,
        width: w + 8,
        height: w * 0.54,
      }),
    );
    region(regions, 10, 'building', null, {
      kind: 'polygon',
      parts: [
        [
          [
            [30, 470],
            [30, 210],
            [120, 190],
            [190, 220],
            [190, 470],
          ],
          [
            [80, 300],
            [130, 300],
            [130, 360],
            [80, 360],
          ],
        ],
      ],
    });
    region(regions, 11, 'tree', chloe.id, { kind: 'ellipse', cx: 650, cy: 380, rx: 60, ry: 90, rotation: 15 });
    region(regions, 12, 'person', chloe.id, {
      kind: 'keypoints',
      points: [
        [980, 450],
        [980, 475],
        [955, 505],
        [1005, 505],
        [980, 530],
      ].map(([x, y]) => ({ x, y, v: 2 })),
    });
    region(regions, 13, 'traffic light', ben.id, { kind: 'point', x: 600, y: 300 });
    region(regions, 14, 'bicycle', anna.id, {
      kind: 'rotated_box',
      x: 350,
      y: 640,
      width: 150,
      height: 60,
      rotation: -12,
    });
    region(regions, 15, 'building', anna.id, {
      kind: 'polyline',
      points: [
        [800, 300],
        [880, 260],
        [960, 310],
        [1080, 290],
      ],
    });
  });
}

/** Somebody else at work: moves, selects, draws. */
function colleague(user: UserSummary, taskId: string): void {
  const live = new Session({
    url: 'ws://memory',
    tokens: { current: () => tokenOf(user), refresh: () => Promise.resolve(tokenOf(user)) },
    WebSocket: server.WebSocket,
  });
  live.connect();
  const room = live.subscribeTask(taskId);
  let t = user === ben ? 0 : 40;
  setInterval(() => {
    t++;
    const [x, y] =
      user === ben ? [600 + Math.sin(t / 14) * 240, 380 + Math.cos(t / 11) * 90] : [900 + Math.cos(t / 20) * 120, 620];
    room.cursors.moveTo(x, y);
    if (user === ben && t % 120 < 90) {
      room.ghosts.setMine({
        region_id: null,
        tool: 'box',
        label: 'person',
        geometry: { kind: 'box', x: 540, y: 330, width: 90 + (t % 120), height: 60 + (t % 90) },
      });
    } else if (user === ben) room.ghosts.clearMine();
    room.presence.setMine({
      tool: user === ben ? 'box' : 'select',
      selection: user === chloe ? [uuid(90_002)] : [],
      editing: user === chloe ? uuid(90_002) : null,
      viewport: [300, 200, 700, 450],
    });
  }, 50);
}

const first = tasks[0]?.id ?? '';
colleague(ben, first);
colleague(chloe, first);
Object.assign(window, { world: { server, tasks, projects } });

const connectTo = (auth: AuthSession): Backend => {
  const real = new Session({
    url: 'ws://memory',
    tokens: { current: () => mine, refresh: () => Promise.resolve(mine) },
    WebSocket: server.WebSocket,
    userId: anna.id,
  });
  real.connect();
  const projectRoom = (projectId: string): ProjectRoom => {
    const project = projects.find((p) => p.id === projectId);
    const people =
      projectId === uuid(101) ? [anna, ben, chloe].map((user) => ({ user, task_id: user === anna ? null : first })) : [];
    const snapshot = { joined: true, progress: project?.progress ?? null, people, jobs: new Map(), failure: null };
    return { projectId, snapshot: () => snapshot, subscribe: () => () => undefined, close: () => undefined };
  };
  const live: SessionApi = {
    get state() {
      return real.state;
    },
    onState: (listener) => real.onState(listener),
    connect: () => real.connect(),
    subscribeTask: (id) => real.subscribeTask(id),
    subscribeProject: projectRoom,
    subscribeWorkflow: (projectId) => {
      const snapshot = work();
      return { projectId, snapshot: () => snapshot, subscribe: () => () => undefined, close: () => undefined };
    },
    subscribeUser: () => real.subscribeUser(),
    deliverPending: () => real.deliverPending(),
    close: () => real.close(),
  };
  return {
    me: auth.me,
    api: createApi({ baseUrl: location.origin, token: () => mine }),
    live,
    close: () => real.close(),
  };
};

// The page's own address is a file's; the app's begins at the root.
if (location.pathname.includes('dev')) history.replaceState(null, '', '/' + location.search);
if (!new URLSearchParams(location.search).has('out')) enter(session(mine) as AuthSession);
const root = document.getElementById('root');
if (root) createRoot(root).render(<App linkToken={null} connectTo={connectTo} />);
