import type { RegionSnapshot } from '@tandem/client';

import type { Rect, Size } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import type { View } from '~/geometry/view';
import { inOrder, type RegionIndex } from '~/tools/region-index';
import type { Looks } from './overlay';
import { paint } from './paint';

/** Whether a kept shape is to be seen: whole, faded because somebody has it in hand, or not at all. */
export type Visibility = (id: string) => 'whole' | 'faded' | 'none';

export interface ShapeLayerPorts {
  readonly index: RegionIndex;
  readonly looks: Looks;
  readonly visibility: Visibility;
  /** Milliseconds; a test has its own. */
  readonly now: () => number;
}

/** What lies on this side of the stage's border is painted too, so that panning shows no bare edge at once. In parts of the stage. */
const MARGIN = 0.2;
/** Milliseconds of a frame that painting may take. */
const SLICE = 8;
/** Shapes smaller than this (CSS pixels) get an outline and nothing else. */
const SMALL = 26;
const TINY = 2.5;
const FADED = 0.35;
/** How far (CSS pixels) outlines and points reach beyond a shape's bounds. */
const BEYOND = 8;

interface Sheet {
  readonly canvas: HTMLCanvasElement;
  /** Where the image lies on this sheet. */
  view: View;
}

interface Job {
  readonly view: View;
  readonly regions: readonly RegionSnapshot[];
  at: number;
  /** Changed while this was painted. */
  readonly late: Rect[];
}

/**
 * All kept shapes, painted on a sheet a little larger than the stage. While the camera moves the sheet moves and stretches with it, and the
 * next one is painted behind it a slice a frame: how long a frame takes does not depend on how many shapes there are. A changed shape is
 * painted anew with what overlaps it, and nothing else.
 */
export class ShapeLayer {
  #front: Sheet | null = null;
  #back: Sheet | null = null;
  #job: Job | null = null;
  #stage: Size = { width: 0, height: 0 };
  #ratio = 1;
  #dirty: Rect[] = [];

  constructor(private readonly ports: ShapeLayerPorts) {}

  resize(stage: Size, ratio: number): void {
    this.#stage = stage;
    this.#ratio = ratio;
    this.#front = this.#back = this.#job = null;
  }

