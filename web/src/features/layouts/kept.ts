import { draftShelf } from '~/lib/draft-shelf';

/** Texts of layouts that were typed and not saved. */
export const texts = draftShelf('tandem-layout-text', ({ name, source }) =>
  typeof name === 'string' && typeof source === 'string' ? { name, source } : null,
);
