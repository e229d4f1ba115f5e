import type { ImagePoint } from '~/geometry/points';
import { boxTool } from './box';
import { brushTool, eraserTool } from './brush';
import { commentTool } from './comment';
import { cuboidTool } from './cuboid';
import { cutTool } from './cut';
import { ellipseTool } from './ellipse';
import { keypointsTool } from './keypoints';
import { polygonTool, polylineTool } from './path';
import { pointTool } from './point';
import { relationTool } from './relation';
import { rotatedBoxTool } from './rotated-box';
import { scissorsTool } from './scissors';
import { smartTool } from './smart';
import { selectTool } from './select';
import { KEPT_TOOLS, type KeptShape } from './kept-shape';
import type { Effect, Tool, ToolContext, ToolEvent, ToolName } from './tool';
import type { RegionKind } from '~/geometry/shapes';
import { wandTool } from './wand';

/** A tool as it was at a moment. */
export interface Moment {
  readonly hand: Hand;
  /** Whether nothing has come of what happened since. */
  isNow(): boolean;
  /** The tool is as it was then. */
  restore(): void;
}

/** A tool in somebody's hand: the tool and the state it is in. */
export interface Hand {
  readonly name: ToolName;
  readonly makes: readonly RegionKind[];
  readonly isBusy: boolean;
  readonly holds: readonly string[];
  step(event: ToolEvent, context: ToolContext): readonly Effect[];
  remember(): Moment;
  cursor(point: ImagePoint, context: ToolContext): string;
  hint(context: ToolContext): string | null;
  /** What a device keeps of an unfinished drawing. */
  keep(): KeptShape | null;
  /** @returns whether it can be gone on with */
  revive(kept: KeptShape, context: ToolContext): boolean;
}

function taken<S>(tool: Tool<S>): Hand {
  let state = tool.idle;
  const hand: Hand = {
    name: tool.name,
    makes: tool.makes,
    get isBusy() {
      return tool.isBusy(state);
    },
    get holds() {
      return tool.holds(state);
    },
    step(event, context) {
      const next = tool.step(state, event, context);
      state = next.state;
      return next.effects;
    },
    remember() {
      const then = state;
      return {
        hand,
        isNow: () => state === then,
        restore() {
          state = then;
        },
      };
    },
    cursor: (point, context) => tool.cursor(state, point, context),
    hint: (context) => tool.hint?.(state, context) ?? null,
    keep() {
      const name = KEPT_TOOLS.find((one) => one === tool.name);
      const sketch = name && tool.keep?.(state);
      return sketch ? { tool: name, ...sketch } : null;
    },
    revive(kept, context) {
      const revived = tool.revive?.(kept, context) ?? null;
      if (revived !== null) state = revived;
      return revived !== null;
    },
  };
  return hand;
}

const TOOLS: Readonly<Record<ToolName, () => Hand>> = {
  select: () => taken(selectTool),
  box: () => taken(boxTool),
  rotated_box: () => taken(rotatedBoxTool),
  cuboid: () => taken(cuboidTool),
  ellipse: () => taken(ellipseTool),
  polygon: () => taken(polygonTool),
  polyline: () => taken(polylineTool),
  wand: () => taken(wandTool),
  scissors: () => taken(scissorsTool),
  smart: () => taken(smartTool),
  point: () => taken(pointTool),
  keypoints: () => taken(keypointsTool),
  brush: () => taken(brushTool),
  eraser: () => taken(eraserTool),
  cut: () => taken(cutTool),
  relation: () => taken(relationTool),
  comment: () => taken(commentTool),
};

export const take = (name: ToolName): Hand => TOOLS[name]();
