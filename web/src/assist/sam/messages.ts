/** What the page and the worker of the smart polygon say to each other. */
import type { MaskGeometry } from '~/geometry/mask';
import type { Size } from '~/geometry/points';
import type { Prompt } from '~/tools/assistant';
import type { Common } from '../hired';

export interface FileToLoad {
  /** Of its bytes: what it is kept by. */
  readonly sha256: string;
  readonly size: number;
  /** Null: it is kept already. */
  readonly address: string | null;
}

export interface ModelToOpen {
  readonly encoder: FileToLoad;
  readonly decoder: FileToLoad;
  /** Where files are kept; those of other models than these go. */
  readonly shelf: string;
  readonly keep: readonly string[];
}

export type ToWorker =
  /** First of all, and once. */
  | { readonly type: 'open'; readonly model: ModelToOpen }
  | { readonly type: 'picture'; readonly key: string; readonly bitmap: ImageBitmap; readonly size: Size }
  | { readonly type: 'forget'; readonly key: string }
  | { readonly type: 'thing'; readonly id: number; readonly picture: string; readonly prompts: readonly Prompt[] };

export type FromWorker =
  | Common
  | { readonly type: 'thing'; readonly id: number; readonly mask: MaskGeometry; readonly confidence: number }
  /** For people to know; it goes on. */
  | { readonly type: 'said'; readonly text: string };
