/**
 * Everything a key can do, in one place: the help overlay, the tooltips and the handler read the same list. Which keys they have for whoever sits here says
 * `keymap.ts`.
 */
export const COMMANDS = {
  submit: { title: 'Submit and next', group: 'Task', keys: ['Enter', 'Control+Enter'] },
  escape: { title: 'Let go of the shape or the selection; else skip', group: 'Task', keys: ['Escape'] },
  flush: { title: 'Send all edits now', group: 'Task', keys: ['Control+s'] },
  palette: { title: 'Find something to do', group: 'Task', keys: ['Control+k'] },
  help: { title: 'Show these keys', group: 'Task', keys: ['?'] },
  select: { title: 'Select', group: 'Tools', keys: ['v'] },
  box: { title: 'Box', group: 'Tools', keys: ['b'] },
  rotated_box: { title: 'Rotated box', group: 'Tools', keys: ['r'] },
  ellipse: { title: 'Ellipse', group: 'Tools', keys: ['e'] },
  cuboid: { title: 'Cuboid', group: 'Tools', keys: ['Shift+b'] },
  polygon: { title: 'Polygon', group: 'Tools', keys: ['p'] },
  polyline: { title: 'Line', group: 'Tools', keys: ['l'] },
  wand: { title: 'Magic wand', group: 'Tools', keys: ['w'] },
  scissors: { title: 'Intelligent scissors', group: 'Tools', keys: ['q'] },
  smart: { title: 'Smart polygon', group: 'Tools', keys: ['Shift+p'] },
  point: { title: 'Point', group: 'Tools', keys: ['.'] },
  keypoints: { title: 'Keypoints', group: 'Tools', keys: ['k'] },
  brush: { title: 'Mask brush', group: 'Tools', keys: ['m'] },
  eraser: { title: 'Mask eraser', group: 'Tools', keys: ['Shift+m'] },
  cut: { title: 'Cut a shape in two', group: 'Tools', keys: ['x'] },
  relation: {
    title: 'Relation between regions; with two selected: from the first to the second',
    group: 'Tools',
    keys: ['Shift+k'],
  },
  comment: { title: 'Comment', group: 'Tools', keys: ['c'] },
  smaller: { title: 'Smaller brush, less tolerance; else the point before', group: 'Tools', keys: ['['] },
  larger: { title: 'Larger brush, more tolerance; else the next point', group: 'Tools', keys: [']'] },
  snap: { title: 'Snap to the borders of neighbours, or not', group: 'Tools', keys: ['s'] },
  undo: { title: 'Undo my last change', group: 'Edit', keys: ['Control+z'] },
  redo: { title: 'Redo', group: 'Edit', keys: ['Control+Shift+z', 'Control+y'] },
  remove: {
    title: 'Delete what is selected, or the last point drawn; else reject the suggestion',
    group: 'Edit',
    keys: ['Delete', 'Backspace'],
  },
  addVertex: { title: 'Add a point after the chosen one', group: 'Edit', keys: ['Insert'] },
  selectAll: { title: 'Select everything', group: 'Edit', keys: ['Control+a'] },
  copy: { title: 'Copy', group: 'Edit', keys: ['Control+c'] },
  paste: { title: 'Paste, also on another task', group: 'Edit', keys: ['Control+v'] },
  duplicate: { title: 'Duplicate', group: 'Edit', keys: ['Control+d'] },
  nudgeLeft: { title: 'Move by a pixel; Shift: by ten', group: 'Edit', keys: ['ArrowLeft', 'Shift+ArrowLeft'] },
  nudgeRight: { title: 'Move right', group: 'Edit', keys: ['ArrowRight', 'Shift+ArrowRight'] },
  nudgeUp: { title: 'Move up', group: 'Edit', keys: ['ArrowUp', 'Shift+ArrowUp'] },
  nudgeDown: { title: 'Move down', group: 'Edit', keys: ['ArrowDown', 'Shift+ArrowDown'] },
  merge: { title: 'Join shapes into one', group: 'Shapes', keys: ['j'] },
  subtract: { title: 'Cut the later selected out of the first', group: 'Shapes', keys: ['Shift+j'] },
  fill: { title: 'Fill holes', group: 'Shapes', keys: ['f'] },
  convert: { title: 'Polygon to mask, mask to polygon', group: 'Shapes', keys: ['t'] },
  occluded: { title: 'Occluded, or not', group: 'Shapes', keys: ['o'] },
  group: { title: 'Group', group: 'Shapes', keys: ['g'] },
  ungroup: { title: 'Ungroup', group: 'Shapes', keys: ['Shift+g'] },
  front: { title: 'Bring to the front', group: 'Shapes', keys: ['PageUp'] },
  back: { title: 'Send to the back', group: 'Shapes', keys: ['PageDown'] },
  nextRegion: { title: 'Next region', group: 'Regions', keys: ['Alt+ArrowDown', 'Alt+ArrowRight'] },
  previousRegion: { title: 'Previous region', group: 'Regions', keys: ['Alt+ArrowUp', 'Alt+ArrowLeft'] },
  attributes: { title: 'Attributes of what is selected', group: 'Regions', keys: ['a', 'F2'] },
  hide: { title: 'Hide or show what is selected', group: 'Regions', keys: ['h'] },
  lock: { title: 'Lock or unlock what is selected', group: 'Regions', keys: ['Shift+l'] },
  comments: { title: 'Show or hide the list of comments', group: 'Comments', keys: ['Shift+c'] },
  commentHere: { title: 'Comment on what is selected', group: 'Comments', keys: ['Control+Alt+m'] },
  skip: { title: 'Next comment; while a skeleton is drawn: leave this keypoint out', group: 'Comments', keys: ['n'] },
  previousComment: { title: 'Previous comment', group: 'Comments', keys: ['Shift+n'] },
  zoomIn: { title: 'Zoom in', group: 'View', keys: ['+', '='] },
  zoomOut: { title: 'Zoom out', group: 'View', keys: ['-'] },
  fit: { title: 'Fit the image', group: 'View', keys: ['0'] },
  turnRight: { title: 'Turn what I see by a quarter', group: 'View', keys: ['Shift+t'] },
  turnLeft: { title: 'Turn it the other way', group: 'View', keys: ['Alt+t'] },
  seeing: { title: 'Brightness, contrast and how shapes look', group: 'View', keys: ['i'] },
  nextDifference: { title: 'Next suggestion, conflict or change', group: 'Review', keys: ['d', 'F8'] },
  previousDifference: { title: 'Suggestion, conflict or change before', group: 'Review', keys: ['Shift+d', 'Shift+F8'] },
  acceptSuggestion: {
    title: 'Accept the suggestion and go to the next (on the image; Esc: Tab goes on)',
    group: 'Review',
    keys: ['Tab'],
  },
  takeNext: { title: 'Take it as the next answer has it', group: 'Review', keys: ['z'] },
  take1: { title: 'Take it as the first answer has it', group: 'Review', keys: ['Alt+1'] },
  take2: { title: 'As the second', group: 'Review', keys: ['Alt+2'] },
  take3: { title: 'As the third', group: 'Review', keys: ['Alt+3'] },
  take4: { title: 'As the fourth', group: 'Review', keys: ['Alt+4'] },
  take5: { title: 'As the fifth', group: 'Review', keys: ['Alt+5'] },
  mergeAnswers: { title: 'Merge the answers; again: the next way to', group: 'Review', keys: ['u'] },
  editAnswer: { title: 'Take it over and edit it by hand', group: 'Review', keys: ['Shift+e'] },
  leaveOut: { title: 'Nothing is there: leave it out', group: 'Review', keys: ['y'] },
  takeAgreed: { title: 'Take all that is agreed', group: 'Review', keys: ['Shift+a'] },
  sideBySide: { title: 'Answers side by side, or over one another', group: 'Review', keys: ['Shift+s'] },
  requestChanges: { title: 'Request changes', group: 'Review', keys: ['Shift+r'] },
  reject: { title: 'Reject', group: 'Review', keys: ['Shift+x'] },
} as const satisfies Record<string, { title: string; group: string; keys: readonly string[] }>;

