/** Pointers on a picture that is only looked at: they move and zoom it, and a click says where. */
import { stagePoint, type ImagePoint, type StagePoint } from '~/geometry/points';
import { toImage } from '~/geometry/view';
import type { Camera } from '~/tools/camera';

/** A move shorter than this, in CSS pixels, is a click. */
const SLOP = 5;

export class LookPointers {
  readonly #abort = new AbortController();
  readonly #down = new Map<number, StagePoint>();
  #begun: StagePoint | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly camera: Camera,
    private readonly onClick: (point: ImagePoint) => void,
  ) {
    const options = { signal: this.#abort.signal };
    host.addEventListener('pointerdown', (event) => this.#onDown(event), options);
    host.addEventListener('pointermove', (event) => this.#onMove(event), options);
    host.addEventListener('pointerup', (event) => this.#onUp(event), options);
    host.addEventListener('pointercancel', (event) => this.#down.delete(event.pointerId), options);
    host.addEventListener('wheel', (event) => this.#onWheel(event), { ...options, passive: false });
    host.addEventListener('contextmenu', (event) => event.preventDefault(), options);
  }

  dispose(): void {
    this.#abort.abort();
  }

  #at(event: MouseEvent): StagePoint {
    const box = this.host.getBoundingClientRect();
    return stagePoint(event.clientX - box.left, event.clientY - box.top);
  }

  #onDown(event: PointerEvent): void {
    this.host.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, this.#at(event));
    this.#begun = this.#down.size === 1 ? this.#at(event) : null;
  }

  #onMove(event: PointerEvent): void {
    const before = this.#down.get(event.pointerId);
    if (!before) return;
    const now = this.#at(event);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    if (this.#begun && Math.hypot(now.x - this.#begun.x, now.y - this.#begun.y) > SLOP) this.#begun = null;
    if (this.#begun) return;
    this.#down.set(event.pointerId, now);
    if (other) this.camera.pinch([before, other], [now, other]);
    else this.camera.pan(now.x - before.x, now.y - before.y);
  }

  #onUp(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId) || !this.#begun) return;
    this.onClick(toImage(this.camera.view.get(), this.#begun));
    this.#begun = null;
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    if (event.shiftKey) {
      this.camera.pan(-(event.deltaX || event.deltaY) * unit, 0);
      return;
    }
    const factor = Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016));
    this.camera.zoom(Math.min(2, Math.max(0.5, factor)), this.#at(event));
  }
}
