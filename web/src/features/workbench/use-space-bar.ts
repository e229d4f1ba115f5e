import { useEffect } from 'react';

import type { Pointers } from '~/canvas/pointers';
import { isTaken } from '~/hotkeys/registry';
import type { Desk } from '~/tools/desk';
import type { Activity } from './activity';

/** Space held: dragging moves the image; where the keys have a pointer out, it presses. And every key is a sign of work. */
export function useSpaceBar(desk: Desk, pointers: { readonly current: Pointers | null }, activity: Activity): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      activity.touch();
      if (event.key !== ' ' || isTaken(event.target)) return;
      const control = event.target instanceof HTMLElement && event.target.closest('button, a, input');
      if (control || !pointers.current) return;
      event.preventDefault();
      if (desk.keyPointer.at.get() === null) pointers.current.holdSpace(event.type === 'keydown');
      else if (event.type === 'keydown' && !event.repeat)
        desk.keyPointer.press({ shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey });
    };
    addEventListener('keydown', onKey);
    addEventListener('keyup', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('keyup', onKey);
    };
  }, [desk, pointers, activity]);
}
