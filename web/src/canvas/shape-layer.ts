import { byDrawingOrder, type RegionSnapshot } from '@tandem/client';

import type { Rect, Size } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import { onImage, type View } from '~/geometry/view';
import type { Looks } from './overlay';
import { Pace } from './pace';
import { paint } from './paint';
import { Sheet, sheetSize, type Surface } from './sheet';
import type { ShapeStyle } from './underlay';

export interface ShapeLayerPorts {
  /** All that comes near a part of the image. */
  readonly search: (rect: Rect) => readonly RegionSnapshot[];
  readonly image: Size;
  readonly looks: Pick<Looks, 'edges'>;
  /** null: not to be seen. */
  readonly styleOf: (region: RegionSnapshot) => ShapeStyle | null;
}

/** Shapes smaller than this (CSS pixels) get an outline and nothing else. */
const SMALL = 26;
const TINY = 2.5;
/** How far (CSS pixels) outlines and points reach beyond a shape's bounds. */
const BEYOND = 8;
/** While the camera moves, frames go first. */
const MOVING = { late: 20, early: 17.5 };
const RESTING = { late: 40, early: 30 };

interface Job {
  readonly regions: readonly RegionSnapshot[];
  at: number;
  /** Changed while this was painted. */
  readonly late: Rect[];
}

/**
 * Shapes on a sheet that moves with the camera. When it no longer serves, the next one is painted behind it, some shapes a frame:
 * how long a frame takes does not depend on how many there are. A changed shape is painted anew with what overlaps it, and nothing else.
 */
export class ShapeLayer {
  #front: Sheet;
  #back: Sheet;
  #job: Job | null = null;
  #surface: Surface = { stage: { width: 0, height: 0 }, ratio: 1 };
  #dirty: Rect[] = [];
  readonly #moving = new Pace(MOVING);
  readonly #resting = new Pace(RESTING);
  #lastFrame: number | null = null;
  /** The sheet on the screen was not changed since it came there. */
  #fresh = false;
  /** All has to be painted anew, whatever the camera does. */
  #begin = true;

  constructor(
    canvases: readonly [HTMLCanvasElement, HTMLCanvasElement],
    private readonly ports: ShapeLayerPorts,
  ) {
    [this.#front, this.#back] = [new Sheet(canvases[0]), new Sheet(canvases[1])];
    this.#back.hide();
  }

  resize(surface: Surface): void {
    this.#surface = surface;
    this.reset();
  }

  /** All of it looks different: colours, what is hidden. What was there stays until the new is painted. */
  reset(): void {
    this.#job = null;
    this.#lastFrame = null;
    this.#begin = true;
  }

  touch(rects: readonly Rect[]): void {
    this.#dirty.push(...rects);
  }

  /**
   * One frame. @param moving the camera moves: what is there is good enough as long as it serves.
   * @returns whether there is more to do
   */
  frame(view: View, time: number, moving: boolean): boolean {
    this.#patch();
    const front = this.#front;
    const good = moving ? front.serves(this.#surface, view, this.ports.image) : front.isFor(this.#surface, view);
    if (!this.#job && (this.#begin || !good)) this.#start(view);
    if (this.#job) this.#paintSome(this.#job, time, moving ? this.#moving : this.#resting);
    else if (this.#fresh && !moving) this.#changeOnce();
    const shown = this.#front.isPainted ? this.#front : this.#back;
    if (shown.isPainted) shown.show(view);
    return this.#job !== null || this.#fresh;
  }

  #start(view: View): void {
    this.#begin = false;
    this.#back.begin(this.#surface, view);
    const { width, height } = sheetSize(this.#surface);
    const seen = this.ports.search(onImage(this.#back.view, grown({ x: 0, y: 0, width, height }, BEYOND)));
    this.#job = { regions: [...seen].sort(byDrawingOrder), at: 0, late: [] };
    this.#lastFrame = null;
  }

  #paintSome(job: Job, time: number, pace: Pace): void {
    const shapes = pace.next(this.#lastFrame === null ? null : time - this.#lastFrame);
    this.#lastFrame = time;
    const ctx = this.#back.enter(this.#surface.ratio);
    if (!ctx) return;
    const end = Math.min(job.regions.length, job.at + shapes);
    for (; job.at < end; job.at++) {
      const region = job.regions[job.at];
      if (region) this.#one(ctx, region, this.#back.view.scale);
    }
    ctx.restore();
    if (job.at < job.regions.length) return;
    [this.#front, this.#back, this.#job] = [this.#back, this.#front, null];
    this.#back.hide();
    this.#back.forget();
    this.#fresh = true;
    this.#dirty.push(...job.late);
    this.#patch();
  }

  /**
   * The first change of a canvas that is on the screen makes the browser copy it, into memory it has to get first: at this size that is seen.
   * So it happens when the camera has come to rest, and not at somebody's next press.
   */
  #changeOnce(): void {
    this.#fresh = false;
    const ctx = this.#front.canvas.getContext('2d');
    ctx?.clearRect(0, 0, 1, 1);
  }

  /** What changed is painted anew where it was and where it is. */
  #patch(): void {
    const rects = this.#dirty;
    this.#dirty = [];
    if (rects.length === 0) return;
    this.#job?.late.push(...rects);
    const front = this.#front;
    const ctx = front.isPainted ? front.enter(this.#surface.ratio) : null;
    if (!ctx) return;
    const beyond = BEYOND / front.view.scale;
    const wide = rects.map((rect) => grown(rect, beyond));
    const found = new Map<string, RegionSnapshot>();
    for (const rect of wide) for (const region of this.ports.search(grown(rect, beyond))) found.set(region.id, region);
    ctx.beginPath();
    for (const r of wide) ctx.rect(r.x, r.y, r.width, r.height);
    ctx.clip();
    for (const r of wide) ctx.clearRect(r.x, r.y, r.width, r.height);
    for (const region of [...found.values()].sort(byDrawingOrder)) this.#one(ctx, region, front.view.scale);
    ctx.restore();
  }

  #one(ctx: CanvasRenderingContext2D, region: RegionSnapshot, scale: number): void {
    const style = this.ports.styleOf(region);
    if (style === null) return;
    const { color, dash } = style;
    const edges = this.ports.looks.edges(region.label);
    const b = bounds(region.geometry);
    const size = Math.max(b.width, b.height) * scale;
    const marks = region.geometry.kind === 'point' || region.geometry.kind === 'mask';
    ctx.globalAlpha = style.alpha;
    if (size < TINY && !marks) {
      ctx.fillStyle = color;
      ctx.fillRect(b.x, b.y, TINY / scale, TINY / scale);
    } else if (size < SMALL && !marks) {
      paint(
        ctx,
        region.geometry,
        { color, fill: 0, width: Math.min(style.width, 1.3), plain: true, ...(dash && { dash }) },
        scale,
        edges,
      );
    } else paint(ctx, region.geometry, { ...style, halo: true }, scale, edges);
    ctx.globalAlpha = 1;
  }
}

const grown = (r: Rect, by: number): Rect => ({ x: r.x - by, y: r.y - by, width: r.width + 2 * by, height: r.height + 2 * by });
