import { imagePoint } from '~/geometry/points';
import { toStage } from '~/geometry/view';
import { inkOn } from '~/lib/color';
import type { Desk } from '~/tools/desk';
import { toolInWords } from '~/tools/tool-words';

interface Shown {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  /** Image pixels: where it is drawn and where it is going. */
  x: number;
  y: number;
  toX: number;
  toY: number;
  text: string;
  color: string;
}

/** A cursor covers about two thirds of its way in this time: smooth between ticks, never far behind. */
const SMOOTH_MS = 45;

const ARROW =
  '<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M2 1.6 15.6 7 9.4 9.3 6.9 15.6z" fill="currentColor" stroke="#fff" stroke-width="1.4" stroke-linejoin="round"/></svg>';

/** Others' cursors, as elements of their own that glide between the positions that arrive. React never sees them move. */
export class Cursors {
  readonly #shown = new Map<number, Shown>();
  readonly #stop: (() => void)[];
  #frame: number | null = null;
  #last = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly desk: Desk,
    private readonly still: boolean,
  ) {
    this.#stop = [
      desk.room.cursors.subscribe(() => this.#update()),
      desk.room.presence.subscribe(() => this.#update()),
      desk.camera.view.subscribe(() => this.#place()),
    ];
    this.#update();
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.host.replaceChildren();
    this.#shown.clear();
  }

  #update(): void {
    const present = new Set<number>();
    for (const { peer, x, y } of this.desk.room.cursors.others()) {
      const who = this.desk.room.presence.peer(peer);
      if (!who) continue;
      present.add(peer);
      const shown = this.#shown.get(peer) ?? this.#make(peer, x, y);
      shown.toX = x;
      shown.toY = y;
      const tool = toolInWords(who.state.tool);
      this.#name(shown, tool ? `${who.user.name} · ${tool}` : who.user.name, who.user.color);
    }
    for (const [peer, shown] of this.#shown) {
      if (present.has(peer)) continue;
      shown.element.remove();
      this.#shown.delete(peer);
    }
    if (this.still) this.#jump();
    else if (this.#frame === null && this.#shown.size > 0) {
      this.#last = performance.now();
      this.#frame = requestAnimationFrame((time) => this.#glide(time));
    }
  }

  #make(peer: number, x: number, y: number): Shown {
    const element = document.createElement('div');
    element.className = 'cursor';
    element.innerHTML = ARROW;
    const name = element.appendChild(document.createElement('span'));
    this.host.append(element);
    const shown = { element, name, x, y, toX: x, toY: y, text: '', color: '' };
    this.#shown.set(peer, shown);
    this.#put(shown);
    return shown;
  }

  #name(shown: Shown, text: string, color: string): void {
    if (shown.text !== text) shown.name.textContent = shown.text = text;
    if (shown.color === color) return;
    shown.color = color;
    shown.element.style.color = color;
    shown.name.style.background = color;
    shown.name.style.color = inkOn(color);
  }

  #glide(time: number): void {
    const part = 1 - Math.exp(-Math.min(100, Math.max(0, time - this.#last)) / SMOOTH_MS);
    this.#last = time;
    let moving = false;
    const near = 0.3 / this.desk.camera.view.get().scale;
    for (const shown of this.#shown.values()) {
      const [dx, dy] = [shown.toX - shown.x, shown.toY - shown.y];
      if (Math.abs(dx) + Math.abs(dy) > near) {
        shown.x += dx * part;
        shown.y += dy * part;
        moving = true;
      } else [shown.x, shown.y] = [shown.toX, shown.toY];
      this.#put(shown);
    }
    this.#frame = moving ? requestAnimationFrame((next) => this.#glide(next)) : null;
  }

  #jump(): void {
    for (const shown of this.#shown.values()) [shown.x, shown.y] = [shown.toX, shown.toY];
    this.#place();
  }

  #place(): void {
    for (const shown of this.#shown.values()) this.#put(shown);
  }

  #put(shown: Shown): void {
    const p = toStage(this.desk.camera.view.get(), imagePoint(shown.x, shown.y));
    shown.element.style.transform = `translate(${Math.round(p.x)}px, ${Math.round(p.y)}px)`;
  }
}
