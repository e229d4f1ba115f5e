import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { memoryPersistence, type Json, type TaskRoom } from '../src/index.js';
import { founderOf } from '../src/room/shared-type.js';
import { MemoryServer } from '../src/testing/index.js';
import { box, pass, person, TASK, together, useFakeClock } from './support.js';

useFakeClock();

const two = async (): Promise<{ server: MemoryServer; ann: TaskRoom; bob: TaskRoom }> => {
  const server = new MemoryServer();
  const { rooms } = await together(server, 'ann', 'bob');
  const [ann, bob] = rooms as [TaskRoom, TaskRoom];
  return { server, ann, bob };
};

const textOf = (room: TaskRoom, key: string): string | undefined => {
  const field = room.fields.get(key);
  return field?.kind === 'text' ? field.text : undefined;
};
const entriesOf = (room: TaskRoom, key: string): Record<string, Json> | undefined => {
  const field = room.fields.get(key);
  return field?.kind === 'map' ? { ...field.entries } : undefined;
};
const valueOf = (room: TaskRoom, key: string): Json | undefined => {
  const field = room.fields.get(key);
  return field?.kind === 'value' ? field.value : undefined;
};

describe('fields', () => {
  it('arrive at others, and are on the server’s disk when saved', async () => {
    const { server, ann, bob } = await two();
    ann.fields.setValue('topic', 'billing');
    ann.fields.setText('notes', 'Käse 😀');
    ann.fields.setEntry('tags', 'red', true);
    await pass();
    expect(ann.saveState).toBe('saved');
    expect(bob.fields.keys()).toEqual(['notes', 'tags', 'topic']);
    expect([valueOf(bob, 'topic'), textOf(bob, 'notes'), entriesOf(bob, 'tags')]).toEqual(['billing', 'Käse 😀', { red: true }]);
    expect(server.task(TASK).disk.getMap('fields').toJSON()).toEqual({ topic: 'billing', notes: 'Käse 😀', tags: { red: true } });
  });

  it('of which nobody has entered anything are not there', async () => {
    const { ann } = await two();
    expect(ann.fields.get('topic')).toBeUndefined();
    ann.fields.setText('notes', '');
    expect(ann.fields.keys()).toEqual([]);
    expect(ann.undo.canUndo).toBe(false);
    expect(ann.fields.clear('topic')).toBe(false);
    expect(ann.fields.removeEntry('tags', 'red')).toBe(false);
  });

  it('keep their snapshot until they change, and tell only who listens to them', async () => {
    const { ann, bob } = await two();
    ann.fields.setValue('a', 1);
    ann.fields.setValue('b', { deep: [1, 2] });
    await pass();
    const before = bob.fields.get('b');
    const [a, b, any] = [vi.fn(), vi.fn(), vi.fn()];
    bob.fields.subscribeField('a', a);
    const stop = bob.fields.subscribeField('b', b);
    bob.fields.onChange(any);
    ann.fields.setValue('a', 2);
    await pass();
    expect(bob.fields.get('b')).toBe(before);
    expect([a.mock.calls.length, b.mock.calls.length]).toEqual([1, 0]);
    expect(any).toHaveBeenCalledExactlyOnceWith({ changed: ['a'], by: 'others' });
    stop();
    bob.fields.setValue('b', 3);
    expect(b).not.toHaveBeenCalled();
    expect(any).toHaveBeenLastCalledWith({ changed: ['b'], by: 'mine' });
  });

  it('of values take the last that was set; both people see the same', async () => {
    const { server, ann, bob } = await two();
    server.cutAll();
    ann.fields.setValue('topic', 'bug');
    bob.fields.setValue('topic', 'billing');
    await pass(5_000);
    expect(valueOf(ann, 'topic')).toBe(valueOf(bob, 'topic'));
    expect(['bug', 'billing']).toContain(valueOf(ann, 'topic'));
  });

  it('of a set keep what both chose at once, also the first choices of all', async () => {
    const { server, ann, bob } = await two();
    server.cutAll();
    ann.fields.setEntry('tags', 'red', true);
    bob.fields.setEntry('tags', 'blue', true);
    await pass(5_000);
    expect(entriesOf(ann, 'tags')).toEqual({ red: true, blue: true });
    expect(entriesOf(bob, 'tags')).toEqual({ red: true, blue: true });
    expect(ann.fields.removeEntry('tags', 'blue')).toBe(true);
    await pass();
    expect(entriesOf(bob, 'tags')).toEqual({ red: true });
  });

  it('that hold something no field has are left alone and not shown', async () => {
    const { server, ann } = await two();
    server.task(TASK).edit((regions) => {
      regions.doc?.getMap('fields').set('odd', new Y.Array());
      regions.doc?.getMap('fields').set('bytes', new Uint8Array(3));
    });
    await pass();
    expect(ann.fields.keys()).toEqual([]);
  });

  it('refuse edits where the room takes none', async () => {
    const { server, ann } = await two();
    server.task(TASK).changeRights('reviewer', 'role');
    await pass();
    for (const edit of [
      () => ann.fields.setValue('a', 1),
      () => ann.fields.setText('a', 'x'),
      () => ann.fields.setEntry('a', 'x', true),
      () => ann.fields.removeEntry('a', 'x'),
      () => ann.fields.clear('a'),
    ])
      expect(edit).toThrow('role');
  });

  it('are those of the new document when the server has replaced it', async () => {
    const { server, ann } = await two();
    ann.fields.setValue('old', 1);
    ann.fields.setText('both', 'before');
    await pass();
    const [gone, both] = [vi.fn(), vi.fn()];
    ann.fields.subscribeField('old', gone);
    ann.fields.subscribeField('both', both);
    server.task(TASK).replaceDocument((regions) => regions.doc?.getMap('fields').set('both', 'after'));
    server.cutAll();
    await pass(5_000);
    expect(ann.fields.keys()).toEqual(['both']);
    expect(valueOf(ann, 'both')).toBe('after');
    expect(gone).toHaveBeenCalled();
    expect(both).toHaveBeenCalled();
    ann.fields.setText('new', 'typed');
    await pass();
    expect(server.task(TASK).doc.getMap('fields').toJSON()).toEqual({ both: 'after', new: 'typed' });
  });

  it('come back from this device’s copy', async () => {
    const server = new MemoryServer();
    server.task(TASK);
    const storage = memoryPersistence();
    const first = person(server, 'ann', { storage }).session;
    const room = first.subscribeTask(TASK);
    await pass();
    room.fields.setText('notes', 'kept');
    await pass();
    first.close();
    server.cutAll();
    const again = person(server, 'ann', { storage }).session.subscribeTask(TASK);
    await pass();
    expect(textOf(again, 'notes')).toBe('kept');
  });
});

