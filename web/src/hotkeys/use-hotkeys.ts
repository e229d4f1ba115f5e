import { useEffect, useRef } from 'react';

import { pressedKeys, withoutShift } from './keyboard';
import { commandOf } from './keymap';
import { claimOn, commandAnywhere, isTaken, LEFT_ALONE, type Handlers } from './registry';

/**
 * Binds commands, and the keys of labels, as long as the component is on the screen.
 * @param pickLabel `also`: with Shift, as long as no command has the label's key with Shift
 * @param ceded keys that a layout gives to something of its own, which listens itself
 */
export function useHotkeys(
  handlers: Handlers,
  labels: ReadonlyMap<string, string>,
  pickLabel: (name: string, also: boolean) => void,
  ceded: ReadonlySet<string>,
): void {
  const latest = useRef({ handlers, labels, pickLabel, ceded });
  useEffect(() => {
    latest.current = { handlers, labels, pickLabel, ceded };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const bound = latest.current;
      const pressed = pressedKeys(event);
      if (pressed.some((key) => bound.ceded.has(key))) return;
      const claim = claimOn(event.target);
      if (claim !== 'nobody') {
        const id = commandAnywhere(pressed, claim);
        const anywhere = id && bound.handlers[id];
        if (!anywhere) return;
        event.preventDefault();
        // What is open is to be answered first.
        if (claim !== 'dialog') anywhere(event);
        return;
      }
      const labelOf = (key: string | null): string | undefined => [...bound.labels].find(([, labelKey]) => labelKey === key)?.[0];
      const isCommand = (key: string): boolean => {
        const id = commandOf(key);
        return id !== undefined && bound.handlers[id] !== undefined;
      };
      const shifted = labelOf(withoutShift(event));
      if (shifted !== undefined && !pressed.some(isCommand)) {
        event.preventDefault();
        bound.pickLabel(shifted, true);
        return;
      }
      const key = pressed.find((one) => [...bound.labels.values()].includes(one) || commandOf(one) !== undefined);
      if (key === undefined) return;
      // A label's key was given to it by the project, and a command that has it too has yielded it.
      const label = labelOf(key);
      if (label !== undefined) {
        event.preventDefault();
        bound.pickLabel(label, false);
        return;
      }
      const command = commandOf(key);
      const run = command && bound.handlers[command];
      if (!run) return;
      // A focused button keeps its own Enter; Ctrl+Enter always submits.
      if (key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('button, a')) return;
      // Arrows go from one radio button to the next.
      if (event.target instanceof HTMLInputElement && event.key.startsWith('Arrow')) return;
      if (run(event) !== LEFT_ALONE) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/**
 * Keys of what a layout shows: options, types of entities, buttons. Null: none just now. Typing in a text field presses none of them.
 * @param within where the focus must be for the keys to count; absent: anywhere
 */
export function useKeys(keys: ReadonlyMap<string, () => void> | null, within?: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    if (keys === null || keys.size === 0) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isTaken(event.target)) return;
      if (within && !(event.target instanceof Node && within.current?.contains(event.target))) return;
      const run = pressedKeys(event)
        .map((key) => keys.get(key))
        .find((one) => one !== undefined);
      if (!run) return;
      event.preventDefault();
      run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [keys, within]);
}
