import type { RegionSnapshot, Session, TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { linkedThread, threadLink } from '~/features/workbench/comments/link';
import { imagePoint } from '~/geometry/points';
import { Desk } from '~/tools/desk';
import { createMarks, type MarkShelf } from '~/tools/marks';
import { seatAt } from '../support/memory-room';

const TASK = '0192f0c1-0000-7000-8000-000000000001';
const frames = { request: () => 0, cancel: () => undefined, still: true };

class Shelf implements MarkShelf {
  readonly items = new Map<string, string>();
  get length(): number {
    return this.items.size;
  }
  key = (n: number): string | null => [...this.items.keys()][n] ?? null;
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
}

/** Anna at her desk, and Ben, over the real client and a server in memory. */
class Pair {
  readonly server = new MemoryServer({ latencyMs: 1 });
  readonly shelf = new Shelf();
  readonly sessions: Session[] = [];
  readonly notices: string[] = [];
  readonly annaId: string;
  readonly desk: Desk;
  readonly ben: TaskRoom;

  constructor() {
    this.server.task(TASK);
    const anna = this.#join('Anna');
    this.annaId = anna.id;
    this.ben = this.#join('Ben').room;
    this.desk = this.deskOf(anna.room);
  }

  deskOf(room: TaskRoom): Desk {
    const desk = new Desk({
      room,
      image: { width: 1000, height: 800 },
      frames,
      notify: (text) => this.notices.push(text),
      reader: { id: this.annaId, marks: createMarks(this.shelf, this.annaId, TASK) },
    });
    desk.camera.resize({ width: 1064, height: 864 });
    return desk;
  }

  #join(name: string): { room: TaskRoom; id: string } {
    const { session, room, userId } = seatAt(this.server, TASK, name);
    this.sessions.push(session);
    return { room, id: userId };
  }

  async settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(200);
  }

  click(x: number, y: number): void {
    this.desk.dispatch({ type: 'down', point: imagePoint(x, y) });
    this.desk.dispatch({ type: 'up', point: imagePoint(x, y) });
  }

  box(x: number, y: number, width = 100, height = 100): string {
    return this.desk.room.regions.add({ label: 'car', geometry: { kind: 'box', x, y, width, height } });
  }

  region(id: string): RegionSnapshot {
    const region = this.desk.room.regions.get(id);
    if (!region) throw new Error('no such region');
    return region;
  }

  dispose(): void {
    this.desk.dispose();
    for (const session of this.sessions) session.close();
  }
}

