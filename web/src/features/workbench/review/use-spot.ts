/** Shows in the form which field is looked at, and goes into it to fill it in by hand. Its parts are rendered by the layout, which knows nothing of deciding. */
import { useEffect } from 'react';

import { createStore } from '~/lib/store';
import { useStore } from '~/lib/use-store';
import type { Adjudication } from './adjudication';
import type { FieldThing } from './field-decisions';
import type { Round } from './round';

const fieldOf = (key: string): HTMLElement | null => document.querySelector(`[data-field="${CSS.escape(key)}"]`);
const NOTHING = createStore(null);

/** Out of it again: the keys of deciding are letters. */
function leave(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.defaultPrevented || !(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  event.currentTarget.blur();
}

/** Into its control; of a closed panel there is none. */
function enter(key: string): void {
  const control = fieldOf(key)?.querySelector<HTMLElement>(
    'input:not(:disabled), textarea, select, [tabindex="0"], button:not(:disabled)',
  );
  control?.addEventListener('keydown', leave);
  control?.focus();
}

export function useSpot(adjudication: Adjudication | null, round: Round | null): void {
  const field = useStore(adjudication?.fields.current ?? NOTHING);
  const change = useStore(round?.current ?? NOTHING);
  const editing = useStore<FieldThing | null>(adjudication?.fields.editing ?? NOTHING);
  const key = field?.key ?? (change?.kind === 'field' ? change.id : null);
  useEffect(() => {
    const spot = key === null ? null : fieldOf(key);
    if (!spot) return;
    spot.dataset.spot = '';
    spot.scrollIntoView({ block: 'center' });
    return () => {
      delete spot.dataset.spot;
    };
  }, [key]);
  useEffect(() => {
    if (!editing) return;
    enter(editing.key);
    adjudication?.fields.editing.set(null);
  }, [adjudication, editing]);
}