export type CommandId = keyof typeof COMMANDS;

/** Commands whose letter a project may give to a label: they are had by buttons too. */
export const YIELDING: ReadonlySet<CommandId> = new Set<CommandId>([
  'rotated_box',
  'ellipse',
  'cuboid',
  'polyline',
  'wand',
  'scissors',
  'smart',
  'point',
  'keypoints',
  'brush',
  'eraser',
  'cut',
  'relation',
  'comment',
  'comments',
  'previousComment',
  'skip',
  'snap',
  'merge',
  'subtract',
  'fill',
  'convert',
  'occluded',
  'group',
  'ungroup',
  'lock',
  'attributes',
  'seeing',
  'nextDifference',
  'previousDifference',
  'takeNext',
  'mergeAnswers',
  'editAnswer',
  'leaveOut',
  'takeAgreed',
  'sideBySide',
  'requestChanges',
  'reject',
]);

const STEPPING = ['nextDifference', 'previousDifference'] as const;
const VERDICTS = ['requestChanges', 'reject'] as const;
export const TAKES = ['take1', 'take2', 'take3', 'take4', 'take5'] as const;
const DECIDING = [
  ...TAKES,
  'takeNext',
  'mergeAnswers',
  'editAnswer',
  'leaveOut',
  'takeAgreed',
  'sideBySide',
] as const satisfies readonly CommandId[];

/**
 * Commands of reviewing and deciding that are not there for a kind of work: their keys are free.
 * @param suggests whether a model suggests anything
 */
export function absentFor(work: string, suggests: boolean): ReadonlySet<CommandId> {
  const absent: readonly CommandId[] = suggests ? [] : ['acceptSuggestion'];
  if (work === 'adjudication') return new Set([...absent, ...VERDICTS]);
  if (work === 'review') return new Set([...absent, ...DECIDING]);
  return new Set([...absent, ...(suggests ? [] : STEPPING), ...DECIDING, ...VERDICTS]);
}
