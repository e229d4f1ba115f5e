import type { GhostShape, Json, RegionSnapshot, TaskRoom } from '@tandem/client';

import { coarseOutline } from '~/geometry/coarse';
import { gripPoint, type ChosenGrip } from '~/geometry/grips';
import { turnedCursor } from '~/geometry/handles';
import { hits, type Bones } from '~/geometry/hit';
import { clamp, clampToImage, imagePoint, type ImagePoint, type Size } from '~/geometry/points';
import { bounds, type Geometry } from '~/geometry/shapes';
import { createStore, type Store } from '~/lib/store';
import { nobody, type Assistant, type Ask } from './assistant';
import { Camera, type Frames } from './camera';
import { chosenWords } from './chosen';
import { Comments, type Reader } from './comments';
import { take, type Hand, type Moment } from './hand';
import type { KeptShape, ShapeShelf } from './kept-shape';
import { KeyPointer } from './key-pointer';
import { LabelBook, type DrawingRules } from './label-book';
import { fits, takes, takesAny, TOOL_OF, type DeskLabel } from './labels';
import { RegionIndex } from './region-index';
import { RegionWriter } from './region-writer';
import { Relations } from './relations';
import { frameAtHand, type FrameAtHand } from './reshape';
import { FIRST_LOOK, type Look } from './seeing';
import { Surroundings } from './surroundings';
import { type Draft, type Effect, type ToolContext, type ToolEvent, type ToolName, type Touches } from './tool';
import { Unfinished } from './unfinished';

/** How far a pointer may miss, in CSS pixels. */
const REACH = { mouse: 7, touch: 20 };
const SLOP = { mouse: 3, touch: 8 };
/** The borders of neighbours attract from a little further. */
const SNAP = 1.3;
/** Of a mask with more runs than this others are shown an outline while it is painted, made of no more runs than that. */
const GHOST_RUNS = { most: 4_000, outline: 2_000 };
/** Of what moves along so much is told, thirty times a second; what is beyond others see when it is there. */
const GHOST_ALONG = { regions: 50, points: 1_000 };
const NO_BONES: Bones = [];
const BRUSH = { least: 1, most: 1_000, first: 24 };
export const TOLERANCE = { least: 0, most: 128, first: 24 };

export const NOT_TAKEN = 'No label of this task takes this shape';
export const DROPPED = 'Dropped; Undo brings it back';
export const NOT_THERE = 'What you had begun here fits this task no more: its label or its tool is gone';
export const NOT_ALLOWED = 'The layout of this task does not have this tool';

export interface DeskPorts {
  readonly room: TaskRoom;
  readonly image: Size;
  readonly frames: Frames;
  readonly notify: (text: string) => void;
  /** Who sits here, in which workspace: what they copy stays theirs. */
  readonly owner?: string;
  /** How this person likes to see things. */
  readonly look?: Store<Look>;
  readonly reader?: Reader;
  /** Where an unfinished drawing outlives this page. */
  readonly shelf?: ShapeShelf;
  /** Who sees the picture's pixels. */
  readonly assistant?: Assistant;
  /** Who knows things by a model of the workspace's. */
  readonly segmenter?: Assistant;
}

