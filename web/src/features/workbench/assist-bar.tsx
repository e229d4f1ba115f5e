import { CopyMinus, CopyPlus, SquareDashedMousePointer, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';

import { useStore } from '~/lib/use-store';
import type { Assistant } from '~/tools/assistant';
import { TOLERANCE, type Desk } from '~/tools/desk';
import type { Touches } from '~/tools/tool';
import { Button, IconButton } from '~/ui/controls';

const TOUCHES: readonly (readonly [Touches, string, typeof Undo2])[] = [
  ['anew', 'A click begins anew', SquareDashedMousePointer],
  ['adds', 'A click adds (Shift)', CopyPlus],
  ['takes away', 'A click takes away (Alt)', CopyMinus],
];

/** How much the wand takes, and what a click does for those who have no Shift key at hand. */
export function WandBar({ desk }: { desk: Desk }): ReactNode {
  const tolerance = useStore(desk.tolerance);
  const touches = useStore(desk.touches);
  return (
    <>
      <label className="desk-group desk-brush">
        <span>Tolerance</span>
        <input
          type="range"
          min={TOLERANCE.least}
          max={TOLERANCE.most}
          value={tolerance}
          aria-label="Tolerance: how far colors may be from the one clicked on"
          onChange={(event) => desk.setTolerance(Number(event.target.value))}
        />
        <span className="num">{tolerance}</span>
      </label>
      <div className="desk-group" role="group" aria-label="What a click of the wand does">
        {TOUCHES.map(([value, label, Icon]) => (
          <IconButton
            key={value}
            label={label}
            side="bottom"
            pressed={touches === value}
            onClick={() => desk.touches.set(value)}
            data-testid={`touches-${value.replace(' ', '-')}`}
          >
            <Icon size={16} aria-hidden />
          </IconButton>
        ))}
      </div>
    </>
  );
}

/** Enter, Backspace and Esc for those who hold a pen. */
export function Whole({ desk, what }: { desk: Desk; what: 'click' | 'point' }): ReactNode {
  const busy = useStore(desk.busy);
  if (!busy) return null;
  return (
    <div className="desk-group" role="group" aria-label="What is being drawn">
      <IconButton
        label={`Take the last ${what} back`}
        keys="Backspace"
        side="bottom"
        onClick={() => desk.dispatch({ type: 'back' })}
      >
        <Undo2 size={16} aria-hidden />
      </IconButton>
      <Button look="plain" onClick={() => desk.drop()}>
        Cancel
      </Button>
      <Button look="solid" onClick={() => desk.finish()} data-testid="assist-done">
        Done
      </Button>
    </div>
  );
}

const mega = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** While what helps is still on its way, and when it did not come. */
export function Arriving({ assistant }: { assistant: Assistant }): ReactNode {
  const readiness = useStore(assistant.readiness);
  if (readiness.name === 'loading') {
    const { what = 'the assistant, once', loaded, total } = readiness;
    return (
      <div className="desk-group desk-arriving" role="status" data-testid="assist-loading">
        <progress {...(total === null ? {} : { value: loaded, max: total })} aria-label={`Loading ${what}`} />
        <span>
          Loading {what}
          {total === null ? '' : `: ${mega(loaded)} of ${mega(total)} MB`}
          <small className="muted"> · Esc: not now</small>
        </span>
      </div>
    );
  }
  if (readiness.name !== 'failed') return null;
  return (
    <div className="desk-group desk-arriving" role="alert" data-testid="assist-failed">
      <span>{readiness.text}</span>
      <Button onClick={() => assistant.wake()}>Try again</Button>
    </div>
  );
}
