// What only the Hocuspocus provider has: tokens in band, several documents a socket, acknowledgements.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { uuidv7 } from '../../dist/index.js';
import { pause, until } from './support/world.mjs';

/** What the server says besides. */
function heard(peer) {
  const told = [];
  peer.provider.on('stateless', ({ payload }) => told.push(JSON.parse(payload)));
  return told;
}

/** `world` tells where the server is and which project is used, once it is up; four of its tasks are. */
export function hocuspocusScenarios(chosen, world) {
  let at, project, tasks;
  const scenario = (name, options, run = options) =>
    test(name, run === options ? {} : options, async () => {
      ({ at, project, tasks } = world());
      await run();
    });

  for (const driver of chosen) {
    scenario(`${driver.name}: two documents on one socket are two documents`, async () => {
      const on = driver.socket(at);
      const [one, two] = [tasks[0], tasks[1]].map((task) => driver.open(at, task, at.token(at.ann), { on }));
      const others = [tasks[0], tasks[1]].map((task) => driver.open(at, task, at.token(at.bob)));
      await until('synced', () => [one, two, ...others].every((each) => each.synced()));
      assert.equal(on.wire.made.length, 1);
      const [first, second] = [uuidv7(), uuidv7()];
      one.regions.set(first, 1);
      two.regions.set(second, 2);
      await until('each at its own', () => others[0].regions.has(first) && others[1].regions.has(second));
      assert.ok(!others[0].regions.has(second) && !others[1].regions.has(first));
      await until('both saved', () => one.unsynced() === 0 && two.unsynced() === 0);
      // One is closed; the other works on, and the first can be opened again.
      one.close();
      const third = uuidv7();
      two.regions.set(third, 3);
      await until('the other works on', () => others[1].regions.has(third) && two.unsynced() === 0);
      const again = driver.open(at, tasks[0], at.token(at.ann), { on });
      await until('again', () => again.synced() && again.regions.has(first));
      assert.equal(on.wire.made.length, 1);
      [again, two, ...others].forEach((each) => each.close());
      on.close();
    });

    scenario(`${driver.name}: who is refused is told why, and the socket stays usable`, async () => {
      const on = driver.socket(at);
      const good = driver.open(at, tasks[0], at.token(at.ann), { on });
      const bad = driver.open(at, tasks[1], 'no token at all', { on });
      const nowhere = driver.open(at, { id: uuidv7() }, at.token(at.ann), { on });
      await until('told', () => bad.told.denied.length > 0 && nowhere.told.denied.length > 0);
      await until('synced', () => good.synced());
      assert.ok(!bad.synced() && !nowhere.synced());
      bad.close();
      const better = driver.open(at, tasks[1], at.token(at.ann), { on });
      await until('with a better token', () => better.synced());
      assert.equal(on.wire.made.length, 1);
      [good, better, nowhere].forEach((each) => each.close());
      on.close();
    });

    scenario(`${driver.name}: edits are counted as unsaved until they are on disk, each once`, async () => {
      const one = driver.open(at, tasks[0], at.token(at.ann));
      const two = driver.open(at, tasks[0], at.token(at.bob));
      await until('synced', () => one.synced() && two.synced() && one.unsynced() === 0 && two.unsynced() === 0);
      const told = heard(one);
      const goOn = await at.pausePostgres();
      try {
        for (let i = 0; i < 20; i += 1) one.regions.set(uuidv7(), i);
        const last = uuidv7();
        one.regions.set(last, 'last');
        await until('live before durable', () => two.regions.has(last));
        await pause(1_500);
        assert.equal(one.unsynced(), 21);
        await until('told that edits do not reach the disk', () => told.length > 0);
        assert.deepEqual(told, [{ type: 'durability', durable: false }]);
      } finally {
        goOn();
      }
      await until('saved', () => one.unsynced() === 0);
      await until('told that they do again', () => told.length > 1);
      assert.deepEqual(told.slice(1), [{ type: 'durability', durable: true }]);
      await pause(200);
      assert.ok(
        one.told.counts.every((count) => count >= 0),
        String(one.told.counts),
      );
      // Once more from the start: nothing is owed.
      one.provider.forceSync();
      await until('forced', () => one.unsynced() === 0);
      one.regions.set(uuidv7(), 'more');
      assert.equal(one.unsynced(), 1);
      await until('saved again', () => one.unsynced() === 0);
      one.close();
      two.close();
    });

    scenario(`${driver.name}: who is removed from the project is out, within a second`, async () => {
      const one = driver.open(at, tasks[2], at.token(at.ann));
      const two = driver.open(at, tasks[2], at.token(at.bob));
      await until('synced', () => one.synced() && two.synced());
      await at.member(project, at.ann, null);
      await until('told', () => one.told.denied.length > 0, 2_000);
      const id = uuidv7();
      one.regions.set(id, 'vain');
      await pause(300);
      assert.ok(!two.regions.has(id));
      await at.member(project, at.ann, 'labeler');
      one.close();
      two.close();
    });

    scenario(
      `${driver.name}: of stateless messages one question is answered, the others are nobody's and do no harm`,
      async () => {
        const one = driver.open(at, tasks[3], at.token(at.ann));
        await until('synced', () => one.synced());
        const told = heard(one);
        one.provider.sendStateless('hello');
        one.provider.sendStateless(JSON.stringify({ type: 'durability' }));
        await until('answered', () => told.length > 0);
        assert.deepEqual(told, [{ type: 'durability', durable: true }]);
        const id = uuidv7();
        one.regions.set(id, 1);
        await until('saved', () => one.unsynced() === 0);
        assert.deepEqual(one.wire.closes, []);
        one.close();
      },
    );
  }

  test(
    'hocuspocus 4: one document twice on one socket, told apart by session',
    { skip: !chosen.some((d) => d.major === 4) },
    async () => {
      const driver = chosen.find(({ major }) => major === 4);
      const on = driver.socket(at);
      const [one, two] = [at.ann, at.bob].map((who) => driver.open(at, tasks[0], at.token(who), { on, sessionAwareness: true }));
      await until('synced', () => one.synced() && two.synced());
      const id = uuidv7();
      one.regions.set(id, 1);
      await until('at the other', () => two.regions.has(id));
      one.awareness.setLocalState({ user: { name: 'session' } });
      await until('aware', () => [...two.awareness.getStates().values()].some((state) => state.user?.name === 'session'));
      await until('saved', () => one.unsynced() === 0 && two.unsynced() === 0);
      one.close();
      two.regions.set(uuidv7(), 2);
      await until('saved', () => two.unsynced() === 0);
      two.close();
      on.close();
    },
  );
}
