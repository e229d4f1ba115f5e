import type { Rect, Size } from '~/geometry/points';
import type { View } from '~/geometry/view';

/** What lies on this side of the stage's border is painted too, so that panning shows no bare edge at once. In parts of the stage. */
const MARGIN = 0.25;
/** Stretched further than this, what was painted is too coarse, or wastefully fine, to go on with. */
const STRETCH = 2;
const NEVER: View = { scale: 0, x: 0, y: 0 };

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
    scale: view.scale,
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
    const s = ratio * this.view.scale;
    ctx.setTransform(s, 0, 0, s, this.view.x * ratio, this.view.y * ratio);
    return ctx;
  }

  isFor(surface: Surface, view: View): boolean {
    const wanted = viewOnSheet(surface, view);
    return this.view.scale === wanted.scale && this.view.x === wanted.x && this.view.y === wanted.y;
  }

  /** Whether it will do for a view while the camera moves: no bare edge where the image is, not stretched too far. */
  serves(surface: Surface, view: View, image: Size): boolean {
    if (!this.isPainted) return false;
    const k = view.scale / this.view.scale;
    if (k > STRETCH || k < 1 / STRETCH) return false;
    const size = sheetSize(surface);
    const [left, top] = [view.x - this.view.x * k, view.y - this.view.y * k];
    const seen: Rect = {
      x: Math.max(0, view.x),
      y: Math.max(0, view.y),
      width: Math.min(surface.stage.width, view.x + image.width * view.scale),
      height: Math.min(surface.stage.height, view.y + image.height * view.scale),
    };
    return seen.x >= left && seen.y >= top && seen.width <= left + size.width * k && seen.height <= top + size.height * k;
  }

  show(view: View): void {
    const k = view.scale / this.view.scale;
    const [x, y] = [view.x - this.view.x * k, view.y - this.view.y * k];
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    this.canvas.style.visibility = 'visible';
  }

  hide(): void {
    this.canvas.style.visibility = 'hidden';
  }
}
