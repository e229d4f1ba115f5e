/** Versions of layouts, put together by what they are versions of. */
import { STATUS } from '~/ui/version-status';
import type { LayoutVersion } from './queries';

export interface Series {
  readonly id: string;
  readonly name: string;
  /** Newest first; at least one. */
  readonly versions: readonly LayoutVersion[];
  readonly newest: LayoutVersion;
  readonly active: LayoutVersion | null;
}

/** The one in use first, then those changed last. */
export function seriesOf(all: readonly LayoutVersion[]): Series[] {
  const bySeries = new Map<string, LayoutVersion[]>();
  for (const version of all) bySeries.set(version.series, [...(bySeries.get(version.series) ?? []), version]);
  return [...bySeries]
    .flatMap(([id, unsorted]) => {
      const versions = [...unsorted].sort((a, b) => b.version - a.version);
      const [newest] = versions;
      if (!newest) return [];
      return [{ id, name: newest.name, versions, newest, active: versions.find(({ status }) => status === 'active') ?? null }];
    })
    .sort((a, b) => Number(b.active !== null) - Number(a.active !== null) || lastChange(b) - lastChange(a));
}

const lastChange = ({ versions }: Series): number => Math.max(...versions.map((version) => Date.parse(version.updated_at)));

export const called = ({ name, version }: Pick<LayoutVersion, 'name' | 'version'>): string => `${name} v${version}`;

export const optionOf = (version: LayoutVersion): string => `${called(version)} (${STATUS[version.status].toLowerCase()})`;

/** What others did since a version was read: saved it again, or made a later one. */
export function newsOf(all: readonly LayoutVersion[], mine: Pick<LayoutVersion, 'id' | 'series' | 'version' | 'updated_at'>) {
  const again = all.find(({ id, updated_at }) => id === mine.id && Date.parse(updated_at) > Date.parse(mine.updated_at));
  const later = all
    .filter(({ series, version }) => series === mine.series && version > mine.version)
    .sort((a, b) => b.version - a.version)[0];
  return { again: again ?? null, later: later ?? null };
}
