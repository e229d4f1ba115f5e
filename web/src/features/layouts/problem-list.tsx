import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

import { bare, type Fix, type Placed, type Range } from './code/problems';

interface ProblemListProps {
  found: readonly Placed[];
  /** It is of the text as it is now. */
  settled: boolean;
  failed: boolean;
  show: (range: Range) => void;
  apply: (fix: Fix) => void;
}

/** Everything that is wrong, in the order of the text: a click leads there, and what is only misspelt is mended by one. */
export function ProblemList({ found, settled, failed, show, apply }: ProblemListProps): ReactNode {
  return (
    <div className="problems layout-problems" aria-busy={!settled} role="region" aria-label="What is wrong">
      <p className="sr-only" role="status">
        {failed ? 'It cannot be checked.' : settled ? summary(found) : ''}
      </p>
      {failed ? (
        <p className="muted">It cannot be checked at the moment: the server does not answer.</p>
      ) : found.length === 0 ? (
        <p className={settled ? 'good-text' : 'muted'}>
          {settled && <CircleCheck size={14} aria-hidden />} {settled ? 'No mistakes' : 'Checking …'}
        </p>
      ) : (
        <ul>
          {found.map((one, index) => (
            <Line key={index} one={one} show={show} apply={apply} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Line({ one, show, apply }: { one: Placed } & Pick<ProblemListProps, 'show' | 'apply'>): ReactNode {
  const { problem, range, fix } = one;
  const Icon = problem.severity === 'warning' ? TriangleAlert : CircleAlert;
  const place = `${problem.line}:${problem.column}`;
  return (
    <li className="layout-problem">
      <button
        type="button"
        className={problem.severity === 'warning' ? 'problem problem-warning' : 'problem'}
        disabled={!range}
        onClick={() => range && show(range)}
      >
        <Icon size={14} aria-hidden />
        <strong className="num">
          {problem.layout === null ? place : `${problem.layout} ${place}`}
          <span className="sr-only">{problem.severity === 'warning' ? ' Warning:' : ' Error:'}</span>
        </strong>
        <span>{bare(one)}</span>
      </button>
      {fix && (
        <button type="button" className="btn btn-soft problem-fix" onClick={() => apply(fix)}>
          <span>
            Did you mean <code>{fix.insert}</code>?
          </span>
        </button>
      )}
    </li>
  );
}

function summary(found: readonly Placed[]): string {
  const errors = found.filter(({ problem }) => problem.severity === 'error').length;
  const warnings = found.length - errors;
  const told = [count(errors, 'mistake'), count(warnings, 'warning')].filter(Boolean);
  return told.join(', ') || 'No mistakes';
}

const count = (n: number, what: string): string => (n === 0 ? '' : n === 1 ? `1 ${what}` : `${n} ${what}s`);
