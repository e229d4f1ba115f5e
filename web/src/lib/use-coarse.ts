import { useSyncExternalStore } from 'react';

const COARSE = '(pointer: coarse)';

function subscribe(listener: () => void): () => void {
  const query = matchMedia(COARSE);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Whether what is pressed here is pressed by a finger: rows of lists that are laid out by numbers have to be as high as one. */
export const useCoarse = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(COARSE).matches);
