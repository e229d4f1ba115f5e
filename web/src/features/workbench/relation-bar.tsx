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
    <label className="desk-group desk-brush">
      <span>Relation</span>
      <select className="input" value={inHand} onChange={(event) => relations.inHand.set(event.target.value)}>
        {types.map(({ name, title, description }) => (
          <option key={name} value={name} title={description}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