describe('a text', () => {
  it('keeps what two people type into it at once, wherever they type', async () => {
    const { server, ann, bob } = await two();
    ann.fields.setText('notes', 'The middle.');
    await pass();
    server.cutAll();
    ann.fields.setText('notes', 'Begin. The middle.', 7);
    bob.fields.setText('notes', 'The middle. End.');
    await pass(5_000);
    expect(textOf(ann, 'notes')).toBe('Begin. The middle. End.');
    expect(textOf(bob, 'notes')).toBe('Begin. The middle. End.');
  });

  it('that two people begin at the same moment keeps both beginnings', async () => {
    const { server, ann, bob } = await two();
    server.cutAll();
    ann.fields.setText('notes', 'from ann ');
    bob.fields.setText('notes', 'from bob ');
    await pass(5_000);
    expect(textOf(ann, 'notes')).toBe(textOf(bob, 'notes'));
    expect(textOf(ann, 'notes')).toContain('from ann ');
    expect(textOf(ann, 'notes')).toContain('from bob ');
    expect([ann.saveState, bob.saveState]).toEqual(['saved', 'saved']);
  });

  it('is changed by the smallest edit: what was typed at the caret, not the whole', async () => {
    const { ann, bob } = await two();
    ann.fields.setText('notes', 'aaaa');
    await pass();
    const caret = bob.fields.caret('notes', 4);
    // Only the caret tells which `a` is new.
    ann.fields.setText('notes', 'aaaaa', 1);
    await pass();
    expect(caret && bob.fields.indexOf(caret)).toBe(5);
    ann.fields.setText('notes', 'aaaaa');
    expect(ann.undo.undo()).toBe(true);
    expect(textOf(ann, 'notes')).toBe('aaaa');
  });

  it('never cuts a letter of two units in half', async () => {
    const { ann, bob } = await two();
    ann.fields.setText('notes', '😀');
    await pass();
    ann.fields.setText('notes', '😁');
    await pass();
    expect(textOf(bob, 'notes')).toBe('😁');
  });

  it('carries carets along while others type before and behind them', async () => {
    const { ann, bob } = await two();
    ann.fields.setText('notes', 'hello world');
    await pass();
    const caret = bob.fields.caret('notes', 5);
    if (!caret) throw new Error('there is a text');
    ann.fields.setText('notes', 'Oh, hello world', 4);
    ann.fields.setText('notes', 'Oh, hello, world', 10);
    await pass();
    expect(bob.fields.indexOf(caret)).toBe(9);
    expect(bob.fields.caret('nothing', 0)).toBeUndefined();
  });

  it('that I clear stays the text a colleague is typing into', async () => {
    const { server, ann, bob } = await two();
    ann.fields.setText('notes', 'old');
    await pass();
    server.cutAll();
    expect(ann.fields.clear('notes')).toBe(true);
    bob.fields.setText('notes', 'old and new');
    await pass(5_000);
    expect(textOf(ann, 'notes')).toBe(' and new');
    expect(textOf(bob, 'notes')).toBe(' and new');
  });

  it('is begun under an id of nobody, the same for everybody', () => {
    expect(founderOf('notes', 'text')).toBe(founderOf('notes', 'text'));
    expect(founderOf('notes', 'text')).not.toBe(founderOf('notes', 'map'));
    for (const key of ['', 'a', 'translations[3]', 'answers["odd name"]']) {
      const id = founderOf(key, 'text');
      expect(Number.isSafeInteger(id)).toBe(true);
      expect(id).toBeGreaterThanOrEqual(2 ** 32);
    }
  });
});

