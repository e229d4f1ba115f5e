/**
 * Which keys commands have for whoever sits here: those of the product, or their own, which the server keeps (`session/preferences`). Everything that
 * shows or reads a key asks here.
 */
import { createStore } from '~/lib/store';
import { COMMANDS, type CommandId } from './commands';

/** Commands that have other keys than the product gives them; an empty list: none. */
export type MyKeys = Readonly<Partial<Record<CommandId, readonly string[]>>>;

export const myKeys = createStore<MyKeys>({});

/** How one gets out of things, and the arrows: what would be lost if they meant something else. */
export const FIXED: ReadonlySet<CommandId> = new Set<CommandId>(['escape', 'nudgeLeft', 'nudgeRight', 'nudgeUp', 'nudgeDown']);

export const keysOf = (id: CommandId, mine: MyKeys = myKeys.get()): readonly string[] => mine[id] ?? COMMANDS[id].keys;

/** The key that is shown for a command: the first that nothing else has here. */
export const firstKey = (id: CommandId, taken?: ReadonlySet<string>): string | undefined =>
  keysOf(id).find((key) => !taken?.has(key));

/** The same as a property of a button. */
export function hint(id: CommandId, taken?: ReadonlySet<string>): { keys?: string } {
  const keys = firstKey(id, taken);
  return keys === undefined ? {} : { keys };
}

let read: { readonly of: MyKeys; readonly byKey: ReadonlyMap<string, CommandId> } | null = null;

function byKey(mine: MyKeys): ReadonlyMap<string, CommandId> {
  if (read?.of !== mine) {
    const ids = Object.keys(COMMANDS) as CommandId[];
    read = { of: mine, byKey: new Map(ids.flatMap((id) => keysOf(id, mine).map((key) => [key, id] as const))) };
  }
  return read.byKey;
}

export const commandOf = (key: string, mine: MyKeys = myKeys.get()): CommandId | undefined => byKey(mine).get(key);

/** The key goes to a command; who had it has it no longer. */
export function given(mine: MyKeys, id: CommandId, key: string): MyKeys {
  const holder = commandOf(key, mine);
  const rest =
    holder === undefined || holder === id ? mine : { ...mine, [holder]: keysOf(holder, mine).filter((other) => other !== key) };
  return tidy({ ...rest, [id]: [key] });
}

export const withoutKeys = (mine: MyKeys, id: CommandId): MyKeys => tidy({ ...mine, [id]: [] });

/** Back to the product's, as far as others that have been changed do not have those now. */
export function usual(mine: MyKeys, id: CommandId): MyKeys {
  const rest: MyKeys = Object.fromEntries(Object.entries(mine).filter(([other]) => other !== id));
  const taken = new Set(Object.values(rest).flat());
  const free = COMMANDS[id].keys.filter((key) => !taken.has(key));
  return free.length === COMMANDS[id].keys.length ? rest : tidy({ ...rest, [id]: free });
}

/** What is as the product has it is not one's own. */
function tidy(mine: MyKeys): MyKeys {
  const own = Object.entries(mine).filter(([id, keys]) => {
    const usualKeys: readonly string[] = COMMANDS[id as CommandId].keys;
    return keys.length !== usualKeys.length || keys.some((key, index) => key !== usualKeys[index]);
  });
  return Object.fromEntries(own);
}

/** What was kept, by this program or one before or after it: commands that there are, and lists of keys that mean one thing each. */
export function keysFrom(kept: unknown): MyKeys {
  if (typeof kept !== 'object' || kept === null) return {};
  const seen = new Set<string>();
  const mine = Object.entries(kept).flatMap(([id, keys]: [string, unknown]) => {
    if (!(id in COMMANDS) || FIXED.has(id as CommandId) || !Array.isArray(keys)) return [];
    const own = keys.filter(
      (key): key is string => typeof key === 'string' && key !== '' && !seen.has(key) && refusal(key) === null,
    );
    own.forEach((key) => seen.add(key));
    return [[id, own] as const];
  });
  return tidy(Object.fromEntries(mine));
}

const BROWSERS: ReadonlySet<string> = new Set([
  'Control+t',
  'Control+w',
  'Control+n',
  'Control+Shift+t',
  'Control+Shift+w',
  'Control+Shift+n',
  'Control+r',
  'Control+l',
  'Control+Tab',
  'Control+Shift+Tab',
  'F5',
  'F11',
  'F12',
  'Alt+F4',
]);
const MODIFIERS: ReadonlySet<string> = new Set([
  'Control',
  'Shift',
  'Alt',
  'Meta',
  'AltGraph',
  'CapsLock',
  'Dead',
  'Process',
  'Unidentified',
]);

/** Why no command can have this key; null: one can. */
export function refusal(key: string): string | null {
  const end = key.split('+').at(-1);
  // The plus itself is what is between its parts.
  const last = end === undefined || end === '' ? '+' : end;
  if (MODIFIERS.has(last)) return 'Press a key together with it, or another one.';
  if (BROWSERS.has(key)) return 'The browser keeps this one for itself.';
  if (last === 'Tab') return 'Tab goes from one control to the next.';
  if (last === 'Escape') return 'Esc is how one lets go of things.';
  if (last === ' ') return 'Space moves the image, and presses the pointer of the keys.';
  if (last.startsWith('Arrow') && !key.startsWith('Alt+')) return 'Arrows move what is selected.';
  return null;
}
