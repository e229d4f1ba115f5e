import { useEffect, useState } from 'react';

import { loadImage } from '~/canvas/images';
import type { Task } from '~/session/queries';

export interface LoadedImage {
  readonly image: HTMLImageElement | null;
  readonly error: Error | null;
  readonly again: () => void;
}

/** The picture of a task. */
export function useImage(task: Task): LoadedImage {
  const [state, setState] = useState<{ image: HTMLImageElement | null; error: Error | null }>({
    image: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  const { id, url } = task.asset;
  useEffect(() => {
    let alive = true;
    loadImage({ id, url }).then(
      (image) => alive && setState({ image, error: null }),
      (error: unknown) => alive && setState({ image: null, error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      alive = false;
    };
    // A renewed address is the same picture: once shown it is not loaded again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, round]);
  return { ...state, again: () => setRound((n) => n + 1) };
}
