/** Beside the picture, for whoever reviews: whose work it is, what was asked for the last time, and what changed since. */
import { ChevronDown, ChevronUp, Minus, PenLine, Plus, TextCursorInput } from 'lucide-react';
import type { ReactNode } from 'react';

import { hint } from '~/hotkeys/keymap';
import { answerFields, outputIn } from '~/layout/answer-fields';
import { useLive, useStore } from '~/lib/use-store';
import { IconButton } from '~/ui/controls';
import { drawsOn } from '../task-layout';
import { nameOf, outputOf } from './answers';
import { changesBetween, fieldChangesBetween, regionsIn, type Change } from './changes';
import type { Round } from './round';
import { answerText } from './words';
import './review.css';

const ICONS = { added: Plus, changed: PenLine, removed: Minus, field: TextCursorInput };

const count = (n: number, what: string): string => (n === 1 ? `1 ${what}` : `${n} ${what}s`);

export function ReviewPanel({ round }: { round: Round }): ReactNode {
  const { now, before, desk, layout } = round;
  const { regions, fields } = desk.room;
  const redrawn = useLive(regions, () => changesBetween(regionsIn(now), regions.list()).length);
  const refilled = useLive(fields, () =>
    layout ? fieldChangesBetween(layout, outputOf(now), outputIn(layout, fields)).length : 0,
  );
  const mended = redrawn + refilled;
  const draws = layout === null || drawsOn(layout);
  return (
    <section className="candidates" aria-label="Under review" data-testid="review-panel">
      <header className="candidates-head">
        <h2 className="side-title">Work of {nameOf(now)}</h2>
      </header>
      <p className="muted">
        {draws ? count(now.annotation.regions.length, 'region') : count(answered(round), 'field')}
        {before && `, sent back before`}
        {mended > 0 && ` · mended by you: ${mended}`}
      </p>
      {before?.reason != null && (
        <p className="asked-for">
          <span className="muted">Asked for the last time:</span> {before.reason}
        </p>
      )}
      {before && <Changes round={round} />}
    </section>
  );
}

/** How many fields the answer has something for. */
const answered = ({ layout, now }: Round): number => (layout ? answerFields(layout, [outputOf(now)]).length : 0);

function Changes({ round }: { round: Round }): ReactNode {
  const { changes } = round;
  const current = useStore(round.current);
  const shown = useStore(round.shown);
  if (changes.length === 0) return <p className="muted">Nothing has changed since.</p>;
  return (
    <>
      <header className="candidates-head">
        <h3 className="side-title">Changed since</h3>
        <span className="muted num">{changes.length}</span>
        <span className="spacer" />
        <IconButton label="Change before" {...hint('previousDifference')} onClick={() => round.step(-1)}>
          <ChevronUp size={16} aria-hidden />
        </IconButton>
        <IconButton label="Next change" {...hint('nextDifference')} onClick={() => round.step(1)}>
          <ChevronDown size={16} aria-hidden />
        </IconButton>
      </header>
      {changes.some(({ kind }) => kind !== 'field') && (
        <label className="comments-resolved">
          <input type="checkbox" checked={shown} onChange={(event) => round.shown.set(event.target.checked)} />
          Show how it was
        </label>
      )}
      <ul className="changes">
        {changes.map((change) => (
          <li key={`${change.kind} ${change.id}`}>
            <Row change={change} isCurrent={change === current} onGo={() => round.go(change)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function told(change: Change): { readonly title: string; readonly about: string } {
  switch (change.kind) {
    case 'field': {
      const { label, names, before, after } = change;
      return { title: label, about: `${answerText(before, names)} → ${answerText(after, names)}` };
    }
    case 'changed':
      return { title: change.after.label, about: `${change.in.join(', ')} changed` };
    case 'added':
      return { title: change.after.label, about: 'added' };
    case 'removed':
      return { title: change.before.label, about: 'removed' };
  }
}

function Row({ change, isCurrent, onGo }: { change: Change; isCurrent: boolean; onGo: () => void }): ReactNode {
  const Icon = ICONS[change.kind];
  const { title, about } = told(change);
  return (
    <button type="button" className="conflict" aria-current={isCurrent} onClick={onGo} data-testid="change" title={about}>
      <Icon size={15} className="conflict-icon" aria-hidden />
      <span className="conflict-text">
        <span className="truncate">{title}</span>
        <small className="muted truncate">{about}</small>
      </span>
    </button>
  );
}
