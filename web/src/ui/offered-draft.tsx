import type { ReactNode } from 'react';

import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { Button } from './controls';

interface OfferedProps {
  /** What it is: "text", "work". */
  what: string;
  /** When it was last changed, milliseconds since 1970. */
  at: number;
  restore: () => void;
  discard: () => void;
}

/** Somebody's own work that this device kept because it was not saved. */
export function OfferedDraft({ what, at, restore, discard }: OfferedProps): ReactNode {
  const now = useNow(30_000);
  return (
    <div className="editor-note" role="alert">
      <p>
        Here is {what} of yours that was not saved, from {ago(new Date(at).toISOString(), now)}.
      </p>
      <div className="row">
        <Button onClick={restore}>Restore</Button>
        <Button look="plain" onClick={discard}>
          Discard
        </Button>
      </div>
    </div>
  );
}
