import { gripsOf } from '~/geometry/grips';
import { imagePoint, type ImagePoint } from '~/geometry/points';
import { bounds } from '~/geometry/shapes';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import type { DeskLabel } from '~/tools/labels';
import type { ToolEvent, ToolName } from '~/tools/tool';
import { KNOB } from '~/tools/transform';
import type { Chance } from './chance';

/** One thing a hand does without a pause: others may do theirs between two of them. */
export type Act = (desk: Desk) => void;

export interface Gesture {
  readonly name: string;
  readonly acts: readonly Act[];
}

type Pointer = 'down' | 'move' | 'up';
interface Keys {
  readonly shift?: boolean;
  readonly alt?: boolean;
}

const event =
  (type: Pointer, point: ImagePoint, keys: Keys = {}): Act =>
  (desk) =>
    desk.dispatch({ type, point, ...keys });
const press =
  (type: Exclude<ToolEvent['type'], Pointer | 'answer'>): Act =>
  (desk) =>
    desk.dispatch({ type });
const take =
  (tool: ToolName): Act =>
  (desk) =>
    desk.pickTool(tool);
const label =
  (name: string): Act =>
  (desk) => {
    desk.select([]);
    desk.pickLabel(name);
  };

const drag = (way: readonly ImagePoint[], keys: Keys = {}): Act[] => {
  const [first, ...rest] = way;
  const last = rest.at(-1);
  return first && last ? [event('down', first, keys), ...rest.map((p) => event('move', p, keys)), event('up', last, keys)] : [];
};
const click = (point: ImagePoint, keys: Keys = {}): Act[] => [
  event('move', point, keys),
  event('down', point, keys),
  event('up', point, keys),
];

/** Selections beyond this are cut down: copies of copies would fill the picture. */
const MOST_CHOSEN = 4;

