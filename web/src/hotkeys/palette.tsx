import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { Kbd } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { found, type Choice } from './choices';

interface PaletteProps {
  open: boolean;
  onClose: () => void;
  choices: () => readonly Choice[];
}

/** Everything that can be done here, found by typing a part of its name. */
export function Palette({ open, onClose, choices }: PaletteProps): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title="Do something">
      {open && <Finder choices={choices()} onClose={onClose} />}
    </Dialog>
  );
}

function Finder({ choices, onClose }: { choices: readonly Choice[]; onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const shown = useMemo(() => found(choices, text), [choices, text]);
  const chosen = Math.min(at, shown.length - 1);

  const run = (choice: Choice | undefined): void => {
    if (!choice) return;
    onClose();
    // When the dialog has given the focus back: what is done may want it.
    setTimeout(choice.run, 0);
  };
  const go = (to: number): void => {
    setAt(to);
    list.current?.children[to]?.scrollIntoView({ block: 'nearest' });
  };
  const onKey = (event: KeyboardEvent): void => {
    const last = shown.length - 1;
    if (event.key === 'ArrowDown') go(chosen >= last ? 0 : chosen + 1);
    else if (event.key === 'ArrowUp') go(chosen <= 0 ? last : chosen - 1);
    else if (event.key === 'Enter') run(shown[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="palette">
      <input
        className="input"
        role="combobox"
        aria-label="Find what to do"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={shown.length > 0 ? `${id}-${chosen}` : undefined}
        placeholder="What do you want to do?"
        autoFocus
        value={text}
        onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
      />
      <ul id={id} ref={list} role="listbox" aria-label="What can be done" className="palette-list">
        {shown.map((choice, index) => (
          <li
            key={choice.title}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={cx('palette-item', index === chosen && 'palette-on')}
            onPointerMove={() => setAt(index)}
            onClick={() => run(choice)}
          >
            <span className="truncate">{choice.title}</span>
            <span className="muted">{choice.group}</span>
            <span className="palette-keys">{choice.key && <Kbd keys={choice.key} />}</span>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="muted palette-none">Nothing here is called that.</p>}
    </div>
  );
}
