import { onImage, CRISP_SCALE, zoomAt, type View } from '~/geometry/view';
import { stagePoint, type Size } from '~/geometry/points';
import { levelFor, tileRect, tilesIn } from '~/geometry/tiles';
import type { Adjustments } from '~/lib/adjust';
import { Adjusted, heightOf, widthOf, type Raster } from './adjusted';
import type { LoadedPicture } from './images';
import { Sheet, sheetSize, type Surface } from './sheet';
import type { TiledPicture } from './tiled/tiled-picture';

/** Below this a picture is drawn from a smaller copy of it: drawing all its pixels to show a quarter of them takes long. */
const HALF = 0.5;
/** Who zooms out sees more with every step: what has to be painted anew then is painted as if they were so much further already. */
const AHEAD = 1.4;

/** The image itself, or the place where it will be, on a sheet that moves with the camera. */
export class PictureLayer {
  readonly #sheet: Sheet;
  #picture: LoadedPicture | null = null;
  /** Copies of half the size, a quarter and so on; made when they are first needed. */
  #smaller: HTMLCanvasElement[] = [];
  readonly #adjusted = new Adjusted();
  #surface: Surface = { stage: { width: 0, height: 0 }, ratio: 1 };
  /** There is more to see than was painted. */
  #isStale = false;
  #stop: () => void = () => undefined;

  /** @param ask for a frame */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly size: Size,
    private readonly ask: () => void,
  ) {
    this.#sheet = new Sheet(canvas);
  }

  dispose(): void {
    this.#stop();
    this.#picture?.tiles?.want(this, []);
  }

  set(picture: LoadedPicture | null): void {
    if (picture === this.#picture) return;
    this.dispose();
    this.#picture = picture;
    this.#smaller = [];
    this.#adjusted.forget();
    this.#sheet.forget();
    const stop = picture?.tiles?.subscribe(() => {
      this.#isStale = true;
      this.ask();
    });
    this.#stop = stop ?? (() => undefined);
  }

  adjust(now: Adjustments): void {
    if (this.#adjusted.set(now)) this.#sheet.forget();
  }

  resize(surface: Surface): void {
    this.#surface = surface;
    this.#sheet.forget();
  }

  frame(view: View, moving: boolean): void {
    const good = moving
      ? this.#sheet.serves(this.#surface, view, this.size)
      : this.#sheet.isFor(this.#surface, view) && !this.#isStale;
    if (!good) {
      this.#isStale = false;
      const { width, height } = this.#surface.stage;
      const isLeaving = moving && this.#sheet.isPainted && view.scale < this.#sheet.scaleShown;
      this.#sheet.begin(this.#surface, isLeaving ? zoomAt(view, stagePoint(width / 2, height / 2), 1 / AHEAD) : view);
      this.#paint();
    }
    this.#sheet.show(view);
  }

  #paint(): void {
    const { ratio } = this.#surface;
    const { scale } = this.#sheet.view;
    const ctx = this.#sheet.enter(ratio);
    if (!ctx) return;
    const { width, height } = this.size;
    const picture = this.#picture;
    if (picture) {
      ctx.imageSmoothingEnabled = scale < CRISP_SCALE;
      // Of a picture of tiles this is smaller than the picture itself.
      const shown = scale * ratio * (width / widthOf(picture.whole));
      ctx.drawImage(this.#adjusted.of(this.#fitting(picture.whole, shown)), 0, 0, width, height);
      if (picture.tiles) this.#paintTiles(ctx, picture.tiles, picture.whole);
    } else {
      ctx.fillStyle = 'rgb(128 132 142 / 12%)';
      ctx.fillRect(0, 0, width, height);
    }
    const hair = 1 / scale;
    ctx.lineWidth = hair;
    ctx.strokeStyle = 'rgb(0 0 0 / 22%)';
    ctx.strokeRect(-hair / 2, -hair / 2, width + hair, height + hair);
    ctx.restore();
  }

  /** What there is of the tiles that are wanted; until they are there, coarser ones that happen to be. */
  #paintTiles(ctx: CanvasRenderingContext2D, tiles: TiledPicture, whole: Raster): void {
    const { view } = this.#sheet;
    const { size, overviewLevel } = tiles;
    const seen = onImage(view, { x: 0, y: 0, ...sheetSize(this.#surface) });
    const level = levelFor(view.scale * this.#surface.ratio, overviewLevel);
    const wanted = level < overviewLevel ? tilesIn(seen, level, size) : [];
    tiles.want(this, wanted);
    if (wanted.length === 0) return;
    ctx.save();
    ctx.scale(this.size.width / size.width, this.size.height / size.height);
    for (let coarser = overviewLevel - 1; coarser >= level; coarser--) {
      for (const tile of coarser === level ? wanted : tilesIn(seen, coarser, size)) {
        const bitmap = tiles.tile(tile);
        if (!bitmap) continue;
        const { x, y, width, height } = tileRect(tile, size);
        ctx.drawImage(this.#adjusted.of(bitmap, whole), x, y, width, height);
      }
    }
    ctx.restore();
  }

  #fitting(whole: Raster, scale: number): Raster {
    let source = whole;
    let [width, height] = [widthOf(whole), heightOf(whole)];
    for (let level = 0, s = scale; s < HALF && width > 64 && height > 64; level++, s *= 2) {
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
      source = this.#smaller[level] ??= shrunk(source, width, height);
    }
    return source;
  }
}

function shrunk(source: CanvasImageSource, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const ctx = canvas.getContext('2d');
  if (ctx) {
    ctx.imageSmoothingQuality = 'medium';
    ctx.drawImage(source, 0, 0, width, height);
  }
  return canvas;
}
