/** What the page and the worker say to each other. */
import type { MaskGeometry } from '~/geometry/mask';
import type { Size } from '~/geometry/points';
import type { Common } from './hired';

interface Point {
  readonly x: number;
  readonly y: number;
}

export type ToWorker =
  /** From now on all questions are about this picture. `size`: in what its coordinates are. */
  | { readonly type: 'picture'; readonly bitmap: ImageBitmap; readonly size: Size }
  | { readonly type: 'area'; readonly id: number; readonly point: Point; readonly tolerance: number }
  | {
      readonly type: 'way';
      readonly id: number;
      readonly from: Point | null;
      readonly to: Point;
      readonly reach: number;
      readonly pixel: number;
    };

export type FromWorker =
  | Common
  | { readonly type: 'area'; readonly id: number; readonly mask: MaskGeometry }
  | { readonly type: 'way'; readonly id: number; readonly points: readonly Point[] };
