/** Whether a task's fields get what they have at first, from here. */
import type { RoomSnapshot } from '@tandem/client';

import type { Assignment } from '~/session/queries';

interface Standing {
  /** What my lease asks of me; null: I have none here, or it is not known yet. */
  readonly work: Pick<Assignment, 'kind'> | null;
  readonly snapshot: Pick<RoomSnapshot, 'phase' | 'readOnly'>;
  /** The layout is this task's, and not still the one of the task before. */
  readonly isOwn: boolean;
}

/**
 * Only where somebody answers anew. Who decides between answers has those to begin with, and a default would pass for a decision; what another layout asks for is a field that
 * the server does not know.
 */
export const mayFill = ({ work, snapshot, isOwn }: Standing): boolean =>
  isOwn && work?.kind === 'annotation' && snapshot.phase === 'joined' && snapshot.readOnly === null;
