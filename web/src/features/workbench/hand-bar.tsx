/** What Shift and N do, for those who hold a pen or have but their fingers. */
import { CircleDashed, CircleSlash, SquareDashedMousePointer } from 'lucide-react';
import type { ReactNode } from 'react';

import { hint } from '~/hotkeys/keymap';
import { useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { IconButton } from '~/ui/controls';

/** With the select tool: one comes to the other, and a drag takes in what lies within. */
export function Gathering({ desk }: { desk: Desk }): ReactNode {
  const on = useStore(desk.gathers);
  return (
    <div className="desk-group">
      <IconButton
        label="Select several: press one after the other, or drag around them (Shift)"
        side="bottom"
        pressed={on}
        onClick={() => desk.gathers.set(!on)}
        data-testid="gathers"
      >
        <SquareDashedMousePointer size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

/** With keypoints: the next is hidden behind something, or not there at all. */
export function Occluding({ desk }: { desk: Desk }): ReactNode {
  const on = useStore(desk.occludes);
  const busy = useStore(desk.busy);
  return (
    <div className="desk-group" role="group" aria-label="The next keypoint">
      <IconButton
        label="The next keypoints are occluded (Shift)"
        side="bottom"
        pressed={on}
        onClick={() => desk.occludes.set(!on)}
        data-testid="occludes"
      >
        <CircleDashed size={16} aria-hidden />
      </IconButton>
      <IconButton
        label="The next keypoint is absent"
        {...hint('skip')}
        side="bottom"
        disabled={!busy}
        onClick={() => desk.dispatch({ type: 'skip' })}
        data-testid="absent"
      >
        <CircleSlash size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
