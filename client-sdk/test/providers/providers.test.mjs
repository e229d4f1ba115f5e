// What every stock provider can do, each version unmodified against a real server.
//
//   TANDEM_BIN=path/to/tandem node --test client-sdk/test/providers/
//   PROVIDERS='y-websocket 3' ...   only those whose name has this in it
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';

import { uuidv7 } from '../../dist/index.js';
import { hocuspocusScenarios } from './hocuspocus.mjs';
import { closeAll, drivers } from './support/drivers.mjs';
import { World, box, pause, until } from './support/world.mjs';

// y-websocket has no other way of passing a refusal on than printing it.
console.warn = () => {};

const chosen = drivers.filter(({ name }) => name.includes(process.env.PROVIDERS ?? ''));

const write = (peer, id, label) =>
  peer.doc.transact(() => {
    const region = new Y.Map();
    peer.regions.set(id, region);
    region.set('label', label);
    region.set('geometry', box(5));
  });

const states = (peer) => [...peer.awareness.getStates().values()];
const sees = (peer, name) => states(peer).find((state) => state.user?.name === name);

describe('stock providers', { concurrency: false }, () => {
  let at, project, tasks, own;
  // Opened first and looked at after most scenarios, which have taken the time these need.
  let opened, quiet, brief;
  let next = 0;
  const task = () => tasks[next++];

  before(async () => {
    at = await World.start();
    ({ project, tasks } = await at.project(chosen.length * 4 + 3 + 4 + 6));
    own = tasks.splice(-4);
    await openLasting();
  });

  after(async () => {
    closeAll();
    await at?.[Symbol.asyncDispose]();
  });

  for (const driver of chosen) {
    test(`${driver.name}: two of them sync, and share the document with ours`, async () => {
      const here = task();
      const ours = await at.ours(at.ann, here);
      const [one, two] = [at.ann, at.bob].map((person) => driver.open(at, here, at.token(person)));
      await until('synced', () => one.synced() && two.synced());
      const [first, second] = [uuidv7(), uuidv7()];
      write(one, first, 'stock');
      await until('at the other', () => two.regions.get(first)?.get('label') === 'stock');
      await until('at ours', () => ours.regions.get(first)?.label === 'stock');
      write(two, second, 'answer');
      await until('the answer', () => one.regions.has(second) && ours.regions.get(second));
      const mine = ours.regions.add({ label: 'ours', geometry: box(6) });
      await until('ours at both', () => one.regions.has(mine) && two.regions.has(mine));
      ours.regions.remove(first);
      await until('a removal', () => !one.regions.has(first) && !two.regions.has(first));
      one.close();
      two.close();
    });

    test(`${driver.name}: awareness and pointers, both ways, and who leaves is gone`, async () => {
      const here = task();
      const ours = await at.ours(at.ann, here);
      const [one, two] = [at.bob, at.bob].map((person) => driver.open(at, here, at.token(person)));
      await until('synced', () => one.synced() && two.synced());
      one.awareness.setLocalState({ user: { name: 'one' }, pointer: { x: 10.25, y: 20.5 } });
      await until('one at two', () => sees(two, 'one'));
      await until('one’s pointer at ours', () => ours.cursors.others().some((c) => c.x === 10.25 && c.y === 20.5));
      assert.equal(ours.presence.peers().length, 3);
      for (let x = 0; x < 50; x += 1) one.awareness.setLocalStateField('pointer', { x, y: 1 });
      await until('the last place', () => sees(two, 'one')?.pointer.x === 49 && ours.cursors.others().some((c) => c.x === 49));
      one.awareness.setLocalStateField('pointer', null);
      await until('nowhere', () => ours.cursors.others().length === 0);

      const name = at.ann.me.user.name;
      await until('ours as a state', () => sees(two, name)?.user.id === at.ann.me.user.id);
      ours.cursors.moveTo(12.25, 99.5);
      await until('our pointer', () => sees(two, name)?.pointer?.x === 12.25 && sees(one, name)?.pointer?.y === 99.5);
      ours.cursors.leave();
      await until('our pointer gone', () => sees(two, name) && !sees(two, name).pointer);

      one.close();
      await until('one gone', () => !sees(two, 'one') && ours.presence.peers().length === 2);
      ours.close();
      await until('ours gone', () => !sees(two, name));
      two.close();
    });

    test(`${driver.name}: a cut wire loses nothing, and its person is seen again`, async () => {
      const here = task();
      const [one, two] = [at.ann, at.bob].map((person) => driver.open(at, here, at.token(person)));
      await until('synced', () => one.synced() && two.synced());
      one.awareness.setLocalState({ user: { name: 'cut' } });
      await until('seen', () => sees(two, 'cut'));
      const ids = [];
      for (let round = 0; round < 3; round += 1) {
        const wires = one.wire.made.length;
        one.wire.cut();
        ids.push(uuidv7());
        write(one, ids.at(-1), `${round}`);
        await until('back', () => one.wire.made.length > wires && one.synced());
        await until('arrived', () => ids.every((id) => two.regions.has(id)));
        await until('seen again', () => sees(two, 'cut'), 25_000);
      }
      one.close();
      two.close();
    });
  }

  hocuspocusScenarios(
    chosen.filter(({ kind }) => kind === 'hocuspocus'),
    () => ({ at, project, tasks: own }),
  );

  test('a document of 5 MB, and 5 MB more at once, are opened by all', async () => {
    const here = task();
    const [first, ...others] = chosen;
    const author = first.open(at, here, at.token(at.ann));
    await until('synced', () => author.synced());
    const filling = 'x'.repeat(500_000);
    const ids = Array.from({ length: 10 }, () => uuidv7());
    for (const id of ids) write(author, id, filling + id);
    const big = uuidv7();
    write(author, big, 'y'.repeat(5_000_000));
    const readers = [...others, first].map((driver) => driver.open(at, here, at.token(at.bob)));
    const whole = ({ regions }) =>
      ids.every((id) => regions.get(id)?.get('label') === filling + id) && regions.get(big)?.get('label').length === 5_000_000;
    await until('whole at all', () => readers.every(whole), 30_000);
    // It works on, and nobody was cut for being behind.
    const small = uuidv7();
    write(author, small, 'small');
    await until('small', () => readers.every(({ regions }) => regions.has(small)));
    assert.deepEqual(
      readers.flatMap((one) => one.wire.closes),
      [],
    );
    // Whoever made all of it without a server brings it, too.
    const offline = new Y.Doc();
    Y.applyUpdate(offline, Y.encodeStateAsUpdate(author.doc));
    const [fresh, elsewhere] = [task(), first];
    const bringer = elsewhere.open(at, fresh, at.token(at.ann), { doc: offline });
    const witness = elsewhere.open(at, fresh, at.token(at.bob));
    await until('brought', () => whole(witness), 30_000);
    [author, bringer, witness, ...readers].forEach((one) => one.close());
  });

  /** Somebody alone who shows nothing, and somebody whose tokens live for seconds, with each provider. */
  async function openLasting() {
    quiet = chosen.map((driver) => driver.open(at, task(), at.token(at.bob)));
    brief = chosen
      .filter(({ kind }) => kind === 'hocuspocus')
      .map((driver) => {
        const asked = [];
        const one = driver.open(at, task(), () => (asked.push(Date.now()), at.token(at.bob, 6)));
        return { ...one, major: driver.major, asked };
      });
    await until('synced', () => [...quiet, ...brief].every((one) => one.synced()));
    for (const one of quiet) one.awareness.setLocalState(null);
    opened = Date.now();
  }

  test('somebody alone who shows nothing stays connected beyond the provider’s watchdog', async () => {
    await pause(Math.max(0, opened + 36_000 - Date.now()));
    assert.deepEqual(
      quiet.flatMap((one) => one.wire.closes),
      [],
    );
    assert.ok(quiet.every((one) => one.synced()));
    quiet.forEach((one) => one.close());
  });

  test('a token that runs out is replaced by a newer one, and the work goes on', async () => {
    for (const one of brief) {
      await until('still here', () => one.synced() && one.unsynced() === 0);
      one.regions.set(uuidv7(), 1);
      await until('saved', () => one.unsynced() === 0);
      assert.ok(one.asked.length >= 4, `${one.name} was asked ${one.asked.length} times`);
      // Version 2 does not know the question and comes back instead.
      if (one.major > 2) assert.deepEqual(one.wire.closes, []);
    }
    brief.forEach((one) => one.close());
  });

  test('an archived project is read-only, at once, for who is there and who comes', async () => {
    const here = tasks[0];
    const both = () => chosen.flatMap((driver) => [at.ann, at.bob].map((who) => driver.open(at, here, at.token(who))));
    const before = both();
    await until('synced', () => before.every((one) => one.synced()));
    await at.archive(project);
    const scopes = (all) => all.filter(({ told }) => told).map(({ told }) => told.scopes.at(-1));
    await until('told', () => scopes(before).every((scope) => scope === 'readonly'));
    const later = both();
    await until('synced, too', () => later.every((one) => one.synced()));
    assert.ok(scopes(later).every((scope) => scope === 'readonly'));
    // Who has nothing to say is saved.
    await until('nothing to save', () => later.every((one) => !one.unsynced || one.unsynced() === 0));
    await pause(300);
    const size = later[0].regions.size;
    const vain = [...before, ...later].map((one) => (write(one, uuidv7(), 'vain'), one));
    await pause(500);
    const fresh = chosen[0].open(at, here, at.token(at.ann));
    await until('synced', () => fresh.synced());
    assert.equal(fresh.regions.size, size, 'nothing was written');
    assert.ok(
      vain.every((one) => !one.unsynced || one.unsynced() > 0),
      'nothing was called saved',
    );
    await at.archive(project, 'active');
    [...vain, fresh].forEach((one) => one.close());
  });

  test('y-websocket is told when edits do not reach the disk, by a message that it reads over in silence', async () => {
    const here = task();
    const all = chosen.filter(({ kind }) => kind === 'y-websocket').map((driver) => driver.open(at, here, at.token(at.ann)));
    await until('synced', () => all.every((one) => one.synced()));
    const told = all.map(({ provider }) => {
      const heard = [];
      const usual = provider.messageHandlers[2];
      provider.messageHandlers[2] = (encoder, decoder, ...rest) => {
        const copy = decoding.clone(decoder);
        if (decoding.readVarUint(copy) === 100) heard.push(JSON.parse(decoding.readVarString(copy)));
        usual(encoder, decoder, ...rest);
      };
      return heard;
    });
    const [printed, print] = [[], console.error];
    console.error = (...said) => printed.push(said);
    const goOn = await at.pausePostgres();
    try {
      for (const one of all) write(one, uuidv7(), 'unwritten');
      await until('told that edits do not reach the disk', () => told.every((heard) => heard.length > 0));
    } finally {
      goOn();
    }
    await until('told that they do again', () => told.every((heard) => heard.length > 1));
    console.error = print;
    const [away, back] = [false, true].map((durable) => ({ type: 'durability', durable }));
    assert.deepEqual(
      told,
      all.map(() => [away, back]),
    );
    assert.deepEqual([printed, all.flatMap((one) => one.wire.closes)], [[], []]);
    all.forEach((one) => one.close());
  });

  test('all of them in one room with ours, over kill -9 of the server, agree in the end', async () => {
    const here = task();
    const ours = await at.ours(at.ann, here);
    const all = chosen.map((driver) => driver.open(at, here, at.token(at.bob)));
    await until('synced', () => all.every((one) => one.synced()));
    const ids = all.map((one) => {
      const id = uuidv7();
      write(one, id, one.name);
      return id;
    });
    await until('everywhere', () => [...all, ours].every(({ regions }) => ids.every((id) => regions.get(id))));
    await at.server.kill9();
    for (const one of all) {
      ids.push(uuidv7());
      write(one, ids.at(-1), `${one.name} meanwhile`);
    }
    await at.server.up();
    await until('everywhere again', () => [...all, ours].every(({ regions }) => ids.every((id) => regions.get(id))), 30_000);
    await until('seen again', () => all.every((one) => sees(one, at.ann.me.user.name)));
    for (const one of all) assert.deepEqual(one.regions.toJSON(), all[0].regions.toJSON());
    all.forEach((one) => one.close());
  });

  // The last one: from here on the tokens made before are of no use.
  test('who is signed out everywhere is out at once, whatever the provider, and comes in with a new token', async () => {
    const here = task();
    const [revoked, others] = [at.ann, at.bob].map((who) => chosen.map((driver) => driver.open(at, here, at.token(who))));
    await until('synced', () => [...revoked, ...others].every((one) => one.synced()));
    const wires = others.map((one) => one.wire.made.length);
    await at.signOutEverywhere(at.ann);
    await until('out', () =>
      revoked.every(({ told, wire }) =>
        told ? told.denied.some((why) => why.includes('revoked')) : wire.closes.at(-1)?.code === 4401,
      ),
    );
    // Versions 1 and 2 of y-websocket come back whatever the code; with this token they are let in nowhere.
    for (const one of revoked) write(one, uuidv7(), 'too late');
    await pause(1_000);
    const [first, ...rest] = others;
    const id = uuidv7();
    write(first, id, 'others work on');
    await until('at the others', () => rest.every((one) => one.regions.has(id)));
    assert.ok(revoked.every((one) => !one.regions.has(id)));
    assert.deepEqual(
      others.map((one) => one.wire.made.length),
      wires,
      'the others were not disturbed',
    );
    const token = await at.tokenAnew(at.ann);
    const back = chosen.map((driver) => driver.open(at, here, token));
    await until('in again', () => back.every((one) => one.synced() && one.regions.has(id)));
    assert.ok(back.every((one) => ![...one.regions.values()].some((region) => region.get('label') === 'too late')));
    [...revoked, ...others, ...back].forEach((one) => one.close());
  });
});
