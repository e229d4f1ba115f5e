/**
 * What has been decided about each thing that answers differ in. A decision is the region itself: its id is made out of what it decides, so that the document alone says
 * what is decided, after a reload, on another device, and after an undo; and two who decide the same thing at once make one region, not two.
 */
import type { RegionSnapshot } from '@tandem/client';

import type { Group } from '~/agreement/compare';
import { same } from '~/lib/json';

export type Thing = Group<RegionSnapshot>;

export type Decided =
  /** As one or more of the answers have it. */
  | { readonly kind: 'taken'; readonly answers: readonly number[] }
  /** As nobody has it: merged, or drawn. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'left_out' };

/** cyrb128: four 32-bit words that depend on every character. Ids have to be the same everywhere, not hard to guess. */
function words(text: string): readonly number[] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a].map((word) => word >>> 0);
}

/** The id of the region that decides a thing, as a UUID of version 7. @param scope the document it is in */
export function regionIdOf(scope: string, key: string): string {
  const hex = words(`${scope} ${key}`)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `7${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20)].join('-');
}

const isAlike = (a: Pick<RegionSnapshot, 'label' | 'geometry' | 'attributes'>, b: typeof a): boolean =>
  a.label === b.label && same(a.geometry, b.geometry) && same({ ...a.attributes }, { ...b.attributes });

/** @returns null: it is still open */
export function decidedOf(thing: Thing, region: RegionSnapshot | undefined, isLeftOut: boolean): Decided | null {
  if (!region) return isLeftOut ? { kind: 'left_out' } : null;
  const answers = thing.members.filter((member) => isAlike(member.region, region)).map(({ answer }) => answer);
  return answers.length > 0 ? { kind: 'taken', answers } : { kind: 'changed' };
}