/** What one person has in hand at one task: tool, label, selection, view. It runs the tools and carries out their effects. */
export class Desk {
  readonly tool = createStore<ToolName>('box');
  readonly label = createStore<string | null>(null);
  readonly selection = createStore<readonly string[]>([]);
  /** The point of the selected shape that keys move and delete, or its side or knob, that they move. */
  readonly vertex = createStore<ChosenGrip | null>(null);
  readonly hovered = createStore<string | null>(null);
  readonly hidden = createStore<ReadonlySet<string>>(new Set());
  /** Whether the list shows what it is narrowed by. */
  readonly finding = createStore(false);
  /** What the list is narrowed to; null: all. */
  narrowed: ((region: RegionSnapshot) => boolean) | null = null;
  /** What the pointer passes by. */
  readonly locked = createStore<ReadonlySet<string>>(new Set());
  readonly draft = createStore<Draft | null>(null);
  readonly marquee = createStore<readonly [ImagePoint, ImagePoint] | null>(null);
  readonly cursor = createStore('default');
  /** What to do next with the tool in hand. */
  readonly hint = createStore<string | null>(null);
  /** Diameter of the brush in image pixels. */
  readonly brush = createStore(BRUSH.first);
  /** How far a color may be from the one that the wand touches. */
  readonly tolerance = createStore(TOLERANCE.first);
  readonly touches = createStore<Touches>('anew');
  /** What a click of the smart polygon without Alt says: for those who have no such key at hand. */
  readonly leavesOut = createStore(false);
  /** Shift for those without a keyboard: keypoints are occluded, what is pressed is selected besides. */
  readonly occludes = createStore(false);
  readonly gathers = createStore(false);
  /** A finger or a pen was used last: keys are likely not at hand. */
  readonly handheld = createStore(false);
  /** Something is being drawn. */
  readonly busy = createStore(false);
  /** A pointer is down on the picture, with a tool in hand. */
  readonly pressed = createStore(false);
  /** Whether points drawn go to neighbours' borders. */
  readonly snapping = createStore(true);
  /** Where the pointer is, for what is drawn around it. */
  readonly pointer = createStore<ImagePoint | null>(null);
  /** Whether there is something that `undo` takes back, and `redo` brings back: also of what is being drawn. */
  readonly canUndo = createStore(false);
  readonly canRedo = createStore(false);
  readonly look: Store<Look>;
  readonly keyPointer = new KeyPointer(this);
  readonly camera: Camera;
  readonly comments: Comments;
  readonly writer: RegionWriter;
  readonly relations: Relations;
  readonly room: TaskRoom;
  readonly index: RegionIndex;
  readonly image: Size;
  readonly owner: string;
  readonly notify: (text: string) => void;
  readonly assistant: Assistant;
  readonly segmenter: Assistant;
  /** Panning that a tool asked for, or the space bar; the pointer code reads it. */
  panning = false;
  touch = false;
  readonly #around: Surroundings;
  #book = new LabelBook();
  #hand: Hand = take('box');
  /** The region that is selected only because I just drew it. */
  #fresh: string | null = null;
  readonly #unfinished = new Unfinished();
  readonly #shelf: ShapeShelf | undefined;
  #isKept = false;
  #left = false;
  /** The document is being undone or redone from here. */
  #undoing = false;
  #missed: ((point: ImagePoint, reach: number) => void) | null = null;
  #stop: (() => void)[] = [];

