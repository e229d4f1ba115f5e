/** The labels that can be given here, with their keys and how many there may be. */
import type { TaskRoom } from '@tandem/client';
import { useMemo, useState, type ReactNode } from 'react';

import type { KeysHere } from '~/hotkeys/registry';
import { cx } from '~/lib/cx';
import { useLive, useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { Kbd } from '~/ui/controls';
import type { BenchLabel } from './annotator-setup';
import { countsOf } from './region-rules';

const MANY = 14;

interface LabelsPanelProps {
  desk: Desk;
  room: TaskRoom;
  labels: readonly BenchLabel[];
  keys: KeysHere;
}

export function LabelsPanel({ desk, room, labels, keys }: LabelsPanelProps): ReactNode {
  const current = useStore(desk.label);
  const regions = useLive(room.regions, () => room.regions.list());
  const counts = useMemo(() => countsOf(regions), [regions]);
  const [find, setFind] = useState('');
  const shown = find === '' ? labels : labels.filter((label) => label.name.toLowerCase().includes(find.toLowerCase()));
  return (
    <section className="side-labels" aria-labelledby="labels-title">
      <h2 className="side-title" id="labels-title">
        Labels
      </h2>
      {labels.length > MANY && (
        <input
          className="input side-find"
          type="search"
          placeholder="Find a label …"
          aria-label="Find a label"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      )}
      {labels.length === 0 && (
        <p className="muted side-none">This project has no labels yet. An admin adds them on the project’s Labels tab.</p>
      )}
      <ul className="label-list">
        {shown.map((label) => (
          <li key={label.name}>
            <LabelButton
              label={label}
              count={counts.get(label.name) ?? 0}
              hotkey={keys.labels.get(label.name)}
              moved={keys.moved.get(label.name)}
              pressed={current === label.name}
              onPick={(also) => desk.pickLabel(label.name, also)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface LabelButtonProps {
  label: BenchLabel;
  count: number;
  hotkey: string | undefined;
  /** Why its key is another one than it was to have. */
  moved: string | undefined;
  pressed: boolean;
  /** With Shift: what was just drawn takes it, too. */
  onPick: (also: boolean) => void;
}

function LabelButton({ label, count, hotkey, moved, pressed, onPick }: LabelButtonProps): ReactNode {
  const { name, color, description, problem } = label;
  const limits = problem === null ? limitsOf(label, count) : null;
  const about = [problem, description, limits?.words, moved].filter(Boolean).join('. ');
  return (
    <button
      type="button"
      className={cx('label-btn', problem !== null && 'label-off')}
      style={{ '--label': color }}
      aria-pressed={pressed}
      // It can still be reached, so that everybody learns why it cannot be taken.
      aria-disabled={problem !== null}
      title={about || undefined}
      data-testid={`label-${name}`}
      onClick={(event) => onPick(event.shiftKey)}
    >
      <i className="label-swatch" aria-hidden />
      <span className="truncate">{name}</span>
      {about && <span className="sr-only">{about}</span>}
      {limits && (
        <span className={cx('label-count num', limits.isOver && 'label-count-over')} aria-hidden data-testid={`count-${name}`}>
          {limits.short}
        </span>
      )}
      {hotkey && <Kbd keys={hotkey} />}
    </button>
  );
}

/** Null: there may be any number. */
function limitsOf({ least, most }: BenchLabel, count: number): { short: string; words: string; isOver: boolean } | null {
  if (least === 0 && most === undefined) return null;
  const bounds = [least > 0 && `at least ${least}`, most !== undefined && `at most ${most}`].filter(Boolean).join(', ');
  return {
    short: most !== undefined && count >= least ? `${count}/${most}` : `${count} of ${least}`,
    words: `${count} drawn; ${bounds}`,
    isOver: most !== undefined && count > most,
  };
}
