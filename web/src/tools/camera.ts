import { stagePoint, type ImagePoint, type Rect, type Size, type StagePoint } from '~/geometry/points';
import {
  centredOn,
  confine,
  fit,
  IDENTITY,
  mix,
  onStage,
  panBy,
  pinch,
  reveal,
  toStage,
  turnAt,
  viewOf,
  visibleRect,
  wholeTurn,
  zoomAt,
  type View,
} from '~/geometry/view';
import { createStore } from '~/lib/store';

export interface Frames {
  request(run: (time: number) => void): number;
  cancel(handle: number): void;
  /** The person asked for less motion: jump instead of glide. */
  readonly still: boolean;
}

const GLIDE_MS = 180;
/** A point is seen well from this scale on, this part of the stage away from its border. */
const WELL_SEEN = { scale: 0.5, margin: 0.08 };

/** Where I look. Every change goes through here, so that the image can never be lost off the stage. */
export class Camera {
  readonly view = createStore<View>(IDENTITY);
  readonly stage = createStore<Size>({ width: 0, height: 0 });
  /** Told whenever I go somewhere myself, by whatever means. */
  readonly steered = createStore(0);
  /** True until I zoom or pan myself: the image then keeps fitting when the window changes. */
  #fitted = true;
  #corner = stagePoint(0, 0);
  #glide: number | null = null;

  constructor(
    readonly image: Size,
    private readonly frames: Frames,
  ) {}

  /**
   * @param corner the stage's upper left corner on the screen
   * @param isHeld something is being drawn: it must not move under the hand, so the image does not fit anew either
   */
  resize(stage: Size, corner: StagePoint = this.#corner, isHeld = false): void {
    const [before, from] = [this.stage.get(), this.#corner];
    if (before.width === stage.width && before.height === stage.height) return;
    this.stage.set(stage);
    this.#corner = corner;
    if (stage.width === 0 || stage.height === 0) return;
    const view = this.view.get();
    const isMoved = corner.x !== from.x || corner.y !== from.y;
    if (before.width === 0 || (this.#fitted && !isHeld)) this.view.set(fit(this.image, stage, view.turn));
    // A message came or went above it: what is on the screen stays where it is.
    else if (isHeld || isMoved) this.#set(panBy(view, from.x - corner.x, from.y - corner.y));
    // What was in the middle stays in the middle.
    else this.#set(panBy(view, (stage.width - before.width) / 2, (stage.height - before.height) / 2));
  }

  fit(): void {
    this.#fitted = true;
    this.#steer();
    this.#glideTo(fit(this.image, this.stage.get(), this.view.get().turn));
  }

  /** Turns what I see, and nothing else: around the middle of the stage, or to fit anew if all of the image was seen. Degrees clockwise. */
  turnTo(degrees: number): void {
    this.#stop();
    const [view, stage] = [this.view.get(), this.stage.get()];
    if (this.#fitted) this.view.set(fit(this.image, stage, wholeTurn(degrees)));
    else this.#set(turnAt(view, stagePoint(stage.width / 2, stage.height / 2), degrees));
  }

  turnBy(degrees: number): void {
    this.turnTo(this.view.get().turn + degrees);
  }

  pan(dx: number, dy: number): void {
    this.#fitted = false;
    this.#steer();
    this.#stop();
    this.#set(panBy(this.view.get(), dx, dy));
  }

  zoom(factor: number, at?: StagePoint): void {
    this.#fitted = false;
    this.#steer();
    this.#stop();
    const { width, height } = this.stage.get();
    this.#set(zoomAt(this.view.get(), at ?? stagePoint(width / 2, height / 2), factor));
  }

  /** Two fingers at once zoom and pan. */
  pinch(from: readonly [StagePoint, StagePoint], to: readonly [StagePoint, StagePoint]): void {
    this.#fitted = false;
    this.#steer();
    this.#stop();
    this.#set(pinch(this.view.get(), from, to));
  }

  /** Brings a region onto the stage, moving as little as possible. */
  reveal(rect: Rect): void {
    const target = reveal(this.view.get(), rect, this.stage.get(), 48);
    if (!target) return;
    this.#fitted = false;
    this.#steer();
    this.#glideTo(confine(target, this.image, this.stage.get()));
  }

  /** Shows all of a part. */
  show(rect: Rect): void {
    this.#steer();
    this.follow(rect);
  }

  /** Shows what somebody else sees: they steer. */
  follow(rect: Rect): void {
    this.#fitted = false;
    this.#glideTo(viewOf(rect, this.stage.get(), this.view.get().turn));
  }

  /** Brings a point into the middle, at once: it is dragged to. */
  centreOn(point: ImagePoint): void {
    this.#fitted = false;
    this.#steer();
    this.#stop();
    this.#set(centredOn(this.view.get(), point, this.stage.get()));
  }

  /** Whether there is anything to be seen through it: where nothing is drawn there is no stage. */
  get hasStage(): boolean {
    return this.stage.get().width > 0;
  }

  /** Goes to a point, and so near that it can be made out; stays where it is seen well already. */
  visit(point: ImagePoint): void {
    const [view, stage] = [this.view.get(), this.stage.get()];
    const at = toStage(view, point);
    const [x, y] = [at.x / stage.width, at.y / stage.height];
    const [low, high] = [WELL_SEEN.margin, 1 - WELL_SEEN.margin];
    if (view.scale >= WELL_SEEN.scale && x > low && x < high && y > low && y < high) return;
    this.#fitted = false;
    this.#steer();
    this.#glideTo(confine(centredOn(view, point, stage, Math.max(view.scale, 1)), this.image, stage));
  }

  /** Goes so near to points that lie close together that they come apart, and not nearer than a scale. */
  visitAll(points: readonly ImagePoint[], most: number): void {
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    const stage = this.stage.get();
    const [width, height] = [Math.max(...xs) - x, Math.max(...ys) - y];
    const near = viewOf({ x, y, width, height }, stage, this.view.get().turn, Math.min(stage.width, stage.height) / 4);
    const target = near.scale <= most ? near : zoomAt(near, stagePoint(stage.width / 2, stage.height / 2), most / near.scale);
    this.#fitted = false;
    this.#steer();
    this.#glideTo(confine(target, this.image, stage));
  }

  /** Whether no part of the image lies beyond the stage. */
  showsAll(): boolean {
    const { x, y, width, height } = onStage(this.view.get(), { x: 0, y: 0, ...this.image });
    const stage = this.stage.get();
    return x >= 0 && y >= 0 && x + width <= stage.width && y + height <= stage.height;
  }

  visible(): Rect {
    return visibleRect(this.view.get(), this.stage.get());
  }

  dispose(): void {
    this.#stop();
  }

  #steer(): void {
    this.steered.update((times) => times + 1);
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
