/** What tools are called where there is room for a word or two, as beside a colleague's cursor. */
import type { ToolName } from './tool';

/** Each begins as the tool's title among the keys does. */
export const TOOL_WORDS: Readonly<Record<ToolName, string>> = {
  select: 'Select',
  box: 'Box',
  rotated_box: 'Rotated box',
  ellipse: 'Ellipse',
  cuboid: 'Cuboid',
  polygon: 'Polygon',
  polyline: 'Line',
  wand: 'Magic wand',
  scissors: 'Intelligent scissors',
  smart: 'Smart polygon',
  point: 'Point',
  keypoints: 'Keypoints',
  brush: 'Mask brush',
  eraser: 'Mask eraser',
  cut: 'Cut',
  relation: 'Relation',
  comment: 'Comment',
};

const isTool = (tool: string): tool is ToolName => Object.hasOwn(TOOL_WORDS, tool);

/** What somebody has in hand; nothing for whoever only points, and for tools that only another version has: ids are no words. */
export const toolInWords = (tool: string | null | undefined): string =>
  tool == null || tool === 'select' || !isTool(tool) ? '' : TOOL_WORDS[tool];
