/** Answers to a task as the server has them, made ready to be laid beside one another. */
import type { Json, RegionSnapshot, components } from '@tandem/client';

export type Candidate = components['schemas']['Candidate'];

export interface Answer {
  /** Which of them: its colour, its dash and its key. */
  readonly at: number;
  /** Of the annotation. */
  readonly id: string;
  readonly userId: string | null;
  readonly name: string;
  readonly regions: readonly RegionSnapshot[];
  /** What it says besides, as the layout asks for it. */
  readonly output: Json;
}

/** Told apart by people who see colours differently (Okabe and Ito, jfly.uni-koeln.de/color); with the dash, also by those who see none. */
const LOOKS: readonly { readonly color: string; readonly dash: readonly number[] }[] = [
  { color: '#0072b2', dash: [] },
  { color: '#e69f00', dash: [9, 5] },
  { color: '#009e73', dash: [2, 4] },
  { color: '#cc79a7', dash: [12, 4, 2, 4] },
  { color: '#56b4e9', dash: [5, 3] },
  { color: '#d55e00', dash: [16, 5] },
];

export const lookOf = (at: number): { readonly color: string; readonly dash: readonly number[] } =>
  LOOKS[at % LOOKS.length] ?? { color: '#8b8f99', dash: [] };

type Region = Candidate['annotation']['regions'][number];

/** As the canvas takes it. Its id says which answer it is of: two answers may have a region from a common beginning, with one id. */
const regionOf = (of: string, { id, label, geometry, attributes, author, z, relations }: Region): RegionSnapshot => ({
  id: `${of}:${id}`,
  label,
  geometry: geometry,
  attributes: attributes as Record<string, Json>,
  author,
  z,
  createdAt: 0,
  relations: relations.map((relation) => ({ ...relation, to: `${of}:${relation.to}` })),
});

export const regionsOf = ({ annotation }: Candidate): readonly RegionSnapshot[] =>
  annotation.regions.map((region) => regionOf(annotation.id, region));

export const outputOf = ({ annotation }: Candidate): Json => (annotation.output ?? {}) as Json;

export const nameOf = ({ user_name }: Pick<Candidate, 'user_name'>): string => user_name ?? 'Somebody who left';

/**
 * What somebody decides between: of every answer its last round, without what was decided at this step before and without one's own work.
 * @param work what my lease asks of me
 */
export function answersTo(
  candidates: readonly Candidate[],
  work: { readonly id: string; readonly step: string },
): readonly Answer[] {
  const newest = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { annotation, round, slot } = candidate;
    if (annotation.assignment_id === work.id || annotation.step === work.step) continue;
    const place = `${annotation.step} ${slot}`;
    if ((newest.get(place)?.round ?? -1) < round) newest.set(place, candidate);
  }
  return [...newest.values()].map((candidate, at) => ({
    at,
    id: candidate.annotation.id,
    userId: candidate.annotation.user_id,
    name: nameOf(candidate),
    regions: regionsOf(candidate),
    output: outputOf(candidate),
  }));
}
