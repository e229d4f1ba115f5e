import { draftShelf } from '~/lib/draft-shelf';
import { readForm } from './form';

/** Workflows that were changed and not saved. */
export const forms = draftShelf('tandem-workflow-form', ({ form }) => {
  const read = readForm(form);
  return typeof read === 'string' ? null : { form: read };
});
