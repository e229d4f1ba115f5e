/** Everything a key can do, in one place: the help overlay, the tooltips and the handler read the same list. */
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
  polygon: { title: 'Polygon', group: 'Tools', keys: ['p'] },
  polyline: { title: 'Line', group: 'Tools', keys: ['l'] },
  wand: { title: 'Magic wand', group: 'Tools', keys: ['w'] },
  scissors: { title: 'Intelligent scissors', group: 'Tools', keys: ['q'] },
  point: { title: 'Point', group: 'Tools', keys: ['.'] },
  keypoints: { title: 'Keypoints', group: 'Tools', keys: ['k'] },
  brush: { title: 'Mask brush', group: 'Tools', keys: ['m'] },
  eraser: { title: 'Mask eraser', group: 'Tools', keys: ['Shift+m'] },
  cut: { title: 'Cut a shape in two', group: 'Tools', keys: ['x'] },
  comment: { title: 'Comment', group: 'Tools', keys: ['c'] },
  smaller: { title: 'Smaller brush, less tolerance; else the point before', group: 'Tools', keys: ['['] },
  larger: { title: 'Larger brush, more tolerance; else the next point', group: 'Tools', keys: [']'] },
  snap: { title: 'Snap to the borders of neighbours, or not', group: 'Tools', keys: ['s'] },
  undo: { title: 'Undo my last change', group: 'Edit', keys: ['Control+z'] },
  redo: { title: 'Redo', group: 'Edit', keys: ['Control+Shift+z', 'Control+y'] },
  remove: { title: 'Delete what is selected, or the last point drawn', group: 'Edit', keys: ['Delete', 'Backspace'] },
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
  seeing: { title: 'Brightness, contrast and how shapes look', group: 'View', keys: ['i'] },
  nextDifference: { title: 'Next conflict, or next change', group: 'Review', keys: ['d', 'F8'] },
  previousDifference: { title: 'Conflict or change before', group: 'Review', keys: ['Shift+d', 'Shift+F8'] },
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
const YIELDING: ReadonlySet<CommandId> = new Set<CommandId>([
  'rotated_box',
  'ellipse',
  'polyline',
  'wand',
  'scissors',
  'point',
  'keypoints',
  'brush',
  'eraser',
  'cut',
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

/** Commands of reviewing and deciding that are not there for a kind of work: their keys are free. */
export function absentFor(work: string): ReadonlySet<CommandId> {
  if (work === 'adjudication') return new Set(VERDICTS);
  return new Set<CommandId>(work === 'review' ? DECIDING : [...STEPPING, ...DECIDING, ...VERDICTS]);
}

export type Handlers = Partial<Record<CommandId, (event: KeyboardEvent) => void>>;

export const firstKey = (id: CommandId): string => COMMANDS[id].keys[0];

/** `Control+Shift+z`: the modifiers in one order, Mac's Command as Control, letters small. */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & Partial<Pick<KeyboardEvent, 'code'>>,
): string {
  // With Alt a Mac types another letter in place of a digit.
  const digit = event.altKey ? /^Digit(\d)$/.exec(event.code ?? '')?.[1] : undefined;
  const key = digit ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  // Shift is part of how `?` or `+` is typed, but says something of its own with letters and named keys.
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  const parts = [(event.ctrlKey || event.metaKey) && 'Control', event.altKey && 'Alt', shift && 'Shift', key];
  return parts.filter(Boolean).join('+');
}

const BY_KEY = new Map<string, CommandId>();
for (const [id, command] of Object.entries(COMMANDS)) for (const key of command.keys) BY_KEY.set(key, id as CommandId);

export const commandOf = (key: string): CommandId | undefined => BY_KEY.get(key);

/** What else of a task has keys. */
export interface KeyNeighbours {
  /** Keys that the layout gives to other things than labels. */
  readonly ceded?: ReadonlySet<string>;
  /** Commands that are not there on this task: their keys are free. */
  readonly idle?: ReadonlySet<CommandId>;
}

/** Which key does what on one task. */
export interface KeysHere {
  /** Of each label that has one. */
  readonly labels: ReadonlyMap<string, string>;
  /** Labels that have another key than they were to have, and why. */
  readonly moved: ReadonlyMap<string, string>;
  /** What the layout listens to itself. */
  readonly ceded: ReadonlySet<string>;
  /** Everything that has a key besides the commands, for the list of all keys. */
  readonly shown: ReadonlyMap<string, string>;
  /** Keys that commands do not have here. */
  readonly taken: ReadonlySet<string>;
  /** Commands that are not there. */
  readonly idle: ReadonlySet<CommandId>;
}

/** What has a key that no label can have; null: nothing. */
function holderOf(key: string, { ceded, idle }: KeyNeighbours): string | null {
  if (ceded?.has(key)) return 'something else of the layout';
  const id = BY_KEY.get(key);
  return id === undefined || YIELDING.has(id) || idle?.has(id) ? null : COMMANDS[id].title;
}

interface Keyed {
  readonly name: string;
  readonly hotkey?: string | null | undefined;
  /** Why it cannot be given: it needs no key. */
  readonly problem?: string | null | undefined;
}

/**
 * The key of every label. What the layout or the project says goes, unless something has that key that does not yield it, or an earlier label took it;
 * labels without one get the digits that are left.
 */
export function labelKeys(labels: readonly Keyed[], around: KeyNeighbours = {}): Map<string, string> {
  const keys = new Map<string, string>();
  const usable = labels.filter(({ problem }) => problem == null);
  const isFree = (key: string): boolean => holderOf(key, around) === null && ![...keys.values()].includes(key);
  for (const { name, hotkey } of usable) {
    const key = hotkey?.toLowerCase();
    if (key && isFree(key)) keys.set(name, key);
  }
  const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].filter(isFree);
  for (const { name } of usable) {
    if (keys.has(name)) continue;
    const digit = digits.shift();
    if (digit === undefined) break;
    keys.set(name, digit);
  }
  return keys;
}

/** Of labels that have another key than they were to have: which, and what has that. */
export function movedKeys(
  labels: readonly Keyed[],
  keys: ReadonlyMap<string, string>,
  around: KeyNeighbours = {},
): Map<string, string> {
  const moved = new Map<string, string>();
  for (const { name, hotkey, problem } of labels) {
    const wanted = hotkey?.toLowerCase();
    if (!wanted || problem != null || keys.get(name) === wanted) continue;
    const holder = holderOf(wanted, around) ?? [...keys].find(([, key]) => key === wanted)?.[0] ?? 'something else';
    moved.set(name, `${wanted.toUpperCase()} is ${holder}`);
  }
  return moved;
}

/** Keys belong to a text field while one has the focus, and to a dialog or menu while one is open. */
export function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"], [role="menu"]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select')
  );
}
