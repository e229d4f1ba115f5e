/** Everything that the answers differ in, regions worst first, then fields: what it is, what about it, how alike they are, and what was decided. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { Circle, CircleCheck, CircleDashed, CircleMinus, TextCursorInput } from 'lucide-react';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';

import { differenceOf, percent, titleOf } from '~/agreement/words';
import { cx } from '~/lib/cx';
import { useStore } from '~/lib/use-store';
import { isField, type Adjudication, type Conflict } from './adjudication';
import { decisionOf, fieldDifference, namesOf } from './words';

const ROW = 44;

export function ConflictList({ adjudication }: { adjudication: Adjudication }): ReactNode {
  const conflicts = useMemo(() => adjudication.all, [adjudication]);
  const [thing, field] = [useStore(adjudication.current), useStore(adjudication.fields.current)];
  const current = thing ?? field;
  useStore(adjudication.decisions);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const virtual = useVirtualizer({
    count: conflicts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
  });
  const at = current ? conflicts.indexOf(current) : -1;
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- scrolls when the choice moves, not when the list is measured
  }, [at]);
  const answers = namesOf(adjudication);
  return (
    <div className="conflicts-scroll" ref={scroller}>
      <ol
        className="conflicts"
        style={{ height: virtual.getTotalSize() }}
        aria-label="Conflicts: regions, worst first, then fields"
      >
        {virtual.getVirtualItems().map((item) => {
          const thing = conflicts[item.index];
          if (!thing) return null;
          return (
            <li key={adjudication.idOf(thing)} style={{ transform: `translateY(${item.start}px)`, height: ROW }}>
              <Row
                {...said(adjudication, thing, answers)}
                isField={isField(thing)}
                isCurrent={thing === current}
                onGo={() => adjudication.go(thing)}
              />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

interface Told {
  readonly title: string;
  readonly about: string;
  readonly likeness: number | null;
  readonly state: 'open' | 'decided' | 'left out' | 'not asked';
}

/** What a row says about a conflict. */
function said(adjudication: Adjudication, thing: Conflict, answers: readonly string[]): Told {
  const { fields } = adjudication;
  const isAsked = !isField(thing) || fields.isAsked(thing);
  const decided = isField(thing) ? fields.decided(thing) : adjudication.decided(thing);
  const state = !isAsked ? 'not asked' : decided === null ? 'open' : decided.kind === 'left_out' ? 'left out' : 'decided';
  const difference = isField(thing) ? fieldDifference(thing, answers) : differenceOf(thing, answers);
  return {
    title: isField(thing) ? thing.label : titleOf(thing),
    about: state === 'not asked' ? 'not asked for now' : state === 'open' ? difference : decisionOf(decided, answers),
    // Of answers that are equal or not, 0 % says nothing.
    likeness: isField(thing) && thing.likeness === 0 ? null : thing.likeness,
    state,
  };
}

interface RowProps extends Told {
  isField: boolean;
  isCurrent: boolean;
  onGo: () => void;
}

const ICONS = { open: Circle, decided: CircleCheck, 'left out': CircleMinus, 'not asked': CircleDashed };

function Row({ title, about, likeness, state, isField: isOfForm, isCurrent, onGo }: RowProps): ReactNode {
  const Icon = ICONS[state];
  return (
    <button
      type="button"
      className={cx('conflict', state !== 'open' && 'conflict-decided')}
      aria-current={isCurrent}
      data-testid="conflict"
      onClick={onGo}
    >
      <Icon size={15} className="conflict-icon" aria-hidden />
      <span className="conflict-text">
        <span className="truncate">{title}</span>
        <small className="muted truncate">
          <span className="sr-only">{state === 'open' ? 'open, ' : state === 'not asked' ? '' : 'decided, '}</span>
          {about}
        </small>
      </span>
      {isOfForm && <TextCursorInput size={14} className="muted" aria-label="a field" />}
      {likeness !== null && (
        <span
          className="conflict-iou num"
          title={isOfForm ? 'How much of their lists both have' : 'How much their shapes overlap'}
        >
          {percent(likeness)}
        </span>
      )}
    </button>
  );
}