/** What a hand may do next at a desk, all by chance. */
export function gestures(
  desk: Desk,
  labels: readonly DeskLabel[],
  chance: Chance,
): readonly (readonly [number, () => Gesture])[] {
  const { image } = desk;

  /** Somewhere, now and then beyond the border; often where something is already. */
  const somewhere = (): ImagePoint => {
    const region = chance.is(0.5) ? chance.pick(desk.room.regions.list()) : undefined;
    const grip = region && chance.pick(gripsOf(region.geometry, KNOB));
    if (grip) return imagePoint(grip.point.x + chance.between(-5, 5), grip.point.y + chance.between(-5, 5));
    const over = chance.is(0.1) ? 0.3 : 0;
    return imagePoint(
      chance.between(-over * image.width, (1 + over) * image.width),
      chance.between(-over * image.height, (1 + over) * image.height),
    );
  };
  const beside = (p: ImagePoint, far: number): ImagePoint =>
    imagePoint(p.x + chance.between(-far, far), p.y + chance.between(-far, far));
  /** From a point on, in some steps. */
  const way = (from: ImagePoint, far = 120): ImagePoint[] => {
    const found = [from];
    for (let n = chance.whole(1, 4); n > 0; n--) found.push(beside(found.at(-1) ?? from, far));
    return found;
  };
  const within = (rect: { x: number; y: number; width: number; height: number }): ImagePoint =>
    imagePoint(rect.x + chance.next() * rect.width, rect.y + chance.next() * rect.height);
  const reachable = (kinds: readonly string[] | null): ReturnType<Desk['listed']> =>
    desk.listed().filter(({ id, geometry }) => !desk.locked.get().has(id) && (kinds?.includes(geometry.kind) ?? true));
  const target = (kinds: readonly string[] | null = null): ReturnType<Desk['listed']>[number] | undefined =>
    chance.pick(reachable(kinds));
  const shift = (): Keys => ({ shift: chance.is(0.2) });
  const anyLabel = (): string => chance.pick(labels)?.name ?? '';

  const dragged = (tool: ToolName) => (): Gesture => ({
    name: tool,
    acts: [take(tool), ...drag(way(somewhere()), shift())],
  });

  const path = (tool: 'polygon' | 'polyline') => (): Gesture => {
    const points = Array.from({ length: chance.whole(2, 6) }, somewhere);
    const placed = points.flatMap((p) => (chance.is(0.2) ? drag([p, ...way(p, 30)]) : click(p)));
    const first = points[0];
    const end = first && chance.is(0.4) ? click(first) : [];
    return {
      name: tool,
      acts: [take(tool), ...placed, ...(chance.is(0.2) ? [press('back')] : []), ...end, press('finish')],
    };
  };

  const skeleton = (): Gesture => {
    const posed = chance.pick(labels.filter(({ keypoints }) => keypoints !== undefined));
    const points = (posed?.keypoints ?? []).flatMap(() => (chance.is(0.2) ? [press('skip')] : click(somewhere(), shift())));
    return { name: 'keypoints', acts: [label(posed?.name ?? ''), take('keypoints'), ...points, press('finish')] };
  };

  const painted = (tool: 'brush' | 'eraser') => (): Gesture => {
    const mask = chance.is(0.7) ? target(['mask']) : undefined;
    const from = mask ? within(bounds(mask.geometry)) : somewhere();
    const size = chance.pick([0.3, 0.8, 1.2, 2]) ?? 1;
    return {
      name: tool,
      acts: [
        take(tool),
        (d) => {
          if (mask) d.select([mask.id]);
          d.brush.set(Math.min(60, d.brush.get()));
          d.tune(size);
        },
        ...drag(way(from, 60)),
      ],
    };
  };

  const cutting = (): Gesture => {
    const region = target(['box', 'rotated_box', 'ellipse', 'cuboid', 'polygon']);
    if (!region) return dragged('cut')();
    const b = bounds(region.geometry);
    const y = b.y + b.height * chance.next();
    const [from, to] = [imagePoint(b.x - 9, beside(imagePoint(0, y), 9).y), imagePoint(b.x + b.width + 9, y)];
    const line = chance.is(0.5) ? drag([from, to]) : [from, within(b), to].flatMap((p) => click(p));
    const choose: Act[] = chance.is(0.5) ? [(d) => d.select([region.id])] : [];
    return { name: 'cut', acts: [take('cut'), ...choose, ...line, press('finish')] };
  };

  const pull = (): Gesture => {
    const region = target();
    const grip = region && chance.pick(gripsOf(region.geometry, KNOB));
    if (!region || !grip) return selecting();
    const alt = grip.grip.type === 'vertex' && chance.is(0.3);
    const acts = alt ? click(grip.point, { alt }) : drag(way(grip.point), shift());
    return { name: alt ? 'take a point away' : 'pull', acts: [take('select'), (d) => d.select([region.id]), ...acts] };
  };

  const moving = (): Gesture => {
    const chosen = Array.from({ length: chance.whole(1, 3) }, () => target()?.id ?? '').filter((id) => id !== '');
    const region = target();
    const from = region ? within(bounds(region.geometry)) : somewhere();
    const choose: Act[] = chance.is(0.6) ? [(d) => d.select([...new Set([...chosen, ...(region ? [region.id] : [])])])] : [];
    return { name: 'move', acts: [take('select'), ...choose, ...drag(way(from))] };
  };

  const selecting = (): Gesture => {
    const marquee = chance.is(0.4);
    const at = somewhere();
    const acts = marquee ? drag([at, beside(at, 200), beside(at, 200)], { shift: true }) : click(at, shift());
    return { name: marquee ? 'marquee' : 'select', acts: [take('select'), ...acts] };
  };

  const command =
    (name: string, run: Act, least = 1) =>
    (): Gesture => ({
      name,
      acts: [
        (d) => {
          const chosen = d.selected().map(({ id }) => id);
          if (chosen.length > MOST_CHOSEN) d.select(chosen.slice(0, MOST_CHOSEN));
          // A command without anything to do it to is no work.
          if (chosen.length < least) d.select(Array.from({ length: least }, () => target()?.id ?? '').filter((id) => id !== ''));
        },
        run,
      ],
    });
  const far = (): number => chance.whole(-15, 15);

  return [
    [6, dragged('box')],
    [4, dragged('ellipse')],
    [4, () => ({ name: 'rotated_box', acts: [take('rotated_box'), ...drag(way(somewhere())), ...click(somewhere())] })],
    [4, () => ({ name: 'cuboid', acts: [take('cuboid'), ...drag(way(somewhere())), ...click(somewhere())] })],
    [5, dragged('relation')],
    [3, command('relate', commands.relate, 2)],
    [6, path('polygon')],
    [3, path('polyline')],
    [2, () => ({ name: 'point', acts: [take('point'), ...drag(way(somewhere(), 10))] })],
    [3, skeleton],
    [5, painted('brush')],
    [4, painted('eraser')],
    [5, cutting],
    [10, pull],
    [8, moving],
    [6, selecting],
    [2, command('duplicate', commands.duplicate)],
    [3, command('merge', commands.merge, 2)],
    [3, command('subtract', commands.subtract, 2)],
    [3, command('convert', commands.convert)],
    [2, command('fill', commands.fill)],
    [2, command('order', (d) => commands.order(d, chance.is(0.5) ? 'front' : 'back'))],
    [2, command('group', commands.group, 2)],
    [1, command('ungroup', commands.ungroup)],
    [2, command('occluded', commands.toggleOccluded)],
    [4, command('nudge', (d) => commands.nudge(d, far(), far()))],
    [1, command('align', (d) => commands.align(d, chance.is(0.5) ? 'left' : 'middle'), 2)],
    [1, command('distribute', (d) => commands.distribute(d, 'across'), 3)],
    [6, command('remove', commands.remove)],
    [2, command('next point', (d) => commands.stepVertex(d, chance.is(0.5) ? 1 : -1))],
    [1, command('add a point', commands.addVertex)],
    [3, command('label', (d) => d.pickLabel(anyLabel()))],
    [7, () => ({ name: 'undo', acts: [(d) => d.undo()] })],
    [4, () => ({ name: 'redo', acts: [(d) => d.redo()] })],
    [3, () => ({ name: 'Esc', acts: [(d) => void d.letGo()] })],
    [1, () => ({ name: 'lost', acts: [press('lost')] })],
    [1, () => ({ name: 'snapping', acts: [(d) => d.snapping.set(!d.snapping.get())] })],
  ];
}

/** One of them, the heavier the likelier. */
export function anyGesture(desk: Desk, labels: readonly DeskLabel[], chance: Chance): Gesture {
  const all = gestures(desk, labels, chance);
  let left = chance.next() * all.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of all) {
    left -= weight;
    if (left < 0) return make();
  }
  return { name: 'nothing', acts: [] };
}
