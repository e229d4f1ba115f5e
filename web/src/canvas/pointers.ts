import { stagePoint, type ImagePoint, type StagePoint } from '~/geometry/points';
import { toImage } from '~/geometry/view';
import type { Desk } from '~/tools/desk';
import type { ToolName } from '~/tools/tool';
import { turned, zoomOf } from './wheel';

/** The other end of a pen, as browsers number it. */
const ERASER = 5;

/**
 * From the browser's pointers to the desk: one finger, a pen or the left button is the tool; the middle button, the space
 * bar or two fingers move the image; the wheel zooms. Beside a pen, one finger moves the image too, and whatever touches the screen while the pen is on
 * it is the hand that holds it.
 */
export class Pointers {
  readonly #abort = new AbortController();
  readonly #down = new Map<number, StagePoint>();
  /** The pointer whose gesture the tool has. */
  #tool: number | null = null;
  #pan: { id: number; at: StagePoint } | null = null;
  /** The pen that is down. */
  #pen: number | null = null;
  /** Touches that were there while the pen was: they mean nothing until they are lifted. */
  readonly #palms = new Set<number>();
  /** Whoever has a pen draws with it and moves the image with a finger. */
  #hasPen = false;
  /** What was in hand before the pen was turned around. */
  #turned: ToolName | null = null;
  #space = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly desk: Desk,
    private readonly onTouch: () => void,
  ) {
    const options = { signal: this.#abort.signal };
    desk.handheld.set(matchMedia('(pointer: coarse)').matches);
    host.addEventListener('pointerdown', (e) => this.#onDown(e), options);
    host.addEventListener('pointermove', (e) => this.#onMove(e), options);
    host.addEventListener('pointerup', (e) => this.#onUp(e), options);
    host.addEventListener('pointercancel', (e) => this.#onLost(e), options);
    host.addEventListener('pointerleave', () => this.#onLeave(), options);
    host.addEventListener('dblclick', () => this.desk.finish(), options);
    host.addEventListener('wheel', (e) => this.#onWheel(e), { ...options, passive: false });
    // A focus ring around the picture is for those who came by keyboard.
    host.addEventListener('blur', () => delete host.dataset.byPointer, options);
    host.addEventListener('contextmenu', (e) => e.preventDefault(), options);
    addEventListener('blur', () => this.holdSpace(false), options);
  }

  dispose(): void {
    this.#abort.abort();
  }

  /** Keys are meant for the picture again. */
  focus(): void {
    this.host.focus({ preventScroll: true });
  }

  /** While the space bar is down, dragging pans. */
  holdSpace(held: boolean): void {
    if (this.#space === held) return;
    this.#space = held;
    this.desk.cursor.set(held ? 'grab' : 'default');
  }

  #at(event: MouseEvent): StagePoint {
    const box = this.host.getBoundingClientRect();
    // A preview of a layout shows the stage smaller than it is.
    const scale = box.width / (this.host.offsetWidth || 1) || 1;
    return stagePoint((event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
  }

  #image(at: StagePoint): ImagePoint {
    return toImage(this.desk.camera.view.get(), at);
  }

  #onDown(event: PointerEvent): void {
    if (event.pointerType === 'touch' && this.#pen !== null) {
      this.#palms.add(event.pointerId);
      return;
    }
    this.onTouch();
    this.desk.keyPointer.putAway();
    this.host.dataset.byPointer = '';
    if (event.pointerType === 'pen') this.#takeOver(event.pointerId);
    this.desk.touch = event.pointerType === 'touch';
    this.desk.handheld.set(event.pointerType !== 'mouse');
    const at = this.#at(event);
    this.host.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, at);
    if (this.#down.size === 2) {
      this.#endTool();
      this.#pan = null;
      return;
    }
    if (this.#down.size > 2) return;
    const finger = event.pointerType === 'touch' && this.#hasPen;
    if (finger || event.button === 1 || (event.button === 0 && this.#space)) {
      event.preventDefault();
      this.#startPan(event.pointerId, at);
    } else if (event.button === 0 || (event.button === ERASER && this.#takeEraser())) {
      this.#tool = event.pointerId;
      this.desk.dispatch({ type: 'down', point: this.#image(at), ...keysAndPressure(event) });
      if (this.desk.panning) this.#startPan(event.pointerId, at);
    }
  }

  /** The pen is turned around: it erases until it is lifted. What is being drawn by points loses its last one instead. */
  #takeEraser(): boolean {
    const { desk } = this;
    if (desk.isBusy) {
      desk.dispatch({ type: 'back' });
      return false;
    }
    const before = desk.tool.get();
    desk.pickTool('eraser');
    if (desk.tool.get() !== 'eraser') return false;
    this.#turned = before;
    return true;
  }

  #putEraserAway(): void {
    if (this.#turned !== null) this.desk.pickTool(this.#turned);
    this.#turned = null;
  }

  /** The pen draws, whatever lay on the screen before it: a hand is put down before its nib. What the hand began is taken back. */
  #takeOver(pen: number): void {
    [this.#pen, this.#hasPen] = [pen, true];
    for (const id of this.#down.keys()) this.#palms.add(id);
    this.#down.clear();
    this.#endTool();
    if (this.#pan) this.#stopPan();
  }

  #onMove(event: PointerEvent): void {
    if (this.#palms.has(event.pointerId)) return;
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
    if (event.movementX !== 0 || event.movementY !== 0) this.desk.keyPointer.putAway();
    if (this.#tool === event.pointerId) this.desk.dispatch({ type: 'move', point, ...keysAndPressure(event) });
    // While one pointer draws, no other has a say in where.
    else if (this.#tool === null && !this.#pan && !this.#space)
      this.desk.hover(point, { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey });
  }

  #pinch(id: number, at: StagePoint): void {
    const [first, second] = [...this.#down.keys()];
    const [a, b] = [this.#down.get(first ?? -1), this.#down.get(second ?? -1)];
    if (!a || !b) return;
    this.desk.camera.pinch([a, b], [id === first ? at : a, id === second ? at : b]);
    this.#down.set(id, at);
  }

  #onUp(event: PointerEvent): void {
    if (this.#palms.delete(event.pointerId)) return;
    if (this.#pen === event.pointerId) this.#pen = null;
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#pan?.id === event.pointerId) this.#stopPan();
    if (this.#tool !== event.pointerId) return;
    this.#tool = null;
    this.desk.dispatch({ type: 'up', point: this.#image(this.#at(event)), shift: event.shiftKey, alt: event.altKey });
    this.#putEraserAway();
  }

  #onLost(event: PointerEvent): void {
    if (this.#palms.delete(event.pointerId)) return;
    if (this.#pen === event.pointerId) this.#pen = null;
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
    if (event.altKey) this.desk.tune(Math.exp(-turned(event, event.deltaY) * 0.002));
    else if (event.shiftKey) this.desk.camera.pan(-turned(event, event.deltaX || event.deltaY), 0);
    else this.desk.camera.zoom(zoomOf(event), this.#at(event));
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
    this.desk.dispatch({ type: 'lost' });
    this.#putEraserAway();
  }
}

/** A mouse has no pressure worth the name: it says one half, always. */
const keysAndPressure = (event: PointerEvent): { shift: boolean; alt: boolean; ctrl: boolean; pressure?: number } => ({
  shift: event.shiftKey,
  alt: event.altKey,
  ctrl: event.ctrlKey || event.metaKey,
  ...(event.pointerType === 'pen' && { pressure: event.pressure }),
});