describe('undo of fields', () => {
  it('is one stack with the shapes', async () => {
    const { ann } = await two();
    ann.fields.setValue('topic', 'bug');
    const id = ann.regions.add({ label: 'car', geometry: box() });
    ann.fields.setEntry('tags', 'red', true);
    expect(ann.undo.undo()).toBe(true);
    expect(entriesOf(ann, 'tags')).toEqual({});
    ann.undo.undo();
    expect(ann.regions.get(id)).toBeUndefined();
    ann.undo.undo();
    expect(ann.fields.get('topic')).toBeUndefined();
    expect(ann.undo.canUndo).toBe(false);
    for (let n = 0; n < 3; n += 1) expect(ann.undo.redo()).toBe(true);
    expect([valueOf(ann, 'topic'), entriesOf(ann, 'tags'), ann.regions.size]).toEqual(['bug', { red: true }, 1]);
  });

  it('takes back what I typed and leaves a colleague’s words between', async () => {
    const { ann, bob } = await two();
    ann.fields.setText('notes', 'mine ');
    await pass();
    bob.fields.setText('notes', 'mine theirs');
    await pass();
    ann.fields.setText('notes', 'mine theirs too');
    await pass();
    ann.undo.undo();
    ann.undo.undo();
    await pass();
    expect(textOf(ann, 'notes')).toBe('theirs');
    expect(textOf(bob, 'notes')).toBe('theirs');
    ann.undo.redo();
    await pass();
    expect(textOf(bob, 'notes')).toBe('mine theirs');
    bob.fields.setText('notes', 'mine theirs, still');
    await pass();
    expect(textOf(ann, 'notes')).toBe('mine theirs, still');
  });

  it('of what a colleague has chosen since does nothing', async () => {
    const { ann, bob } = await two();
    ann.fields.setValue('topic', 'bug');
    await pass();
    bob.fields.setValue('topic', 'billing');
    await pass();
    expect(ann.undo.undo()).toBe(false);
    expect(valueOf(bob, 'topic')).toBe('billing');
  });

  it('of a gesture takes a typed word back at once', async () => {
    const { ann } = await two();
    ann.undo.beginGesture();
    for (const text of ['w', 'wo', 'wor', 'word']) ann.fields.setText('notes', text);
    ann.undo.endGesture();
    ann.undo.undo();
    expect(textOf(ann, 'notes')).toBe('');
    ann.undo.redo();
    expect(textOf(ann, 'notes')).toBe('word');
  });

  it('of changes of several fields in one transact is one step', async () => {
    const { ann } = await two();
    ann.fields.transact(() => {
      ann.fields.setText('notes', 'x');
      ann.fields.setValue('topic', 'bug');
    });
    ann.undo.undo();
    expect([textOf(ann, 'notes'), ann.fields.get('topic')]).toEqual(['', undefined]);
  });
});
