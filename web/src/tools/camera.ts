import { stagePoint, type ImagePoint, type Rect, type Size, type StagePoint } from '~/geometry/points';
import { confine, fit, IDENTITY, mix, panBy, pinch, reveal, viewOf, visibleRect, zoomAt, type View } from '~/geometry/view';
import { createStore } from '~/lib/store';

export interface Frames {
  request(run: (time: number) => void): number;
  cancel(handle: number): void;
  /** The person asked for less motion: jump instead of glide. */
  readonly still: boolean;
}

const GLIDE_MS = 180;

/** Where I look. Every change goes through here, so that the image can never be lost off the stage. */
export class Camera {
  readonly view = createStore<View>(IDENTITY);
  readonly stage = createStore<Size>({ width: 0, height: 0 });
  /** True until I zoom or pan myself: the image then keeps fitting when the window changes. */
  #fitted = true;
  #glide: number | null = null;

  constructor(
    readonly image: Size,
    private readonly frames: Frames,
  ) {}

  resize(stage: Size): void {
    const before = this.stage.get();
    if (before.width === stage.width && before.height === stage.height) return;
    this.stage.set(stage);
    if (stage.width === 0 || stage.height === 0) return;
    const view = this.view.get();
    if (this.#fitted || before.width === 0) this.view.set(fit(this.image, stage));
    // What was in the middle stays in the middle.
    else this.#set(panBy(view, (stage.width - before.width) / 2, (stage.height - before.height) / 2));
  }

  fit(): void {
    this.#fitted = true;
    this.#glideTo(fit(this.image, this.stage.get()));
  }

  pan(dx: number, dy: number): void {
    this.#fitted = false;
    this.#stop();
    this.#set(panBy(this.view.get(), dx, dy));
  }

  zoom(factor: number, at?: StagePoint): void {
    this.#fitted = false;
    this.#stop();
    const { width, height } = this.stage.get();
    this.#set(zoomAt(this.view.get(), at ?? stagePoint(width / 2, height / 2), factor));
  }

  /** Two fingers at once zoom and pan. */
  pinch(from: readonly [StagePoint, StagePoint], to: readonly [StagePoint, StagePoint]): void {
    this.#fitted = false;
    this.#stop();
    this.#set(pinch(this.view.get(), from, to));
  }

  /** Brings a region onto the stage, moving as little as possible. */
  reveal(rect: Rect): void {
    const target = reveal(this.view.get(), rect, this.stage.get(), 48);
    if (!target) return;
    this.#fitted = false;
    this.#glideTo(confine(target, this.image, this.stage.get()));
  }

  /** Shows what somebody else sees. */
  show(rect: Rect): void {
    this.#fitted = false;
    this.#glideTo(viewOf(rect, this.stage.get()));
  }

  /** Brings a point into the middle, at once: it is dragged to. */
  centreOn(point: ImagePoint): void {
    this.#fitted = false;
    this.#stop();
    const view = this.view.get();
    const { width, height } = this.stage.get();
    this.#set({ scale: view.scale, x: width / 2 - point.x * view.scale, y: height / 2 - point.y * view.scale });
  }

  /** Whether no part of the image lies beyond the stage. */
  showsAll(): boolean {
    const { x, y, width, height } = this.visible();
    return x <= 0 && y <= 0 && x + width >= this.image.width && y + height >= this.image.height;
  }

  visible(): Rect {
    return visibleRect(this.view.get(), this.stage.get());
  }

  dispose(): void {
    this.#stop();
  }

  #set(view: View): void {
    this.view.set(confine(view, this.image, this.stage.get()));
  }

  #stop(): void {
    if (this.#glide !== null) this.frames.cancel(this.#glide);
    this.#glide = null;
  }

  #glideTo(target: View): void {
    this.#stop();
    if (this.frames.still) {
      this.view.set(target);
      return;
    }
    const from = this.view.get();
    let start: number | null = null;
    const frame = (time: number): void => {
      start ??= time;
      const t = Math.min(1, (time - start) / GLIDE_MS);
      this.view.set(t === 1 ? target : mix(from, target, 1 - Math.pow(1 - t, 3)));
      this.#glide = t === 1 ? null : this.frames.request(frame);
    };
    this.#glide = this.frames.request(frame);
  }
}
