/** What reviewing and deciding add to the workbench: data, keys and what lies below the work. Null of each where the work asks for neither. */
import { useMemo } from 'react';

import type { Underlay } from '~/canvas/underlay';
import type { Handlers } from '~/hotkeys/registry';
import { useStore } from '~/lib/use-store';
import { createStore } from '~/lib/store';
import type { Layout } from '~/layout/tree';
import type { Assignment } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import type { Adjudication } from './adjudication';
import { AnswersUnderlay } from './answers-underlay';
import type { Round } from './round';
import { adjudicationKeys, useAdjudication, useCandidates } from './use-adjudication';
import { useRound } from './use-round';

export interface Review {
  readonly adjudication: Adjudication | null;
  readonly round: Round | null;
  readonly error: Error | null;
  readonly retry: () => void;
  readonly underlay: Underlay | null;
  readonly handlers: Handlers;
  readonly isBeside: boolean;
}

const NEVER = createStore(false);

export function useReview(desk: Desk, layout: Layout | null, taskId: string, work: Assignment | null): Review {
  const found = useCandidates(taskId, work);
  const adjudication = useAdjudication(desk, layout, work, found.data);
  const round = useRound(desk, layout, work, found.data);
  const isBeside = useStore(adjudication?.beside ?? NEVER);
  const answers = useMemo(() => adjudication && new AnswersUnderlay(adjudication, null), [adjudication]);
  const handlers = useMemo((): Handlers => {
    if (adjudication) return adjudicationKeys(adjudication);
    if (!round) return {};
    const step = (by: 1 | -1) => (): void => {
      if (!round.step(by)) desk.notify(round.before ? 'Nothing has changed since the last round' : 'This is the first round');
    };
    return { nextDifference: step(1), previousDifference: step(-1) };
  }, [desk, adjudication, round]);
  return {
    adjudication,
    round,
    error: found.error,
    retry: () => void found.refetch(),
    // Side by side each answer has its own place.
    underlay: isBeside ? null : (answers ?? round),
    handlers,
    isBeside,
  };
}
