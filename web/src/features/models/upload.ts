/** A model on its way into the workspace: ask, put both files, complete. What is given up on the way leaves nothing behind. */
import { ok, type Api } from '@tandem/client';

import { putWithProgress, type Put } from '~/lib/put';
import type { Model } from '~/session/queries';

export interface NewModel {
  readonly name: string;
  readonly encoder: File;
  readonly decoder: File;
}

export type Stage = { readonly name: 'sending'; readonly sent: number } | { readonly name: 'checking' };

export async function uploadModel(
  api: Api,
  { name, encoder, decoder }: NewModel,
  onStage: (stage: Stage) => void,
  signal: AbortSignal,
  put: Put = putWithProgress,
): Promise<Model> {
  onStage({ name: 'sending', sent: 0 });
  const body = { name, encoder: { size: encoder.size }, decoder: { size: decoder.size } };
  const asked = await ok(api.POST('/api/v1/models', { body, signal }));
  const path = { model_id: asked.model.id };
  try {
    await put(asked.encoder, encoder, (sent) => onStage({ name: 'sending', sent }), signal);
    await put(asked.decoder, decoder, (sent) => onStage({ name: 'sending', sent: encoder.size + sent }), signal);
    onStage({ name: 'checking' });
    return await ok(api.POST('/api/v1/models/{model_id}/complete', { params: { path }, signal }));
  } catch (error) {
    // What was refused is gone already, and what cannot be reached goes with the next upload.
    await api.DELETE('/api/v1/models/{model_id}', { params: { path } }).catch(() => undefined);
    throw error;
  }
}
