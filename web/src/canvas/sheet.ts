import { imagePoint, type Size } from '~/geometry/points';
import { matrixOf, onStage, toStage, wholeTurn, type View } from '~/geometry/view';

/** What lies on this side of the stage's border is painted too, so that panning shows no bare edge at once. In parts of the stage. */
const MARGIN = 0.25;
/** Stretched further than this, what was painted is too coarse, or wastefully fine, to go on with. */
const STRETCH = 2;
const NEVER: View = { scale: 0, x: 0, y: 0, turn: 0 };

/** How large the stage is and how many pixels of the screen a CSS pixel has. */
export interface Surface {
  readonly stage: Size;
  readonly ratio: number;
}

/** In CSS pixels; whole pixels of the screen on each side. */
export function sheetSize({ stage, ratio }: Surface): Size {
  const of = (length: number): number => (Math.ceil((length * (1 + 2 * MARGIN) * ratio) / 2) * 2) / ratio;
  return { width: of(stage.width), height: of(stage.height) };
}

/** Where the image lies on a sheet that is painted for a view of the stage. */
export function viewOnSheet(surface: Surface, view: View): View {
  const { width, height } = sheetSize(surface);
  // Whole pixels of the screen: a sheet that rests lies on them exactly.
  const whole = (value: number): number => Math.round(value * surface.ratio) / surface.ratio;
  return {
    ...view,
    x: view.x + whole((width - surface.stage.width) / 2),
    y: view.y + whole((height - surface.stage.height) / 2),
  };
}

/**
 * A canvas larger than the stage, painted for one view. The camera moves and stretches it as it is, which costs the browser's compositor
 * little and this program nothing.
 */
export class Sheet {
  /** Where the image lies on it. */
  view: View = NEVER;

  constructor(readonly canvas: HTMLCanvasElement) {
    canvas.style.transformOrigin = '0 0';
  }

  /** Of the image, as it was shown last. */
  scaleShown = 0;

  get isPainted(): boolean {
    return this.view.scale !== 0;
  }

  forget(): void {
    this.view = NEVER;
  }

  /** Empties it for a view of the stage. */
  begin(surface: Surface, view: View): void {
    const { width, height } = sheetSize(surface);
    this.canvas.width = Math.round(width * surface.ratio);
    this.canvas.height = Math.round(height * surface.ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.view = viewOnSheet(surface, view);
  }

  /** Its context in image pixels; the caller restores it. */
  enter(ratio: number): CanvasRenderingContext2D | null {
    const ctx = this.canvas.getContext('2d');
    if (!ctx) return null;
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.transform(...matrixOf(this.view));
    return ctx;
  }

  isFor(surface: Surface, view: View): boolean {
    const wanted = viewOnSheet(surface, view);
    const { scale, x, y, turn } = this.view;
    return scale === wanted.scale && x === wanted.x && y === wanted.y && turn === wanted.turn;
  }

  /** Whether it will do for a view while the camera moves: no bare edge where the image is, not stretched too far. */
  serves(surface: Surface, view: View, image: Size): boolean {
    if (!this.isPainted || view.turn !== this.view.turn) return false;
    const { scale: k, x: left, y: top } = this.#moved(view);
    if (k > STRETCH || k < 1 / STRETCH) return false;
    const size = sheetSize(surface);
    const { x, y, width, height } = onStage(view, { x: 0, y: 0, ...image });
    return (
      Math.max(0, x) >= left &&
      Math.max(0, y) >= top &&
      Math.min(surface.stage.width, x + width) <= left + size.width * k &&
      Math.min(surface.stage.height, y + height) <= top + size.height * k
    );
  }

  show(view: View): void {
    this.scaleShown = view.scale;
    this.canvas.style.transform = `matrix(${matrixOf(this.#moved(view)).join(', ')})`;
    this.canvas.style.visibility = 'visible';
  }

  /** What brings it, as it is painted, to where a view wants it: it lies on the stage as an image does. */
  #moved(view: View): View {
    const by = { scale: view.scale / this.view.scale, x: 0, y: 0, turn: wholeTurn(view.turn - this.view.turn) };
    const corner = toStage(by, imagePoint(this.view.x, this.view.y));
    return { ...by, x: view.x - corner.x, y: view.y - corner.y };
  }

  hide(): void {
    this.canvas.style.visibility = 'hidden';
  }
}
