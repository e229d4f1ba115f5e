import { areaOf, pointAt, signedArea, tidy, type PolygonGeometry, type Ring } from './areas';
import { insideRing } from './hit';
import { nested } from './nesting';
import { distance, imagePoint, type ImagePoint } from './points';

/**
 * A polygon and a line through it are a map: borders and line are its roads, the pieces its countries. Cutting with a
 * library's boolean operations would need a shape for "this side of the line", which a line that leaves a concave
 * polygon and comes back does not have.
 */
interface Roads {
  readonly points: readonly ImagePoint[];
  /** From each node to its neighbours; whether the polygon lies to the left of that way. */
  readonly out: readonly Map<number, boolean>[];
  /** What the line added. */
  readonly added: readonly (readonly [number, number])[];
}

/** Points nearer than this are one: far below what is stored, far above what floating point blurs. */
const GRID = 1e-4;

/** Pieces and whole may differ by so much of it: more means the border crosses itself. */
const LOSS = 1e-4;

interface Stretch {
  readonly a: ImagePoint;
  readonly b: ImagePoint;
  /** Where others meet it. */
  readonly met: ImagePoint[];
}

const stretch = (a: ImagePoint, b: ImagePoint): Stretch => ({ a, b, met: [] });

const apart = (s: Stretch, t: Stretch): boolean =>
  Math.max(s.a.x, s.b.x) < Math.min(t.a.x, t.b.x) - GRID ||
  Math.max(t.a.x, t.b.x) < Math.min(s.a.x, s.b.x) - GRID ||
  Math.max(s.a.y, s.b.y) < Math.min(t.a.y, t.b.y) - GRID ||
  Math.max(t.a.y, t.b.y) < Math.min(s.a.y, s.b.y) - GRID;

/** Whether a point lies on a stretch, between its ends. */
function isOn(p: ImagePoint, { a, b }: Stretch): boolean {
  const length = distance(a, b);
  if (length === 0) return false;
  const along = ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / length;
  const beside = ((p.x - a.x) * (b.y - a.y) - (p.y - a.y) * (b.x - a.x)) / length;
  return Math.abs(beside) <= 2 * GRID && along >= -2 * GRID && along <= length + 2 * GRID;
}

/** Notes on two stretches where they meet. An end that lies on the other one is that very point, so nodes stay one. */
function meet(s: Stretch, t: Stretch): void {
  if (apart(s, t)) return;
  let touching = false;
  for (const [end, other] of [
    [t.a, s],
    [t.b, s],
    [s.a, t],
    [s.b, t],
  ] as const) {
    // prettier-ignore
    if (!isOn(end, other)) continue;
    other.met.push(end);
    touching = true;
  }
  if (touching) return;
  const [rx, ry, qx, qy] = [s.b.x - s.a.x, s.b.y - s.a.y, t.b.x - t.a.x, t.b.y - t.a.y];
  const cross = rx * qy - ry * qx;
  if (cross === 0) return;
  const u = ((t.a.x - s.a.x) * qy - (t.a.y - s.a.y) * qx) / cross;
  const v = ((t.a.x - s.a.x) * ry - (t.a.y - s.a.y) * rx) / cross;
  if (u <= 0 || u >= 1 || v <= 0 || v >= 1) return;
  const p = imagePoint(s.a.x + u * rx, s.a.y + u * ry);
  s.met.push(p);
  t.met.push(p);
}

/** A stretch from point to point. */
const walked = ({ a, b, met }: Stretch): ImagePoint[] => [a, ...met.toSorted((p, q) => distance(a, p) - distance(a, q)), b];

/** Rings so turned that the polygon is on their left. */
const turned = (ring: Ring, i: number): ImagePoint[] => {
  const points = ring.map(pointAt);
  return signedArea(points) > 0 === (i === 0) ? points : points.reverse();
};

