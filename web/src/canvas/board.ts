import type { Size } from '~/geometry/points';
import type { View } from '~/geometry/view';
import type { Desk } from '~/tools/desk';
import { paintFocus, paintTags } from './focus';
import type { LoadedPicture } from './images';
import { Names } from './names';
import { paintOverlay, type Looks } from './overlay';
import { PictureLayer } from './picture-layer';
import { onPixelRatio } from './pixel-ratio';
import { ShapeLayer } from './shape-layer';
import type { Underlay } from './underlay';

export interface BoardCanvases {
  readonly picture: HTMLCanvasElement;
  /** For shapes below those that are worked on. */
  readonly under: readonly [HTMLCanvasElement, HTMLCanvasElement];
  /** One is seen while the next is painted. */
  readonly shapes: readonly [HTMLCanvasElement, HTMLCanvasElement];
  readonly overlay: HTMLCanvasElement;
}

type Layer = 'camera' | 'under' | 'shapes' | 'overlay';

/** Of the kept shapes. As full as they get, what lies below must still be seen. */
const OUTLINE = 1.9;
const FULL = 0.4;
/** What somebody else has in hand. */
const FADED = 0.35;

/** While the camera zooms, what lies over the shapes is stretched as it is up to so much, and then painted anew: letters stay letters. */
const STRETCH = 1.25;

/** Milliseconds without a move after which the camera rests. */
const REST = 90;

/**
 * Layers over one another, each painted at most once a frame and only if something on it changed: the picture, what lies below the work if
 * there is anything, the kept shapes, and what changes with every pointer move. No component renders for any of it.
 */
export class Board {
  readonly #picture: PictureLayer;
  readonly #shapes: ShapeLayer;
  readonly #names: Names;
  readonly #due = new Set<Layer>();
  readonly #stops: (() => void)[] = [];
  #frame: number | null = null;
  /** What the overlay was painted for. */
  #overlaid: View | null = null;
  #rest: ReturnType<typeof setTimeout> | null = null;
  #held: ReadonlySet<string> = new Set();
  #theirs: ReadonlySet<string> = new Set();
  #under: { readonly layer: ShapeLayer; readonly from: Underlay; readonly stop: () => void } | null = null;

  constructor(
    private readonly canvases: BoardCanvases,
    private readonly desk: Desk,
    private readonly looks: Looks,
  ) {
    this.#picture = new PictureLayer(canvases.picture, desk.image, () => this.#ask('camera'));
    this.#shapes = new ShapeLayer(canvases.shapes, {
      search: (rect) => desk.index.search(rect),
      image: desk.image,
      looks,
      styleOf: ({ id, label }) => {
        if (this.#held.has(id) || desk.hidden.get().has(id)) return null;
        const fill = desk.look.get().fill * FULL;
        return { color: looks.color(label), fill, width: OUTLINE, alpha: this.#theirs.has(id) ? FADED : 1 };
      },
    });
    this.#names = new Names(desk, looks);
    this.#watch();
    this.#resize(desk.camera.stage.get());
  }

  dispose(): void {
    this.#under?.stop();
    this.#picture.dispose();
    for (const stop of this.#stops) stop();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#rest !== null) clearTimeout(this.#rest);
  }

  setPicture(picture: LoadedPicture | null): void {
    this.#picture.set(picture);
    this.#ask('camera');
  }

  /** What lies below the work; null: nothing. */
  setUnderlay(from: Underlay | null): void {
    this.#under?.stop();
    this.#under = null;
    for (const canvas of this.canvases.under) canvas.style.visibility = 'hidden';
    if (from) {
      const { desk, looks } = this;
      const layer = new ShapeLayer(this.canvases.under, {
        search: (rect) => from.search(rect),
        image: desk.image,
        looks,
        styleOf: (region) => from.styleOf(region),
      });
      layer.resize({ stage: desk.camera.stage.get(), ratio: devicePixelRatio });
      const stop = from.subscribe(() => {
        layer.reset();
        this.#ask('under', 'overlay');
      });
      this.#under = { layer, from, stop };
    }
    this.#ask('under', 'overlay');
  }

  #watch(): void {
    const { desk } = this;
    const { room } = desk;
    const on = (source: { subscribe(listener: () => void): () => void }, listener: () => void): void => {
      this.#stops.push(source.subscribe(listener));
    };
    on(desk.camera.view, () => this.#moved());
    on(desk.camera.stage, () => this.#resize(desk.camera.stage.get()));
    this.#stops.push(onPixelRatio(() => this.#resize(desk.camera.stage.get())));
    on(desk.hidden, () => this.#anew());
    this.#watchLook();
    on(desk.draft, () => this.#hold());
    on(room.ghosts, () => this.#yield());
    this.#stops.push(
      desk.index.onTouched((rects) => {
        this.#shapes.touch(rects);
        this.#names.forget();
        this.#ask('shapes', 'overlay');
      }),
    );
    const own = [desk.draft, desk.selection, desk.vertex, desk.marquee, desk.hovered, desk.keyPointer.at, desk.brush];
    for (const source of [...own, desk.tool, desk.label, room.ghosts, room.presence, room])
      on(source, () => this.#ask('overlay'));
    // Where nothing is drawn around the pointer, moving it needs no frame.
    on(desk.pointer, () => {
      if (desk.tool.get() === 'brush' || desk.tool.get() === 'eraser' || desk.look.get().crosshair) this.#ask('overlay');
    });
  }

  #watchLook(): void {
    let before = this.desk.look.get();
    this.#picture.adjust(before);
    const changed = (): void => {
      const now = this.desk.look.get();
      if (now.fill !== before.fill) this.#anew();
      before = now;
      this.#picture.adjust(now);
      this.#ask('camera', 'overlay');
    };
    this.#stops.push(this.desk.look.subscribe(changed));
  }

  #resize(stage: Size): void {
    const surface = { stage, ratio: devicePixelRatio };
    const { overlay } = this.canvases;
    this.#overlaid = null;
    overlay.width = Math.round(stage.width * surface.ratio);
    overlay.height = Math.round(stage.height * surface.ratio);
    this.#picture.resize(surface);
    this.#under?.layer.resize(surface);
    this.#shapes.resize(surface);
    this.#ask('camera', 'under', 'shapes', 'overlay');
  }

  /** What was painted is moved as it is; once the camera rests it is painted exactly. */
  #moved(): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = null;
      this.#ask('camera', 'under', 'shapes', 'overlay');
    }, REST);
    this.#ask('camera', 'under', 'shapes');
  }

