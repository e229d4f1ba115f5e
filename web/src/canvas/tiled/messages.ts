/** What the page and the worker that has a huge picture say to each other. */
import type { Rect, Size } from '~/geometry/points';

export type ToWorker =
  | { readonly type: 'open'; readonly file: Blob }
  /** A part of the picture as so many pixels. */
  | { readonly type: 'cut'; readonly id: number; readonly part: Rect; readonly as: Size };

export type FromWorker =
  | { readonly type: 'opened'; readonly size: Size; readonly overview: ImageBitmap }
  | { readonly type: 'cut'; readonly id: number; readonly bitmap: ImageBitmap }
  /** Whether it is being decoded: seconds, in which nothing is cut. */
  | { readonly type: 'decoding'; readonly now: boolean }
  /** `id`: null where it could not even be opened. */
  | { readonly type: 'failed'; readonly id: number | null; readonly why: string };
