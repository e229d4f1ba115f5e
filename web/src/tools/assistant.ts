/**
 * What tools ask of somebody who sees the picture's pixels, which no tool does. Asking is an effect and the answer an event, so that a tool that is
 * helped stays a state machine, and a test answers in the helper's place.
 */
import type { MaskGeometry } from '~/geometry/mask';
import type { ImagePoint } from '~/geometry/points';
import type { Store } from '~/lib/store';

/** What somebody says about the thing that they mean. */
export type Prompt =
  | { readonly kind: 'point'; readonly point: ImagePoint; readonly inside: boolean }
  /** From corner to corner, all around it. */
  | { readonly kind: 'box'; readonly from: ImagePoint; readonly to: ImagePoint };

/** Told apart by identity: who asks keeps what was asked, and knows the answer by it. */
export type Ask =
  /** What is joined to a point and of about its color. */
  | { readonly kind: 'area'; readonly point: ImagePoint; readonly tolerance: number }
  /** The way along borders from one point to another. */
  | {
      readonly kind: 'way';
      /** Null: only where `to` comes to lie. */
      readonly from: ImagePoint | null;
      readonly to: ImagePoint;
      /** How far (image pixels) `to` may be moved onto a border. */
      readonly reach: number;
      /** Image pixels to a CSS pixel: the way is no finer than can be seen. */
      readonly pixel: number;
    }
  /** The thing that all of these mean. */
  | { readonly kind: 'thing'; readonly prompts: readonly Prompt[] };

export type Answer =
  | { readonly kind: 'area'; readonly mask: MaskGeometry }
  /** From `from` itself to where `to` came to lie. */
  | { readonly kind: 'way'; readonly points: readonly ImagePoint[] }
  /** `confidence`: how good it takes its own mask for, 0 to 1. */
  | { readonly kind: 'thing'; readonly mask: MaskGeometry; readonly confidence: number }
  /** Without a text: it is said elsewhere already. */
  | { readonly kind: 'failed'; readonly text: string | null };

export type Readiness =
  | { readonly name: 'asleep' }
  /** Bytes; `total` is null where nobody says how many, or it is no loading. `what`: what it is at, if there is more than one thing. */
  | { readonly name: 'loading'; readonly what?: string; readonly loaded: number; readonly total: number | null }
  | { readonly name: 'ready' }
  | { readonly name: 'failed'; readonly text: string };

export interface Assistant {
  readonly readiness: Pick<Store<Readiness>, 'get' | 'subscribe'>;
  ask(ask: Ask): Promise<Answer>;
  /** No answer is waited for any more: what is still being loaded for one is not needed. */
  giveUp(): void;
  /** Loads what it needs ahead, or once more after it failed. */
  wake(): void;
}

const NOBODY_THERE = 'This tool needs help that is not there';

/** For desks at which nobody sees the pixels. */
export const nobody: Assistant = {
  readiness: { get: () => ({ name: 'failed', text: NOBODY_THERE }), subscribe: () => () => undefined },
  ask: () => Promise.resolve({ kind: 'failed', text: NOBODY_THERE }),
  giveUp: () => undefined,
  wake: () => undefined,
};
