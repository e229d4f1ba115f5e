/**
 * The canvases of a board that is gone, for the one that comes. One task follows another within a moment, and the browser takes longer to get and clear
 * memory of several times the screen's size than everything else on the way takes.
 */
import type { BoardCanvases } from './board';

/** Nobody has come for them by then: the memory is given back. */
const KEEP_MS = 3_000;

let spare: { readonly canvases: BoardCanvases; readonly timer: ReturnType<typeof setTimeout> } | null = null;

export const allOf = ({ picture, under, shapes, overlay }: BoardCanvases): readonly HTMLCanvasElement[] => [
  picture,
  ...under,
  ...shapes,
  overlay,
];

function made(className: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.className = className;
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}

/** They belong to who takes them, in the order in which they lie over one another. */
export function takeCanvases(): BoardCanvases {
  if (spare) {
    const { canvases, timer } = spare;
    clearTimeout(timer);
    spare = null;
    return canvases;
  }
  const sheet = (): HTMLCanvasElement => made('stage-sheet');
  return { picture: sheet(), under: [sheet(), sheet()], shapes: [sheet(), sheet()], overlay: made('stage-layer') };
}

/** Nothing of what is on them is seen again: sheets are shown once they are painted, and whoever takes the overlay begins by setting its size. */
export function giveBack(canvases: BoardCanvases): void {
  for (const canvas of allOf(canvases)) {
    canvas.remove();
    canvas.removeAttribute('style');
    if (canvas !== canvases.overlay) canvas.style.visibility = 'hidden';
  }
  if (spare) clearTimeout(spare.timer);
  spare = { canvases, timer: setTimeout(() => (spare = null), KEEP_MS) };
}
