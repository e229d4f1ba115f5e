/** Skeletons as people write them, a point or a pair of points a line, and some to begin with. */

export interface Skeleton {
  readonly keypoints: readonly string[];
  readonly skeleton: readonly Pair[];
  readonly symmetry: readonly Pair[];
}
export type Pair = readonly [number, number];

/** What people type. */
export interface SkeletonText {
  readonly points: string;
  readonly lines: string;
  readonly mirrors: string;
}

export interface Read extends Skeleton {
  /** In words, by the field that is wrong. */
  readonly wrong: Readonly<Partial<Record<keyof SkeletonText, string>>>;
}

const rows = (text: string): string[] =>
  text
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '');

const BETWEEN = ' - ';

export const writeSkeleton = ({ keypoints, skeleton, symmetry }: Skeleton): SkeletonText => ({
  points: keypoints.join('\n'),
  lines: writePairs(skeleton, keypoints),
  mirrors: writePairs(symmetry, keypoints),
});

const writePairs = (pairs: readonly Pair[], names: readonly string[]): string =>
  pairs.map((pair) => pair.map((place) => names[place] ?? '?').join(BETWEEN)).join('\n');

export function readSkeleton({ points, lines, mirrors }: SkeletonText): Read {
  const keypoints = rows(points);
  const twice = keypoints.find((name, place) => keypoints.indexOf(name) !== place);
  const edges = readPairs(lines, keypoints);
  const pairs = readPairs(mirrors, keypoints);
  const ends = pairs.pairs.flat();
  const paired = ends.find((end, place) => ends.indexOf(end) !== place);
  const mirrored = pairs.wrong ?? (paired === undefined ? undefined : `${keypoints[paired] ?? ''} has two mirror images`);
  return {
    keypoints,
    skeleton: edges.pairs,
    symmetry: pairs.pairs,
    wrong: {
      ...(twice === undefined ? {} : { points: `There are two points named ${twice}` }),
      ...(edges.wrong === undefined ? {} : { lines: edges.wrong }),
      ...(mirrored === undefined ? {} : { mirrors: mirrored }),
    },
  };
}

function readPairs(text: string, names: readonly string[]): { pairs: Pair[]; wrong?: string } {
  const pairs: Pair[] = [];
  for (const row of rows(text)) {
    const ends = row.split(/\s+-\s+|\s*[–—]\s*/).map((end) => end.trim());
    const [from, to] = ends;
    if (from === undefined || to === undefined || ends.length !== 2)
      return { pairs, wrong: `Write two points with “ - ” between them, not “${row}”` };
    const unknown = ends.find((end) => !names.includes(end));
    if (unknown !== undefined) return { pairs, wrong: `There is no point named ${unknown === '' ? '“”' : unknown}` };
    if (from === to) return { pairs, wrong: `${from} is joined with itself` };
    pairs.push([names.indexOf(from), names.indexOf(to)]);
  }
  return { pairs };
}

/** Points whose names differ in a left and a right: most skeletons say it that way. */
export function mirroredByName(keypoints: readonly string[]): Pair[] {
  const lower = keypoints.map((name) => name.toLowerCase());
  return lower.flatMap((name, place): Pair[] => {
    const other = name.includes('left') ? lower.indexOf(name.replace('left', 'right')) : -1;
    return other < 0 ? [] : [[place, other]];
  });
}

export interface Template extends Skeleton {
  readonly name: string;
  /** Where each point is shown, from 0 to 1. */
  readonly places: readonly (readonly [number, number])[];
}

/** Seen from the front: what is left of the person is to the right. */
const PERSON: readonly (readonly [string, number, number])[] = [
  ['nose', 0.5, 0.1],
  ['left_eye', 0.54, 0.06],
  ['right_eye', 0.46, 0.06],
  ['left_ear', 0.6, 0.09],
  ['right_ear', 0.4, 0.09],
  ['left_shoulder', 0.66, 0.25],
  ['right_shoulder', 0.34, 0.25],
  ['left_elbow', 0.76, 0.41],
  ['right_elbow', 0.24, 0.41],
  ['left_wrist', 0.8, 0.56],
  ['right_wrist', 0.2, 0.56],
  ['left_hip', 0.59, 0.54],
  ['right_hip', 0.41, 0.54],
  ['left_knee', 0.61, 0.74],
  ['right_knee', 0.39, 0.74],
  ['left_ankle', 0.62, 0.94],
  ['right_ankle', 0.38, 0.94],
];
/** COCO's edges, counted from 0. */
const PERSON_LINES: readonly Pair[] = [
  [15, 13],
  [13, 11],
  [16, 14],
  [14, 12],
  [11, 12],
  [5, 11],
  [6, 12],
  [5, 6],
  [5, 7],
  [6, 8],
  [7, 9],
  [8, 10],
  [1, 2],
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
  [3, 5],
  [4, 6],
];

const FINGERS = ['thumb', 'index', 'middle', 'ring', 'little'];
const HAND: readonly (readonly [string, number, number])[] = [
  ['wrist', 0.5, 0.94],
  ...FINGERS.flatMap((finger, f) =>
    [1, 2, 3, 4].map((joint): readonly [string, number, number] => {
      const reach = [0.12, 0.3, 0.44, 0.56][joint - 1] ?? 0;
      const x = 0.5 + (f - 2) * (0.08 + joint * 0.022);
      return [`${finger}_${joint}`, x, 0.72 - reach * (f === 0 ? 0.72 : f === 4 ? 0.84 : 1)];
    }),
  ),
];
const HAND_LINES: readonly Pair[] = FINGERS.flatMap((_, f) =>
  [0, 1, 2, 3].map((joint): Pair => [joint === 0 ? 0 : f * 4 + joint, f * 4 + joint + 1]),
);

function template(name: string, points: readonly (readonly [string, number, number])[], skeleton: readonly Pair[]): Template {
  const keypoints = points.map(([point]) => point);
  return { name, keypoints, skeleton, symmetry: mirroredByName(keypoints), places: points.map(([, x, y]) => [x, y]) };
}

export const TEMPLATES: readonly Template[] = [
  template('Person (COCO, 17 points)', PERSON, PERSON_LINES),
  template('Hand (21 points)', HAND, HAND_LINES),
];

/** Where to show points: as a template has them if all are of one, else in a circle. */
export function placesOf(keypoints: readonly string[]): readonly (readonly [number, number])[] {
  const known = TEMPLATES.find((one) => keypoints.every((name) => one.keypoints.includes(name)));
  return keypoints.map((name, place) => {
    const at = known?.places[known.keypoints.indexOf(name)];
    if (at) return at;
    const turn = (place / keypoints.length) * 2 * Math.PI - Math.PI / 2;
    return [0.5 + 0.42 * Math.cos(turn), 0.5 + 0.42 * Math.sin(turn)];
  });
}
