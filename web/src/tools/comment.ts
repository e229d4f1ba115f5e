import { clampToImage } from '~/geometry/points';
import { notice, step, type Tool } from './tool';

export type CommentState = { readonly name: 'idle' } | { readonly name: 'pressed' };

const IDLE: CommentState = { name: 'idle' };

/** A press and its release pin a comment: to what is under them, or to the picture. */
export const commentTool: Tool<CommentState> = {
  name: 'comment',
  makes: [],
  idle: IDLE,
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        if (context.readOnly !== null) return step(IDLE, notice(context.readOnly));
        return step<CommentState>({ name: 'pressed' });
      case 'up': {
        if (state.name === 'idle') return step(IDLE);
        const under = context.at(event.point);
        return step(IDLE, { type: 'pin', point: clampToImage(event.point, context.image), region: under?.id ?? null });
      }
      case 'cancel':
      case 'lost':
        return step(IDLE);
      case 'move':
      case 'finish':
      case 'back':
      case 'skip':
      case 'removed':
      case 'answer':
      case 'tuned':
      case 'resumed':
        return step<CommentState>(state);
    }
  },
  holds: () => [],
  isBusy: () => false,
  cursor: (_, __, context) => (context.readOnly !== null ? 'default' : 'crosshair'),
  hint: (_, context) => (context.readOnly === null ? 'Click where the comment belongs: on a region, or anywhere' : null),
};
