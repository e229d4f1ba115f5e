/** Everything a key can do, in one place: the help overlay, the tooltips and the handler read the same list. */
export const COMMANDS = {
  submit: { title: 'Submit and next', group: 'Task', keys: ['Enter', 'Control+Enter'] },
  escape: { title: 'Let go of the shape or the selection; else skip', group: 'Task', keys: ['Escape'] },
  flush: { title: 'Send all edits now', group: 'Task', keys: ['Control+s'] },
  help: { title: 'Show these keys', group: 'Task', keys: ['?'] },
  select: { title: 'Select', group: 'Tools', keys: ['v'] },
  box: { title: 'Box', group: 'Tools', keys: ['b'] },
  undo: { title: 'Undo my last change', group: 'Edit', keys: ['Control+z'] },
  redo: { title: 'Redo', group: 'Edit', keys: ['Control+Shift+z', 'Control+y'] },
  remove: { title: 'Delete what is selected', group: 'Edit', keys: ['Delete', 'Backspace'] },
  nudgeLeft: { title: 'Move left (Shift: 10 px)', group: 'Edit', keys: ['ArrowLeft', 'Shift+ArrowLeft'] },
  nudgeRight: { title: 'Move right', group: 'Edit', keys: ['ArrowRight', 'Shift+ArrowRight'] },
  nudgeUp: { title: 'Move up', group: 'Edit', keys: ['ArrowUp', 'Shift+ArrowUp'] },
  nudgeDown: { title: 'Move down', group: 'Edit', keys: ['ArrowDown', 'Shift+ArrowDown'] },
  nextRegion: { title: 'Next region', group: 'Regions', keys: ['Alt+ArrowDown', 'Alt+ArrowRight'] },
  previousRegion: { title: 'Previous region', group: 'Regions', keys: ['Alt+ArrowUp', 'Alt+ArrowLeft'] },
  hide: { title: 'Hide or show what is selected', group: 'Regions', keys: ['h'] },
  zoomIn: { title: 'Zoom in', group: 'View', keys: ['+', '='] },
  zoomOut: { title: 'Zoom out', group: 'View', keys: ['-'] },
  fit: { title: 'Fit the image', group: 'View', keys: ['0'] },
} as const satisfies Record<string, { title: string; group: string; keys: readonly string[] }>;

export type CommandId = keyof typeof COMMANDS;
export type Handlers = Partial<Record<CommandId, (event: KeyboardEvent) => void>>;

export const firstKey = (id: CommandId): string => COMMANDS[id].keys[0];

/** `Control+Shift+z`: the modifiers in one order, Mac's Command as Control, letters small. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // Shift is part of how `?` or `+` is typed, but says something of its own with letters and named keys.
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  const parts = [(event.ctrlKey || event.metaKey) && 'Control', event.altKey && 'Alt', shift && 'Shift', key];
  return parts.filter(Boolean).join('+');
}

const BY_KEY = new Map<string, CommandId>();
for (const [id, command] of Object.entries(COMMANDS)) for (const key of command.keys) BY_KEY.set(key, id as CommandId);

export const commandOf = (key: string): CommandId | undefined => BY_KEY.get(key);

/**
 * The key of every label. What the project says goes, unless a command has that key or an earlier label took it; labels
 * without one get the digits that are left.
 */
export function labelKeys(
  labels: readonly { readonly name: string; readonly hotkey?: string | null | undefined }[],
): Map<string, string> {
  const keys = new Map<string, string>();
  const taken = new Set<string>(BY_KEY.keys());
  for (const { name, hotkey } of labels) {
    const key = hotkey?.toLowerCase();
    if (!key || taken.has(key)) continue;
    taken.add(key);
    keys.set(name, key);
  }
  const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].filter((digit) => !taken.has(digit));
  for (const { name } of labels) {
    if (keys.has(name)) continue;
    const digit = digits.shift();
    if (digit === undefined) break;
    keys.set(name, digit);
  }
  return keys;
}

/** Keys belong to a text field while one has the focus, and to a dialog or menu while one is open. */
export function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"], [role="menu"]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select')
  );
}
