import { ok, type NewRegion, type TaskRoom, type components } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { Looks } from '~/canvas/overlay';
import { useBackend } from '~/session/backend';
import type { Assignment } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Failed, Skeleton } from '~/ui/feedback';
import { toast } from '~/ui/toast';
import './candidates.css';

type Candidate = components['schemas']['Candidate'];

interface CandidatesProps {
  work: Assignment;
  room: TaskRoom;
  looks: Looks;
}

/** All answers to the task, for whoever decides between them: each can be taken over whole, and changed from there. */
export function Candidates({ work, room, looks }: CandidatesProps): ReactNode {
  const { api } = useBackend();
  const found = useQuery({
    queryKey: ['candidates', work.task_id, work.id],
    queryFn: async () =>
      (await ok(api.GET('/api/v1/tasks/{task_id}/candidates', { params: { path: { task_id: work.task_id } } }))).items,
  });
  const others = found.data?.filter((candidate) => candidate.annotation.assignment_id !== work.id) ?? [];
  return (
    <section className="candidates" aria-label="Answers to decide between">
      <h2>Answers</h2>
      <p className="muted">Take one over as it is, or draw what is right; then submit.</p>
      {found.isPending && <Skeleton />}
      {found.error && <Failed error={found.error} retry={() => void found.refetch()} />}
      <ol>
        {others.map((candidate) => (
          <li key={candidate.annotation.id} className="candidate">
            <div>
              <strong>{candidate.user_name ?? 'Somebody who left'}</strong>
              <Counts candidate={candidate} looks={looks} />
            </div>
            <Button onClick={() => takeOver(room, candidate)} data-testid={`use-${candidate.user_name ?? ''}`}>
              Use this
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Counts({ candidate, looks }: { candidate: Candidate; looks: Looks }): ReactNode {
  const counts = new Map<string, number>();
  for (const region of candidate.annotation.regions) counts.set(region.label, (counts.get(region.label) ?? 0) + 1);
  if (counts.size === 0) return <span className="muted">nothing found</span>;
  return (
    <ul className="candidate-labels">
      {[...counts].map(([label, count]) => (
        <li key={label}>
          <span className="candidate-dot" style={{ background: looks.color(label) }} aria-hidden />
          {label} {count > 1 && <span className="muted">{count}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Mine becomes what theirs is; one undo takes it back. */
function takeOver(room: TaskRoom, { annotation, user_name }: Candidate): void {
  room.regions.transact(() => {
    for (const region of room.regions.list()) room.regions.remove(region.id);
    for (const { label, geometry, attributes } of annotation.regions) {
      room.regions.add({ label, geometry, attributes } as NewRegion);
    }
  });
  toast(`What ${user_name ?? 'they'} drew is on the image now`, 'good');
}
