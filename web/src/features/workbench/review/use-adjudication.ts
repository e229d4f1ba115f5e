/* eslint-disable react-hooks/set-state-in-effect -- what listens to the document is opened and closed by an effect, and is its state */
/** Everything that deciding between answers needs, for whoever holds a lease on it. */
import { ok } from '@tandem/client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';

import { TAKES } from '~/hotkeys/commands';
import { type Handlers } from '~/hotkeys/registry';
import { device } from '~/lib/keep';
import { useBackend } from '~/session/backend';
import type { Layout } from '~/layout/tree';
import type { Assignment } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { toast } from '~/ui/toast';
import { drawsOn } from '../task-layout';
import { Adjudication, type Conflict } from './adjudication';
import { answersTo, type Candidate } from './answers';
import { keptOn } from './kept';
import * as resolve from './resolve';

/** Every answer to a task; only whoever reviews or decides may ask. */
export function useCandidates(taskId: string, work: Assignment | null): UseQueryResult<readonly Candidate[]> {
  const { api } = useBackend();
  return useQuery({
    queryKey: ['candidates', taskId, work?.id ?? null],
    enabled: work?.kind === 'adjudication' || work?.kind === 'review',
    queryFn: async () =>
      (await ok(api.GET('/api/v1/tasks/{task_id}/candidates', { params: { path: { task_id: taskId } } }))).items,
  });
}

/**
 * @param layout what the answers are put together by; null: the task has none
 * @param candidates undefined: they are not here yet
 */
export function useAdjudication(
  desk: Desk,
  layout: Layout | null,
  work: Assignment | null,
  candidates: readonly Candidate[] | undefined,
): Adjudication | null {
  const answers = useMemo(
    () => (work?.kind === 'adjudication' && candidates ? answersTo(candidates, work) : null),
    [work, candidates],
  );
  const [adjudication, setAdjudication] = useState<Adjudication | null>(null);
  const [id, scope] = [work?.id ?? '', `${work?.task_id ?? ''} ${work?.scope ?? ''}`];
  useEffect(() => {
    if (!answers) return;
    const leftOut = keptOn(device, `left_out.${id}`);
    const draws = layout === null || drawsOn(layout);
    const made = new Adjudication({ desk, answers, layout, draws, scope, leftOut });
    setAdjudication(made);
    return () => {
      setAdjudication(null);
      made.dispose();
    };
  }, [desk, answers, layout, id, scope]);
  return adjudication;
}

const NONE = 'All that differs is decided';

/** What the keys do while there is something to decide. */
export function adjudicationKeys(adjudication: Adjudication): Handlers {
  const { desk, beside } = adjudication;
  const step = (by: 1 | -1): void => {
    if (!adjudication.step(by)) desk.notify(NONE);
  };
  /** Of what one looks at; if that is nothing, it is the first. */
  const here = (act: (thing: Conflict) => void): void => {
    const thing = adjudication.looked();
    if (thing) act(thing);
    else if (adjudication.all.length > 0) step(1);
    else desk.notify(NONE);
  };
  return {
    nextDifference: () => step(1),
    previousDifference: () => step(-1),
    takeNext: () => here((thing) => resolve.takeNext(adjudication, thing)),
    ...Object.fromEntries(
      TAKES.map((id, answer) => [
        id,
        () => {
          if (answer < adjudication.answers.length) here((thing) => resolve.take(adjudication, thing, answer));
        },
      ]),
    ),
    mergeAnswers: () => here((thing) => resolve.mergeNext(adjudication, thing)),
    editAnswer: () => here((thing) => resolve.edit(adjudication, thing)),
    leaveOut: () => here((thing) => resolve.leaveOut(adjudication, thing)),
    takeAgreed: () => takeAgreed(adjudication),
    ...(adjudication.draws && { sideBySide: () => beside.update((is) => !is) }),
  };
}

export function takeAgreed(adjudication: Adjudication): void {
  const length = adjudication.agreed.length + adjudication.fields.agreed.length;
  const taken = resolve.takeAgreed(adjudication);
  if (taken > 0) toast(`Taken: ${taken} that all agree on. Ctrl+Z takes them back`, 'good');
  else if (length === 0) toast('There is nothing that all agree on');
  else if (adjudication.untaken().length + adjudication.fields.untaken().length === 0)
    toast('All that is agreed is here already');
}
