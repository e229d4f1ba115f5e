import { useCallback, useSyncExternalStore } from 'react';

import type { Desk } from '~/tools/desk';

/**
 * What is selected, for the panels around the picture. What is pressed on the picture is to be seen there with the next frame: their lists
 * and buttons follow it by one.
 */
export function useSelection({ selection, pressed }: Desk): readonly string[] {
  const subscribe = useCallback(
    (listener: () => void) => selection.subscribe(() => (pressed.get() ? afterFrame(listener) : listener())),
    [selection, pressed],
  );
  return useSyncExternalStore(subscribe, selection.get);
}

/** What a frame's callbacks change is painted before whatever is due at once when they end. */
function afterFrame(act: () => void): void {
  requestAnimationFrame(() => setTimeout(act));
}
