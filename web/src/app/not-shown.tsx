import type { ReactNode } from 'react';

import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { broken } from './boundary';

/** A dialog that could not be shown takes nothing else of the screen with it: what is being drawn goes on. */
export function NotShown({ error, onClose }: { error: Error; onClose: () => void }): ReactNode {
  const { title, about, detail } = broken(error);
  return (
    <Dialog open onClose={onClose} title={title} description={about}>
      {detail && <pre className="page-error-detail">{detail}</pre>}
      <div className="dialog-actions">
        <Button onClick={onClose}>Later</Button>
        <Button look="solid" onClick={() => location.reload()}>
          Load again
        </Button>
      </div>
    </Dialog>
  );
}
