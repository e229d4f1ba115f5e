import { stagePoint, type ImagePoint, type StagePoint } from '~/geometry/points';
import { toImage } from '~/geometry/view';
import type { Desk } from '~/tools/desk';

/**
 * From the browser's pointers to the desk: one finger, a pen or the left button is the tool; the middle button, the space
 * bar or two fingers move the image; the wheel zooms.
 */
export class Pointers {
  readonly #abort = new AbortController();
  readonly #down = new Map<number, StagePoint>();
  /** The pointer whose gesture the tool has. */
  #tool: number | null = null;
  #pan: { id: number; at: StagePoint } | null = null;
  #pen = false;
  #space = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly desk: Desk,
    private readonly onTouch: () => void,
  ) {
    const options = { signal: this.#abort.signal };
    host.addEventListener('pointerdown', (e) => this.#onDown(e), options);
    host.addEventListener('pointermove', (e) => this.#onMove(e), options);
    host.addEventListener('pointerup', (e) => this.#onUp(e), options);
    host.addEventListener('pointercancel', (e) => this.#onLost(e), options);
    host.addEventListener('pointerleave', () => this.#onLeave(), options);
    host.addEventListener('wheel', (e) => this.#onWheel(e), { ...options, passive: false });
    // A focus ring around the picture is for those who came by keyboard.
    host.addEventListener('blur', () => delete host.dataset.byPointer, options);
    host.addEventListener('contextmenu', (e) => e.preventDefault(), options);
    addEventListener('blur', () => this.holdSpace(false), options);
  }

  dispose(): void {
    this.#abort.abort();
  }

  /** While the space bar is down, dragging pans. */
  holdSpace(held: boolean): void {
    if (this.#space === held) return;
    this.#space = held;
    this.desk.cursor.set(held ? 'grab' : 'default');
  }

  #at(event: MouseEvent): StagePoint {
    const box = this.host.getBoundingClientRect();
    return stagePoint(event.clientX - box.left, event.clientY - box.top);
  }

  #image(at: StagePoint): ImagePoint {
    return toImage(this.desk.camera.view.get(), at);
  }

  #onDown(event: PointerEvent): void {
    // A palm beside a pen is not a finger.
    if (event.pointerType === 'touch' && this.#pen) return;
    this.onTouch();
    this.host.dataset.byPointer = '';
    this.#pen = event.pointerType === 'pen';
    this.desk.touch = event.pointerType === 'touch';
    const at = this.#at(event);
    this.host.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, at);
    if (this.#down.size === 2) {
      this.#endTool();
      this.#pan = null;
      return;
    }
    if (this.#down.size > 2) return;
    if (event.button === 1 || (event.button === 0 && this.#space)) {
      event.preventDefault();
      this.#startPan(event.pointerId, at);
    } else if (event.button === 0) {
      this.#tool = event.pointerId;
      this.desk.dispatch({ type: 'down', point: this.#image(at), shift: event.shiftKey });
      if (this.desk.panning) this.#startPan(event.pointerId, at);
    }
  }

  #onMove(event: PointerEvent): void {
    const at = this.#at(event);
    const before = this.#down.get(event.pointerId);
    if (before && this.#down.size === 2) {
      this.#pinch(event.pointerId, at);
      return;
    }
    if (before) this.#down.set(event.pointerId, at);
    if (this.#pan?.id === event.pointerId) {
      this.desk.camera.pan(at.x - this.#pan.at.x, at.y - this.#pan.at.y);
      this.#pan = { id: event.pointerId, at };
    }
    const point = this.#image(at);
    this.desk.pointAt(point);
    if (this.#tool === event.pointerId) this.desk.dispatch({ type: 'move', point });
    else if (!this.#pan && !this.#space) this.desk.aim(point);
  }

  #pinch(id: number, at: StagePoint): void {
    const [first, second] = [...this.#down.keys()];
    const [a, b] = [this.#down.get(first ?? -1), this.#down.get(second ?? -1)];
    if (!a || !b) return;
    this.desk.camera.pinch([a, b], [id === first ? at : a, id === second ? at : b]);
    this.#down.set(id, at);
  }

  #onUp(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#pan?.id === event.pointerId) this.#stopPan();
    if (this.#tool !== event.pointerId) return;
    this.#tool = null;
    this.desk.dispatch({ type: 'up', point: this.#image(this.#at(event)) });
  }

  #onLost(event: PointerEvent): void {
    this.#down.delete(event.pointerId);
    this.#stopPan();
    this.#endTool();
  }

  #onLeave(): void {
    if (this.#down.size > 0) return;
    this.desk.aim(null);
    this.desk.room.cursors.leave();
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    this.onTouch();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    if (event.shiftKey) {
      this.desk.camera.pan(-(event.deltaX || event.deltaY) * unit, 0);
      return;
    }
    // Pinching on a trackpad arrives as small steps of a wheel with Ctrl.
    const speed = event.ctrlKey ? 0.01 : 0.0016;
    const factor = Math.exp(-event.deltaY * unit * speed);
    this.desk.camera.zoom(Math.min(2, Math.max(0.5, factor)), this.#at(event));
  }

  #startPan(id: number, at: StagePoint): void {
    this.#pan = { id, at };
    this.desk.panning = true;
    this.desk.cursor.set('grabbing');
  }

  #stopPan(): void {
    this.#pan = null;
    this.desk.panning = false;
    this.desk.cursor.set(this.#space ? 'grab' : 'default');
  }

  #endTool(): void {
    if (this.#tool === null) return;
    this.#tool = null;
    this.desk.panning = false;
    this.desk.dispatch({ type: 'cancel' });
  }
}