function surveyed(rings: readonly ImagePoint[][], line: readonly ImagePoint[]): Roads {
  const points: ImagePoint[] = [];
  const known = new Map<string, number>();
  const out: Map<number, boolean>[] = [];
  const node = (p: ImagePoint): number => {
    const key = `${Math.round(p.x / GRID)},${Math.round(p.y / GRID)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, points.length);
    out.push(new Map());
    return points.push(p) - 1;
  };
  const borders = rings.flatMap((ring) => ring.map((b, i) => stretch(ring.at(i - 1) ?? b, b)));
  const cuts = line.slice(1).map((b, i) => stretch(line[i] ?? b, b));
  cuts.forEach((cut, i) => {
    for (const border of borders) meet(border, cut);
    for (const earlier of cuts.slice(0, i)) meet(earlier, cut);
  });
  const each = (s: Stretch, visit: (from: number, to: number) => void): void => {
    const nodes = walked(s).map(node);
    nodes.slice(1).forEach((to, i) => {
      const from = nodes[i];
      if (from !== undefined && from !== to) visit(from, to);
    });
  };
  for (const border of borders) {
    each(border, (from, to) => {
      out[from]?.set(to, true);
      if (!out[to]?.has(from)) out[to]?.set(from, false);
    });
  }
  const added: [number, number][] = [];
  for (const cut of cuts) {
    each(cut, (from, to) => {
      const [a, b] = [points[from], points[to]];
      if (!a || !b || out[from]?.has(to)) return;
      const middle = imagePoint((a.x + b.x) / 2, (a.y + b.y) / 2);
      if (rings.filter((ring) => insideRing(middle, ring)).length % 2 === 0) return;
      out[from]?.set(to, true);
      out[to]?.set(from, true);
      added.push([from, to]);
    });
  }
  return { points, out, added };
}

type Walk = readonly number[];

/** Every way along the left hand: each walk has one country on its left all the way round. */
function walks({ points, out }: Roads): Walk[] {
  const heading = (from: number, to: number): number => {
    const [a, b] = [points[from], points[to]];
    return a && b ? Math.atan2(b.y - a.y, b.x - a.x) : 0;
  };
  const sorted = out.map((ways, from) => [...ways.keys()].sort((p, q) => heading(from, p) - heading(from, q)));
  const gone = out.map(() => new Set<number>());
  const found: Walk[] = [];
  out.forEach((ways, start) => {
    for (const first of ways.keys()) {
      if (gone[start]?.has(first)) continue;
      const walk: number[] = [];
      let [from, to] = [start, first];
      while (gone[from]?.has(to) === false) {
        gone[from]?.add(to);
        walk.push(from);
        const choices = sorted[to] ?? [];
        const next = choices.at(choices.indexOf(from) - 1) ?? from;
        [from, to] = [to, next];
      }
      found.push(walk);
    }
  });
  return found;
}

/** Takes out what of the line has the same country on both sides: it ends within, or only joins a hole to the border. */
function withoutDeadEnds(roads: Roads): Roads {
  const ofWay = new Map<string, number>();
  walks(roads).forEach((walk, n) => {
    walk.forEach((from, i) => ofWay.set(`${from},${walk[(i + 1) % walk.length] ?? from}`, n));
  });
  const out = roads.out.map((ways) => new Map(ways));
  const added = roads.added.filter(([from, to]) => {
    if (ofWay.get(`${from},${to}`) !== ofWay.get(`${to},${from}`)) return true;
    out[from]?.delete(to);
    out[to]?.delete(from);
    return false;
  });
  return { points: roads.points, out, added };
}

/** A walk that comes by a point twice is several rings. */
function loops(walk: Walk): Walk[] {
  const found: Walk[] = [];
  const path: number[] = [];
  const open = new Set<number>();
  for (const node of walk) {
    if (open.has(node)) {
      const loop = path.splice(path.lastIndexOf(node));
      for (const left of loop) open.delete(left);
      found.push(loop);
    }
    open.add(node);
    path.push(node);
  }
  return [...found, path];
}

/** The rings of the pieces; null: a hole is in none of them. */
function countries(roads: Roads): Ring[][] | null {
  const inside = walks(roads).filter((walk) => roads.out[walk[0] ?? -1]?.get(walk[1] ?? -1) === true);
  const { parts, strays } = nested(inside.flatMap(loops).map((loop) => loop.flatMap((node) => roads.points[node] ?? [])));
  return strays.length > 0 ? null : parts.map((part) => part.map((ring) => ring.map((p) => [p.x, p.y])));
}

/** The border may cross itself, and then it is no border of pieces: the shape has to be mended first. */
export const CROSSED = Symbol('a border that crosses itself');

type Divided = PolygonGeometry[] | typeof CROSSED | null;

function dividedPart(part: readonly Ring[], line: readonly ImagePoint[]): Divided {
  const all = surveyed(part.map(turned), line);
  if (all.added.length === 0) return null;
  const roads = withoutDeadEnds(all);
  // Where borders cross without a node, a whole line may look like a dead end.
  if (roads.added.length === 0) return CROSSED;
  const pieces = countries(roads);
  const whole = areaOf([part]);
  if (!pieces || Math.abs(areaOf(pieces) - whole) > whole * LOSS) return CROSSED;
  const kept = pieces.flatMap((piece) => tidy([piece]) ?? []);
  return kept.length < 2 ? null : kept;
}

/** The pieces a line makes of a polygon, each a polygon; null when it divides no part. What it leaves whole stays with the largest piece. */
export function divided(polygon: PolygonGeometry, line: readonly ImagePoint[]): Divided {
  const whole: Ring[][] = [];
  const pieces: PolygonGeometry[] = [];
  for (const part of polygon.parts) {
    const some = dividedPart(part, line);
    if (some === CROSSED) return CROSSED;
    if (some) pieces.push(...some);
    else whole.push(part);
  }
  const [largest, ...others] = pieces.sort((a, b) => areaOf(b.parts) - areaOf(a.parts));
  if (!largest) return null;
  return [tidy([...largest.parts, ...whole]) ?? largest, ...others];
}
