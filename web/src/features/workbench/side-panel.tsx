import type { TaskRoom } from '@tandem/client';
import { useState, type ReactNode } from 'react';

import type { Looks } from '~/canvas/overlay';
import { useStore } from '~/lib/use-store';
import type { LabelDef } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { Kbd } from '~/ui/controls';
import { CommentsPanel } from './comments/panel';
import { RegionList } from './region-list';
import type { Person } from './use-people';

interface SidePanelProps {
  desk: Desk;
  room: TaskRoom;
  labels: readonly LabelDef[];
  keys: ReadonlyMap<string, string>;
  looks: Looks;
  people: ReadonlyMap<string, Person>;
  /** Above all else: what there is to decide between. */
  children?: ReactNode;
}

export const SidePanel = ({ desk, room, labels, keys, looks, people, children }: SidePanelProps): ReactNode => (
  <aside className="bench-side" aria-label="Labels, regions and comments">
    {children}
    <Labels desk={desk} labels={labels} keys={keys} />
    <RegionList desk={desk} room={room} looks={looks} people={people} />
    <CommentsPanel desk={desk} room={room} people={people} />
  </aside>
);

const MANY = 14;

function Labels({
  desk,
  labels,
  keys,
}: {
  desk: Desk;
  labels: readonly LabelDef[];
  keys: ReadonlyMap<string, string>;
}): ReactNode {
  const current = useStore(desk.label);
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
        {shown.map((label) => {
          const key = keys.get(label.name);
          return (
            <li key={label.name}>
              <button
                type="button"
                className="label-btn"
                style={{ '--label': label.color }}
                aria-pressed={current === label.name}
                data-testid={`label-${label.name}`}
                onClick={() => desk.pickLabel(label.name)}
              >
                <i className="label-swatch" aria-hidden />
                <span className="truncate">{label.name}</span>
                {key && <Kbd keys={key} />}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
