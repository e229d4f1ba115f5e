/** Which key does what on one task: commands, labels and what a layout has, none of them twice. */
import { COMMANDS, YIELDING, type CommandId } from './commands';
import { commandOf, type MyKeys } from './keymap';

/** What a command answers that has nothing to do just now: the browser does with the key what it does anyway. */
export const LEFT_ALONE = Symbol('left alone');

export type Handlers = Partial<Record<CommandId, (event: KeyboardEvent) => unknown>>;

/** What else of a task has keys. */
export interface KeyNeighbours {
  /** Keys that the layout gives to other things than labels. */
  readonly ceded?: ReadonlySet<string>;
  /** Commands that are not there on this task: their keys are free. */
  readonly idle?: ReadonlySet<CommandId>;
  /** Keys that somebody gave to commands; absent: those in force. */
  readonly mine?: MyKeys;
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
function holderOf(key: string, { ceded, idle, mine }: KeyNeighbours): string | null {
  if (ceded?.has(key)) return 'something else of the layout';
  const id = commandOf(key, mine);
  return id === undefined || YIELDING.has(id) || idle?.has(id) ? null : COMMANDS[id].title;
}

export interface HolderHere {
  readonly name: string;
  /** The layout listens itself: no command can have it on this task. */
  readonly isLayouts: boolean;
}

/** What besides commands has a key on this task, by that key. */
export const holdersHere = ({ shown, ceded }: KeysHere): ReadonlyMap<string, HolderHere> =>
  new Map([...shown].map(([name, key]) => [key, { name, isLayouts: ceded.has(key) }]));

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

const KEYS_OF_COMMANDS: ReadonlySet<string> = new Set(Object.values(COMMANDS).flatMap(({ keys }) => [...keys]));

/** A key for one label more: what no label has and no command, so that a new label takes nobody's tool away. Null: there is none. */
export function freeLabelKey(labels: readonly Keyed[]): string | null {
  const taken = new Set(labels.map(({ hotkey }) => hotkey?.toLowerCase()));
  return Array.from('123456789abcdefghijklmnopqrstuvwxyz').find((key) => !taken.has(key) && !KEYS_OF_COMMANDS.has(key)) ?? null;
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

/** Who has the keys: nobody but us; a list, for what is typed; a text field, for editing as well; a dialog or menu that is open. */
export type Claim = 'nobody' | 'list' | 'text' | 'dialog';

export function claimOn(target: EventTarget | null): Claim {
  if (document.querySelector('[role="dialog"], [role="menu"]')) return 'dialog';
  if (!(target instanceof HTMLElement)) return 'nobody';
  if (target.matches('select')) return 'list';
  const isText =
    target.isContentEditable || target.matches('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea');
  return isText ? 'text' : 'nobody';
}

/** Plain keys belong to a form's control while one has the focus, and to a dialog or menu while one is open. */
export const isTaken = (target: EventTarget | null): boolean => claimOn(target) !== 'nobody';

/** What every text field does with these keys is its own. */
const EDITING: ReadonlySet<string> = new Set(
  ['a', 'c', 'v', 'x', 'z', 'y', 'Shift+z', 'Shift+v', 'Backspace', 'Delete', 'Home', 'End', 'Insert'].map(
    (key) => `Control+${key}`,
  ),
);

/** The command with Ctrl (Mac: Command) that a key is also where something else has the plain keys: the browser must not save the page meanwhile. */
export function commandAnywhere(keys: readonly string[], claim: Claim): CommandId | undefined {
  const key = keys.find((one) => one.startsWith('Control+') && (claim === 'list' || !EDITING.has(one)) && commandOf(one));
  return key === undefined ? undefined : commandOf(key);
}
