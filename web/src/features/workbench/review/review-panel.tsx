/** Beside the picture, for whoever reviews: whose work it is, what was asked for the last time, and what changed since. */
import { ChevronDown, ChevronUp, Minus, PenLine, Plus } from 'lucide-react';
import type { ReactNode } from 'react';

import { hint } from '~/hotkeys/keymap';
import { useLive, useStore } from '~/lib/use-store';
import { IconButton } from '~/ui/controls';
import { nameOf } from './answers';
import { changesBetween, regionsIn, type Change } from './changes';
import type { Round } from './round';
import './review.css';

const ICONS = { added: Plus, changed: PenLine, removed: Minus };

const count = (n: number, what: string): string => (n === 1 ? `1 ${what}` : `${n} ${what}s`);

export function ReviewPanel({ round }: { round: Round }): ReactNode {
  const { now, before, desk } = round;
  const { regions } = desk.room;
  const mended = useLive(regions, () => changesBetween(regionsIn(now), regions.list()).length);
  return (
    <section className="candidates" aria-label="Under review" data-testid="review-panel">
      <header className="candidates-head">
        <h2 className="side-title">Work of {nameOf(now)}</h2>
      </header>
      <p className="muted">
        {count(now.annotation.regions.length, 'region')}
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
      <label className="comments-resolved">
        <input type="checkbox" checked={shown} onChange={(event) => round.shown.set(event.target.checked)} />
        Show how it was
      </label>
      <ul className="changes">
        {changes.map((change) => (
          <li key={change.id}>
            <Row change={change} isCurrent={change === current} onGo={() => round.go(change)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Row({ change, isCurrent, onGo }: { change: Change; isCurrent: boolean; onGo: () => void }): ReactNode {
  const Icon = ICONS[change.kind];
  const { label } = change.kind === 'removed' ? change.before : change.after;
  const about = change.kind === 'changed' ? `${change.in.join(', ')} changed` : change.kind;
  return (
    <button type="button" className="conflict" aria-current={isCurrent} onClick={onGo} data-testid="change">
      <Icon size={15} className="conflict-icon" aria-hidden />
      <span className="conflict-text">
        <span className="truncate">{label}</span>
        <small className="muted truncate">{about}</small>
      </span>
    </button>
  );
}
