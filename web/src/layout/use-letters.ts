/** The letters that people have chosen in one field: others', as they change, and mine, for others. */
import { useCallback, useMemo } from 'react';

import { useLive } from '~/lib/use-store';
import { othersIn, withPlace, type OtherPlace, type Place } from './chosen-letters';
import { useLayout } from './context';
import { markOf, type Field } from './use-field';

export interface LettersOf {
  readonly others: readonly OtherPlace[];
  readonly tell: (place: Place | null) => void;
}

export function useLetters(field: Field | null): LettersOf {
  const { presence } = useLayout().room;
  const mark = field && markOf(field.key);
  // As text, because people's lists change with everything that anybody does: here only what is new in this field counts.
  const said = useLive(presence, () => (mark === null ? '[]' : JSON.stringify(othersIn(presence.peers(), presence.me, mark))));
  const others = useMemo(() => JSON.parse(said) as OtherPlace[], [said]);
  const tell = useCallback(
    (place: Place | null) => {
      const before = presence.mine().selection ?? [];
      const selection = withPlace(before, place);
      if (selection.join() !== before.join()) presence.setMine({ selection });
    },
    [presence],
  );
  return { others, tell };
}
