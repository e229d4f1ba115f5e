/** What a reviewer can say: approve at once, the others with a reason that is pinned for the author. */
import type { ThreadAnchor } from '@tandem/client';
import { Check, Undo2, X } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';

import { hint } from '~/hotkeys/keymap';
import { device } from '~/lib/keep';
import { useStore } from '~/lib/use-store';
import type { Store } from '~/lib/store';
import type { Desk } from '~/tools/desk';
import { Button } from '~/ui/controls';
import type { Person } from '../use-people';
import { keptOn } from './kept';
import type { Said } from './use-decide';
import { VerdictDialog, type Asking } from './verdict-dialog';

interface ReviewBarProps {
  desk: Desk;
  assignmentId: string;
  author: Pick<Person, 'id' | 'name'> | null;
  people: ReadonlyMap<string, Person>;
  /** Which reason is asked for; keys set it too. */
  asked: Store<Asking | null>;
  busy: boolean;
  onSay: (said: Said) => void;
}

export function ReviewBar({ desk, assignmentId, author, people, asked, busy, onSay }: ReviewBarProps): ReactNode {
  const asking = useStore(asked);
  const isPlacing = useStore(desk.comments.placing) !== null;
  const [clicked, setClicked] = useState<ThreadAnchor | null>(null);
  const draft = useMemo(() => keptOn(device, `reason.${assignmentId}`), [assignmentId]);
  /** The dialog goes away until the picture was clicked; what is written stays. */
  const place = (): void => {
    const tool = desk.tool.get();
    desk.pickTool('comment');
    desk.comments.placing.set((anchor) => {
      desk.pickTool(tool);
      if (anchor) setClicked(anchor);
    });
  };
  return (
    <>
      <Button onClick={() => asked.set('reject')} icon={<X size={15} aria-hidden />} title={`Shift+X`} data-testid="reject">
        Reject
      </Button>
      <Button
        onClick={() => asked.set('request_changes')}
        icon={<Undo2 size={15} aria-hidden />}
        title={`Shift+R`}
        data-testid="request-changes"
      >
        Request changes
      </Button>
      <Button
        look="solid"
        onClick={() => onSay({ decision: 'approve', reason: null, remark: null })}
        busy={busy}
        icon={<Check size={15} aria-hidden />}
        {...hint('submit')}
        data-testid="approve"
      >
        Approve
      </Button>
      {asking && !isPlacing && (
        <VerdictDialog
          key={JSON.stringify(clicked)}
          {...{ asking, desk, author, people, draft, clicked, busy, onSay }}
          onPlace={place}
          onClose={() => asked.set(null)}
        />
      )}
    </>
  );
}
