import { frameOn, inFrame, type Frame } from '~/geometry/frame';
import { clampToImage, distance, round2, type ImagePoint } from '~/geometry/points';
import { MIN_BOX } from '~/geometry/shapes';
import { correctable } from './correctable';
import { drafted, noDraft, selectUnder, step, type Step, type ToolContext, type ToolEvent } from './tool';

interface Edge {
  readonly name: 'edge';
  readonly label: string;
  readonly from: ImagePoint;
  readonly started: boolean;
}

interface Depth {
  readonly name: 'depth';
  readonly label: string;
  readonly from: ImagePoint;
  readonly to: ImagePoint;
  /** null: it has none yet. */
  readonly frame: Frame | null;
}

type Drawn = Step<Edge | Depth | null>;

const pair = (p: ImagePoint): number[] => [round2(p.x), round2(p.y)];

function drawEdge(state: Edge, event: ToolEvent, context: ToolContext): Drawn {
  if (event.type === 'lost') return step(null, noDraft);
  if (event.type !== 'move' && event.type !== 'up') return step(state);
  const to = clampToImage(event.point, context.image);
  const far = distance(to, state.from);
  if (event.type === 'move') {
    if (!state.started && far < context.slop) return step(state);
    const line = { kind: 'polyline' as const, points: [pair(state.from), pair(to)] };
    return step({ ...state, started: true }, drafted(state.label, line));
  }
  if (far >= Math.max(context.slop, MIN_BOX)) {
    return step({ name: 'depth', label: state.label, from: state.from, to, frame: null });
  }
  return state.started ? step(null, noDraft) : step(null, selectUnder(event.point, context));
}

function frameTo(state: Depth, point: ImagePoint, context: ToolContext): Frame {
  const frame = frameOn(state.from, state.to, clampToImage(point, context.image));
  return { ...frame, centre: clampToImage(frame.centre, context.image) };
}

function finish(state: Depth, frame: Frame | null): Drawn {
  if (!frame || frame.height < MIN_BOX) return step(state);
  return step(null, { type: 'add', label: state.label, geometry: inFrame('rotated_box', frame) }, noDraft);
}

function drawDepth(state: Depth, event: ToolEvent, context: ToolContext): Drawn {
  switch (event.type) {
    case 'down':
    case 'move': {
      const frame = frameTo(state, event.point, context);
      if (frame.height < MIN_BOX) return step({ ...state, frame: null });
      return step({ ...state, frame }, drafted(state.label, inFrame('rotated_box', frame)));
    }
    case 'up':
      return finish(state, frameTo(state, event.point, context));
    case 'finish':
      return finish(state, state.frame);
    case 'back':
      return step(null, noDraft);
    case 'resumed':
      return state.frame ? step(state, drafted(state.label, inFrame('rotated_box', state.frame))) : step(state);
    case 'lost':
    case 'skip':
    case 'cancel':
    case 'removed':
    case 'answer':
    case 'tuned':
      return step(state);
  }
}

/** One side first, by dragging, which is the angle too; then how deep it is. */
export const rotatedBoxTool = correctable<Edge | Depth>({
  name: 'rotated_box',
  makes: ['rotated_box'],
  begin: (event, { image }, label) => step({ name: 'edge', label, from: clampToImage(event.point, image), started: false }),
  draw: (state, event, context) => (state.name === 'edge' ? drawEdge(state, event, context) : drawDepth(state, event, context)),
  hint(state) {
    if (!state) return null;
    return state.name === 'depth' ? 'Now how deep: move, then click or press Enter' : 'Drag along one side of the object';
  },
});
