/** Undo of my own changes: Yjs' UndoManager, told to listen to my transactions only. */
import * as Y from 'yjs';

import type { Listener, Undo, Unsubscribe } from '../surface.js';
import { Emitter } from '../util/emitter.js';
import { isFounding } from './shared-type.js';
import { buried, isNeeded, restorable } from './whole.js';

export class MyUndo implements Undo {
  readonly #changed = new Emitter();
  #manager: Y.UndoManager;

  constructor(
    doc: Y.Doc,
    private readonly origin: object,
    private readonly writable: () => boolean,
  ) {
    this.#manager = this.#manage(doc);
  }

  rebind(doc: Y.Doc): void {
    this.#manager.destroy();
    this.#manager = this.#manage(doc);
    this.#changed.emit();
  }

  get canUndo(): boolean {
    return this.writable() && this.#manager.canUndo();
  }

  get canRedo(): boolean {
    return this.writable() && this.#manager.canRedo();
  }

  undo(): boolean {
    return this.writable() && this.#step('undoStack', () => this.#manager.undo());
  }

  redo(): boolean {
    return this.writable() && this.#step('redoStack', () => this.#manager.redo());
  }

  beginGesture(): void {
    this.#manager.stopCapturing();
    this.#manager.captureTimeout = Number.POSITIVE_INFINITY;
  }

  endGesture(): void {
    this.#manager.stopCapturing();
    this.#manager.captureTimeout = 0;
  }

  clear(): void {
    this.#manager.clear();
  }

  subscribe(listener: Listener): Unsubscribe {
    return this.#changed.on(listener);
  }

  dispose(): void {
    this.#manager.destroy();
    this.#changed.clear();
  }

  /**
   * One press, one step. Left to itself, the manager goes on to the step before when one has no effect any more (a colleague has
   * changed the same thing since): a press meant for a label would then delete the whole shape. So it sees only the last step.
   */
  #step(stack: 'undoStack' | 'redoStack', run: () => unknown): boolean {
    const manager = this.#manager;
    const before = manager[stack];
    const other = stack === 'undoStack' ? 'redoStack' : 'undoStack';
    // Entries that it finds among its own deletions are no conflict to the manager; it runs steps of the other stack only.
    const ours = { insertions: Y.createDeleteSet(), deletions: buried(manager.doc, before.at(-1)), meta: new Map() };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs exports no class of steps and reads these members only
    manager[other] = [ours, ...manager[other]];
    const last = before
      .slice(-1)
      .map(({ insertions, deletions, meta }) => ({ insertions, deletions: restorable(manager.doc, deletions), meta }));
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as above
    manager[stack] = last;
    try {
      return run() !== null;
    } finally {
      manager[other] = manager[other].filter((item) => item !== ours);
      manager[stack] = [...before.slice(0, -1), ...manager[stack]];
      if (before.length !== manager[stack].length) this.#changed.emit();
    }
  }

  #manage(doc: Y.Doc): Y.UndoManager {
    const scope = [doc.getMap('regions'), doc.getMap('fields'), doc.getMap('threads'), doc.getMap('verdicts')];
    // A time of 0: what is not one transaction (or one gesture) is never taken back together.
    const manager = new Y.UndoManager(scope, {
      trackedOrigins: new Set([this.origin]),
      captureTimeout: 0,
      // A field that I began may have a colleague's text in it by now: my part goes, the field stays.
      deleteFilter: (item) => !isFounding(item) && !isNeeded(doc, item),
    });
    for (const event of ['stack-item-added', 'stack-item-popped', 'stack-cleared'] as const)
      manager.on(event, () => this.#changed.emit());
    return manager;
  }
}
