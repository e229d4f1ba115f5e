/** Where a layout leaves the picture little room, what is beside it lies over it, and comes and goes by a button. */
import { PanelRight, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';

import type { Store } from '~/lib/store';
import type { Desk } from '~/tools/desk';
import { Button } from '~/ui/controls';
import type { Asked } from './attributes-panel';

export const SIDE = 'bench-side';

/** Whether it is out; what is asked for there brings it out. */
export function useSideDrawer(desk: Desk | null, asked: Store<Asked | null>): readonly [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listed = desk?.comments.listed;
    const stops = [
      asked.subscribe(() => {
        if (asked.get() !== null) setOpen(true);
      }),
      listed?.subscribe(() => {
        if (listed.get()) setOpen(true);
      }),
    ];
    return () => stops.forEach((stop) => stop?.());
  }, [desk, asked]);
  return [open, setOpen];
}

export const SideToggle = ({ open, onToggle }: { open: boolean; onToggle: (open: boolean) => void }): ReactNode => (
  <Button
    className="side-toggle"
    icon={open ? <X size={15} aria-hidden /> : <PanelRight size={15} aria-hidden />}
    aria-expanded={open}
    aria-controls={SIDE}
    onClick={() => onToggle(!open)}
    data-testid="side-toggle"
  >
    {open ? 'Close' : 'Labels, regions, comments'}
  </Button>
);
