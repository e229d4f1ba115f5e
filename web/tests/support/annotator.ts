/** An ImageAnnotator as the server compiles it, of what its markup says. */
import type { Json } from '@tandem/client';

import type { ComponentNode, Part } from '~/layout/tree';
import { field, literal, part } from './layout';

type Said = Record<string, Json>;

export const attribute = (name: string, type: string, said: Said = {}, options: readonly (string | Said)[] = []): Part => ({
  ...part('Attribute', { name, type, required: false, integer: false, ...said }),
  parts: options.map((option) => part('Option', typeof option === 'string' ? { value: option } : option)),
});

export const label = (name: string, said: Said = {}, parts: readonly Part[] = []): Part => ({
  ...part('Label', { name, ...said }),
  parts,
});

export const annotator = (said: Said = {}, parts: readonly Part[] = []): ComponentNode =>
  field('ImageAnnotator', 'regions', {
    kept: 'regions',
    schema: { type: 'array' },
    properties: Object.fromEntries(Object.entries(said).map(([name, value]) => [name, literal(value)])),
    parts,
  });
