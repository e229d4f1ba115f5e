/** One helper and one segmenter for all tasks of this page: what they have loaded serves the next one too. */
import { ok } from '@tandem/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { Helper, spawnWorker } from '~/assist/helper';
import { pictureOf } from '~/assist/picture';
import type { LoadedPicture } from '~/canvas/images';
import { Segmenter, spawnSegmenter, type ChosenModel } from '~/assist/sam/segmenter';
import type { Size } from '~/geometry/points';
import { useBackend } from '~/session/backend';
import { modelsQuery, type Model } from '~/session/queries';
import { toast } from '~/ui/toast';
import { chosenModel, modelOf } from './chosen-model';

export const helper = new Helper(spawnWorker);
export const segmenter = new Segmenter(spawnSegmenter, toast);

/** The picture that is open is the one that is asked about. */
export function useSeenPicture(loaded: LoadedPicture | null, size: Size): void {
  useEffect(() => {
    const picture = loaded && pictureOf(loaded, size);
    helper.show(picture);
    segmenter.show(picture);
    return () => {
      helper.show(null);
      segmenter.show(null);
    };
  }, [loaded, size]);
}

/** Models are those of the workspace, asked for when one is needed. */
export function useModelSource(): void {
  const { api, me } = useBackend();
  const client = useQueryClient();
  useEffect(() => {
    const query = modelsQuery(api);
    // What was read once does without a network; where there was none yet, one may have come.
    const known = (): Promise<Model[]> =>
      client.query({ ...query, staleTime: (client.getQueryData(query.queryKey)?.length ?? 0) > 0 ? 'static' : 0 });
    segmenter.use({
      shelf: `tandem-models-${me.workspace_id}`,
      chosen: async () => readyOf(modelOf(await known(), chosenModel.get())),
      hashes: () => (client.getQueryData(query.queryKey) ?? []).flatMap((model) => hashesOf(model)),
      addresses: async (id) => {
        const model = await ok(api.GET('/api/v1/models/{model_id}', { params: { path: { model_id: id } } }));
        const [encoder, decoder] = [model.encoder.url, model.decoder.url];
        if (encoder === null || decoder === null) throw new Error('its files are not there');
        return { encoder, decoder };
      },
    });
    return () => segmenter.use(null);
  }, [api, client, me.workspace_id]);
}

const hashesOf = ({ encoder, decoder }: Model): string[] => [encoder.sha256, decoder.sha256].filter((sha256) => sha256 !== null);

function readyOf(model: Model | null): ChosenModel | null {
  if (!model) return null;
  const { id, encoder, decoder } = model;
  if (encoder.sha256 === null || decoder.sha256 === null) return null;
  return {
    id,
    encoder: { size: encoder.size, sha256: encoder.sha256 },
    decoder: { size: decoder.size, sha256: decoder.sha256 },
  };
}
