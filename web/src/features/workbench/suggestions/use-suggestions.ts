/* eslint-disable react-hooks/set-state-in-effect -- what listens to the document is opened and closed by an effect, and is its state */
/** What suggestions add to the workbench: what there is, what lies below the work, and what the keys do. */
import type { SuggestionSnapshot, TaskRoom } from '@tandem/client';
import { useEffect, useMemo, useState } from 'react';

import type { Looks } from '~/canvas/overlay';
import { LEFT_ALONE, type Handlers } from '~/hotkeys/registry';
import type { LiveSuggestions } from '~/layout/context';
import { useLive } from '~/lib/use-store';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import { toast, type ToastAction } from '~/ui/toast';
import { Suggestions, type Accepted } from './suggestions';
import { SuggestionsUnderlay } from './underlay';
import { many } from './words';

export interface Suggesting {
  readonly suggestions: Suggestions;
  readonly underlay: SuggestionsUnderlay;
  readonly handlers: Handlers;
  readonly forLayout: LiveSuggestions;
}

/** Whether a model suggests anything, decided or not. */
export const useSuggests = ({ suggestions }: TaskRoom): boolean => useLive(suggestions, () => suggestions.size > 0);

/** @param there whether a model suggests anything; null comes of it where none does */
export function useSuggestions(desk: Desk, looks: Looks, there: boolean): Suggesting | null {
  const [suggestions, setSuggestions] = useState<Suggestions | null>(null);
  useEffect(() => {
    if (!there) return;
    const made = new Suggestions(desk);
    setSuggestions(made);
    return () => {
      setSuggestions(null);
      made.dispose();
    };
  }, [desk, there]);
  const suggesting = useMemo(
    () => suggestions && { suggestions, underlay: new SuggestionsUnderlay(suggestions, looks) },
    [suggestions, looks],
  );
  useEffect(() => {
    if (!suggesting) return;
    return desk.onMissed((point, reach) => {
      const id = suggesting.underlay.at(point, reach);
      if (id === null) suggesting.suggestions.letGo();
      else suggesting.suggestions.look(id);
    });
  }, [desk, suggesting]);
  return useMemo(() => suggesting && { ...suggesting, ...both(suggesting.suggestions) }, [suggesting]);
}

const both = (suggestions: Suggestions): Pick<Suggesting, 'handlers' | 'forLayout'> => ({
  handlers: suggestionKeys(suggestions),
  forLayout: forLayout(suggestions),
});

function forLayout(suggestions: Suggestions): LiveSuggestions {
  const { room } = suggestions.desk;
  const those = (ids: readonly string[]): SuggestionSnapshot[] => ids.flatMap((id) => room.suggestions.get(id) ?? []);
  return {
    has: (id) => room.suggestions.get(id) !== undefined,
    accept: (ids) => void suggestions.accept(those(ids)),
    reject: (ids) => void suggestions.reject(those(ids)),
  };
}

/** Tab and Backspace mean suggestions where the keys are meant for the picture, or where the command was chosen from the list of all. */
const isForPicture = ({ target }: KeyboardEvent): boolean =>
  target === null || (target as Partial<Element>).matches?.('.stage') === true;

export function suggestionKeys(suggestions: Suggestions): Handlers {
  const { desk } = suggestions;
  const step = (by: 1 | -1) => (): void => {
    if (!suggestions.step(by)) desk.notify('Every suggestion is decided');
  };
  return {
    nextDifference: step(1),
    previousDifference: step(-1),
    acceptSuggestion: (event) => (isForPicture(event) && suggestions.take() ? undefined : LEFT_ALONE),
    remove: (event) => {
      if (!isForPicture(event) || !suggestions.drop()) commands.remove(desk);
    },
  };
}

/** The last step is taken back, and never another one. */
function takingBack(desk: Desk): ToastAction {
  let isLast = true;
  const stop = desk.room.undo.subscribe(() => {
    isLast = false;
    stop();
  });
  const run = (): void => {
    if (isLast) desk.room.undo.undo();
    else toast('More was done since. Ctrl+Z takes back one step after the other');
  };
  return { label: 'Undo', run };
}

/** Said with the way back. */
export function acceptOver(suggestions: Suggestions, threshold: number): Accepted {
  const accepted = suggestions.accept(suggestions.over(threshold));
  if (accepted.ids.length > 0) toast(`${many(accepted.ids.length)} accepted`, 'good', takingBack(suggestions.desk));
  return accepted;
}

export function rejectRest(suggestions: Suggestions): void {
  const count = suggestions.reject(suggestions.open());
  if (count > 0) toast(`${many(count)} rejected`, 'info', takingBack(suggestions.desk));
}

/** As they are submitted without. */
export function noteUndecided(suggestions: Suggestions): void {
  const { length } = suggestions.open();
  if (length > 0) toast(`${many(length)} left undecided: not part of the answer`);
}
