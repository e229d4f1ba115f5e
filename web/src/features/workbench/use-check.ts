/** Before an answer goes to the server: what is wrong with it is said here, and what is wrong first is shown. */
import { useCallback, useMemo, useState } from 'react';

import { createStore, type Store } from '~/lib/store';
import type { Desk } from '~/tools/desk';
import { toast } from '~/ui/toast';
import type { AnnotatorSetup } from './annotator-setup';
import type { Asked } from './attributes-panel';
import type { AnswerGate } from './laid-out';
import { faultsOf, type RegionFault } from './region-rules';

export interface Check {
  /** @returns whether the answer is right as it is */
  readonly attempt: () => boolean;
  /** Somebody has tried: what is missing is said at each field. */
  readonly tried: boolean;
  /** Which attribute is to have the focus. */
  readonly asked: Store<Asked | null>;
}

/** @param setup null: nothing is drawn here */
export function useCheck(desk: Desk, setup: AnnotatorSetup | null, gate: { readonly current: AnswerGate | null }): Check {
  const [tried, setTried] = useState(false);
  const asked = useMemo(() => createStore<Asked | null>(null), []);
  const attempt = useCallback((): boolean => {
    setTried(true);
    const faults = setup ? faultsOf(setup, desk.room.regions.list()) : [];
    const errors = gate.current?.attempt(faults.length > 0) ?? [];
    const [first, ...more] = [...faults, ...errors];
    if (!first) return true;
    toast(more.length === 0 ? first.message : `${first.message}, and ${more.length} more`, 'bad');
    const [fault] = faults;
    if (fault) show(desk, fault, asked);
    else gate.current?.show();
    return false;
  }, [desk, setup, gate, asked]);
  return { attempt, tried, asked };
}

function show(desk: Desk, { region, attribute }: RegionFault, asked: Store<Asked | null>): void {
  if (region === null) return;
  desk.goTo(region);
  if (attribute !== null) asked.set({ attribute });
}
