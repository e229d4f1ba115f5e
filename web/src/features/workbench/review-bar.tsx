import { Check, Undo2, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { firstKey } from '~/hotkeys/registry';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import type { Decision } from './use-decide';

interface ReviewBarProps {
  busy: boolean;
  onDecide: (decision: Decision, reason: string | null) => void;
}

const ASKS: Record<'reject' | 'request_changes', { title: string; description: string; act: string }> = {
  request_changes: {
    title: 'What has to change?',
    description: 'The task goes back with your words. What is drawn stays, and you may draw what you mean.',
    act: 'Request changes',
  },
  reject: {
    title: 'Why is it rejected?',
    description: 'What becomes of a rejected task is up to the workflow. Your words stay with it.',
    act: 'Reject',
  },
};

/** What a reviewer can say: approve at once, the others with a reason. */
export function ReviewBar({ busy, onDecide }: ReviewBarProps): ReactNode {
  const [asking, setAsking] = useState<'reject' | 'request_changes' | null>(null);
  const [reason, setReason] = useState('');
  const ask = asking && ASKS[asking];
  return (
    <>
      <Button onClick={() => setAsking('reject')} icon={<X size={15} aria-hidden />} data-testid="reject">
        Reject
      </Button>
      <Button onClick={() => setAsking('request_changes')} icon={<Undo2 size={15} aria-hidden />} data-testid="request-changes">
        Request changes
      </Button>
      <Button
        look="solid"
        onClick={() => onDecide('approve', null)}
        busy={busy}
        icon={<Check size={15} aria-hidden />}
        keys={firstKey('submit')}
        data-testid="approve"
      >
        Approve
      </Button>
      <Dialog open={ask !== null} onClose={() => setAsking(null)} title={ask?.title ?? ''} description={ask?.description ?? ''}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (asking && reason.trim() !== '') onDecide(asking, reason.trim());
          }}
        >
          <label className="field">
            <span>Reason</span>
            <textarea
              className="input"
              rows={3}
              required
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
          <div className="dialog-actions">
            <Button onClick={() => setAsking(null)}>Keep looking</Button>
            <Button look="solid" type="submit" busy={busy} disabled={reason.trim() === ''} data-testid="decide-confirm">
              {ask?.act ?? ''}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