  constructor({ room, image, frames, notify, owner, look, reader, shelf, assistant, segmenter }: DeskPorts) {
    this.#shelf = shelf;
    this.assistant = assistant ?? nobody;
    this.segmenter = segmenter ?? nobody;
    this.look = look ?? createStore(FIRST_LOOK);
    this.room = room;
    this.index = new RegionIndex(room.regions);
    this.#around = new Surroundings({
      index: this.index,
      image,
      isPassedBy: (id) => this.#isPassedBy(id),
      bonesOf: (label) => this.bones(label),
      held: () => this.#hand.holds,
    });
    this.image = image;
    this.owner = owner ?? '';
    this.notify = notify;
    this.camera = new Camera(image, frames);
    this.writer = new RegionWriter({
      room,
      notify,
      book: () => this.#book,
      select: (ids) => this.select(ids),
      drawn: (id) => {
        this.select([id]);
        this.#fresh = id;
      },
    });
    this.relations = new Relations({
      room,
      notify,
      types: () => this.#book.relations,
      labelOf: (name) => this.#book.get(name)?.name ?? name,
    });
    this.comments = new Comments({
      room,
      geometryOf: (id) => this.geometryOf(id),
      visit: (point) => {
        if (this.camera.hasStage) this.camera.visit(point);
      },
      reader,
    });
    this.#stop.push(
      room.regions.onChange(({ removed, changed, by }) => {
        if (removed.length > 0) this.#forget(removed, by === 'mine');
        if (changed.length > 0) this.#keepVertex();
      }),
      this.comments.writing.subscribe(() => this.#tell()),
      room.undo.subscribe(() => {
        // Something was done since: that is what is undone next.
        if (!this.#undoing && !this.isBusy) this.#unfinished.forget();
        this.#tellUndo();
      }),
      room.subscribe(() => this.#tellUndo()),
      this.vertex.subscribe(() => this.hint.set(chosenWords(this) ?? this.#hand.hint(this.#context()))),
    );
    this.#tell();
  }

  dispose(): void {
    // What is not whole goes with the page, and is offered when the task is opened again.
    this.#left = true;
    this.dispatch({ type: 'cancel' });
    for (const stop of this.#stop) stop();
    this.index.dispose();
    this.comments.dispose();
    this.camera.dispose();
  }

  // ---------------------------------------------------------------- tools

  dispatch(event: ToolEvent): void {
    const hadDraft = this.draft.get() !== null;
    const context = this.#context();
    const before = event.type === 'back' && this.isBusy ? this.#hand.remember() : null;
    if (BEGINS_ANEW.has(event.type)) this.#unfinished.forget();
    if (event.type === 'down') this.pressed.set(true);
    else if (event.type === 'up' || event.type === 'lost') this.pressed.set(false);
    const effects = this.#hand.step(event, context);
    if (before && !before.isNow()) this.#unfinished.tookBack(before);
    for (const effect of effects) this.#perform(effect);
    const isMissed = event.type === 'up' && effects.some((effect) => effect.type === 'select' && effect.ids.length === 0);
    if (isMissed) this.#missed?.(event.point, context.reach);
    if (hadDraft !== (this.draft.get() !== null)) this.#tell();
    if (event.type !== 'move') this.#keep();
    this.hint.set(this.#hand.hint(this.#context()));
    this.#tellUndo();
    if ('point' in event) this.aim(event.point);
  }

  /** Told of a click on nothing of the work: something may lie below it. One at a time hears of it. */
  onMissed(listener: (point: ImagePoint, reach: number) => void): () => void {
    this.#missed = listener;
    return () => {
      if (this.#missed === listener) this.#missed = null;
    };
  }

  /** The pointer moves without being pressed: an unfinished shape follows it. */
  hover(point: ImagePoint, keys: { readonly shift?: boolean; readonly ctrl?: boolean } = {}): void {
    if (this.isBusy) this.dispatch({ type: 'move', point, ...keys });
    else this.aim(point);
  }

  /** The pointer rests over a point: sets the cursor and what is highlighted. */
  aim(point: ImagePoint | null): void {
    this.pointer.set(point);
    if (!point) {
      this.hovered.set(null);
      return;
    }
    const context = this.#context();
    const { turn } = this.camera.view.get();
    this.cursor.set(this.panning ? 'grabbing' : turnedCursor(this.#hand.cursor(point, context), turn));
    this.hovered.set(this.isBusy || this.#hand.name !== 'select' ? null : (context.at(point)?.id ?? null));
  }

  get isBusy(): boolean {
    return this.#hand.isBusy;
  }

  pickTool(tool: ToolName): void {
    if (tool === this.tool.get()) return;
    if (!this.#book.has(tool)) {
      this.notify(NOT_ALLOWED);
      return;
    }
    const { makes } = take(tool);
    const drawn = makes.length === 0 || takesAny(this.#label(), makes) ? null : this.#book.taking(makes);
    if (drawn === undefined) {
      this.notify(NOT_TAKEN);
      return;
    }
    this.drop();
    this.#take(tool);
    // The label in hand takes no such shape: whatever is drawn with it would be invalid.
    if (drawn === null) return;
    this.label.set(drawn.name);
    this.#tell();
  }

  /** Whether a label of this task takes a shape. */
  accepts(name: string, geometry: Geometry): boolean {
    return this.#book.accepts(name, geometry);
  }

  /** Why no more regions of these labels can be added; null: they can. */
  full(added: readonly string[]): string | null {
    return this.#book.full(this.room.regions.list(), added);
  }

  /** What a new region of a label has. */
  initial(name: string): Readonly<Record<string, Json>> {
    return this.#book.initial(name);
  }

  #take(tool: ToolName): void {
    this.#holdOf(take(tool));
  }

  #holdOf(hand: Hand): void {
    const tool = hand.name;
    this.#hand = hand;
    this.tool.set(tool);
    this.cursor.set(tool === 'select' ? 'default' : 'crosshair');
    this.vertex.set(null);
    this.hint.set(this.#hand.hint(this.#context()));
    this.#tell();
  }

  setLabels(labels: readonly DeskLabel[], rules: DrawingRules = {}): void {
    this.#book = new LabelBook(labels, rules);
    this.relations.keepInHand();
    if (labels.length === 0) return;
    const { usable } = this.#book;
    const inHand = usable.find(({ name }) => name === this.label.get()) ?? usable[0];
    // Something is in hand from the start: the first drag draws.
    if (inHand) this.#takeLabel(inHand.name);
    else this.label.set(null);
  }

  /**
   * The label for what I draw next; what I selected takes it at once. What is selected only because it was just drawn keeps its own: whoever draws all day
   * picks the label of the next shape right after the last one.
   * @param also what was just drawn takes it, too
   */
  pickLabel(label: string, also = false): void {
    const problem = this.#book.get(label)?.problem;
    if (problem != null) {
      this.notify(problem);
      return;
    }
    this.#takeLabel(label);
    const ids = this.selection.get().filter((id) => this.room.regions.get(id)?.label !== label);
    if (!also && this.#fresh !== null) {
      if (ids.length > 0) this.hint.set(nextIs(label));
      return;
    }
    const fit = ids.filter((id) => {
      const region = this.room.regions.get(id);
      return region !== undefined && fits(this.#label(), region.geometry);
    });
    if (ids.length > fit.length) this.notify(`“${label}” does not take such a shape: its label stays`);
    if (fit.length === 0 || !this.mayEdit()) return;
    this.writer.relabel(fit, label);
  }

  #takeLabel(label: string): void {
    this.label.set(label);
    const makes = this.#hand.makes;
    const kind = this.#label()?.kinds?.[0];
    const mustChange = makes.length > 0 && !takesAny(this.#label(), makes);
    if (mustChange && kind && !this.isBusy) this.#take(TOOL_OF[kind]);
    this.hint.set(this.#hand.hint(this.#context()));
    this.#tell();
  }

  #label(): DeskLabel | undefined {
    return this.#book.get(this.label.get());
  }

  /** More or less of what the tool in hand goes by: how thick it paints, how far colors may be apart. */
  tune(factor: number): void {
    if (this.tool.get() === 'wand') this.setTolerance(scaled(this.tolerance.get(), factor));
    else this.brush.set(clamp(scaled(this.brush.get(), factor), BRUSH.least, BRUSH.most));
  }

  setTolerance(tolerance: number): void {
    this.tolerance.set(clamp(Math.round(tolerance), TOLERANCE.least, TOLERANCE.most));
    this.dispatch({ type: 'tuned' });
  }

  // ---------------------------------------------------------------- selection

  select(ids: readonly string[]): void {
    this.#fresh = null;
    this.selection.set(ids);
    this.vertex.set(null);
    const label = ids.length === 1 && ids[0] !== undefined ? this.room.regions.get(ids[0])?.label : undefined;
    // The next shape is most often of the kind just looked at.
    if (label !== undefined && this.#book.gives(label)) this.label.set(label);
    this.hint.set(this.#hand.hint(this.#context()));
    this.#tell();
  }

  /** Names of the points of a label's skeleton. */
  joints(label: string): readonly string[] {
    return this.#book.get(label)?.keypoints ?? [];
  }

  /** Pairs of points of a label's skeleton that are each other's mirror image. */
  symmetryOf(label: string): readonly (readonly number[])[] {
    return this.#book.get(label)?.symmetry ?? [];
  }

  /** Which of them lines join. */
  bones(label: string): Bones {
    return this.#book.get(label)?.skeleton ?? NO_BONES;
  }

  /** All that the pointer could reach. */
  selectAll(): void {
    this.select(this.room.regions.list().flatMap(({ id }) => (this.#isPassedBy(id) ? [] : [id])));
  }

  selected(): readonly RegionSnapshot[] {
    return this.selection.get().flatMap((id) => this.room.regions.get(id) ?? []);
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
    const all = [...this.room.regions.list()].reverse();
    return this.narrowed ? all.filter(this.narrowed) : all;
  }

  toggleHidden(ids: readonly string[] = this.selection.get()): void {
    toggle(this.hidden, ids);
  }

  /** The frame by which what is selected is scaled and turned; null: there is none just now. */
  frame(): FrameAtHand | null {
    if (this.tool.get() !== 'select' || this.selection.get().some((id) => this.hidden.get().has(id))) return null;
    return frameAtHand(this.#context());
  }

  hideAll(): void {
    this.hidden.set(new Set(this.room.regions.list().map(({ id }) => id)));
  }

  toggleLocked(ids: readonly string[] = this.selection.get()): void {
    toggle(this.locked, ids);
  }

  /** Enter while something is drawn: it is whole. @returns false when nothing is being drawn */
  finish(): boolean {
    if (!this.isBusy) return false;
    this.dispatch({ type: 'finish' });
    return true;
  }

  /** Esc: first the shape in hand, then the comment that is open, the point, the selection. @returns false when there was nothing to let go of */
  letGo(): boolean {
    if (this.keyPointer.at.get() !== null && !this.isBusy) {
      this.keyPointer.putAway();
      return true;
    }
    if (this.isBusy) {
      this.drop();
      return true;
    }
    if (this.comments.close()) return true;
    if (this.vertex.get() !== null) {
      this.vertex.set(null);
      return true;
    }
    if (this.selection.get().length === 0) return false;
    this.select([]);
    return true;
  }

  /** What is being drawn is given up. What took more than one press can be brought back. */
  drop(): void {
    // What the press began goes first: it is not there to be gone on with.
    if (this.pressed.get() && this.isBusy) this.dispatch({ type: 'lost' });
    const before = this.isBusy ? this.#hand.remember() : null;
    if (before) this.#unfinished.drop(before);
    this.dispatch({ type: 'cancel' });
    if (before) this.hint.set(DROPPED);
  }

  /** While a shape is drawn its last point is what is undone; one that was just dropped comes back. */
  undo(): void {
    if (this.isBusy) this.dispatch({ type: 'back' });
    else if (this.#unfinished.hasDropped) this.#resume(this.#unfinished.pickUp());
    else this.#step('undo');
  }

  /** A point that was taken back comes back. Nothing else is redone while something is drawn: what is in hand would be lost. */
  redo(): void {
    if (this.#unfinished.hasTaken) this.#resume(this.#unfinished.again());
    else if (!this.isBusy) this.#step('redo');
  }

  #step(way: 'undo' | 'redo'): void {
    this.#undoing = true;
    try {
      if (this.room.undo[way]()) this.#unfinished.undid(way === 'undo' ? 1 : -1);
    } finally {
      this.#undoing = false;
      this.#tellUndo();
    }
  }

  #keep(): void {
    if (!this.#shelf || this.#left) return;
    const kept = this.#hand.keep();
    if (kept || this.#isKept) this.#shelf.write(kept);
    this.#isKept = kept !== null;
  }

  /** What was begun here and not finished when this page was left or broke off; null: nothing, or it is in hand again. */
  begun(): KeptShape | null {
    return this.#isKept ? null : (this.#shelf?.read() ?? null);
  }

  /** Goes on with it. */
  takeUp(kept: KeptShape): void {
    if (!this.mayEdit()) return;
    const label = this.#book.get(kept.label);
    const hand = take(kept.tool);
    if (!label || label.problem != null || !this.#book.has(kept.tool)) {
      this.notify(NOT_THERE);
      return;
    }
    this.drop();
    this.label.set(label.name);
    if (!hand.revive({ ...kept, label: label.name }, this.#context())) {
      this.notify(NOT_THERE);
      return;
    }
    this.#holdOf(hand);
    this.dispatch({ type: 'resumed' });
  }

  #resume(moment: Moment | null): void {
    if (!moment) return;
    if (moment.hand !== this.#hand) this.#holdOf(moment.hand);
    moment.restore();
    this.dispatch({ type: 'resumed' });
  }

  #tellUndo(): void {
    const { undo } = this.room;
    this.busy.set(this.isBusy);
    this.canUndo.set(this.isBusy || this.#unfinished.hasDropped || undo.canUndo);
    this.canRedo.set(this.#unfinished.hasTaken || (!this.isBusy && undo.canRedo));
  }

  /** A region's shape as I see it: as it is in somebody's hand, mine or another's, else as it is kept. */
  geometryOf(id: string): Geometry | undefined {
    const draft = this.draft.get();
    if (draft?.region_id === id) return draft.geometry;
    const along = draft?.along?.find((change) => change.id === id);
    if (along) return along.geometry;
    const kept = this.room.regions.get(id)?.geometry;
    return kept && (this.room.ghosts.others().find(({ region_id }) => region_id === id)?.geometry ?? kept);
  }

  /** A comment on what is selected, else where the pointer of the keys is, else in the middle of what I see. */
  comment(): void {
    if (!this.mayEdit()) return;
    const [region] = this.selection.get();
    const at = this.keyPointer.at.get();
    if (at === null && region !== undefined) this.comments.beginOn(region);
    else this.comments.begin(at ?? this.centre(), null);
  }

  /** A comment on the task as a whole. */
  commentOnAll(): void {
    if (this.mayEdit()) this.comments.begin(imagePoint(0, 0), null);
  }

  mayEdit(): boolean {
    const reason = this.room.snapshot().readOnly;
    if (reason !== null) this.notify(reason);
    return reason === null;
  }

  // ---------------------------------------------------------------- inside

  #isPassedBy(id: string): boolean {
    return this.hidden.get().has(id) || this.locked.get().has(id);
  }

  #context(): ToolContext {
    const pixel = 1 / this.camera.view.get().scale;
    const kind = this.touch ? 'touch' : 'mouse';
    const reach = REACH[kind] * pixel;
    const snaps = this.snapping.get();
    return {
      image: this.image,
      readOnly: this.room.snapshot().readOnly,
      label: this.label.get(),
      full: () => this.full([this.label.get() ?? '']),
      keypoints: this.#label()?.keypoints ?? [],
      selection: this.selection.get(),
      reach,
      pixel,
      slop: SLOP[kind] * pixel,
      brush: this.brush.get(),
      tolerance: this.tolerance.get(),
      touches: this.touches.get(),
      leavesOut: this.leavesOut.get(),
      occludes: this.occludes.get(),
      gathers: this.gathers.get(),
      relation: this.relations.inHand.get(),
      takes: (label, kind) => takes(this.#book.get(label), kind),
      get: (id) => this.room.regions.get(id),
      at: (point) => this.#around.at(point, reach),
      under: (point) => this.#around.under(point, reach),
      isOn: ({ geometry, label }, point) => hits(geometry, point, reach, this.bones(label)),
      within: (a, b) => this.#around.within(a, b),
      snap: (point) => (snaps ? this.#around.snap(point, reach * SNAP) : point),
      border: (from, to) => (snaps ? this.#around.border(from, to) : []),
    };
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'draft':
        this.#show(effect.draft);
        return;
      case 'add':
        this.writer.add(effect.label, effect.geometry);
        return;
      case 'update':
        this.writer.change(effect.changes);
        return;
      case 'replace':
        this.writer.replace(effect.id, effect.by);
        return;
      case 'select':
        this.select(this.#whole(effect.ids));
        return;
      case 'vertex':
        this.vertex.set(effect.grip);
        return;
      case 'marquee':
        this.marquee.set(effect.corners);
        return;
      case 'relate':
        if (this.mayEdit()) this.relations.relate(effect.from, effect.to);
        return;
      case 'pin':
        this.comments.pin(effect.point, effect.region);
        return;
      case 'ask':
        this.#ask(effect.ask);
        return;
      case 'pan':
        this.panning = true;
        return;
      case 'notice':
        this.notify(effect.text);
    }
  }

  #ask(ask: Ask | null): void {
    const asked = this.helperOf(this.tool.get());
    if (ask === null) asked.giveUp();
    else void asked.ask(ask).then((answer) => this.dispatch({ type: 'answer', ask, answer }));
  }

  /** Whom a tool asks. */
  helperOf(tool: ToolName): Assistant {
    return tool === 'smart' ? this.segmenter : this.assistant;
  }

  #show(draft: Draft | null): void {
    this.draft.set(draft);
    if (!draft) {
      this.room.ghosts.clearMine();
      return;
    }
    const { region_id, label } = draft;
    const geometry = toldOf(draft.geometry);
    let points = GHOST_ALONG.points;
    const along = (draft.along ?? []).slice(0, GHOST_ALONG.regions).flatMap(({ id, geometry: other }): GhostShape[] => {
      const of = this.room.regions.get(id)?.label;
      points -= lengthOf(other);
      return of === undefined || points < 0 ? [] : [{ region_id: id, label: of, geometry: other }];
    });
    this.room.ghosts.setMine({ region_id, label, geometry, tool: this.tool.get(), ...(along.length > 0 && { along }) });
  }

  /** What is grouped is selected together. */
  #whole(ids: readonly string[]): readonly string[] {
    const groupOf = (id: string): unknown => this.room.regions.get(id)?.attributes.group;
    const groups = new Set<unknown>(ids.map(groupOf).filter((g) => g !== undefined));
    if (groups.size === 0) return ids;
    const members = this.room.regions.list().filter(({ attributes }) => groups.has(attributes.group));
    return [...new Set([...ids, ...members.map(({ id }) => id)])];
  }

  /** Regions are gone: whoever did it, nothing of mine may hold on to them. */
  #forget(removed: readonly string[], mine: boolean): void {
    const gone = new Set(removed);
    if (this.#hand.holds.some((id) => gone.has(id))) this.dispatch({ type: mine ? 'cancel' : 'removed' });
    const selection = this.selection.get();
    if (selection.some((id) => gone.has(id))) this.select(selection.filter((id) => !gone.has(id)));
    const hovered = this.hovered.get();
    if (hovered !== null && gone.has(hovered)) this.hovered.set(null);
  }

  /** A point that is no longer there cannot be chosen. */
  #keepVertex(): void {
    const grip = this.vertex.get();
    const [region] = this.selected();
    if (grip && (!region || !gripPoint(region.geometry, grip))) this.vertex.set(null);
  }

  /** Others see what I have in hand. */
  #tell(): void {
    this.room.presence.setMine({
      tool: this.tool.get(),
      label: this.label.get(),
      selection: [...this.selection.get()].slice(0, 256),
      editing: this.draft.get()?.region_id ?? this.comments.writing.get(),
    });
  }

  pointAt(point: ImagePoint): void {
    const inside = clampToImage(point, this.image);
    if (inside.x === point.x && inside.y === point.y) this.room.cursors.moveTo(point.x, point.y);
    else this.room.cursors.leave();
  }

  /** The middle of what I look at. */
  centre(): ImagePoint {
    const { x, y, width, height } = this.camera.visible();
    return clampToImage(imagePoint(x + width / 2, y + height / 2), this.image);
  }
}

/** Said where a label was picked and the shape just drawn keeps its own. */
export const nextIs = (label: string): string => `Next: ${label} · with Shift: the one just drawn, too`;

/** What was taken back before these is past. */
const BEGINS_ANEW: ReadonlySet<ToolEvent['type']> = new Set(['down', 'skip', 'finish', 'removed']);

/** A shape as others are shown it while it is in hand: told thirty times a second, all runs of a large mask would be too much. */
function toldOf(g: Geometry): Geometry {
  return g.kind === 'mask' && g.counts.length > GHOST_RUNS.most ? (coarseOutline(g, GHOST_RUNS.outline) ?? g) : g;
}

/** How much there is to tell of a shape: its points, or its runs. */
function lengthOf(g: Geometry): number {
  if (g.kind === 'mask') return g.counts.length;
  if (g.kind === 'polygon') return g.parts.reduce((sum, part) => part.reduce((all, ring) => all + ring.length, sum), 0);
  return g.kind === 'polyline' || g.kind === 'keypoints' ? g.points.length : 4;
}

/** By at least one: what is small grows too. */
const scaled = (value: number, factor: number): number =>
  Math.round(factor > 1 ? Math.max(value * factor, value + 1) : Math.min(value * factor, value - 1));

function toggle(store: { get(): ReadonlySet<string>; set(next: ReadonlySet<string>): void }, ids: readonly string[]): void {
  const next = new Set(store.get());
  const add = ids.some((id) => !next.has(id));
  for (const id of ids) {
    if (add) next.add(id);
    else next.delete(id);
  }
  store.set(next);
}
