/** How much the answers agree: as one number, and between every two. */
import type { ReactNode } from 'react';

import { percent } from '~/agreement/words';
import type { Adjudication } from './adjudication';

export function Agreement({ adjudication }: { adjudication: Adjudication }): ReactNode {
  const { agreement, pairs, answers } = adjudication;
  if (agreement === null) return <p className="muted">One answer alone has nothing to agree with.</p>;
  const title = (
    <>
      Agreement <strong className="num">{percent(agreement)}</strong>
    </>
  );
  // Of two answers the only pair is the whole.
  if (pairs.length < 2) {
    return (
      <p
        className="agreement"
        data-testid="agreement"
        title="Mean overlap (IoU) of what both have; what only one has counts as none"
      >
        {title}
      </p>
    );
  }
  return (
    <details className="agreement" data-testid="agreement">
      <summary title="Mean overlap (IoU) of what both have; what only one has counts as none">{title}</summary>
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
    </details>
  );
}