  /** All of it looks different: colours, what is hidden. */
  reset(): void {
    this.#job = null;
    if (this.#front) this.#front.view = { scale: 0, x: 0, y: 0 };
  }

  touch(rects: readonly Rect[]): void {
    this.#dirty.push(...rects);
  }

  /** Paints what there is time for. @returns whether there is more to do */
  work(view: View): boolean {
    const end = this.ports.now() + SLICE;
    this.#patch();
    if (!this.#job && !this.#isFor(view)) this.#job = this.#begin(view);
    const job = this.#job;
    if (!job) return false;
    const sheet = this.#back;
    const ctx = sheet?.canvas.getContext('2d');
    if (!sheet || !ctx) return false;
    this.#enter(ctx, sheet.view);
    while (job.at < job.regions.length) {
      // Looking at the clock for each shape would cost more than some shapes do.
      for (const stop = Math.min(job.at + 16, job.regions.length); job.at < stop; job.at++) {
        const region = job.regions[job.at];
        if (region) this.#one(ctx, region, sheet.view.scale);
      }
      if (this.ports.now() > end) break;
    }
    ctx.restore();
    if (job.at < job.regions.length) return true;
    [this.#front, this.#back, this.#job] = [sheet, this.#front, null];
    this.#dirty.push(...job.late);
    this.#patch();
    return !this.#isFor(view);
  }

  /** Lays the sheet over the stage, moved and stretched to where the camera is by now. */
  present(ctx: CanvasRenderingContext2D, view: View): void {
    // The first one is shown as it comes: better than nothing.
    const front = this.#front && this.#front.view.scale !== 0 ? this.#front : this.#back;
    if (!front || front.view.scale === 0) return;
    const k = view.scale / front.view.scale;
    const { width, height } = this.#sheetSize();
    ctx.imageSmoothingEnabled = k !== 1;
    ctx.drawImage(front.canvas, view.x - front.view.x * k, view.y - front.view.y * k, width * k, height * k);
  }

  // ---------------------------------------------------------------- inside

  #sheetSize(): Size {
    const of = (length: number): number => Math.ceil((length * (1 + 2 * MARGIN) * this.#ratio) / 2) * (2 / this.#ratio);
    return { width: of(this.#stage.width), height: of(this.#stage.height) };
  }

  #viewOn(view: View): View {
    const { width, height } = this.#sheetSize();
    // Whole pixels of the screen: a sheet that rests lies on them exactly.
    const whole = (value: number): number => Math.round(value * this.#ratio) / this.#ratio;
    return {
      scale: view.scale,
      x: view.x + whole((width - this.#stage.width) / 2),
      y: view.y + whole((height - this.#stage.height) / 2),
    };
  }

  #isFor(view: View): boolean {
    const front = this.#front?.view;
    const wanted = this.#viewOn(view);
    return !!front && front.scale === wanted.scale && front.x === wanted.x && front.y === wanted.y;
  }

  #begin(view: View): Job {
    const { width, height } = this.#sheetSize();
    const back = this.#back ?? { canvas: document.createElement('canvas'), view };
    back.canvas.width = Math.round(width * this.#ratio);
    back.canvas.height = Math.round(height * this.#ratio);
    back.view = this.#viewOn(view);
    this.#back = back;
    const seen = this.ports.index.search(this.#imageRect({ x: 0, y: 0, width, height }, back.view));
    return { view, regions: [...seen].sort(inOrder), at: 0, late: [] };
  }

  /** The part of the image under a part of a sheet, and what reaches into it. */
  #imageRect(rect: Rect, view: View): Rect {
    return {
      x: (rect.x - BEYOND - view.x) / view.scale,
      y: (rect.y - BEYOND - view.y) / view.scale,
      width: (rect.width + 2 * BEYOND) / view.scale,
      height: (rect.height + 2 * BEYOND) / view.scale,
    };
  }

  #enter(ctx: CanvasRenderingContext2D, view: View): void {
    ctx.save();
    const s = this.#ratio * view.scale;
    ctx.setTransform(s, 0, 0, s, view.x * this.#ratio, view.y * this.#ratio);
  }

  /** What changed is painted anew where it was and where it is. */
  #patch(): void {
    const rects = this.#dirty;
    this.#dirty = [];
    if (rects.length === 0) return;
    this.#job?.late.push(...rects);
    const front = this.#front;
    const ctx = front?.canvas.getContext('2d');
    if (!front || !ctx || front.view.scale === 0) return;
    const beyond = BEYOND / front.view.scale;
    const wide = rects.map((r) => ({
      x: r.x - beyond,
      y: r.y - beyond,
      width: r.width + 2 * beyond,
      height: r.height + 2 * beyond,
    }));
    const found = new Map<string, RegionSnapshot>();
    for (const rect of wide) for (const region of this.ports.index.search(grown(rect, beyond))) found.set(region.id, region);
    this.#enter(ctx, front.view);
    ctx.beginPath();
    for (const r of wide) ctx.rect(r.x, r.y, r.width, r.height);
    ctx.clip();
    for (const r of wide) ctx.clearRect(r.x, r.y, r.width, r.height);
    for (const region of [...found.values()].sort(inOrder)) this.#one(ctx, region, front.view.scale);
    ctx.restore();
  }

  #one(ctx: CanvasRenderingContext2D, region: RegionSnapshot, scale: number): void {
    const visibility = this.ports.visibility(region.id);
    if (visibility === 'none') return;
    const { looks } = this.ports;
    const color = looks.color(region.label);
    const b = bounds(region.geometry);
    const size = Math.max(b.width, b.height) * scale;
    ctx.globalAlpha = visibility === 'faded' ? FADED : 1;
    const marks = region.geometry.kind === 'point' || region.geometry.kind === 'mask';
    if (size < TINY && !marks) {
      ctx.fillStyle = color;
      ctx.fillRect(b.x, b.y, TINY / scale, TINY / scale);
    } else if (size < SMALL)
      paint(ctx, region.geometry, { color, fill: 0, width: 1.3, plain: true }, scale, looks.edges(region.label));
    else paint(ctx, region.geometry, { color, fill: 0.1, width: 1.9 }, scale, looks.edges(region.label));
    ctx.globalAlpha = 1;
  }
}

const grown = (r: Rect, by: number): Rect => ({ x: r.x - by, y: r.y - by, width: r.width + 2 * by, height: r.height + 2 * by });
