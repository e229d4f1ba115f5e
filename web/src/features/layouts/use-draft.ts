/** A layout while it is edited: its text, what of it is saved and as which version, and what others saved meanwhile. */
import { ApiError, idempotencyKey, ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';

import type { Kept } from '~/lib/draft-shelf';
import { device } from '~/lib/keep';
import { useDraftShelf } from '~/lib/use-draft-shelf';
import { useBackend } from '~/session/backend';
import { toast, toastError } from '~/ui/toast';
import { texts } from './kept';
import { layoutsKey, type LayoutDetail, type LayoutVersion } from './queries';
import { called } from './versions';

export interface Written {
  readonly name: string;
  readonly source: string;
}

export interface Draft extends Written {
  readonly saved: LayoutVersion | null;
  readonly dirty: boolean;
  readonly isSaving: boolean;
  /** What was typed here before and not saved. */
  readonly offered: Kept<Written> | null;
  readonly write: (change: Partial<Written>) => void;
  /** @param how `next`: as a version of its own; `over`: although somebody saved what is there now */
  readonly save: (how: How, then?: (saved: LayoutVersion) => void) => void;
  /** This version is what the text is from now on a change of. */
  readonly take: (version: LayoutDetail) => void;
  readonly answerOffer: () => void;
}

export type How = { readonly as: 'same' } | { readonly as: 'next' } | { readonly as: 'over'; readonly seen: string };

const isSame = (one: Written, other: Written): boolean => one.name === other.name && one.source === other.source;

const isChanged = (error: unknown): boolean => error instanceof ApiError && error.code === 'layout_changed';

export function useDraft(projectId: string, from: LayoutDetail | null, first: Written): Draft {
  const client = useQueryClient();
  const [begin] = useState(first);
  const [saved, setSaved] = useState<LayoutVersion | null>(from);
  const [kept, setKept] = useState<Written | null>(from ? begin : null);
  const [now, setNow] = useState<Written>(begin);
  const store = useStore(projectId);
  const dirty = kept === null || !isSame(kept, now);
  const id = saved?.id ?? null;

  const { offered, settle } = useDraftShelf(texts, { projectId, id, begin, now, dirty, isSame });

  const save = useMutation({
    mutationFn: async (how: How) => ({ result: await store(saved, now, how), of: now, before: saved?.id ?? null }),
    onSuccess: ({ result, of, before }) => {
      texts.drop(device, projectId, before);
      settle();
      setSaved(result);
      setKept(of);
      toast(`Saved as ${called(result)}, a draft`, 'good');
    },
    onError: (error) => {
      // Said in the editor, with what can be done about it.
      if (!isChanged(error)) toastError(error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: layoutsKey(projectId) }),
  });

  return {
    ...now,
    saved,
    dirty,
    isSaving: save.isPending,
    offered,
    write: (change) => setNow((before) => ({ ...before, ...change })),
    save: (how, then) => save.mutate(how, { onSuccess: ({ result }) => then?.(result) }),
    take: (version) => {
      setSaved(version);
      setKept({ name: version.name, source: version.source });
      setNow({ name: version.name, source: version.source });
    },
    answerOffer: settle,
  };
}

/** Puts a text on the server, as the version that it should be of. */
function useStore(projectId: string) {
  const { api } = useBackend();
  // One creation is one draft, also when its answer was lost and it is asked for again.
  const header = useRef(idempotencyKey());
  const put = (version: LayoutVersion, body: Written, seen: string): Promise<LayoutDetail> =>
    ok(
      api.PUT('/api/v1/projects/{project_id}/layouts/{layout_id}', {
        params: { path: { project_id: projectId, layout_id: version.id } },
        body: { ...body, seen },
      }),
    );
  /** The next version that was made and not filled, because the connection broke in between. */
  const unfilled = useRef<LayoutVersion | null>(null);
  return async (saved: LayoutVersion | null, body: Written, how: How): Promise<LayoutDetail> => {
    if (!saved) {
      try {
        return await ok(
          api.POST('/api/v1/projects/{project_id}/layouts', {
            params: { path: { project_id: projectId }, header: header.current },
            body,
          }),
        );
      } catch (error) {
        // The key stands for another body from now on.
        if (error instanceof ApiError) header.current = idempotencyKey();
        throw error;
      }
    }
    if (how.as === 'over') return put(saved, body, how.seen);
    if (how.as === 'same' && saved.status === 'draft') return put(saved, body, saved.updated_at);
    unfilled.current ??= await ok(
      api.POST('/api/v1/projects/{project_id}/layouts/{layout_id}/versions', {
        params: { path: { project_id: projectId, layout_id: saved.id } },
      }),
    );
    const result = await put(unfilled.current, body, unfilled.current.updated_at);
    unfilled.current = null;
    return result;
  };
}
