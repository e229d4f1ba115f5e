import { useState, type ReactNode } from 'react';

import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';

const REASONS = ['Image is broken or too blurry', 'Nothing to label here', 'I am not sure how to label this'];

interface SkipDialogProps {
  open: boolean;
  busy: boolean;
  onClose: () => void;
  onSkip: (reason: string) => void;
}

export function SkipDialog({ open, busy, onClose, onSkip }: SkipDialogProps): ReactNode {
  const [reason, setReason] = useState('');
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Skip this task?"
      description="Somebody else gets it. What you drew stays in the document."
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          onSkip(reason);
        }}
      >
        <div className="reasons">
          {REASONS.map((text) => (
            <button key={text} type="button" className="reason" aria-pressed={reason === text} onClick={() => setReason(text)}>
              {text}
            </button>
          ))}
        </div>
        <label className="field">
          <span>Reason (optional)</span>
          <textarea
            className="input"
            rows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep working</Button>
          <Button look="solid" type="submit" busy={busy} data-testid="skip-confirm">
            Skip
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
