import { deepened } from '~/geometry/cuboid';
import { clampToImage, type ImagePoint, type Rect } from '~/geometry/points';
import { boxBetween, MIN_BOX, type CuboidGeometry } from '~/geometry/shapes';
import { correctable } from './correctable';
import { drafted, noDraft, selectUnder, step, type Step, type ToolContext, type ToolEvent } from './tool';

interface Front {
  readonly name: 'front';
  readonly label: string;
  readonly from: ImagePoint;
  readonly started: boolean;
}

interface Depth {
  readonly name: 'depth';
  readonly label: string;
  readonly front: Rect;
  /** null: it has none yet. */
  readonly whole: CuboidGeometry | null;
}

type Drawn = Step<Front | Depth | null>;

/** A face alone, as it is shown before there is any depth. */
const flat = ({ x, y, width, height }: Rect): CuboidGeometry => {
  const face = { x, y, width, height };
  return { kind: 'cuboid', front: face, back: face };
};

function drawFront(state: Front, event: ToolEvent, context: ToolContext): Drawn {
  if (event.type === 'lost') return step(null, noDraft);
  if (event.type !== 'move' && event.type !== 'up') return step(state);
  const front = boxBetween(state.from, event.point, context.image);
  const wide = front.width >= context.slop || front.height >= context.slop;
  if (event.type === 'move')
    return state.started || wide ? step({ ...state, started: true }, drafted(state.label, flat(front))) : step(state);
  if (wide && front.width >= MIN_BOX && front.height >= MIN_BOX)
    return step({ name: 'depth', label: state.label, front, whole: null }, drafted(state.label, flat(front)));
  return state.started ? step(null, noDraft) : step(null, selectUnder(event.point, context));
}

const finish = (state: Depth, whole: CuboidGeometry | null): Drawn =>
  whole ? step(null, { type: 'add', label: state.label, geometry: whole }, noDraft) : step(state);

function drawDepth(state: Depth, event: ToolEvent, context: ToolContext): Drawn {
  switch (event.type) {
    case 'down':
    case 'move': {
      const whole = deepened(state.front, clampToImage(event.point, context.image), context.image, event.shift ?? false);
      return step({ ...state, whole }, drafted(state.label, whole));
    }
    case 'up':
      return finish(state, deepened(state.front, clampToImage(event.point, context.image), context.image, event.shift ?? false));
    case 'finish':
      return finish(state, state.whole);
    case 'back':
      return step(null, noDraft);
    case 'resumed':
      return step(state, drafted(state.label, state.whole ?? flat(state.front)));
    case 'lost':
    case 'skip':
    case 'cancel':
    case 'removed':
    case 'answer':
    case 'tuned':
      return step(state);
  }
}

/** The front by dragging from corner to corner; then where the back ends. */
export const cuboidTool = correctable<Front | Depth>({
  name: 'cuboid',
  makes: ['cuboid'],
  begin: (event, { image }, label) => step({ name: 'front', label, from: clampToImage(event.point, image), started: false }),
  draw: (state, event, context) => (state.name === 'front' ? drawFront(state, event, context) : drawDepth(state, event, context)),
  hint(state) {
    if (!state) return null;
    return state.name === 'depth'
      ? 'Now where the back ends: move, then click or press Enter; Shift: as large as the front'
      : 'Drag over the side that faces you';
  },
});
