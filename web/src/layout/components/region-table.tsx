/** What answers show on the picture, thing by thing: where they differ, and how much their shapes overlap. */
import type { ReactNode } from 'react';

import { conflictsOf, type Comparison } from '~/agreement/compare';
import { differenceOf, percent, titleOf } from '~/agreement/words';
import { describe } from '~/geometry/shapes';
import type { AnswerRegion } from '../regions-compared';

/** More than anybody reads in a table: the workbench has them on the picture. */
const MOST = 100;

interface RegionTableProps {
  names: readonly string[];
  compared: Comparison<AnswerRegion>;
  highlight: boolean;
}

export function RegionTable({ names, compared, highlight }: RegionTableProps): ReactNode {
  const { groups, agreement } = compared;
  const conflicts = conflictsOf(groups);
  const agreed = groups.length - conflicts.length;
  return (
    <div className="lay-table" tabIndex={0} role="region" aria-label="Regions side by side">
      <table>
        <caption>
          Regions: {agreed} agreed, {conflicts.length} {conflicts.length === 1 ? 'differs' : 'differ'}
          {agreement !== null && <span className="num">, {percent(agreement)} overlap</span>}
        </caption>
        <thead>
          <tr>
            <td />
            {names.map((name, at) => (
              <th key={at} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">IoU</th>
          </tr>
        </thead>
        <tbody>
          {conflicts.slice(0, MOST).map((thing) => (
            <tr key={thing.key} className={highlight ? 'lay-conflict' : undefined}>
              <th scope="row">
                {titleOf(thing)} <small>{differenceOf(thing, names)}</small>
              </th>
              {names.map((_, answer) => {
                const member = thing.members.find((one) => one.answer === answer);
                return <td key={answer}>{member ? `${member.region.label}: ${describe(member.region.geometry)}` : '—'}</td>;
              })}
              <td className="num">{thing.likeness === null ? '—' : percent(thing.likeness)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {conflicts.length > MOST && <p className="muted">and {conflicts.length - MOST} more</p>}
    </div>
  );
}
