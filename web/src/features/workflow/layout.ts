/** Where boxes and arrows go: layers from left to right (dagre), but for boxes that somebody placed. */
import { Graph, layout as dagre } from '@dagrejs/dagre';

import { branchesOf } from './branches';
import { ENDS, conditionWords, positionsOf, transitionsOf, type Form, type Point, type Step } from './form';

export const WIDTH = 186;
const HEIGHT = 70;
/** Height of a step in a branch. */
const INNER = 26;
const END = { width: 112, height: 44 };
/** Around all boxes, for arrows that go round them. */
const MARGIN = 36;
/** At which names can be read. */
const READABLE = 0.66;
/** Letters of a condition that an arrow shows; the rest is in its tip. */
export const LABEL = 26;

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Laid {
  readonly boxes: ReadonlyMap<string, Box>;
  /** By the transition's place; none where a box at either end was placed by hand. */
  readonly routes: ReadonlyMap<number, { readonly points: readonly Point[]; readonly label: Point }>;
}

export const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

export function sizeOf(id: string, step: Step | undefined, extra = 0): { width: number; height: number } {
  if (!step) return ENDS.includes(id as (typeof ENDS)[number]) ? END : { width: WIDTH, height: HEIGHT };
  // A branch without any says so in a line of its own.
  const inner = branchesOf(step).reduce((lines, branch) => lines + Math.max(1, branch.steps.length), 0);
  return { width: WIDTH, height: HEIGHT + extra + inner * INNER };
}

/** Ids of all boxes: the steps, and the ends that something leads to. */
export function boxesOf(form: Form): string[] {
  const steps = form.steps.map((step) => step.id);
  const known = new Set(steps);
  const reached = new Set(transitionsOf(form).map((t) => t.to));
  return [...known, ...ENDS.filter((end) => reached.has(end) && !known.has(end))];
}

/** @param extra height of what boxes show beside their own, e.g. counts. */
export function layOut(form: Form, extra = 0): Laid {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 34, ranksep: 42, edgesep: 18, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const steps = new Map(form.steps.map((step) => [step.id, step]));
  const ids = boxesOf(form);
  for (const id of ids) graph.setNode(id, sizeOf(id, steps.get(id), steps.has(id) ? extra : 0));
  const known = new Set(ids);
  const transitions = transitionsOf(form);
  transitions.forEach((t, index) => {
    if (!known.has(t.from) || !known.has(t.to)) return;
    const words = shorten(conditionWords(t), LABEL);
    const label = words ? { width: words.length * 6.5 + 18, height: 20, labelpos: 'c' } : {};
    graph.setEdge(t.from, t.to, { ...label, weight: words ? 1 : 2 }, String(index));
  });
  dagre(graph);

  const byHand = positionsOf(form);
  const boxes = new Map<string, Box>();
  for (const id of ids) {
    const { x, y, width, height } = graph.node(id) as Box;
    const own = byHand.get(id) ?? { x: x - width / 2, y: y - height / 2 };
    boxes.set(id, { ...own, width, height });
  }
  const routes = new Map<number, { points: readonly Point[]; label: Point }>();
  transitions.forEach((t, index) => {
    const [from, to] = [boxes.get(t.from), boxes.get(t.to)];
    if (!from || !to || byHand.has(t.from) || byHand.has(t.to) || t.from === t.to) return;
    const edge = graph.edge(t.from, t.to, String(index)) as { points?: Point[]; x?: number; y?: number } | undefined;
    const points = edge?.points;
    if (!points || points.length < 2) return;
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    routes.set(index, { points: docked(from, to, points), label: { x: edge.x ?? middle.x, y: edge.y ?? middle.y } });
  });
  return { boxes, routes };
}

/** Onward, an arrow leaves in the middle of the right side and arrives in the middle of the left one, as it does when it is dragged. */
function docked(from: Box, to: Box, points: readonly Point[]): readonly Point[] {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  if (end.x <= start.x) return points;
  const reach = Math.min(22, (end.x - start.x) / 3);
  return [start, { x: start.x + reach, y: start.y }, ...points.slice(1, -1), { x: end.x - reach, y: end.y }, end];
}

/** What of the whole is shown at first: all of it, unless it could not be read then; then its beginning. */
export function viewOf(boxes: Iterable<Box>, width: number, height: number): Point & { zoom: number } {
  const all = [...boxes];
  if (all.length === 0) return { x: 0, y: 0, zoom: 1 };
  const [left, top] = [Math.min(...all.map((b) => b.x)) - MARGIN, Math.min(...all.map((b) => b.y)) - MARGIN];
  const wide = Math.max(...all.map((b) => b.x + b.width)) + MARGIN - left;
  const high = Math.max(...all.map((b) => b.y + b.height)) + MARGIN - top;
  const zoom = Math.min(1.1, Math.max(READABLE, Math.min(width / wide, height / high)));
  const start = (room: number, size: number, from: number): number =>
    (size * zoom > room ? 0 : (room - size * zoom) / 2) - from * zoom;
  return { x: start(width, wide, left), y: start(height, high, top), zoom };
}

/** A smooth line through points: straight halves joined by quadratic bends. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const mid = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const to = (p: Point): string => `${round(p.x)},${round(p.y)}`;
  const parts = [`M${to(first)}`];
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    parts.push(next ? `Q${to(point)} ${to(mid(point, next))}` : `L${to(point)}`);
  });
  return parts.join(' ');
}

const round = (n: number): number => Math.round(n * 10) / 10;

/**
 * An arrow between boxes that somebody placed: from the right side to the left one; back to an earlier box it goes round below.
 * `nth`: of several between the same two, so that none hides another.
 */
export function arrowBetween(from: Box, to: Box, nth: number): { path: string; label: Point } {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  if (end.x > start.x + 12) {
    const bend = Math.max(30, (end.x - start.x) / 2);
    const shift = nth * 26;
    const path = `M${start.x},${start.y} C${start.x + bend},${start.y + shift} ${end.x - bend},${end.y + shift} ${end.x},${end.y}`;
    return { path, label: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 + shift * 0.75 } };
  }
  const [a, b] = [
    { x: from.x + from.width / 2, y: from.y + from.height },
    { x: to.x + to.width / 2 + (from === to ? 40 : 0), y: to.y + to.height },
  ];
  const depth = Math.max(a.y, b.y) + 56 + nth * 26;
  const path = `M${a.x},${a.y} C${a.x},${depth} ${b.x},${depth} ${b.x},${b.y}`;
  return { path, label: { x: (a.x + b.x) / 2, y: (a.y + b.y + 6 * depth) / 8 } };
}
