/** A picture with shapes on it that nobody edits here, seen through somebody's camera: one of several side by side. Painted as the board paints its own. */
import type { Size } from '~/geometry/points';
import type { Store } from '~/lib/store';
import type { Look } from '~/tools/seeing';
import type { Camera } from '~/tools/camera';
import { paintFocus } from './focus';
import type { LoadedPicture } from './images';
import type { Looks } from './overlay';
import { PictureLayer } from './picture-layer';
import { onPixelRatio } from './pixel-ratio';
import { ShapeLayer } from './shape-layer';
import type { Underlay } from './underlay';

export interface StillCanvases {
  readonly picture: HTMLCanvasElement;
  /** One is seen while the next is painted. */
  readonly shapes: readonly [HTMLCanvasElement, HTMLCanvasElement];
  readonly overlay: HTMLCanvasElement;
}

export interface StillPorts {
  readonly camera: Camera;
  readonly look: Store<Look>;
  readonly looks: Looks;
  readonly shown: Underlay;
}

/** Milliseconds without a move after which the camera rests. */
const REST = 90;

export class StillBoard {
  readonly #picture: PictureLayer;
  readonly #shapes: ShapeLayer;
  readonly #stops: (() => void)[];
  #stage: Size = { width: 0, height: 0 };
  #frame: number | null = null;
  #rest: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly canvases: StillCanvases,
    private readonly ports: StillPorts,
  ) {
    const { camera, look, looks, shown } = ports;
    this.#picture = new PictureLayer(canvases.picture, camera.image, () => this.#ask());
    this.#picture.adjust(look.get());
    this.#shapes = new ShapeLayer(canvases.shapes, {
      search: (rect) => shown.search(rect),
      image: camera.image,
      looks,
      styleOf: (region) => shown.styleOf(region),
    });
    this.#stops = [
      camera.view.subscribe(() => this.#moved()),
      onPixelRatio(() => this.resize(this.#stage)),
      shown.subscribe(() => {
        this.#shapes.reset();
        this.#ask();
      }),
      look.subscribe(() => {
        this.#picture.adjust(look.get());
        this.#ask();
      }),
    ];
  }

  dispose(): void {
    this.#picture.dispose();
    for (const stop of this.#stops) stop();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#rest !== null) clearTimeout(this.#rest);
  }

  setPicture(picture: LoadedPicture | null): void {
    this.#picture.set(picture);
    this.#ask();
  }

  resize(stage: Size): void {
    this.#stage = stage;
    const surface = { stage, ratio: devicePixelRatio };
    const { overlay } = this.canvases;
    overlay.width = Math.round(stage.width * surface.ratio);
    overlay.height = Math.round(stage.height * surface.ratio);
    this.#picture.resize(surface);
    this.#shapes.resize(surface);
    this.#ask();
  }

  #moved(): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = null;
      this.#ask();
    }, REST);
    this.#ask();
  }

  #ask(): void {
    this.#frame ??= requestAnimationFrame((time) => this.#paint(time));
  }

  #paint(time: number): void {
    this.#frame = null;
    const stage = this.#stage;
    if (stage.width === 0) return;
    const { camera, shown, looks } = this.ports;
    const view = camera.view.get();
    const moving = this.#rest !== null;
    this.#picture.frame(view, moving);
    if (this.#shapes.frame(view, time, moving)) this.#ask();
    const { overlay } = this.canvases;
    const ctx = overlay.getContext('2d');
    if (!ctx) return;
    const ratio = overlay.width / stage.width;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, overlay.width, overlay.height);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintFocus(ctx, shown.focused(), view, stage, looks);
  }
}
