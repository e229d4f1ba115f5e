import { useEffect, useState } from 'react';

import type { LoadedPicture } from '~/canvas/images';
import { openPicture, pictureAtHand, type Opening } from '~/canvas/open-picture';
import { createStore } from '~/lib/store';
import { useStore } from '~/lib/use-store';
import type { Task } from '~/session/queries';

type State =
  | { readonly name: 'opening'; readonly opening: Opening | null }
  | { readonly name: 'open'; readonly picture: LoadedPicture }
  | { readonly name: 'failed'; readonly error: Error }
  /** By the person themselves. */
  | { readonly name: 'stopped' };

export interface TaskImage {
  readonly state: State;
  /** null: it is not there (yet). */
  readonly picture: LoadedPicture | null;
  readonly again: () => void;
  readonly stop: () => void;
}

/** The picture of a task. What it holds goes when the task is left. */
export function useImage(task: Task): TaskImage {
  const [states] = useState(() => {
    const picture = pictureAtHand(task.asset);
    return createStore<State>(picture ? { name: 'open', picture } : { name: 'opening', opening: null });
  });
  const state = useStore(states);
  const [round, setRound] = useState(0);
  const { id, url, width, height } = task.asset;
  useEffect(() => {
    const there = pictureAtHand({ id, url, width, height });
    if (there) {
      states.set({ name: 'open', picture: there });
      return;
    }
    let alive = true;
    const opening = openPicture({ id, url, width, height });
    states.set({ name: 'opening', opening });
    // Of one that was stopped nobody wants to hear any more.
    const tell = (next: State): void => {
      if (alive && states.get().name !== 'stopped') states.set(next);
    };
    opening.picture.then(
      (picture) => tell({ name: 'open', picture }),
      (error: unknown) => tell({ name: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      alive = false;
      opening.close();
    };
    // A renewed address is the same picture: once shown it is not loaded again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, round, states]);
  return {
    state,
    picture: state.name === 'open' ? state.picture : null,
    again: () => setRound((n) => n + 1),
    stop: () => {
      if (state.name !== 'opening') return;
      state.opening?.close();
      states.set({ name: 'stopped' });
    },
  };
}
