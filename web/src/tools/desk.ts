import type { RegionSnapshot, TaskRoom } from '@tandem/client';

import { topmost } from '~/geometry/hit';
import { clampToImage, type ImagePoint, type Size } from '~/geometry/points';
import { bounds, canMove, moved } from '~/geometry/shapes';
import { createStore } from '~/lib/store';
import { boxTool, type BoxState } from './box';
import { Camera, type Frames } from './camera';
import { selectTool, type SelectState } from './select';
import type { Draft, Effect, Step, ToolContext, ToolEvent, ToolName } from './tool';
import { GONE } from './transform';

/** The tool in hand with the state of its machine. */
type Hand = { readonly tool: 'select'; readonly state: SelectState } | { readonly tool: 'box'; readonly state: BoxState };

const IDLE: Record<ToolName, Hand> = {
  select: { tool: 'select', state: selectTool.idle },
  box: { tool: 'box', state: boxTool.idle },
};

/** How far a pointer may miss, in CSS pixels. */
const REACH = { mouse: 7, touch: 20 };
const SLOP = { mouse: 3, touch: 8 };

export interface DeskPorts {
  readonly room: TaskRoom;
  readonly image: Size;
  readonly frames: Frames;
  readonly notify: (text: string) => void;
}

/** What one person has in hand at one task: tool, label, selection, view. It runs the tools and carries out their effects. */
export class Desk {
  readonly tool = createStore<ToolName>('box');
  readonly label = createStore<string | null>(null);
  readonly selection = createStore<readonly string[]>([]);
  readonly hovered = createStore<string | null>(null);
  readonly hidden = createStore<ReadonlySet<string>>(new Set());
  readonly draft = createStore<Draft | null>(null);
  readonly cursor = createStore('default');
  readonly camera: Camera;
  readonly room: TaskRoom;
  readonly image: Size;
  /** Panning that a tool asked for, or the space bar; the pointer code reads it. */
  panning = false;
  touch = false;
  #hand: Hand = IDLE.box;
  #stop: (() => void)[] = [];
  readonly #notify: (text: string) => void;

