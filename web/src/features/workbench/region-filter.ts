/** Which regions the list shows: by what they are called, and by how they are. */
import type { Json, RegionSnapshot } from '@tandem/client';

import { KIND_NAMES } from '~/geometry/shapes';

export const STATES = ['any', 'lacking', 'hidden', 'shown', 'locked', 'occluded', 'grouped'] as const;
export type RegionState = (typeof STATES)[number];

export const STATE_WORDS: Record<RegionState, string> = {
  any: 'Any',
  lacking: 'Something is missing',
  hidden: 'Hidden',
  shown: 'Shown',
  locked: 'Locked',
  occluded: 'Occluded',
  grouped: 'In a group',
};

export interface RegionFilter {
  readonly text: string;
  readonly state: RegionState;
}

export const EVERYTHING: RegionFilter = { text: '', state: 'any' };

export const isEverything = ({ text, state }: RegionFilter): boolean => text.trim() === '' && state === 'any';

/** What is known of regions besides themselves. */
export interface Standing {
  readonly hidden: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
  readonly lacks: (region: RegionSnapshot) => boolean;
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Every word somewhere in the label, the kind of shape or what its attributes say; accents do not matter. */
export function filtering(
  { text, state }: RegionFilter,
  { hidden, locked, lacks }: Standing,
): (region: RegionSnapshot) => boolean {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const isIn: Record<RegionState, (region: RegionSnapshot) => boolean> = {
    any: () => true,
    lacking: lacks,
    hidden: ({ id }) => hidden.has(id),
    shown: ({ id }) => !hidden.has(id),
    locked: ({ id }) => locked.has(id),
    occluded: ({ attributes }) => attributes.occluded === true,
    grouped: ({ attributes }) => attributes.group !== undefined,
  };
  return (region) => {
    if (!isIn[state](region)) return false;
    if (words.length === 0) return true;
    const { label, geometry, attributes } = region;
    const said = Object.entries(attributes).flatMap(([name, value]) => (name === 'group' ? [] : [spoken(value)]));
    const all = plain([label, KIND_NAMES[geometry.kind], ...said].join(' '));
    return words.every((word) => all.includes(word));
  };
}

function spoken(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map((one: Json) => spoken(one)).join(' ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
