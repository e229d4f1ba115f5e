import { clampToImage, imagePoint, type ImagePoint } from '~/geometry/points';
import { wayOnImage } from '~/geometry/view';
import { createStore } from '~/lib/store';
import type { Desk } from './desk';
import type { ToolName } from './tool';

/** Tools that go from press to press; the others from a press to its release. */
const BY_CLICK: ReadonlySet<ToolName> = new Set([
  'polygon',
  'polyline',
  'wand',
  'scissors',
  'smart',
  'point',
  'keypoints',
  'select',
  'relation',
  'comment',
]);

/** A pointer moved by arrow keys and pressed with the space bar, so that whatever a mouse draws can be drawn without one. */
export class KeyPointer {
  /** Null: the keys have no pointer out. */
  readonly at = createStore<ImagePoint | null>(null);
  #pressed = false;

  constructor(private readonly desk: Desk) {}

  /** In CSS pixels, so that it is as fine as what one sees. */
  move(dx: number, dy: number): void {
    const { desk } = this;
    const from = this.at.get() ?? desk.centre();
    const way = wayOnImage(desk.camera.view.get(), dx, dy);
    const to = this.at.get() ? clampToImage(imagePoint(from.x + way.x, from.y + way.y), desk.image) : from;
    this.at.set(to);
    desk.camera.reveal({ x: to.x, y: to.y, width: 0, height: 0 });
    desk.pointAt(to);
    if (this.#pressed) desk.dispatch({ type: 'move', point: to });
    else desk.hover(to);
  }

  /** @param keys held with it: they mean what they mean with a click */
  press(keys: { readonly shift?: boolean; readonly ctrl?: boolean } = {}): void {
    const { desk } = this;
    const point = this.at.get();
    if (!point) return;
    const down = !this.#pressed;
    if (down) desk.dispatch({ type: 'down', point, ...keys });
    // A tool may ask to pan where there is nothing: that is for hands.
    desk.panning = false;
    if (!down || BY_CLICK.has(desk.tool.get())) {
      desk.dispatch({ type: 'up', point });
      this.#pressed = false;
    } else this.#pressed = true;
  }

  /** The hand has taken over, or Esc. */
  putAway(): void {
    if (this.at.get() === null) return;
    if (this.#pressed) this.desk.dispatch({ type: 'lost' });
    this.#pressed = false;
    this.at.set(null);
  }
}
