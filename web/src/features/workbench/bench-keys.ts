/** Which key does what on a task: the labels', those that its layout gives to other things, and what is left to the commands. */
import { absentFor, type CommandId } from '~/hotkeys/commands';
import { myKeys } from '~/hotkeys/keymap';
import { labelKeys, movedKeys, type KeysHere } from '~/hotkeys/registry';
import type { Hotkey, Layout } from '~/layout/tree';
import { TOOL_NAMES } from '~/tools/tool';
import type { AnnotatorSetup } from './annotator-setup';

/**
 * @param setup null: nothing is drawn on this task
 * @param work what is asked of me here
 * @param mine keys that I gave to commands
 * @param suggests whether a model suggests anything
 */
export function benchKeys(
  setup: AnnotatorSetup | null,
  layout: Layout | null,
  work = 'annotation',
  mine = myKeys.get(),
  suggests = false,
): KeysHere {
  const labels = setup?.labels ?? [];
  const isLabel = ({ key, value }: Hotkey): boolean =>
    labels.some(
      ({ name, formerly, hotkey }) =>
        (name === value || formerly?.includes(value ?? '')) && hotkey?.toLowerCase() === key.toLowerCase(),
    );
  const others = (layout?.hotkeys ?? []).filter((hotkey) => !isLabel(hotkey));
  const ceded = new Set(others.map(({ key }) => key.toLowerCase()));
  const idle = new Set<CommandId>([
    ...TOOL_NAMES.filter((tool) => setup?.tools.includes(tool) === false),
    ...absentFor(work, suggests),
  ]);
  const around = { ceded, idle, mine };
  const keys = labelKeys(labels, around);
  const shown = new Map([
    ...keys,
    ...others.map(({ key, value, instance_id }) => [value ?? instance_id, key.toLowerCase()] as const),
  ]);
  return {
    labels: keys,
    moved: movedKeys(labels, keys, around),
    ceded,
    shown,
    taken: new Set(shown.values()),
    idle,
  };
}
