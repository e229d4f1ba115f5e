import { useMemo, type ReactNode } from 'react';

import { diffLines, hunks } from '~/lib/line-diff';

const SIGNS = { added: '+', removed: '−', same: ' ' } as const;
const WORDS = { added: 'added', removed: 'removed', same: '' } as const;

/** Two texts in one: what was taken out, what was put in, and a few lines around it. */
export function TextDiff({ before, after }: { before: string; after: string }): ReactNode {
  const shown = useMemo(() => hunks(diffLines(before, after)), [before, after]);
  if (!shown.some((line) => line && line.change !== 'same')) return <p className="muted diff-none">They say the same.</p>;
  return (
    <table className="diff" aria-label="Differences, line by line">
      <tbody>
        {shown.map((line, index) =>
          line ? (
            <tr key={index} className={`diff-${line.change}`}>
              <td className="diff-number num">{line.before}</td>
              <td className="diff-number num">{line.after}</td>
              <td className="diff-sign">
                <span aria-hidden>{SIGNS[line.change]}</span>
                <span className="sr-only">{WORDS[line.change]}</span>
              </td>
              <td>
                <code>{line.text}</code>
              </td>
            </tr>
          ) : (
            <tr key={index} className="diff-gap">
              <td colSpan={4}>…</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
