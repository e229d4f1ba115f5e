import { ok, type components } from '@tandem/client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { History, RotateCcw } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { useMay, useMembers } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { toast, toastError } from '~/ui/toast';
import './history.css';

type Checkpoint = components['schemas']['Checkpoint'];

const REASONS: Record<Checkpoint['reason'], string> = {
  submit: 'Submitted',
  restore: 'Before an older state came back',
  manual: 'Kept by hand',
  compaction: 'Kept by itself',
};

const at = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

interface HistoryDialogProps {
  projectId: string;
  taskId: string;
  open: boolean;
  onClose: () => void;
}

/** How the document was, who changed it since, and the way back. */
export function HistoryDialog({ projectId, taskId, open, onClose }: HistoryDialogProps): ReactNode {
  const [chosen, setChosen] = useState<Checkpoint | null>(null);
  const close = (): void => {
    setChosen(null);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      wide
      title={chosen ? 'Bring this state back?' : 'History of this task'}
      description={
        chosen
          ? 'It is an edit like any other: everybody on this task sees it at once, and what they draw at this moment stays. How it is right now is kept in this history too.'
          : 'The document as it was when somebody submitted, asked for it, or brought an older state back, and now and then in between.'
      }
    >
      {chosen ? (
        <Restore taskId={taskId} checkpoint={chosen} onBack={() => setChosen(null)} onDone={close} />
      ) : (
        <Checkpoints projectId={projectId} taskId={taskId} onChoose={setChosen} />
      )}
    </Dialog>
  );
}

function Checkpoints({
  projectId,
  taskId,
  onChoose,
}: {
  projectId: string;
  taskId: string;
  onChoose: (checkpoint: Checkpoint) => void;
}): ReactNode {
  const { api } = useBackend();
  const may = useMay(projectId);
  const nameOf = useNames(projectId);
  const now = useNow(30_000);
  const pages = useInfiniteQuery({
    queryKey: ['history', taskId],
    staleTime: 0,
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ok(
        api.GET('/api/v1/tasks/{task_id}/history', {
          params: { path: { task_id: taskId }, query: { limit: 30, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  if (pages.isLoadingError) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Skeleton height={160} className="skeleton-card" />;
  const items = pages.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Empty icon={<History size={20} />} title="Nothing is kept yet">
        The first state is kept when this task is submitted, or after a while of work.
      </Empty>
    );
  }
  return (
    <>
      <ol className="history" aria-label="States, newest first">
        {items.map((checkpoint) => (
          <li key={checkpoint.id} className="history-row">
            <span className="row-main">
              <strong title={at.format(new Date(checkpoint.made_at))}>As it was {ago(checkpoint.made_at, now)}</strong>
              <small className="muted">
                {REASONS[checkpoint.reason]}
                {checkpoint.authors.length > 0 && ` · edited by ${checkpoint.authors.map(nameOf).join(', ')}`}
              </small>
            </span>
            <span className="history-counts num">
              <span>{checkpoint.region_count === 1 ? '1 region' : `${checkpoint.region_count} regions`}</span>
              <Changes {...checkpoint} />
            </span>
            {may('history.restore') && (
              <Button
                icon={<RotateCcw size={14} aria-hidden />}
                onClick={() => onChoose(checkpoint)}
                aria-label={`Bring back the state of ${at.format(new Date(checkpoint.made_at))}`}
              >
                Bring back
              </Button>
            )}
          </li>
        ))}
      </ol>
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Show older states
        </Button>
      )}
    </>
  );
}

/** `+3 ~1 −2`, and the same in words for those who do not see it. */
function Changes({ added, changed, removed }: Pick<Checkpoint, 'added' | 'changed' | 'removed'>): ReactNode {
  if (added + changed + removed === 0) return <small className="muted">unchanged</small>;
  return (
    <small className="muted">
      <span aria-hidden>
        +{added} ~{changed} −{removed}
      </span>
      <span className="sr-only">
        {added} added, {changed} changed, {removed} removed
      </span>
    </small>
  );
}

function Restore({
  taskId,
  checkpoint,
  onBack,
  onDone,
}: {
  taskId: string;
  checkpoint: Checkpoint;
  onBack: () => void;
  onDone: () => void;
}): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/tasks/{task_id}/history/{checkpoint_id}/restore', {
          params: { path: { task_id: taskId, checkpoint_id: checkpoint.id } },
        }),
      ),
    onSuccess: ({ added, changed, removed }) => {
      void client.invalidateQueries({ queryKey: ['history', taskId] });
      toast(
        added + changed + removed === 0
          ? 'Nothing differed: the document is as it was'
          : `Brought back: ${added} regions came, ${changed} changed, ${removed} went`,
        'good',
      );
      onDone();
    },
    onError: toastError,
  });
  return (
    <>
      <p>
        The state of <strong>{at.format(new Date(checkpoint.made_at))}</strong>, with {checkpoint.region_count}{' '}
        {checkpoint.region_count === 1 ? 'region' : 'regions'}.
      </p>
      <div className="dialog-actions">
        <Button onClick={onBack}>Back</Button>
        <Button look="solid" busy={restore.isPending} onClick={() => restore.mutate()} data-testid="restore-confirm">
          Bring it back for everybody
        </Button>
      </div>
    </>
  );
}

function useNames(projectId: string): (id: string) => string {
  const members = useMembers(projectId);
  const names = new Map(members.data?.map(({ user }) => [user.id, user.name]));
  return (id) => names.get(id) ?? 'somebody who left';
}
