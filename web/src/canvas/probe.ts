import type { CursorPosition, PeerGhost, RegionSnapshot } from '@tandem/client';

import { imagePoint, stagePoint } from '~/geometry/points';
import { toImage, toStage } from '~/geometry/view';
import type { Desk } from '~/tools/desk';

interface Point {
  x: number;
  y: number;
}

/** What a test may read of an open workbench. Nothing here writes, and nothing is shown that the screen does not show. */
export interface Probe {
  readonly room: {
    readonly synced: boolean;
    regions(): readonly RegionSnapshot[];
    ghosts(): readonly PeerGhost[];
    cursors(): readonly CursorPosition[];
  };
  readonly view: {
    readonly scale: number;
    /** Image pixels to pixels of the window. */
    toScreen(p: Point): Point;
    toImage(p: Point): Point;
  };
}

declare global {
  interface Window {
    __tandem?: Probe;
  }
}

export function installProbe(host: HTMLElement, desk: Desk): () => void {
  const { room, camera } = desk;
  const probe: Probe = {
    room: {
      get synced() {
        return room.snapshot().phase === 'joined';
      },
      regions: () => room.regions.list(),
      ghosts: () => room.ghosts.others(),
      cursors: () => room.cursors.others(),
    },
    view: {
      get scale() {
        return camera.view.get().scale;
      },
      toScreen(p) {
        const box = host.getBoundingClientRect();
        const at = toStage(camera.view.get(), imagePoint(p.x, p.y));
        return { x: at.x + box.left, y: at.y + box.top };
      },
      toImage(p) {
        const box = host.getBoundingClientRect();
        const at = toImage(camera.view.get(), stagePoint(p.x - box.left, p.y - box.top));
        return { x: at.x, y: at.y };
      },
    },
  };
  window.__tandem = probe;
  return () => {
    if (window.__tandem === probe) delete window.__tandem;
  };
}
