import { useEffect, useRef } from 'react';

import { commandOf, isTaken, keyOf, type Handlers } from './registry';

/** Binds commands, and the keys of labels, as long as the component is on the screen. */
export function useHotkeys(handlers: Handlers, labels: ReadonlyMap<string, string>, pickLabel: (name: string) => void): void {
  const latest = useRef({ handlers, labels, pickLabel });
  useEffect(() => {
    latest.current = { handlers, labels, pickLabel };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isTaken(event.target)) return;
      const key = keyOf(event);
      const bound = latest.current;
      const command = commandOf(key);
      const run = command && bound.handlers[command];
      if (run) {
        // A focused button keeps its own Enter; Ctrl+Enter always submits.
        if (key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('button, a')) return;
        event.preventDefault();
        run(event);
        return;
      }
      for (const [name, labelKey] of bound.labels) {
        if (labelKey !== key) continue;
        event.preventDefault();
        bound.pickLabel(name);
        return;
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
