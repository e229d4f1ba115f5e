/** Before an answer is submitted in which something is not decided. */
import type { ReactNode } from 'react';

import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';

interface OpenDialogProps {
  /** How many; 0: the dialog is not open. */
  open: number;
  onClose: () => void;
  onGo: () => void;
  onSubmit: () => void;
}

export function OpenDialog({ open, onClose, onGo, onSubmit }: OpenDialogProps): ReactNode {
  return (
    <Dialog
      open={open > 0}
      onClose={onClose}
      title={open === 1 ? 'One conflict is not decided' : `${open} conflicts are not decided`}
      description="What is not decided is not in your answer."
    >
      <div className="dialog-actions">
        <Button onClick={onSubmit} data-testid="submit-open">
          Submit as it is
        </Button>
        <Button look="solid" onClick={onGo}>
          Go to the first
        </Button>
      </div>
    </Dialog>
  );
}
