/** Which relation is drawn next, where there is more than one. */
import type { ReactNode } from 'react';

import { useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';

export function RelationBar({ desk }: { desk: Desk }): ReactNode {
  const { relations } = desk;
  const inHand = useStore(relations.inHand);
  const { types } = relations;
  if (types.length < 2) return null;
  return (
    <label className="desk-group desk-model">
      <span>Relation</span>
      <select
        className="input"
        value={inHand}
        data-testid="relation-type"
        onChange={(event) => {
          relations.inHand.set(event.target.value);
          // Keys are meant for the picture again: letters would choose in the list.
          event.target.blur();
        }}
      >
        {types.map(({ name, title, description }) => (
          <option key={name} value={name} title={description}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