  constructor({ room, image, frames, notify }: DeskPorts) {
    this.room = room;
    this.image = image;
    this.#notify = notify;
    this.camera = new Camera(image, frames);
    this.#stop.push(
      room.regions.onChange(({ removed, by }) => {
        if (removed.length > 0) this.#forget(removed, by === 'mine');
      }),
    );
    this.#tell();
  }

  dispose(): void {
    this.dispatch({ type: 'cancel' });
    for (const stop of this.#stop) stop();
    this.camera.dispose();
  }

  // ---------------------------------------------------------------- tools

  dispatch(event: ToolEvent): void {
    const hand = this.#hand;
    const context = this.#context();
    const hadDraft = this.draft.get() !== null;
    let taken: Step<unknown>;
    if (hand.tool === 'select') {
      const next = selectTool.step(hand.state, event, context);
      this.#hand = { tool: 'select', state: next.state };
      taken = next;
    } else {
      const next = boxTool.step(hand.state, event, context);
      this.#hand = { tool: 'box', state: next.state };
      taken = next;
    }
    for (const effect of taken.effects) this.#perform(effect);
    if (hadDraft !== (this.draft.get() !== null)) this.#tell();
    if ('point' in event) this.aim(event.point);
  }

  /** The pointer rests over a point: sets the cursor and what is highlighted. */
  aim(point: ImagePoint | null): void {
    if (!point) {
      this.hovered.set(null);
      return;
    }
    const context = this.#context();
    const { tool, state } = this.#hand;
    this.cursor.set(
      this.panning
        ? 'grabbing'
        : tool === 'select'
          ? selectTool.cursor(state, point, context)
          : boxTool.cursor(state, point, context),
    );
    this.hovered.set(this.isBusy || tool !== 'select' ? null : (context.at(point)?.id ?? null));
  }

  get isBusy(): boolean {
    const { tool, state } = this.#hand;
    return tool === 'select' ? selectTool.isBusy(state) : boxTool.isBusy(state);
  }

  pickTool(tool: ToolName): void {
    if (tool === this.tool.get()) return;
    this.dispatch({ type: 'cancel' });
    this.#hand = IDLE[tool];
    this.tool.set(tool);
    this.cursor.set(tool === 'box' ? 'crosshair' : 'default');
    this.#tell();
  }

  /** The label for what I draw next; what is selected takes it at once. */
  pickLabel(label: string): void {
    this.label.set(label);
    this.#tell();
    const ids = this.selection.get().filter((id) => this.room.regions.get(id)?.label !== label);
    if (ids.length === 0 || !this.#mayEdit()) return;
    this.room.regions.transact(() => ids.forEach((id) => this.room.regions.update(id, { label })));
  }

  // ---------------------------------------------------------------- selection

  select(ids: readonly string[]): void {
    this.selection.set(ids);
    const label = ids.length === 1 && ids[0] !== undefined ? this.room.regions.get(ids[0])?.label : undefined;
    // The next shape is most often of the kind just looked at.
    if (label !== undefined) this.label.set(label);
    this.#tell();
  }

  /** Selects and brings into view, e.g. from the list. */
  goTo(id: string): void {
    const region = this.room.regions.get(id);
    if (!region) return;
    this.select([id]);
    this.camera.reveal(bounds(region.geometry));
  }

  /** The next (or previous) region in reading order of the list. */
  cycle(by: 1 | -1): void {
    const regions = this.listed();
    if (regions.length === 0) return;
    const current = regions.findIndex((r) => r.id === this.selection.get()[0]);
    const next = current === -1 ? (by === 1 ? 0 : regions.length - 1) : (current + by + regions.length) % regions.length;
    const region = regions[next];
    if (region) this.goTo(region.id);
  }

  /** As the list on the right shows them: newest on top, as they lie. */
  listed(): readonly RegionSnapshot[] {
    return [...this.room.regions.list()].reverse();
  }

  removeSelected(): void {
    const ids = this.selection.get();
    if (ids.length === 0 || !this.#mayEdit()) return;
    this.dispatch({ type: 'cancel' });
    this.room.regions.transact(() => ids.forEach((id) => this.room.regions.remove(id)));
    this.select([]);
  }

  nudge(dx: number, dy: number): void {
    const ids = this.selection.get();
    if (ids.length === 0 || !this.#mayEdit()) return;
    this.room.regions.transact(() => {
      for (const id of ids) {
        const region = this.room.regions.get(id);
        if (region && canMove(region.geometry)) {
          this.room.regions.update(id, { geometry: moved(region.geometry, dx, dy, this.image) });
        }
      }
    });
  }

  toggleHidden(ids: readonly string[] = this.selection.get()): void {
    const hidden = new Set(this.hidden.get());
    const hide = ids.some((id) => !hidden.has(id));
    for (const id of ids) {
      if (hide) hidden.add(id);
      else hidden.delete(id);
    }
    this.hidden.set(hidden);
  }

  /** Esc: first the shape in hand, then the selection. @returns false when there was nothing to let go of */
  letGo(): boolean {
    if (this.isBusy) {
      this.dispatch({ type: 'cancel' });
      return true;
    }
    if (this.selection.get().length === 0) return false;
    this.select([]);
    return true;
  }

  undo(): void {
    this.dispatch({ type: 'cancel' });
    this.room.undo.undo();
  }

  redo(): void {
    this.dispatch({ type: 'cancel' });
    this.room.undo.redo();
  }

  // ---------------------------------------------------------------- inside

  #mayEdit(): boolean {
    const reason = this.room.snapshot().readOnly;
    if (reason !== null) this.#notify(reason);
    return reason === null;
  }

  #visible(): Iterable<RegionSnapshot> {
    const hidden = this.hidden.get();
    const regions = this.room.regions.list();
    return hidden.size === 0 ? regions : regions.filter((r) => !hidden.has(r.id));
  }

  #context(): ToolContext {
    const scale = this.camera.view.get().scale;
    const kind = this.touch ? 'touch' : 'mouse';
    const reach = REACH[kind] / scale;
    return {
      image: this.image,
      readOnly: this.room.snapshot().readOnly,
      label: this.label.get(),
      selection: this.selection.get(),
      reach,
      slop: SLOP[kind] / scale,
      get: (id) => this.room.regions.get(id),
      at: (point) => topmost(this.#visible(), point, reach / 2),
    };
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'draft':
        this.draft.set(effect.draft);
        if (effect.draft) this.room.ghosts.setMine({ ...effect.draft, tool: this.tool.get() });
        else this.room.ghosts.clearMine();
        return;
      case 'add':
        this.select([this.room.commit({ label: effect.label, geometry: effect.geometry })]);
        return;
      case 'update':
        if (!this.room.regions.update(effect.id, { geometry: effect.geometry })) this.#notify(GONE);
        return;
      case 'select':
        this.select(effect.ids);
        return;
      case 'pan':
        this.panning = true;
        return;
      case 'notice':
        this.#notify(effect.text);
    }
  }

  /** Regions are gone: whoever did it, nothing of mine may hold on to them. */
  #forget(removed: readonly string[], mine: boolean): void {
    const gone = new Set(removed);
    const { tool, state } = this.#hand;
    const held = tool === 'select' ? selectTool.holds(state) : boxTool.holds(state);
    if (held !== null && gone.has(held)) this.dispatch({ type: mine ? 'cancel' : 'removed' });
    const selection = this.selection.get();
    if (selection.some((id) => gone.has(id))) this.select(selection.filter((id) => !gone.has(id)));
    const hovered = this.hovered.get();
    if (hovered !== null && gone.has(hovered)) this.hovered.set(null);
  }

  /** Others see what I have in hand. */
  #tell(): void {
    this.room.presence.setMine({
      tool: this.tool.get(),
      label: this.label.get(),
      selection: [...this.selection.get()].slice(0, 256),
      editing: this.draft.get()?.region_id ?? null,
    });
  }

  pointAt(point: ImagePoint): void {
    const inside = clampToImage(point, this.image);
    if (inside.x === point.x && inside.y === point.y) this.room.cursors.moveTo(point.x, point.y);
    else this.room.cursors.leave();
  }
}
