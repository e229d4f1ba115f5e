import { COMMANDS, type CommandId } from './commands';
import { firstKey } from './keymap';
import type { Handlers, KeysHere } from './registry';

/** One thing that can be done. */
export interface Choice {
  readonly title: string;
  readonly group: string;
  readonly key: string | null;
  readonly run: () => void;
}

/** What is of no use from a list: it is told by where one is, or is the list itself. */
const NOT_LISTED: ReadonlySet<CommandId> = new Set<CommandId>([
  'palette',
  'escape',
  'nudgeLeft',
  'nudgeRight',
  'nudgeUp',
  'nudgeDown',
]);

/** Commands that have a handler now, and labels, with the keys that they really have. */
export function choicesOf(
  handlers: Handlers,
  labels: readonly { readonly name: string }[],
  keysHere: KeysHere,
  pickLabel: (name: string) => void,
): readonly Choice[] {
  const commands = (Object.keys(COMMANDS) as CommandId[]).flatMap((id): Choice[] => {
    const run = handlers[id];
    if (!run || NOT_LISTED.has(id) || keysHere.idle.has(id)) return [];
    const { title, group } = COMMANDS[id];
    const key = firstKey(id, keysHere.taken) ?? null;
    return [{ title, group, key, run: () => run(new KeyboardEvent('keydown')) }];
  });
  const labelled = labels.map(({ name }) => ({
    title: name,
    group: 'Label',
    key: keysHere.labels.get(name) ?? null,
    run: () => pickLabel(name),
  }));
  return [...commands, ...labelled];
}

/**
 * Those whose title, or group, has every word that was typed, wherever; first those where a word of the title begins with the first of them.
 */
export function found(choices: readonly Choice[], text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0];
  if (first === undefined) return choices;
  const rank = ({ title }: Choice): number => {
    const low = title.toLowerCase();
    return low.startsWith(first) ? 0 : low.split(/\s+/).some((word) => word.startsWith(first)) ? 1 : 2;
  };
  return choices
    .filter(({ title, group }) => words.every((word) => `${title} ${group}`.toLowerCase().includes(word)))
    .map((choice, index) => ({ choice, index }))
    .sort((a, b) => rank(a.choice) - rank(b.choice) || a.index - b.index)
    .map(({ choice }) => choice);
}