describe('comments', () => {
  let pair: Pair;
  beforeEach(async () => {
    vi.useFakeTimers();
    pair = new Pair();
    await pair.settle();
    pair.desk.pickTool('comment');
  });
  afterEach(() => {
    pair.dispose();
    vi.useRealTimers();
  });

  const anchorOf = (): unknown => {
    const opened = pair.desk.comments.opened.get();
    return opened?.kind === 'new' ? opened.anchor : undefined;
  };
  /** Ben says something. */
  const say = (text: string, mentions: readonly string[] = [], x = 10): string =>
    pair.ben.threads.open({ kind: 'point', x, y: 10 }, { text, mentions });

  test('are pinned to the region under the click, or to the picture', () => {
    const region = pair.box(100, 100);
    pair.click(150, 125);
    expect(anchorOf()).toEqual({ kind: 'region', region, u: 0.5, v: 0.25, x: 150, y: 125 });
    pair.desk.comments.close();
    pair.click(700, 700);
    expect(anchorOf()).toEqual({ kind: 'point', x: 700, y: 700 });
  });

  test('are pinned to nothing off the picture, nor to what is hidden or locked', () => {
    const region = pair.box(100, 100);
    pair.desk.toggleHidden([region]);
    pair.click(150, 125);
    expect(anchorOf()).toMatchObject({ kind: 'point' });
    pair.desk.comments.close();
    pair.click(-40, 900);
    expect(anchorOf()).toEqual({ kind: 'point', x: 0, y: 800 });
  });

  test('that are open are put away by the next click, which pins nothing', () => {
    pair.click(10, 10);
    pair.click(500, 500);
    expect(pair.desk.comments.opened.get()).toBeNull();
  });

  test('follow their region while it is dragged, by me and by the other, and stay where it was when it goes', async () => {
    const region = pair.box(100, 100);
    pair.click(150, 125);
    pair.desk.comments.post('here', []);
    const [thread] = pair.desk.room.threads.list();
    if (!thread) throw new Error('no thread');
    const { comments } = pair.desk;
    pair.desk.pickTool('select');
    pair.desk.select([region]);
    pair.desk.dispatch({ type: 'down', point: imagePoint(150, 150) });
    pair.desk.dispatch({ type: 'move', point: imagePoint(180, 150) });
    pair.desk.dispatch({ type: 'move', point: imagePoint(200, 150) });
    expect(pair.region(region).geometry).toMatchObject({ x: 100 });
    expect(comments.place(thread.anchor)).toEqual({ x: 200, y: 125 });
    pair.desk.dispatch({ type: 'up', point: imagePoint(200, 150) });
    await pair.settle();
    pair.ben.ghosts.setMine({
      region_id: region,
      tool: 'select',
      label: 'car',
      geometry: { kind: 'box', x: 300, y: 100, width: 100, height: 100 },
    });
    await pair.settle();
    expect(comments.place(thread.anchor)).toEqual({ x: 350, y: 125 });
    pair.ben.ghosts.clearMine();
    pair.ben.regions.remove(region);
    await pair.settle();
    const left = pair.desk.room.threads.get(thread.id);
    expect(left && comments.place(left.anchor)).toEqual({ x: 200, y: 125 });
  });

  test('of others are unread until they are seen; one’s own never are', async () => {
    const { comments, room } = pair.desk;
    pair.click(10, 10);
    comments.post('mine', []);
    expect(comments.unread()).toBe(0);
    const id = say('theirs');
    await pair.settle();
    expect(comments.unread()).toBe(1);
    const seen = (): void => {
      const thread = room.threads.get(id);
      if (thread) comments.read(thread);
    };
    seen();
    expect(comments.unread()).toBe(0);
    // Seen on this device, also the next time.
    const again = pair.deskOf(room);
    expect(again.comments.unread()).toBe(0);
    pair.ben.threads.reply(id, { text: 'and more' });
    await pair.settle();
    expect([comments.unread(), again.comments.unread()]).toEqual([1, 1]);
    pair.ben.threads.resolve(id);
    await pair.settle();
    expect(comments.unread()).toBe(0);
    again.dispose();
  });

  test('are listed unread first, then the last said first, by what one asks for', async () => {
    const { comments, room } = pair.desk;
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      ids.push(say(text, text === 'two' ? [pair.annaId] : []));
      await pair.settle();
    }
    const [one = '', two = '', three = ''] = ids;
    const listed = (): string[] => comments.list().map(({ id }) => id);
    expect(listed()).toEqual([three, two, one]);
    for (const thread of room.threads.list().slice(1)) comments.read(thread);
    expect(listed()).toEqual([one, three, two]);
    expect(comments.list()).toBe(comments.list());
    comments.filter.set('mentions');
    expect(listed()).toEqual([two]);
    comments.filter.set('mine');
    expect(listed()).toEqual([]);
    room.threads.reply(three, { text: 'me too' });
    expect(listed()).toEqual([three]);
    comments.filter.set('open');
    room.threads.resolve(one);
    expect(listed()).toEqual([three, two]);
    expect(comments.pinned().map(({ id }) => id)).toEqual([two, three]);
    comments.resolvedShown.set(true);
    expect(listed()).toEqual([one, three, two]);
    expect(comments.pinned()).toHaveLength(3);
  });

  test('are gone through by age, the first unread one first, and brought into view', async () => {
    const { comments, camera } = pair.desk;
    const ids: string[] = [];
    for (const x of [10, 500, 990]) {
      ids.push(say('here', [], x));
      await pair.settle();
    }
    const opened = (): string | undefined => {
      const now = comments.opened.get();
      return now?.kind === 'thread' ? now.id : undefined;
    };
    const [first] = pair.desk.room.threads.list();
    if (first) comments.read(first);
    camera.zoom(4);
    comments.step(1);
    expect(opened()).toBe(ids[1]);
    comments.step(1);
    expect(opened()).toBe(ids[2]);
    const { x, width } = camera.visible();
    expect(x < 990 && x + width > 990).toBe(true);
    comments.step(1);
    expect(opened()).toBe(ids[0]);
    comments.step(-1);
    expect(opened()).toBe(ids[2]);
  });

  test('that are open close when they are gone, and with Esc', async () => {
    const id = say('oops');
    await pair.settle();
    const { comments } = pair.desk;
    comments.open(id);
    pair.ben.threads.remove(id, pair.ben.threads.get(id)?.comments[0]?.id ?? '');
    await pair.settle();
    expect(comments.opened.get()).toBeNull();
    expect(comments.jump(id)).toBe(false);
    pair.click(10, 10);
    expect(pair.desk.letGo()).toBe(true);
    expect(comments.opened.get()).toBeNull();
  });

  test('are told to be written while they are', async () => {
    const id = say('hello');
    await pair.settle();
    pair.desk.comments.open(id);
    pair.desk.comments.writing.set(id);
    await pair.settle();
    const editing = (): unknown => pair.ben.presence.peers().find(({ user }) => user.id === pair.annaId)?.state.editing ?? null;
    expect(editing()).toBe(id);
    pair.desk.comments.post('hi', []);
    await pair.settle();
    expect(editing()).toBeNull();
  });

  test('go on what is selected, else where the keys’ pointer is, by a key alone', () => {
    const region = pair.box(100, 100);
    pair.desk.select([region]);
    pair.desk.comment();
    expect(anchorOf()).toMatchObject({ kind: 'region', region, x: 150, y: 150 });
    pair.desk.select([]);
    pair.desk.comment();
    expect(anchorOf()).toEqual({ kind: 'point', x: 500, y: 400 });
  });

  test('have addresses', () => {
    const link = new URL(threadLink('https://tandem.example', 'p', 't', 'an id'));
    expect(link.pathname).toBe('/projects/p/tasks/t');
    expect(linkedThread(link.search)).toBe('an id');
    expect(linkedThread('?other=1')).toBeNull();
  });
});

