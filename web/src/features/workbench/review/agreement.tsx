/** How much the answers agree: as one number, and between every two. */
import type { ReactNode } from 'react';

import { percent } from '~/agreement/words';
import type { Adjudication } from './adjudication';

const OF_REGIONS = 'Mean overlap (IoU) of what both have; what only one has counts as none';
const OF_FIELDS = 'A field counts as equal or not, a list by the share that both have (F1)';
const OF_ALL = `Mean over the regions as one part (${OF_REGIONS.toLowerCase()}) and each field (equal or not, a list by the share that both have)`;

export function Agreement({ adjudication }: { adjudication: Adjudication }): ReactNode {
  const { agreement, pairs, parts, answers } = adjudication;
  if (agreement === null) return <p className="muted">One answer alone has nothing to agree with.</p>;
  const title = (
    <>
      Agreement <strong className="num">{percent(agreement)}</strong>
    </>
  );
  const about = parts.length > 1 ? OF_ALL : adjudication.draws ? OF_REGIONS : OF_FIELDS;
  // Of two answers the only pair is the whole, and so is the only part.
  if (pairs.length < 2 && parts.length < 2) {
    return (
      <p className="agreement" data-testid="agreement" title={about}>
        {title}
      </p>
    );
  }
  return (
    <details className="agreement" data-testid="agreement">
      <summary title={about}>{title}</summary>
      {parts.length > 1 && (
        <table data-testid="agreement-parts">
          <caption className="sr-only">Agreement about each part of the answer</caption>
          <tbody>
            {parts.map(({ name, value }, at) => (
              <tr key={at}>
                <th scope="row">{name}</th>
                <td className="num">{percent(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pairs.length > 1 && (
        <table>
          <caption className="sr-only">Agreement of every two answers</caption>
          <tbody>
            {pairs.map(({ answers: [a, b], value }) => (
              <tr key={`${a} ${b}`}>
                <th scope="row">
                  {answers[a]?.name} and {answers[b]?.name}
                </th>
                <td className="num">{percent(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
