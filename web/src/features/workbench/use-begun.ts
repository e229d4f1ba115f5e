/** Says what was begun on this task and not finished when it was left, and goes on with it if that is wanted. */
import { useEffect, useRef } from 'react';

import type { Desk } from '~/tools/desk';
import type { KeptShape } from '~/tools/kept-shape';
import { toast } from '~/ui/toast';

const NAMES: Readonly<Record<KeptShape['tool'], string>> = { polygon: 'polygon', polyline: 'line', keypoints: 'skeleton' };

/** @param ready the document is here and may be changed */
export function useBegun(desk: Desk, ready: boolean): void {
  const told = useRef<Desk | null>(null);
  useEffect(() => {
    if (!ready || told.current === desk) return;
    told.current = desk;
    const begun = desk.begun();
    if (!begun || desk.isBusy) return;
    const { length } = begun.points;
    const points = length === 1 ? 'one point' : `${length} points`;
    toast(`You had begun a ${NAMES[begun.tool]} of “${begun.label}” here: ${points}`, 'info', {
      label: 'Go on with it',
      run: () => desk.takeUp(begun),
    });
  }, [desk, ready]);
}
