import { clampToImage, round2, type ImagePoint } from '~/geometry/points';
import type { Geometry } from '~/geometry/shapes';
import { drafted, labelInHand, noDraft, notice, step, type Tool, type ToolContext } from './tool';

export type PointState = { readonly name: 'idle' } | { readonly name: 'placing'; readonly label: string };

const IDLE: PointState = { name: 'idle' };

function pointAt(at: ImagePoint, context: ToolContext): Geometry {
  const { x, y } = clampToImage(at, context.image);
  return { kind: 'point', x: round2(x), y: round2(y) };
}

/** A press shows the point, moving puts it right, the release sets it. */
export const pointTool: Tool<PointState> = {
  name: 'point',
  makes: ['point'],
  idle: IDLE,
  step(state, event, context) {
    if (state.name === 'idle') {
      if (event.type !== 'down') return step(state);
      const label = labelInHand(context);
      if (label.missing !== null) return step(IDLE, notice(label.missing));
      return step<PointState>({ name: 'placing', label: label.name }, drafted(label.name, pointAt(event.point, context)));
    }
    switch (event.type) {
      case 'move':
        return step<PointState>(state, drafted(state.label, pointAt(event.point, context)));
      case 'up':
        if (context.readOnly !== null) return step(IDLE, noDraft, notice(context.readOnly));
        return step(IDLE, { type: 'add', label: state.label, geometry: pointAt(event.point, context) }, noDraft);
      case 'cancel':
      case 'lost':
        return step(IDLE, noDraft);
      case 'down':
      case 'finish':
      case 'back':
      case 'skip':
      case 'removed':
      case 'answer':
      case 'tuned':
      case 'resumed':
        return step<PointState>(state);
    }
  },
  holds: () => [],
  isBusy: (state) => state.name === 'placing',
  cursor: (_, __, context) => (context.readOnly !== null ? 'default' : 'crosshair'),
};