  #anew(): void {
    this.#names.forget();
    this.#shapes.reset();
    this.#ask('shapes', 'overlay');
  }

  /** What I have in hand is drawn as a draft instead. */
  #hold(): void {
    const draft = this.desk.draft.get();
    const ids = [draft?.region_id, ...(draft?.along ?? []).map(({ id }) => id)].filter((id) => id != null);
    this.#held = this.#exchanged(this.#held, ids);
  }

  /** What others have in hand is a ghost over a faded original. */
  #yield(): void {
    const ids = this.desk.room.ghosts.others().map(({ region_id }) => region_id);
    this.#theirs = this.#exchanged(
      this.#theirs,
      ids.filter((id) => id !== null),
    );
  }

  #exchanged(before: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
    if (before.size === ids.length && ids.every((id) => before.has(id))) return before;
    const rects = [...new Set([...before, ...ids])].flatMap((id) => this.desk.index.where(id) ?? []);
    this.#shapes.touch(rects);
    this.#ask('shapes');
    return new Set(ids);
  }

  #ask(...layers: readonly Layer[]): void {
    for (const layer of layers) this.#due.add(layer);
    this.#frame ??= requestAnimationFrame((time) => this.#paint(time));
  }

  #paint(time: number): void {
    this.#frame = null;
    const due = new Set(this.#due);
    this.#due.clear();
    if (this.desk.camera.stage.get().width === 0) return;
    const view = this.desk.camera.view.get();
    const moving = this.#rest !== null;
    if (due.has('camera')) this.#picture.frame(view, moving);
    if (due.has('under') && this.#under?.layer.frame(view, time, moving)) this.#ask('under');
    if (due.has('shapes') && this.#shapes.frame(view, time, moving)) this.#ask('shapes');
    if (due.has('overlay') || (due.has('camera') && !this.#carry(view, moving))) this.#paintOverlay(view, moving);
  }

  /** Brings the overlay, as it is painted, to where a view wants it. @returns whether that will do */
  #carry(view: View, moving: boolean): boolean {
    const from = this.#overlaid;
    if (from?.turn !== view.turn) return false;
    const by = view.scale / from.scale;
    const [x, y] = [view.x - from.x * by, view.y - from.y * by];
    if (by === 1 && x === 0 && y === 0) return true;
    // A camera that pans brings names in from the border; what somebody draws is never behind.
    if (!moving || by === 1 || by > STRETCH || by < 1 / STRETCH || this.#isInHand()) return false;
    this.canvases.overlay.style.transform = `matrix(${by}, 0, 0, ${by}, ${x}, ${y})`;
    return true;
  }

  /** Something on the overlay is as large on the screen whatever the scale, or is being drawn. */
  #isInHand(): boolean {
    const { desk } = this;
    const tool = desk.tool.get();
    const crosshair = this.looks.crosshair || desk.look.get().crosshair;
    return (
      crosshair || tool === 'brush' || tool === 'eraser' || desk.draft.get() !== null || desk.room.ghosts.others().length > 0
    );
  }

  #paintOverlay(view: View, moving: boolean): void {
    const { overlay } = this.canvases;
    const ctx = overlay.getContext('2d');
    if (!ctx) return;
    this.#overlaid = view;
    overlay.style.transform = '';
    const ratio = overlay.width / this.desk.camera.stage.get().width;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, overlay.width, overlay.height);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintOverlay(ctx, this.desk, this.looks, this.#names, moving);
    const { camera } = this.desk;
    if (!this.#under) return;
    const { from } = this.#under;
    const stage = camera.stage.get();
    paintTags(ctx, from.tagged?.(camera.visible(), view.scale) ?? [], view, stage);
    paintFocus(ctx, from.focused(), view, stage, this.looks);
  }
}
