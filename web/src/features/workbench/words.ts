/** What choices of the workbench are called wherever they are named. */
import type { NamesShown } from '~/tools/seeing';

export const NAMES_WORDS: Record<NamesShown, string> = {
  all: 'All that can be read',
  pointed: 'Of what is pointed at or selected',
  none: 'None',
};
