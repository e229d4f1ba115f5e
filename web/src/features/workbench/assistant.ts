/** One helper for all tasks of this page: what it has loaded serves the next one too. */
import { useEffect } from 'react';

import { Helper, spawnWorker } from '~/assist/helper';
import { pictureOf } from '~/assist/picture';
import type { Size } from '~/geometry/points';

export const helper = new Helper(spawnWorker);

/** The picture that is open is the one that is asked about. */
export function useSeenPicture(image: HTMLImageElement | null, size: Size): void {
  useEffect(() => {
    helper.show(image && pictureOf(image, size));
    return () => helper.show(null);
  }, [image, size]);
}
