/** The text with all that the answers mark in it: what all have and what they differ in look different, and where they differ it is said who has it. */
import { useMemo, type ReactNode } from 'react';

import { entriesOf } from '~/agreement/values';
import { cx } from '~/lib/cx';
import { isSpan, type GivenAnswer } from '../given-answers';
import { written } from '../json';
import { segmentsOf, type Span } from '../spans';

interface DisputedTextProps {
  /** What of the answers marks it. */
  name: string;
  text: string;
  answers: readonly GivenAnswer[];
}

interface Marked extends Span {
  readonly who: readonly string[];
  readonly isDisputed: boolean;
}

function marked(answers: readonly GivenAnswer[], name: string): readonly Marked[] {
  return entriesOf(answers.map(({ output }) => output[name])).flatMap(({ name: id, item, answers: who }): Marked[] => {
    if (!isSpan(item)) return [];
    const names = who.map((at) => answers[at]?.by ?? '');
    const { start, end, label } = item;
    return [{ id, start, end, label: written(label ?? null), who: names, isDisputed: who.length < answers.length }];
  });
}

export function DisputedText({ name, text, answers }: DisputedTextProps): ReactNode {
  const spans = useMemo(() => marked(answers, name), [answers, name]);
  const byId = useMemo(() => new Map(spans.map((span) => [span.id, span])), [spans]);
  const segments = useMemo(() => segmentsOf(text, spans), [text, spans]);
  const disputed = spans.filter(({ isDisputed }) => isDisputed).length;
  return (
    <figure className="lay-disputed">
      <figcaption className="muted">
        {name}: {disputed === 0 ? 'all mark the same' : `${disputed} of ${spans.length} marked by some only`}
      </figcaption>
      <div
        className="lay-letters lay-letters-still"
        tabIndex={0}
        role="region"
        aria-label={`Text with ${name}, differences marked`}
      >
        {segments.map(({ start, end, text: piece, spans: over }) => {
          const marks = over.flatMap(({ id }) => byId.get(id) ?? []);
          const isDisputed = marks.some((mark) => mark.isDisputed);
          const Piece = marks.length > 0 ? 'mark' : 'span';
          return (
            <span key={start}>
              <Piece className={cx(marks.length > 0 && 'lay-same', isDisputed && 'lay-differs')}>{piece}</Piece>
              {marks
                .filter((mark) => mark.end === end)
                .map((mark) => (
                  <small key={mark.id} className={cx('lay-said-by', mark.isDisputed && 'lay-said-by-some')}>
                    {mark.label}
                    {mark.isDisputed && ` · ${mark.who.join(', ')}`}
                  </small>
                ))}
            </span>
          );
        })}
      </div>
    </figure>
  );
}
