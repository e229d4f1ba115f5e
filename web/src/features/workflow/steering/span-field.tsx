import type { ReactNode } from 'react';

import { SPANS, type Span } from './span';

/** Since when: a choice, and two days where that is chosen. */
export const SpanField = ({ span, onChange }: { span: Span; onChange: (span: Span) => void }): ReactNode => (
  <>
    <select
      className="input step-span"
      aria-label="Since when"
      value={span.kind}
      onChange={(event) => {
        const kind = SPANS.find(([value]) => value === event.target.value)?.[0] ?? 'any';
        onChange({ ...span, kind });
      }}
    >
      {SPANS.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
    {span.kind === 'between' && (
      <>
        <input
          type="date"
          className="input num step-day"
          aria-label="From the day"
          value={span.from}
          max={span.to}
          onChange={(event) => onChange({ ...span, from: event.target.value })}
        />
        <input
          type="date"
          className="input num step-day"
          aria-label="To the day"
          value={span.to}
          min={span.from}
          onChange={(event) => onChange({ ...span, to: event.target.value })}
        />
      </>
    )}
  </>
);
