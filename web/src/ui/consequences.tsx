import type { ReactNode } from 'react';

import { Button } from './controls';
import { Dialog } from './dialog';
import { explain } from './explain';

interface ConsequencesProps {
  title: string;
  /** What the button that does it says. */
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onDo: () => void;
  onClose: () => void;
  /** What is to be said beforehand. */
  asks?: ReactNode;
  /** One `li` for each thing that follows from it. */
  children: ReactNode;
}

/** Asks before something is done that others notice: what will follow, and why the server would not, if it would not. */
export function Consequences({
  title,
  action,
  danger,
  busy,
  error,
  onDo,
  onClose,
  asks,
  children,
}: ConsequencesProps): ReactNode {
  return (
    <Dialog open onClose={onClose} title={title}>
      {asks}
      <ul className="consequences">{children}</ul>
      {error != null && (
        <p className="field-error" role="alert">
          {explain(error).detail}
        </p>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>Not now</Button>
        <Button look={danger ? 'danger' : 'solid'} busy={busy} onClick={onDo}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
