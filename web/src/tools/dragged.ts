import { clampToImage, type ImagePoint, type Size } from '~/geometry/points';
import type { Geometry, RegionKind } from '~/geometry/shapes';
import { correctable, type CorrectableState } from './correctable';
import { drafted, noDraft, selectUnder, step, type Tool, type ToolName } from './tool';

interface Dragging {
  readonly from: ImagePoint;
  readonly label: string;
  /** The pointer has gone further than a click. */
  readonly started: boolean;
}

interface Drag {
  readonly name: ToolName;
  readonly makes: readonly RegionKind[];
  between(from: ImagePoint, to: ImagePoint, image: Size, steps: boolean): Geometry;
  /** Across and down, in image pixels. */
  extent(geometry: Geometry): Size;
  /** Thinner than any object. */
  readonly least: number;
}

/** A tool that draws from one corner to the opposite one. */
export const draggedTool = (drag: Drag): Tool<CorrectableState<Dragging>> =>
  correctable<Dragging>({
    name: drag.name,
    makes: drag.makes,
    // A press outside the image starts at its border, so that shapes along the edge are easy.
    begin: (event, { image }, label) => step({ from: clampToImage(event.point, image), label, started: false }),
    draw(state, event, context) {
      if (event.type === 'lost') return step(null, noDraft);
      if (event.type !== 'move' && event.type !== 'up') return step(state);
      const geometry = drag.between(state.from, event.point, context.image, event.shift ?? false);
      const { width, height } = drag.extent(geometry);
      const wide = width >= context.slop || height >= context.slop;
      if (event.type === 'move') {
        return state.started || wide ? step({ ...state, started: true }, drafted(state.label, geometry)) : step(state);
      }
      if (wide && width >= drag.least && height >= drag.least) {
        return step(null, { type: 'add', label: state.label, geometry }, noDraft);
      }
      return state.started ? step(null, noDraft) : step(null, selectUnder(event.point, context));
    },
  });