describe('marks', () => {
  test('keep what was begun and what was read, of this person and task only', () => {
    const shelf = new Shelf();
    const marks = createMarks(shelf, 'ann', 'task');
    marks.keepDraft('new', 'half a sen');
    marks.read(['c1']);
    const again = createMarks(shelf, 'ann', 'task');
    expect([again.draft('new'), again.isRead('c1'), again.isRead('c2')]).toEqual(['half a sen', true, false]);
    again.keepDraft('new', '');
    expect(createMarks(shelf, 'ann', 'task').draft('new')).toBe('');
    expect(createMarks(shelf, 'ann', 'other').isRead('c1')).toBe(false);
    expect(createMarks(shelf, 'bob', 'task').isRead('c1')).toBe(false);
  });

  test('of two windows are both kept', () => {
    const shelf = new Shelf();
    const [left, right] = [createMarks(shelf, 'ann', 'task'), createMarks(shelf, 'ann', 'task')];
    left.read(['c1']);
    right.read(['c2']);
    const again = createMarks(shelf, 'ann', 'task');
    expect([again.isRead('c1'), again.isRead('c2')]).toEqual([true, true]);
  });

  test('of tasks long done make room, those of others stay', () => {
    const shelf = new Shelf();
    let now = 0;
    createMarks(shelf, 'bob', 'old', () => 0).read(['c']);
    for (let n = 0; n < 320; n++) createMarks(shelf, 'ann', `task ${n}`, () => (now += 1)).read(['c']);
    expect([...shelf.items.keys()].filter((key) => key.includes('.ann.'))).toHaveLength(300);
    expect(createMarks(shelf, 'ann', 'task 0').isRead('c')).toBe(false);
    expect(createMarks(shelf, 'ann', 'task 319').isRead('c')).toBe(true);
    expect(createMarks(shelf, 'bob', 'old').isRead('c')).toBe(true);
  });

  test('need no storage, and survive a broken one', () => {
    const none = createMarks(null, 'ann', 'task');
    none.read(['c']);
    expect(none.isRead('c')).toBe(true);
    const shelf = new Shelf();
    for (const broken of ['{', '7', '{"read":5,"drafts":[],"at":"x"}', '{"read":[1,"c"],"drafts":{"new":3}}']) {
      shelf.setItem('tandem.comments.ann.task', broken);
      expect(createMarks(shelf, 'ann', 'task').draft('new')).toBe('');
    }
    shelf.setItem = () => {
      throw new Error('full');
    };
    const full = createMarks(shelf, 'ann', 'task');
    full.read(['d']);
    expect(full.isRead('d')).toBe(true);
  });
});
