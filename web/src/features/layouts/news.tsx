/** What others saved while one edits: said, shown and left to the person to decide. Nothing is written over unseen. */
import { ok } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { TextDiff } from '~/ui/text-diff';
import { toastError } from '~/ui/toast';
import type { LayoutDetail, LayoutVersion } from './queries';
import type { Draft } from './use-draft';
import { called, newsOf } from './versions';

interface NewsProps {
  projectId: string;
  all: readonly LayoutVersion[];
  draft: Draft;
  /** Their text is to stand in the editor. */
  take: (theirs: LayoutDetail) => void;
}

export function News({ projectId, all, draft, take }: NewsProps): ReactNode {
  const { saved } = draft;
  const { again, later } = saved ? newsOf(all, saved) : { again: null, later: null };
  // A later version that was there when this one was opened is no news.
  const [known, setKnown] = useState<string | null>(later?.id ?? null);
  const [theirs, setTheirs] = useState<LayoutDetail | null>(null);
  const now = useNow(30_000);
  const read = useReader(projectId);
  if (!saved) return null;
  const shown = again ?? (later && later.id !== known ? later : null);
  if (!shown) return null;
  const isSame = shown.id === saved.id;
  return (
    <div className="editor-note editor-note-warn" role="alert">
      <p>
        {isSame
          ? `Somebody saved ${called(shown)} ${ago(shown.updated_at, now)}, after you opened it. Your text here is unchanged.`
          : `Somebody made ${called(shown)} ${ago(shown.created_at, now)}. Your text here does not have what is new in it.`}
      </p>
      <div className="row">
        <Button busy={read.isPending} onClick={() => read.mutate(shown.id, { onSuccess: setTheirs })}>
          See the difference
        </Button>
        {isSame ? (
          <Button onClick={() => draft.save({ as: 'next' })}>Save mine as the next version</Button>
        ) : (
          <Button look="plain" onClick={() => setKnown(shown.id)}>
            Go on with mine
          </Button>
        )}
      </div>
      {theirs && (
        <Dialog open wide onClose={() => setTheirs(null)} title={`From ${called(theirs)} to your text`}>
          <div className="layouts-difference">
            <TextDiff before={theirs.source} after={draft.source} />
          </div>
          <div className="dialog-actions">
            <Button onClick={() => setTheirs(null)}>Close</Button>
            <Button
              onClick={() => {
                take(theirs);
                setTheirs(null);
              }}
            >
              Take theirs
            </Button>
            {isSame && (
              <Button
                look="danger"
                onClick={() => {
                  draft.save({ as: 'over', seen: theirs.updated_at });
                  setTheirs(null);
                }}
              >
                Save mine over theirs
              </Button>
            )}
          </div>
        </Dialog>
      )}
    </div>
  );
}

function useReader(projectId: string) {
  const { api } = useBackend();
  return useMutation({
    mutationFn: (id: string) =>
      ok(
        api.GET('/api/v1/projects/{project_id}/layouts/{layout_id}', {
          params: { path: { project_id: projectId, layout_id: id } },
        }),
      ),
    onError: toastError,
  });
}
